#ifndef RJ_MODEL_CACHES_H
#define RJ_MODEL_CACHES_H

#include "core/model/layout.h"

/*
 * Caches of tools that a jail may begin with: caches = ["npm", "cargo"] in the configuration.
 *
 * The host's directory is the read-only lower half of an overlay, private/N/cache/ID the jail's own
 * writable upper half, which nothing inside can reach but through the overlay. So builds start
 * warm, and nothing that a jail writes is seen by the host or by another jail. One table says where
 * each tool keeps what; configuration and credentials beside a cache (~/.cargo/credentials.toml,
 * ~/.m2/settings.xml, ~/.npmrc) are never part of it.
 *
 * Pure: where the user's variables lead is asked of struct rj_facts.
 */

/* Reader of the row of the configuration: a name that the table has. */
int rj_cache_read(const char *value, char **ret, struct rj_err *err);

/*
 * One overlay for each configured directory that the host has. Refused with the remedy: one that
 * holds a hidden path or lies below one, that lies in a system directory or around the home, or
 * that a read-write bind shows, where a jail could have planted a link in its place.
 */
int rj_layout_add_caches(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err);

/* The variables that name a cache which is not where its tool would look by itself. */
void rj_cache_env(const struct rj_config *config, const struct rj_facts *facts,
		  struct rj_strv *env);

#endif
