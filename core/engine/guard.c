#include "core/engine/guard.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/home.h"
#include "core/sys/du.h"
#include "core/sys/file.h"
#include "core/sys/rlimit.h"

enum {
	OOM_SCORE = 500, /* of 1000: as if half of the machine's memory more were in use */
	CPU_PERIOD_US = 100000,
	SWAP_PART = 4,
	HOME_ENTRIES = 10000,
	UID_MAP_MAX = 16384,
};

#define NO_HIERARCHY "control groups (version 2) with such a controller are not to be had here"

static_assert((unsigned)RJ_LIMIT_HAS_CPU == (unsigned)RJ_CGROUP_CPU &&
		      (unsigned)RJ_LIMIT_HAS_MEMORY == (unsigned)RJ_CGROUP_MEMORY &&
		      (unsigned)RJ_LIMIT_HAS_PIDS == (unsigned)RJ_CGROUP_PIDS,
	      "the model and the kernel side name the same controllers");

/* User 0, and not only in the name that a user namespace gives to somebody else. The first line of
 * uid_map is "INSIDE OUTSIDE COUNT" (user_namespaces(7)). */
static bool is_root(void)
{
	RJ_AUTO(rj_buf_release) struct rj_buf map = {0};
	struct rj_err none;
	char *rest;

	if (geteuid() != 0 ||
	    rj_file_read(AT_FDCWD, "/proc/self/uid_map", UID_MAP_MAX, &map, &none) < 0)
		return geteuid() == 0;
	return strtoul(rj_buf_str(&map), &rest, 10) != 0 || strtoul(rest, NULL, 10) == 0;
}

static struct rj_limit_facts ask_host(void)
{
	struct rj_limit_facts f = {.is_root = is_root()};
	struct sysinfo machine;
	struct utsname u;
	struct statvfs sys;

	if (sysinfo(&machine) == 0)
		f.ram = (uint64_t)machine.totalram * machine.mem_unit;
	/* in containers /proc/sys is read-only */
	f.own_pid_max = uname(&u) == 0 && rj_limit_kernel_at_least(u.release, 6, 14) &&
			statvfs("/proc/sys", &sys) == 0 && !(sys.f_flag & ST_RDONLY);
	return f;
}

/* A descriptor of the hierarchy with a place in it, or -1 and why. */
static int find_place(pid_t child, struct rj_cgroup_place *ret, struct rj_limit_facts *facts)
{
	RJ_AUTO(rj_free) char *own = NULL;
	int root = rj_cgroup_open(0, RJ_CGROUP_ALL, &own);

	*ret = (struct rj_cgroup_place){0};
	facts->no_group = NO_HIERARCHY;
	if (root < 0)
		return -1;
	rj_cgroup_look(root, own, getpid(), child, ret);
	facts->no_group = ret->why;
	facts->controllers = ret->controllers;
	return root;
}

int rj_limits_probe(const struct rj_config *config, struct rj_limits *ret, const char **ret_why,
		    struct rj_err *err)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};
	struct rj_limit_facts facts = ask_host();
	RJ_AUTO(rj_close) int root = find_place(0, &place, &facts);

	(void)root;
	*ret_why = facts.no_group;
	return rj_limits_plan(config, &facts, ret, err);
}

static bool by_cgroup(const struct rj_limits *l, enum rj_limit_key k)
{
	return l->v[k].by == RJ_BY_CGROUP;
}

static int set_number(const struct rj_cgroup *group, const char *file, uint64_t n,
		      struct rj_err *err)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	return rj_cgroup_set(group, file, text, err);
}

/* memory.oom.group stays off: the kernel ends the biggest process, not the agent with its build. */
static int set_group(const struct rj_cgroup *group, const struct rj_limits *l, struct rj_err *err)
{
	const uint64_t memory = l->v[RJ_LIMIT_MEMORY].value;
	char cpu[48];

	if (by_cgroup(l, RJ_LIMIT_MEMORY) && set_number(group, "memory.max", memory, err) < 0)
		return -err->num;
	/* Room to swap out what is idle, not to thrash for long; not there without swap. */
	if (by_cgroup(l, RJ_LIMIT_MEMORY) &&
	    faccessat(group->dir, "memory.swap.max", F_OK, 0) == 0 &&
	    set_number(group, "memory.swap.max", memory / SWAP_PART, err) < 0)
		return -err->num;
	if (by_cgroup(l, RJ_LIMIT_PIDS) &&
	    set_number(group, "pids.max", l->v[RJ_LIMIT_PIDS].value, err) < 0)
		return -err->num;
	(void)snprintf(cpu, sizeof(cpu), "%llu %d",
		       (unsigned long long)l->v[RJ_LIMIT_CPU].value * CPU_PERIOD_US / 1000,
		       CPU_PERIOD_US);
	return by_cgroup(l, RJ_LIMIT_CPU) ? rj_cgroup_set(group, "cpu.max", cpu, err) : 0;
}

static int fill_group(struct rj_guard *g, pid_t pid, struct rj_err *err)
{
	int rc = set_group(&g->group, &g->limits, err);

	if (rc < 0)
		return rc;
	rc = rj_cgroup_add(&g->group, pid);
	g->sandbox.group = rc == 0;
	return rc < 0 ? rj_fail(err, -rc, "cannot put a process into the group %s", g->group.name)
		      : 0;
}

/* A group that cannot be made is as none: what was asked for and needs one is then refused. */
static int make_group(struct rj_guard *g, const struct rj_ctx *ctx, const char *jail, pid_t pid,
		      struct rj_err *err)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};
	struct rj_limit_facts facts = ask_host();
	RJ_AUTO(rj_close) int root = find_place(pid, &place, &facts);
	struct rj_err why = {0};

	if (rj_limits_plan(&ctx->config, &facts, &g->limits, err) < 0)
		return -err->num;
	if (!by_cgroup(&g->limits, RJ_LIMIT_MEMORY) && !by_cgroup(&g->limits, RJ_LIMIT_PIDS) &&
	    !by_cgroup(&g->limits, RJ_LIMIT_CPU))
		return 0;
	if (rj_cgroup_make(root, &place, jail, getpid(), &g->group, &why) == 0 &&
	    fill_group(g, pid, &why) == 0)
		return 0;
	rj_cgroup_release(&g->group, true);
	facts.controllers = 0;
	facts.no_group = why.msg;
	return rj_limits_plan(&ctx->config, &facts, &g->limits, err);
}

static int refuse_home(const struct rj_guard *g, const char *path, int rc, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf is = {0};

	rj_limit_print(RJ_LIMIT_HOME, g->limits.v[RJ_LIMIT_HOME].value, &is);
	if (rc < 0)
		rj_refuse(err, EDQUOT, "the size of the jail's home %s cannot be measured (%s)",
			  path, rc == -ELOOP ? "it is too deep" : strerror(-rc));
	else
		rj_refuse(err, EDQUOT, "the jail's home %s holds more than home_size (%s)", path,
			  rj_buf_str(&is));
	return rj_hint(err, "remove something there, or raise home_size in config.toml");
}

static int open_home(struct rj_guard *g, const struct rj_ctx *ctx, const char *jail,
		     struct rj_err *err)
{
	const uint64_t most = g->limits.v[RJ_LIMIT_HOME].value;
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail, "home");
	struct rj_du *du;
	uint64_t bytes = 0;
	int rc;

	g->home = rj_home_open(path, err);
	if (g->home < 0)
		return g->home;
	if (most == RJ_UNLIMITED)
		return 0;
	du = rj_du_new(g->home);
	do
		rc = rj_du_step(du, HOME_ENTRIES, &bytes);
	while (rc == 0 && bytes <= most);
	rj_du_free(&du);
	return rc < 0 || bytes > most ? refuse_home(g, path, rc, err) : 0;
}

static void prepare_watch(struct rj_guard *g)
{
	const struct rj_limits *l = &g->limits;
	const bool memory = l->v[RJ_LIMIT_MEMORY].by == RJ_BY_WATCH;
	const bool tasks = !by_cgroup(l, RJ_LIMIT_PIDS) && l->v[RJ_LIMIT_PIDS].by != RJ_BY_NOTHING;
	const struct rj_watch_args args = {
		.memory = memory ? l->v[RJ_LIMIT_MEMORY].value : RJ_UNLIMITED,
		.tasks = tasks ? l->v[RJ_LIMIT_PIDS].value : RJ_UNLIMITED,
		.home = l->v[RJ_LIMIT_HOME].value,
		.disk = l->v[RJ_LIMIT_DISK].value,
		.home_dir = g->home,
	};

	rj_watch_prepare(&g->watch, &args);
}

int rj_guard_open(struct rj_guard *ret, struct rj_err *err)
{
	*ret = (struct rj_guard){.group = {.parent = -1, .dir = -1},
				 .sandbox = {.oom_score = OOM_SCORE},
				 .watch = RJ_WATCH_NONE,
				 .inside = -1,
				 .home = -1};
	return rj_watch_open(&ret->watch, &ret->inside, err);
}

int rj_guard_prepare(struct rj_guard *g, const struct rj_ctx *ctx, const char *jail, pid_t pid,
		     struct rj_err *err)
{
	const struct rj_limits *l = &g->limits;

	if (make_group(g, ctx, jail, pid, err) < 0 || open_home(g, ctx, jail, err) < 0)
		return -err->num;
	prepare_watch(g);
	if (l->v[RJ_LIMIT_PIDS].by == RJ_BY_RLIMIT)
		g->sandbox.processes = l->v[RJ_LIMIT_PIDS].value;
	if (l->v[RJ_LIMIT_PIDS].by == RJ_BY_PID_MAX)
		g->sandbox.pid_max = l->v[RJ_LIMIT_PIDS].value;
	g->sandbox.inotify = rj_userns_inotify_half("/proc/sys");
	g->sandbox.files = l->v[RJ_LIMIT_FILES].value;
	return 0;
}

void rj_guard_started(struct rj_guard *g)
{
	rj_close(&g->inside);
	g->inside = -1;
}

/* "the jail hit KEY (VALUE): ..." */
static void tell(const struct rj_guard *g, enum rj_limit_key key, const char *what,
		 struct rj_errs *hits)
{
	RJ_AUTO(rj_buf_release) struct rj_buf value = {0};
	struct rj_err *ret = rj_errs_add(hits);

	rj_limit_print(key, g->limits.v[key].value, &value);
	rj_refuse(ret, EDQUOT, "the jail hit %s (%s): %s", rj_limit_name(key), rj_buf_str(&value),
		  what);
	(void)rj_hint(ret, "if it needs more, raise %s in config.toml", rj_limit_name(key));
}

static void tell_memory(const struct rj_guard *g, unsigned long long killed, const char *who,
			const char *biggest, struct rj_errs *hits)
{
	RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

	rj_buf_printf(&what, "%s ended %llu process%s of it", who, killed, killed == 1 ? "" : "es");
	if (*biggest)
		rj_buf_printf(&what, ", '%s' the last", biggest);
	tell(g, RJ_LIMIT_MEMORY, rj_buf_str(&what), hits);
}

/* A fork that will fail counts against RLIMIT_NPROC as long as it lasts, so a bomb that spins is at
 * its limit with a quarter fewer to be seen. What came close and went no further is told as such.
 */
static void tell_tasks(const struct rj_guard *g, uint64_t seen, struct rj_errs *hits)
{
	const uint64_t value = g->limits.v[RJ_LIMIT_PIDS].value;
	const uint64_t most = value + (g->sandbox.pid_max ? RJ_PID_MAX_MORE : 0);
	struct rj_err *ret;

	if (seen < most - most / 3)
		return;
	if (seen + 2 + most / 64 >= most) {
		tell(g, RJ_LIMIT_PIDS, "no more processes or threads could start", hits);
		return;
	}
	ret = rj_errs_add(hits);
	(void)rj_refuse(
		ret, EDQUOT,
		"the jail came close to pids_max (%llu): it had %llu processes and threads, "
		"or more",
		(unsigned long long)value, (unsigned long long)seen);
	(void)rj_hint(ret, "if it needs more, raise pids_max in config.toml");
}

static void tell_watch(const struct rj_guard *g, const struct rj_watch_result *r,
		       struct rj_errs *hits)
{
	char text[96];

	if (r->failed)
		rj_refuse(rj_errs_add(hits), EAGAIN,
			  "the session was ended, because the watch of its limits could not be "
			  "started: the limit on processes may be reached (see ulimit -u)");
	if (r->memory_ended)
		tell(g, RJ_LIMIT_MEMORY, "the session was ended", hits);
	else if (r->killed)
		tell_memory(g, r->killed, "robojail", r->biggest, hits);
	if (r->tasks)
		tell_tasks(g, r->tasks, hits);
	(void)snprintf(text, sizeof(text), "%s was full", r->full);
	if (r->full[0])
		tell(g, RJ_LIMIT_TMP, text, hits);
	if (r->home_ended)
		tell(g, RJ_LIMIT_HOME,
		     r->home_ended == 1
			     ? "its home held more, and the session was ended"
			     : "how much its home holds could not be measured any more, and the "
			       "session was ended",
		     hits);
	if (r->disk_ended || r->inodes_ended) {
		tell(g, RJ_LIMIT_DISK,
		     r->disk_ended
			     ? "less than that was left free, and the session was ended"
			     : "less than that share of the disk's inodes was left free, and the "
			       "session was ended",
		     hits);
		(void)rj_hint(&hits->v[hits->n - 1],
			      "%s the disk with the jails, or lower disk_reserve in config.toml",
			      r->disk_ended ? "make room on"
					    : "remove files, also small ones, from");
	}
}

void rj_guard_finish(struct rj_guard *g, struct rj_errs *hits)
{
	const uint64_t killed = rj_cgroup_read(&g->group, "memory.events", "oom_kill");
	const uint64_t refused = rj_cgroup_read(&g->group, "pids.events", "max");
	struct rj_watch_result seen;

	rj_guard_started(g);
	rj_watch_end(&g->watch, &seen);
	rj_cgroup_release(&g->group, true);
	rj_close(&g->home);
	g->home = -1;
	if (killed)
		tell_memory(g, killed, "the kernel", "", hits);
	if (refused)
		tell(g, RJ_LIMIT_PIDS, "no more processes or threads could start", hits);
	tell_watch(g, &seen, hits);
}

void rj_guard_kill(const char *jail, pid_t supervisor)
{
	RJ_AUTO(rj_free) char *path = NULL;
	RJ_AUTO(rj_close) int root = rj_cgroup_open(supervisor, RJ_CGROUP_ALL, &path);
	struct rj_cgroup group;

	if (root < 0 || rj_cgroup_find(root, path, jail, supervisor, &group) < 0)
		return;
	rj_cgroup_kill(&group);
	rj_cgroup_release(&group, true);
}
