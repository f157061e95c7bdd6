/*
 * session_detach - a session whose client is a process in the background
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/session_parts.h"
#include "core/sys/proc.h"

/* What a detached session says once it runs; errors are larger (struct rj_err). */
struct started {
	int id;
};

void rj_session_tell(const struct rj_session *s, int id)
{
	const struct started st = {.id = id};

	/* A pipe with nobody at its end is no reason to end a session that runs. */
	if (s->report >= 0 && write(s->report, &st, sizeof(st)) < 0)
		return;
}

static void detached(struct rj_session *s, int (*run)(struct rj_session *s, struct rj_err *err))
{
	struct rj_err err;

	if (rj_proc_background(&err) < 0 || run(s, &err) < 0)
		rj_err_send(s->report, &err);
	_exit(0);
}

static int hear(int fd, int *ret_id, struct rj_err *err)
{
	union {
		struct started started;
		struct rj_err err;
	} got;
	ssize_t n;

	do
		n = read(fd, &got, sizeof(got));
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(got.err) && got.err.num > 0) {
		*err = got.err;
		return -err->num;
	}
	if (n != (ssize_t)sizeof(got.started))
		return rj_refuse(err, EPROTO, "the session in the background ended at once");
	*ret_id = got.started.id;
	return 0;
}

int rj_session_detach(struct rj_session *s, int (*run)(struct rj_session *s, struct rj_err *err),
		      struct rj_err *err)
{
	int report[2];
	pid_t pid;
	int rc;

	if (pipe2(report, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	pid = fork();
	if (pid == 0) {
		rj_close(&report[0]);
		s->report = report[1];
		detached(s, run);
	}
	rj_close(&report[1]);
	rc = pid < 0 ? rj_fail(err, errno, "cannot start a process in the background")
		     : hear(report[0], &s->ret->id, err);
	rj_close(&report[0]);
	return rc;
}
