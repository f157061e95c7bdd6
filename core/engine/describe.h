#ifndef RJ_ENGINE_DESCRIBE_H
#define RJ_ENGINE_DESCRIBE_H

#include <stdio.h>

#include "core/engine/session.h"

/*
 * What a session would be made of, without making it: from the same view, sandbox and limits that
 * rj_session_run starts. One fact a line, the first word says which; new ones may come, but none
 * changes its meaning:
 *
 *   jail NAME, command WORD..., directory PATH, namespaces ..., uid I for O, gid I for O,
 *   network shared|loopback, lock ..., user-namespaces allowed|forbidden, landlock ... abi N,
 *   seccomp FILTER INSTRUCTIONS, limit KEY VALUE by WHAT, env NAME, mount STEP
 *
 * A word that is none is a TOML string. Values of variables are not told.
 */
int rj_session_describe(struct rj_ctx *ctx, const struct rj_jail *jail,
			const struct rj_session_args *args, FILE *out, struct rj_err *err);

#endif
