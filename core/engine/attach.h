#ifndef RJ_ENGINE_ATTACH_H
#define RJ_ENGINE_ATTACH_H

#include "core/engine/ctx.h"

/*
 * Look at a detached session on the caller's terminal, from the viewer's side (viewer.h): keys go
 * to it, its output comes, until it ends or the key `detach` is typed, a control character (0
 * none). The terminal is as it was before.
 */
struct rj_attach_result {
	bool ended;
	int status; /* of the command, when it ended; -1 not known */
};

/* `id`: the number of the session; 0 the only one that is detached. Needs a terminal as standard
 * input and output. */
int rj_session_attach(const struct rj_ctx *ctx, const char *name, int id, char detach,
		      struct rj_attach_result *ret, struct rj_err *err);

#endif
