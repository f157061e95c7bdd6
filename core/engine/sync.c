#include "core/engine/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/host.h"
#include "core/engine/sandbox.h"
#include "core/engine/synced.h"
#include "core/git/left.h"
#include "core/git/private.h"
#include "core/model/layout.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"
#include "core/sys/rlimit.h"

enum {
	TICK_NS = 100000000,
	LAST_WORDS_MS = 200,
	TIMED_OUT = 124, /* exit status of the locked child */
};
#define MEMORY_MAX (8ull << 30) /* of address space: packs are mapped */

struct locked {
	struct rj_export ex;
	int out;
	uint64_t seconds;
};

struct rj_worktree rj_jail_worktree(const struct rj_jail *jail)
{
	return (struct rj_worktree){
		.path = jail->worktree_path,
		.admin = jail->admin,
		.branch = jail->branch,
		.base = jail->base,
	};
}

/* A handler, since PID 1 of a namespace is not killed by a signal it leaves at its default. */
static void on_alarm(int sig)
{
	(void)sig;
	_exit(TIMED_OUT);
}

static void on_tick(int sig)
{
	(void)sig;
}

/*
 * libgit2 opens what it finds among G's objects, and a FIFO there would wait for ever. A signal
 * that comes all the time, with a handler and without SA_RESTART, ends such an open with EINTR;
 * those of regular files are not interrupted.
 */
static int start_ticking(struct rj_err *err)
{
	const struct sigaction sa = {.sa_handler = on_tick};
	const struct itimerspec each = {.it_interval.tv_nsec = TICK_NS,
					.it_value.tv_nsec = TICK_NS};
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGVTALRM};
	timer_t timer;

	if (sigaction(SIGVTALRM, &sa, NULL) < 0 || timer_create(CLOCK_MONOTONIC, &ev, &timer) < 0 ||
	    timer_settime(timer, 0, &each, NULL) < 0)
		return rj_fail(err, errno, "cannot start a timer");
	return 0;
}

/* A second for what SIGXCPU does. */
static int limit_cpu(uint64_t seconds, struct rj_err *err)
{
	struct rlimit r;

	if (rj_rlimit_lower(RLIMIT_CPU, "RLIMIT_CPU", seconds + 1, err) < 0)
		return -err->num;
	if (getrlimit(RLIMIT_CPU, &r) == 0 && r.rlim_cur > seconds) {
		r.rlim_cur = seconds;
		(void)setrlimit(RLIMIT_CPU, &r); /* lower than before */
	}
	return 0;
}

/* Where the user has less (ulimit), that stays. */
static int limit(uint64_t seconds, struct rj_err *err)
{
	struct sigaction sa = {.sa_handler = on_alarm};

	if (sigaction(SIGALRM, &sa, NULL) < 0 || sigaction(SIGXCPU, &sa, NULL) < 0)
		return rj_fail(err, errno, "cannot set the time limit of the locked process");
	if (limit_cpu(seconds, err) < 0 ||
	    rj_rlimit_lower(RLIMIT_AS, "RLIMIT_AS", MEMORY_MAX, err) < 0 ||
	    rj_rlimit_lower(RLIMIT_NPROC, "RLIMIT_NPROC", 0, err) < 0 ||
	    rj_rlimit_lower(RLIMIT_CORE, "RLIMIT_CORE", 0, err) < 0)
		return -err->num;
	(void)alarm((unsigned)seconds);
	return start_ticking(err);
}

/* In the locked child. From here on what went wrong is said in the stream. */
static int export_body(void *arg, int report, struct rj_err *err)
{
	struct locked *l = arg;

	if (limit(l->seconds, err) < 0)
		return -err->num;
	rj_close(&report);
	return rj_export_write(l->out, &l->ex, err) < 0 ? RJ_EXIT_FAILED : 0;
}

static int locked_plan(const struct rj_ctx *ctx, const struct rj_jail *jail, const char *git,
		       struct rj_plan *p, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv objects = {0};
	struct rj_host host;
	int rc;

	if (rj_private_object_dirs(jail->git_dir, &objects, err) < 0)
		return -err->num;
	rj_host_init(&host, &ctx->dirs, &ctx->config);
	rj_plan_add(p,
		    (struct rj_step){
			    .kind = RJ_STEP_ROOT_TMPFS, .mode = 0755, .size = "64k", .dst = "/"});
	rc = rj_layout_add_bind(p, &host.facts, git, RJ_INSIDE_GIT, 0, err);
	for (size_t i = 0; rc == 0 && i < objects.n; i++) {
		struct rj_buf b = {0};
		RJ_AUTO(rj_free) char *dst = NULL;

		rj_buf_printf(&b, "%s/%zu", RJ_INSIDE_OBJECTS, i);
		dst = rj_buf_take(&b);
		rc = rj_layout_add_bind(p, &host.facts, objects.v[i], dst, 0, err);
	}
	rj_host_release(&host);
	return rc;
}

static int start(const struct rj_plan *plan, struct locked *l, struct rj_child *ret_child,
		 int *ret_in, struct rj_err *err)
{
	int pipe_fds[2];
	struct rj_sandbox sb = {
		.plan = plan,
		.inside_uid = getuid(),
		.inside_gid = getgid(),
		.filter = RJ_FILTER_LOCKED,
		.own_network = true,
		.wall = RJ_WALL_NO_TCP,
		.keep = &pipe_fds[1],
		.keep_n = 1,
		.body = export_body,
		.arg = l,
	};

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	l->out = pipe_fds[1];
	if (rj_sandbox_start(&sb, ret_child, err) < 0) {
		rj_close(&pipe_fds[0]);
		rj_close(&pipe_fds[1]);
		return -err->num;
	}
	rj_close(&pipe_fds[1]);
	*ret_in = pipe_fds[0];
	return 0;
}

/* It has nothing left to say, but why it stopped. */
static int end_child(struct rj_child *child)
{
	struct pollfd p = {.fd = child->pidfd, .events = POLLIN};

	(void)poll(&p, 1, LAST_WORDS_MS);
	(void)rj_pidfd_kill(child->pidfd, SIGKILL);
	return rj_child_wait(child);
}

struct rj_import_limits rj_session_limits(const struct rj_config *config)
{
	struct rj_import_limits limits = RJ_IMPORT_LIMITS_DEFAULT;

	limits.bytes = config->import_max_mib << 20;
	limits.objects = config->import_max_objects;
	return limits;
}

int rj_session_export(const struct rj_ctx *ctx, const struct rj_jail *jail,
		      const struct rj_export *ex, rj_stream_fn *read, void *arg, struct rj_err *err)
{
	RJ_AUTO(rj_plan_release) struct rj_plan plan = {0};
	RJ_AUTO(rj_free) char *git = rj_ctx_private(ctx, jail->name, "git");
	struct locked l = {.ex = *ex, .seconds = ctx->config.import_max_seconds};
	struct rj_child child;
	int in, rc;

	l.ex.git_dir = RJ_INSIDE_GIT;
	l.ex.base = jail->base;
	if (locked_plan(ctx, jail, git, &plan, err) < 0 || rj_plan_check(&plan, err) < 0 ||
	    start(&plan, &l, &child, &in, err) < 0)
		return rj_wrap(err, "cannot look for the agent's commits");
	rc = read(arg, in, err);
	rj_close(&in);
	if (end_child(&child) != TIMED_OUT || rc >= 0)
		return rc;
	rj_refuse(err, ETIMEDOUT, "it took more than %llu seconds",
		  (unsigned long long)ctx->config.import_max_seconds);
	return rj_hint(err, "raise import_max_seconds in config.toml");
}

struct sync {
	const struct rj_ctx *ctx;
	const struct rj_jail *jail;
	const struct rj_repo *repo;
	struct rj_import_result *ret;
};

static int import(void *arg, int in, struct rj_err *err)
{
	const struct sync *s = arg;
	const struct rj_import_limits limits = rj_session_limits(&s->ctx->config);
	const struct rj_worktree wt = rj_jail_worktree(s->jail);

	return rj_import_read(in, s->repo, &wt, s->jail->name, &limits, s->ret, err);
}

int rj_sync_turn(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail->name, "turn");
	int fd = rj_lock_open(path, err);

	if (fd >= 0 && rj_lock_wait(fd, RJ_LOCK_EXCLUSIVE, err) < 0) {
		rj_close(&fd);
		return -err->num;
	}
	return fd;
}

static int sync_once(struct sync *s, bool staged, struct rj_err *err)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset left = {0};
	struct rj_export ex = {.branch = s->jail->branch, .staged = staged, .left = &left};
	const struct rj_worktree wt = rj_jail_worktree(s->jail);
	int rc;

	if (rj_left_find(s->repo, &wt, &left, err) < 0 ||
	    rj_import_last(s->repo, &wt, ex.last, err) < 0)
		return -err->num;
	rc = rj_session_export(s->ctx, s->jail, &ex, import, s, err);
	if (rc == 0)
		rj_left_settle(s->repo, &left, s->ret);
	return rc == -ETIMEDOUT ? rj_wrap(err, "nothing was imported from jail %s", s->jail->name)
				: rc;
}

int rj_session_sync_now(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_repo *repo,
			bool staged, struct rj_import_result *ret, struct rj_err *err)
{
	struct rj_import_result again = {0};
	struct sync s = {.ctx = ctx, .jail = jail, .repo = repo, .ret = ret};
	int rc = sync_once(&s, staged, err);

	if (rc < 0 || !ret->dropped)
		return rc;
	/* what this took from the branch may be on others: they are counted anew */
	s.ret = &again;
	rc = sync_once(&s, staged, err);
	if (rc == 0)
		rj_import_result_join(ret, &again);
	else
		rj_import_result_release(ret);
	rj_import_result_release(&again);
	return rc;
}

int rj_session_sync(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_repo *repo,
		    struct rj_import_result *ret, struct rj_err *err)
{
	RJ_AUTO(rj_close) int turn = rj_sync_turn(ctx, jail, err);

	/* without private data there is no G, either, which is said better there */
	if (turn < 0 && turn != -ENOENT)
		return turn;
	return rj_session_sync_now(ctx, jail, repo, false, ret, err);
}

int rj_session_sync_shown(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_repo *repo,
			  struct rj_import_result *ret, struct rj_err *err)
{
	RJ_AUTO(rj_synced_release) struct rj_synced synced;
	int rc;

	rj_synced_look(ctx, jail, repo, &synced);
	if (synced.is_known) {
		*ret = (struct rj_import_result){0};
		return 0;
	}
	rc = rj_session_sync(ctx, jail, repo, ret, err);
	if (rc == 0)
		rj_synced_keep(ctx, jail, &synced, ret);
	return rc;
}
