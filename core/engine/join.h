#ifndef RJ_ENGINE_JOIN_H
#define RJ_ENGINE_JOIN_H

#include "core/engine/ctx.h"
#include "core/engine/wire.h"

/* What the host's commands ask of a running jail's PID 1, over its socket. */

struct rj_join {
	char *const *argv, *const *env; /* NULL ends */
	const char *dir;
	struct rj_wire_hello hello; /* version and request are filled in */
	/* What the command gets; those whose bit is set in hello.tty or hello.null are not sent. */
	int stdio[3];
};

/* The socket, connected: a descriptor; -ENOENT or -ECONNREFUSED when nobody answers, *err untouched
 * then; -errno. */
int rj_join_connect(const struct rj_ctx *ctx, const char *name, struct rj_err *err);

/*
 * Join: the session's control socket (wire.h), once the command has been started; *ret_id is its
 * number. -EAGAIN without *err when the jail ended before it answered: try again. Errors are those
 * of rj_session_run.
 */
int rj_join_start(const struct rj_ctx *ctx, const char *name, struct rj_join *join, int *ret_id,
		  struct rj_err *err);

/* The sessions of a running jail; free *ret. A jail that does not run has none. */
int rj_join_list(const struct rj_ctx *ctx, const char *name, struct rj_wire_session **ret,
		 size_t *ret_n, struct rj_err *err);

/* Ask for the end of all within `ms`: true when it was asked for. */
bool rj_join_stop(const struct rj_ctx *ctx, const char *name, int ms);

/* Look at a detached session: a socket to its client (viewer.h), or -errno. */
int rj_join_view(const struct rj_ctx *ctx, const char *name, int id, struct rj_err *err);

/* Fill in what is told of a session. */
void rj_wire_session_fill(struct rj_wire_session *s, char *const *argv);

#endif
