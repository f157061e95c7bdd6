#ifndef RJ_ENGINE_STORE_H
#define RJ_ENGINE_STORE_H

#include "core/engine/ctx.h"
#include "core/model/jail.h"

/*
 * The records of all jails, in one file: read, or changed under a lock and replaced at once, so any
 * number of commands at once lose nothing, and a power cut leaves the old records or the new ones;
 * a change reaches the disk before any that is made after it (rj_file_put). A file that cannot be
 * read as state is never written: every command fails until the user has repaired or moved it, and
 * a copy is kept beside it.
 */

/* One record; -ENOENT, exit status 3 and the nearest name when there is none. */
int rj_store_find(const struct rj_ctx *ctx, const char *name, struct rj_jail *ret_jail,
		  struct rj_err *err);

/* All records, by name. The caller releases each and frees the array. */
int rj_store_list(const struct rj_ctx *ctx, struct rj_jail **ret_jails, size_t *ret_n,
		  struct rj_err *err);

/* A new record; -EEXIST when the name is taken. */
int rj_store_add(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err);

/* The error of a name that is taken: -EEXIST. */
int rj_store_taken(const char *name, struct rj_err *err);

/* Change an existing record, and remove one; one that is gone is no error for remove. */
int rj_store_update(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err);
int rj_store_remove(const struct rj_ctx *ctx, const char *name, struct rj_err *err);

#endif
