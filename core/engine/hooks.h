#ifndef RJ_ENGINE_HOOKS_H
#define RJ_ENGINE_HOOKS_H

#include "core/engine/ctx.h"
#include "core/model/jail.h"

/*
 * git_hooks = true: copy the main repository's hooks (regular, executable files of its hooks
 * directory, samples left out) to private/N/hooks, anew for each session, for the jail to see
 * read-only. The originals are never shown. *ret_dir is malloc'd.
 */
int rj_hooks_copy(const struct rj_ctx *ctx, const struct rj_jail *jail, char **ret_dir,
		  struct rj_err *err);

#endif
