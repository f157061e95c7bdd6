/* health - what the kernel lets us do, judged; health_around.c has the rest */
#include "core/model/health.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

enum {
	NEEDED_MAJOR = 5, /* mount_setattr(2): 5.12 */
	NEEDED_MINOR = 12,
};

void rj_health_add(struct rj_health *h, const char *check, enum rj_health_state state,
		   const char *found, const char *lost, const char *remedy)
{
	h->v = rj_grow(h->v, &h->cap, h->n + 1, sizeof(*h->v));
	h->v[h->n++] = (struct rj_finding){
		.check = rj_strdup(check),
		.state = state,
		.found = rj_strdup(found),
		.lost = rj_strdup(lost),
		.remedy = rj_strdup(remedy),
	};
}

void rj_health_add_error(struct rj_health *h, const char *check, enum rj_health_state state,
			 const char *lost, const struct rj_err *err)
{
	rj_health_add(h, check, state, err->msg, lost, err->hint[0] ? err->hint : NULL);
}

static void judge_kernel(const struct rj_hostfacts *f, struct rj_health *h)
{
	bool old = f->major < NEEDED_MAJOR || (f->major == NEEDED_MAJOR && f->minor < NEEDED_MINOR);
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0};

	rj_buf_printf(&found, "Linux %s, %s%s", f->release, f->machine,
		      strstr(f->release, "icrosoft") ? " (WSL)" : "");
	if (!old)
		rj_health_add(h, "kernel", RJ_HEALTH_FINE, found.s, NULL, NULL);
	else
		rj_health_add(
			h, "kernel", RJ_HEALTH_MISSING, found.s,
			"jails: mount_setattr(2), which makes whole trees read-only, came with "
			"5.12",
			"Linux 5.12 or newer; 5.13 adds Landlock, and 6.12 its scopes");
}

/* The words for a namespace that cannot be made: its own limit, or what keeps all away. */
static void add_refusal(const struct rj_hostfacts *f, enum rj_try what, const char *check,
			struct rj_health *h)
{
	static const char *const limits[] = {"user", "mnt", "pid", "ipc", "uts", "cgroup", "net"};
	int num = f->tried[what];
	char found[128], remedy[128];

	(void)snprintf(found, sizeof(found), "refused: %s", strerror(num));
	if (what != RJ_TRY_USER && f->max_ns[what] == 0) {
		(void)snprintf(remedy, sizeof(remedy),
			       "sudo sysctl -w user.max_%s_namespaces=15000", limits[what]);
		rj_health_add(h, check, RJ_HEALTH_MISSING, found, "jails", remedy);
	} else if (what != RJ_TRY_USER && num == EINVAL) {
		rj_health_add(h, check, RJ_HEALTH_MISSING, found, "jails",
			      "a kernel that is built with this kind of namespace");
	} else {
		rj_health_add(h, check, RJ_HEALTH_MISSING, found, "jails",
			      rj_remedy_userns(&f->switches, num));
	}
}

static void judge_namespaces(const struct rj_hostfacts *f, struct rj_health *h)
{
	static const struct {
		enum rj_try what;
		const char *check;
	} rows[] = {
		{RJ_TRY_USER, "user namespace"},     {RJ_TRY_MAP, "id map"},
		{RJ_TRY_MNT, "mount namespace"},     {RJ_TRY_PID, "pid namespace"},
		{RJ_TRY_IPC, "ipc namespace"},	     {RJ_TRY_UTS, "uts namespace"},
		{RJ_TRY_CGROUP, "cgroup namespace"}, {RJ_TRY_NET, "network namespace"},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		if (f->tried[rows[i].what] == 0)
			rj_health_add(h, rows[i].check, RJ_HEALTH_FINE, "works", NULL, NULL);
		else if (f->tried[rows[i].what] == RJ_UNTRIED)
			continue; /* the row that failed says it */
		else if (rows[i].what == RJ_TRY_MAP)
			rj_health_add(h, rows[i].check, RJ_HEALTH_MISSING,
				      strerror(f->tried[RJ_TRY_MAP]), "jails",
				      rj_remedy_userns(&f->switches, f->tried[RJ_TRY_MAP]));
		else
			add_refusal(f, rows[i].what, rows[i].check, h);
	}
}

static void judge_mounts(const struct rj_hostfacts *f, struct rj_health *h)
{
	int num = f->tried[RJ_TRY_MOUNT];

	if (num == 0)
		rj_health_add(h, "mounts", RJ_HEALTH_FINE, "can be made and set read-only", NULL,
			      NULL);
	else if (num != RJ_UNTRIED)
		rj_health_add(h, "mounts", RJ_HEALTH_MISSING, strerror(num), "jails",
			      num == ENOSYS ? RJ_REMEDY_KERNEL : RJ_REMEDY_MOUNT);
}

/* What `caches` needs: core/engine/overlay.h. */
static void judge_overlay(const struct rj_hostfacts *f, struct rj_health *h)
{
	int num = f->tried[RJ_TRY_OVERLAY];

	if (num == RJ_UNTRIED)
		return;
	if (num != 0)
		rj_health_add(h, "overlay", RJ_HEALTH_WEAKER, strerror(num),
			      "jails cannot begin with your caches (caches)",
			      "Linux 5.11 or newer with overlayfs (sudo modprobe overlay)");
	else if (!strcmp(f->data.type, "overlay"))
		rj_health_add(h, "overlay", RJ_HEALTH_WEAKER,
			      "works, but not where your jails lie: that is an overlay itself",
			      "jails cannot begin with your caches (caches)",
			      "set XDG_DATA_HOME to another file system, or mount a volume there");
	else
		rj_health_add(h, "overlay", RJ_HEALTH_FINE, "works in a jail", NULL, NULL);
}

static void judge_proc(const struct rj_hostfacts *f, struct rj_health *h)
{
	static const char masked[] = "a fresh one is refused: parts of the outer /proc are masked";
	int num = f->tried[RJ_TRY_PROC];

	if (num == RJ_UNTRIED)
		return;
	if (num == 0)
		rj_health_add(h, "/proc", RJ_HEALTH_FINE, "a jail gets one of its own", NULL, NULL);
	else if (num != EPERM)
		rj_health_add(h, "/proc", RJ_HEALTH_MISSING, strerror(num), "jails",
			      RJ_REMEDY_MOUNT);
	else if (f->allow_host_proc)
		rj_health_add(h, "/proc", RJ_HEALTH_WEAKER, masked,
			      "a jail sees which processes run outside, with arguments, mounts and "
			      "connections (allow_host_proc)",
			      RJ_REMEDY_PROC);
	else
		rj_health_add(h, "/proc", RJ_HEALTH_MISSING, masked, "jails", RJ_REMEDY_PROC);
}

/* What each ABI of Landlock brought, newest first: below it, `lost` is lost. */
static const struct {
	int abi;
	const char *lost;
} landlock_rows[] = {
	{6, "jails that share the network can reach abstract unix sockets of the host (X11, "
	    "D-Bus, IDEs); scopes of sockets and signals came with ABI 6 (Linux 6.12)"},
	{5, "ioctl(2) on devices is not restricted (ABI 5, Linux 6.10)"},
	{4, "TCP ports cannot be restricted (ABI 4, Linux 6.7)"},
	{3, "truncate(2) is not restricted (ABI 3, Linux 6.2)"},
	{2,
	 "files cannot be moved between directories below a Landlock domain, so none can be used "
	 "for files (ABI 2, Linux 5.19); what replaces a hidden path below a bind while a session "
	 "runs can be read"},
};

static void judge_landlock(const struct rj_hostfacts *f, struct rj_health *h)
{
	RJ_AUTO(rj_buf_release) struct rj_buf lost = {0};
	char found[64];

	for (size_t i = 0; i < RJ_COUNT(landlock_rows); i++)
		if (f->landlock < landlock_rows[i].abi)
			rj_buf_printf(&lost, "%s%s", lost.len ? "; " : "", landlock_rows[i].lost);
	if (f->landlock > 0)
		(void)snprintf(found, sizeof(found), "ABI %d", f->landlock);
	else
		(void)snprintf(found, sizeof(found), "%s",
			       f->landlock == -EOPNOTSUPP ? "built in, but switched off"
			       : f->landlock == -ENOSYS	  ? "none"
							  : strerror(-f->landlock));
	if (f->landlock >= landlock_rows[0].abi)
		rj_health_add(h, "landlock", RJ_HEALTH_FINE, found, NULL, NULL);
	else
		rj_health_add(
			h, "landlock", RJ_HEALTH_WEAKER, found, lost.s,
			f->landlock == -EOPNOTSUPP
				? "boot with lsm=landlock,... (the list of "
				  "/sys/kernel/security/lsm with landlock in front)"
				: "Linux 6.12 or newer with CONFIG_SECURITY_LANDLOCK; until then "
				  "network_enabled = false keeps abstract sockets away");
}

static void judge_locks(const struct rj_hostfacts *f, struct rj_health *h)
{
	judge_landlock(f, h);
	if (f->seccomp == 0)
		rj_health_add(h, "seccomp", RJ_HEALTH_FINE, "filters can be set", NULL, NULL);
	else
		rj_health_add(h, "seccomp", RJ_HEALTH_MISSING, strerror(f->seccomp),
			      "jails: none is made without its filter of system calls",
			      "a kernel with CONFIG_SECCOMP_FILTER; docker, podman: "
			      "--security-opt seccomp=unconfined");
	if (f->keyring == 0)
		rj_health_add(h, "keyring", RJ_HEALTH_FINE, "a session gets a new one", NULL, NULL);
	else
		rj_health_add(h, "keyring", RJ_HEALTH_MISSING, strerror(f->keyring),
			      "jails: the user's session keyring would be readable inside",
			      "docker, podman: --security-opt seccomp=unconfined");
}

static void judge_sysctls(const struct rj_hostfacts *f, struct rj_health *h)
{
	const struct {
		const char *name;
		long value;
	} rows[] = {
		{"user.max_user_namespaces", f->switches.max},
		{"kernel.unprivileged_userns_clone", f->switches.debian},
		{"kernel.apparmor_restrict_unprivileged_userns", f->switches.apparmor},
		{"kernel.yama.ptrace_scope", f->ptrace_scope},
		{"kernel.kptr_restrict", f->kptr_restrict},
		{"dev.tty.legacy_tiocsti", f->legacy_tiocsti},
	};
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0};

	for (size_t i = 0; i < RJ_COUNT(rows); i++)
		if (rows[i].value >= 0)
			rj_buf_printf(&found, "%s%s = %ld", found.len ? ", " : "", rows[i].name,
				      rows[i].value);
	if (!found.len)
		rj_buf_puts(&found, "none can be read");
	rj_health_add(h, "sysctls", RJ_HEALTH_FINE, found.s, NULL, NULL);
}

void rj_health_kernel(const struct rj_hostfacts *f, struct rj_health *h)
{
	judge_kernel(f, h);
	if (f->container[0] || f->label[0]) {
		RJ_AUTO(rj_buf_release) struct rj_buf found = {0};

		rj_buf_printf(&found, "%s%s%s", f->container[0] ? f->container : "none",
			      f->label[0] ? ", confined as " : "", f->label);
		rj_health_add(h, "container", RJ_HEALTH_FINE, found.s, NULL, NULL);
	}
	judge_sysctls(f, h);
	judge_namespaces(f, h);
	judge_mounts(f, h);
	judge_proc(f, h);
	judge_overlay(f, h);
	judge_locks(f, h);
}

bool rj_health_is_good(const struct rj_health *h)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].state == RJ_HEALTH_MISSING)
			return false;
	return true;
}

const char *rj_health_state_name(enum rj_health_state state)
{
	switch (state) {
	case RJ_HEALTH_FINE:
		return "fine";
	case RJ_HEALTH_WEAKER:
		return "weaker";
	case RJ_HEALTH_MISSING:
		return "missing";
	}
	return "";
}

void rj_health_release(struct rj_health *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->v[i].check);
		free(h->v[i].found);
		free(h->v[i].lost);
		free(h->v[i].remedy);
	}
	free(h->v);
	*h = (struct rj_health){0};
}
