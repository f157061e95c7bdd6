#ifndef RJ_BASE_TOML_NODE_H
#define RJ_BASE_TOML_NODE_H

#include "core/base/toml.h"

/* How the reader builds the tree of toml.h. Nobody else includes this. */

/* A document: an empty table. */
struct rj_toml *rj_toml_new(void);

/*
 * Append an entry to a table (with a key that it does not have yet) or to an
 * array (`key` NULL). Borrowed: the parent owns it. NULL when this would be
 * deeper than RJ_TOML_MAX_DEPTH. It is a table until the reader says otherwise.
 */
struct rj_toml *rj_toml_add(struct rj_toml *parent, const char *key, size_t key_len,
			    struct rj_toml_pos at);

struct rj_toml *rj_toml_find(const struct rj_toml *table, const char *key, size_t key_len);

#endif
