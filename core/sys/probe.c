/* probe - what the kernel lets us do; each namespace and mount is tried in a child of its own */
#include "core/sys/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/caps.h"
#include "core/sys/mnt.h"
#include "core/sys/proc.h"
#include "core/sys/uapi.h"
#include "core/sys/userns.h"

static const struct {
	uint64_t flag;
	const char *limit;
} spaces[] = {
	[RJ_TRY_USER] = {CLONE_NEWUSER, "user"},
	[RJ_TRY_MNT] = {CLONE_NEWUSER | CLONE_NEWNS, "mnt"},
	[RJ_TRY_PID] = {CLONE_NEWUSER | CLONE_NEWPID, "pid"},
	[RJ_TRY_IPC] = {CLONE_NEWUSER | CLONE_NEWIPC, "ipc"},
	[RJ_TRY_UTS] = {CLONE_NEWUSER | CLONE_NEWUTS, "uts"},
	[RJ_TRY_CGROUP] = {CLONE_NEWUSER | CLONE_NEWCGROUP, "cgroup"},
	[RJ_TRY_NET] = {CLONE_NEWUSER | CLONE_NEWNET, "net"},
};

struct ids {
	uid_t uid;
	gid_t gid;
};

/* Exit statuses have eight bits, which is enough for every errno of Linux. */
static int in_child(uint64_t namespaces, int (*work)(const struct ids *))
{
	const struct ids ids = {.uid = getuid(), .gid = getgid()};
	int pidfd = -1;
	pid_t pid = rj_clone(namespaces, &pidfd);
	int status;

	if (pid < 0)
		return -pid;
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		_exit(work ? work(&ids) : 0);
	}
	status = rj_wait(pid);
	rj_close(&pidfd);
	return status < 0 ? -status : status;
}

static int map(const struct ids *ids)
{
	struct rj_err err;

	return rj_userns_map(0, ids->uid, 0, ids->gid, &err) < 0 ? err.num : 0;
}

static int mounts(const struct ids *ids)
{
	static const struct rj_mnt_option small[] = {{"size", "4k"}, {NULL, NULL}};
	struct rj_err err;
	int tree;

	if (rj_userns_map(0, ids->uid, 0, ids->gid, &err) < 0 || rj_mnt_make_private(&err) < 0)
		return err.num;
	tree = rj_mnt_new("tmpfs", small, RJ_MOUNT_ATTR_NOSUID, &err);
	return tree < 0 || rj_mnt_set(tree, "a tmpfs", RJ_MOUNT_ATTR_RDONLY, 1, &err) < 0 ? err.num
											  : 0;
}

/* Halves of one tmpfs, as core/engine/overlay.c does with directories of the host. */
static int overlay(const struct ids *ids)
{
	static const struct rj_mnt_option small[] = {{"size", "64k"}, {NULL, NULL}};
	static const char *const names[] = {"lower", "upper", "work"};
	char path[RJ_COUNT(names)][32];
	const struct rj_mnt_option opts[] = {{"userxattr", NULL},
					     {"lowerdir", path[0]},
					     {"upperdir", path[1]},
					     {"workdir", path[2]},
					     {NULL, NULL}};
	struct rj_err err;
	RJ_AUTO(rj_close) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int tree;

	if (rj_userns_map(0, ids->uid, 0, ids->gid, &err) < 0 || rj_mnt_make_private(&err) < 0)
		return err.num;
	tree = rj_mnt_new("tmpfs", small, RJ_MOUNT_ATTR_NOSUID, &err);
	if (tree < 0 || rj_mnt_attach(tree, root, "/", &err) < 0)
		return err.num;
	for (size_t i = 0; i < RJ_COUNT(names); i++) {
		int fd;

		if (mkdirat(tree, names[i], 0700) < 0)
			return errno;
		fd = openat(tree, names[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		(void)snprintf(path[i], sizeof(path[i]), "/proc/self/fd/%d", fd);
	}
	return rj_mnt_new("overlay", opts, RJ_MOUNT_ATTR_NOSUID, &err) < 0 ? err.num : 0;
}

static int fresh_proc(const struct ids *ids)
{
	struct rj_err err;

	return rj_userns_map(0, ids->uid, 0, ids->gid, &err) < 0 ||
			       rj_mnt_new("proc", NULL, 0, &err) < 0
		       ? err.num
		       : 0;
}

static int keyring(const struct ids *ids)
{
	struct rj_err err;

	(void)ids;
	/* A kernel without keyrings has nothing to leak, and is fine. */
	return rj_keyring_new(&err) < 0 ? err.num : 0;
}

int rj_probe_proc(void)
{
	return in_child(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID, fresh_proc);
}

static void try_all(struct rj_hostfacts *f)
{
	for (int i = 0; i < RJ_TRY_N; i++)
		f->tried[i] = RJ_UNTRIED;
	for (size_t i = 0; i < RJ_COUNT(spaces); i++) {
		f->tried[i] = in_child(spaces[i].flag, NULL);
		if (f->tried[RJ_TRY_USER])
			return;
	}
	f->tried[RJ_TRY_MAP] = in_child(CLONE_NEWUSER, map);
	if (f->tried[RJ_TRY_MAP] || f->tried[RJ_TRY_MNT])
		return;
	f->tried[RJ_TRY_MOUNT] = in_child(CLONE_NEWUSER | CLONE_NEWNS, mounts);
	if (!f->tried[RJ_TRY_MOUNT])
		f->tried[RJ_TRY_OVERLAY] = in_child(CLONE_NEWUSER | CLONE_NEWNS, overlay);
	if (!f->tried[RJ_TRY_PID])
		f->tried[RJ_TRY_PROC] = rj_probe_proc();
}

/* The first line of a small file, without its newline; "" when it cannot be read. */
static void read_line(const char *path, char *ret, size_t size)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, size - 1);

	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
}

static long number(const char *path)
{
	char text[32], *end;
	long n;

	read_line(path, text, sizeof(text));
	n = strtol(text, &end, 10);
	return end == text ? -1 : n;
}

static void read_sysctls(struct rj_hostfacts *f)
{
	for (int i = 0; i < RJ_TRY_N; i++)
		f->max_ns[i] = -1;
	for (size_t i = 0; i < RJ_COUNT(spaces); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
			       spaces[i].limit);
		f->max_ns[i] = number(path);
	}
	f->switches = rj_userns_switches("/proc/sys");
	f->legacy_tiocsti = number("/proc/sys/dev/tty/legacy_tiocsti");
	f->ptrace_scope = number("/proc/sys/kernel/yama/ptrace_scope");
	f->kptr_restrict = number("/proc/sys/kernel/kptr_restrict");
}

static void look_for_container(struct rj_hostfacts *f)
{
	const char *variable = getenv("container"); /* systemd's convention: lxc, podman, oci */
	const char *name = "";

	if (access("/run/.containerenv", F_OK) == 0)
		name = "podman";
	else if (getenv("KUBERNETES_SERVICE_HOST"))
		name = "kubernetes";
	else if (access("/.dockerenv", F_OK) == 0)
		name = "docker";
	else if (variable)
		name = variable;
	(void)snprintf(f->container, sizeof(f->container), "%s", name);
}

static void try_locks(struct rj_hostfacts *f)
{
	const uint32_t action = RJ_SECCOMP_RET_ERRNO;
	long abi =
		syscall(SYS_landlock_create_ruleset, NULL, 0, RJ_LANDLOCK_CREATE_RULESET_VERSION);

	f->landlock = abi < 0 ? -errno : (int)abi;
	f->seccomp = syscall(SYS_seccomp, RJ_SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ? errno : 0;
	f->keyring = in_child(0, keyring);
}

void rj_probe_kernel(struct rj_hostfacts *f)
{
	struct utsname u;
	char *end;

	if (uname(&u) == 0) {
		(void)snprintf(f->release, sizeof(f->release), "%s", u.release);
		(void)snprintf(f->machine, sizeof(f->machine), "%s", u.machine);
		f->major = (unsigned)strtoul(u.release, &end, 10);
		f->minor = *end == '.' ? (unsigned)strtoul(end + 1, NULL, 10) : 0;
	}
	f->uid = getuid();
	f->now = (long long)time(NULL);
	read_line("/proc/self/attr/apparmor/current", f->label, sizeof(f->label));
	if (!f->label[0])
		read_line("/proc/self/attr/current", f->label, sizeof(f->label));
	read_sysctls(f);
	look_for_container(f);
	try_all(f);
	try_locks(f);
}
