#ifndef RJ_ENGINE_TRUST_H
#define RJ_ENGINE_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/engine/ctx.h"

struct json_t;

/*
 * Which project files the user trusts: pairs of a repository (its common git directory) and the
 * SHA-256 of the file's bytes, in $XDG_STATE_HOME/robojail/trust.json, which is locked, replaced as
 * a whole, and out of every jail's sight. Another file of the same repository, or the same file in
 * another one, is not trusted. A file that cannot be read as such a list trusts nothing: an error.
 */
enum { RJ_TRUST_HASH = 65 }; /* hex and a NUL */

void rj_trust_hash(const void *bytes, size_t len, char ret[RJ_TRUST_HASH]);

int rj_trust_has(const struct rj_ctx *ctx, const char *repo, const char *hash, bool *ret,
		 struct rj_err *err);
int rj_trust_add(const struct rj_ctx *ctx, const char *repo, const char *hash, struct rj_err *err);

/* All of one repository; *ret_n is how many there were. */
int rj_trust_revoke(const struct rj_ctx *ctx, const char *repo, size_t *ret_n, struct rj_err *err);

/* An array of {"repo", "sha256", "at"}; the caller owns it. */
int rj_trust_list(const struct rj_ctx *ctx, struct json_t **ret, struct rj_err *err);

#endif
