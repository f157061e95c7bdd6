/*
 * stop - who runs a jail, and how it is made to end; declared in session.h
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/engine/guard.h"
#include "core/engine/join.h"
#include "core/engine/session.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

enum {
	GRACE_MS = 3000, /* between TERM and KILL */
	KILL_MS = 5000,
	TICK_MS = 5,
	SLACK_MS = 2000,     /* for the clients to bring commits over */
	SESSIONS_MAX = 1000, /* a bound on the loop, not on sessions */
};

pid_t rj_session_running(const struct rj_ctx *ctx, const char *name)
{
	RJ_AUTO(rj_free) char *lock = rj_ctx_private(ctx, name, "lock");

	return rj_lock_holder(AT_FDCWD, lock);
}

pid_t rj_session_running_in(int private, const char *name)
{
	char lock[RJ_NAME_MAX + sizeof("/lock")];
	int len = snprintf(lock, sizeof(lock), "%s/lock", name);

	return len > 0 && (size_t)len < sizeof(lock) ? rj_lock_holder(private, lock) : 0;
}

/* 1 when it ended in time. */
static int ends_within(int pidfd, int ms)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return poll(&p, 1, ms) == 1;
}

static int stop_one(const struct rj_ctx *ctx, const char *name, pid_t pid, struct rj_err *err)
{
	RJ_AUTO(rj_close) int pidfd = rj_pidfd_open(pid);

	if (pidfd == -ESRCH)
		return 0;
	if (pidfd < 0)
		return rj_fail(err, -pidfd, "cannot reach the supervisor (process %d)", pid);
	/* The descriptor pins the process; if it still holds the lock, it is the one we mean. */
	if (rj_session_running(ctx, name) != pid)
		return 0;
	(void)rj_pidfd_kill(pidfd, SIGTERM);
	(void)rj_pidfd_kill(pidfd, SIGCONT);
	if (ends_within(pidfd, GRACE_MS))
		return 0;
	rj_guard_kill(name, pid);
	/* PID 1 of the jail dies with its supervisor, and everything inside with PID 1. */
	(void)rj_pidfd_kill(pidfd, SIGKILL);
	if (ends_within(pidfd, KILL_MS))
		return 0;
	return rj_refuse(err, ETIMEDOUT, "process %d does not end, not even by SIGKILL", pid);
}

/* It may have been suspended by ^Z, and would not see the end that it waits for. */
static void let_go_on(const struct rj_ctx *ctx, const char *name)
{
	const pid_t pid = rj_session_running(ctx, name);
	RJ_AUTO(rj_close) int pidfd = pid > 0 ? rj_pidfd_open(pid) : -1;

	if (pidfd >= 0 && rj_session_running(ctx, name) == pid)
		(void)rj_pidfd_kill(pidfd, SIGCONT);
}

/* What runs in the jail has been asked to end, by PID 1, which ends after `ms`: wait for that. */
static void wait_for_all(const struct rj_ctx *ctx, const char *name, int ms)
{
	const struct timespec tick = {.tv_nsec = TICK_MS * 1000000L};

	for (int left = ms + SLACK_MS; left > 0 && rj_session_running(ctx, name); left -= TICK_MS)
		(void)nanosleep(&tick, NULL);
}

int rj_session_stop(const struct rj_ctx *ctx, const char *name, int ms, struct rj_err *err)
{
	if (rj_join_stop(ctx, name, ms)) {
		let_go_on(ctx, name);
		wait_for_all(ctx, name, ms);
	}
	/* Those that were just starting, or that do not answer. */
	for (int i = 0; i < SESSIONS_MAX; i++) {
		pid_t pid = rj_session_running(ctx, name);

		if (pid == 0)
			return 0;
		if (pid < 0)
			return rj_refuse(
				err, ESRCH,
				"jail '%s' runs where this command cannot see it, in another "
				"container",
				name);
		if (stop_one(ctx, name, pid, err) < 0)
			return -err->num;
	}
	return rj_refuse(err, EBUSY, "new sessions of jail '%s' begin all the time", name);
}
