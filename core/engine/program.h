#ifndef RJ_ENGINE_PROGRAM_H
#define RJ_ENGINE_PROGRAM_H

#include "core/engine/ctx.h"

/*
 * Split an entrypoint's command line (core/model/words.h) and find its program on this host: on
 * PATH, below ~/, or by a path. The first word becomes an absolute path; symlinks in it stay, and
 * what stands for a program of a version manager becomes that program. -ENOENT when there is no
 * such program, -EACCES when it is not executable, -ENOTSUP as of rj_entrypoint_behind_shim.
 */
int rj_program_resolve(const char *line, const struct rj_ctx *ctx, struct rj_strv *ret_words,
		       struct rj_err *err);

/*
 * An entrypoint's program that was there once, moved by an update: the one by the same name on
 * PATH, malloc'd. NULL when `path` is still there, or there is no other.
 */
char *rj_program_again(const struct rj_ctx *ctx, const char *path);

/* The first of that name on the user's PATH, malloc'd; or NULL. */
char *rj_program_on_path(const char *name);

/* A regular file, after symlinks, that the user may execute? */
bool rj_program_runs(const char *path);

#endif
