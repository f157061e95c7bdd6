#ifndef RJ_MODEL_STATE_H
#define RJ_MODEL_STATE_H

#include <stddef.h>

#include "core/base/json.h"
#include "core/model/jail.h"

/*
 * The state file's text and the records in it. Pure.
 *
 *   {"jails": {"N": {id, name, repo_path, worktree_path, branch_name, created_at, pid?,
 *                    entrypoint?[], git_dir, admin, base, agent?, creating?}}}
 *
 * The keys up to entrypoint are RoboJail 0.1's, and its files are read as they are. The document is
 * changed in place, so keys that a later version adds survive.
 */

/* Parse, and check every record; an empty text is an empty state. -EINVAL names the file, and line
 * and column or the record. */
int rj_state_parse(const char *text, size_t len, const char *file, json_t **ret_state,
		   struct rj_err *err);

/* The text, malloc'd. */
char *rj_state_print(const json_t *state);

/* One record. -ENOENT without touching *err when there is none. */
int rj_state_get(const json_t *state, const char *name, struct rj_jail *ret_jail,
		 struct rj_err *err);

/* All records, sorted by name, from the text, or the one called `only`, if it is there; -EINVAL as
 * rj_state_parse. A record of somebody else that is wrong may keep nobody from the one that he asks
 * for (state_parts.h). See rj_jails_free. */
int rj_state_list(const char *text, size_t len, const char *file, const char *only,
		  struct rj_jail **ret_jails, size_t *ret_n, struct rj_err *err);

/* All names, sorted. */
void rj_state_names(const json_t *state, struct rj_strv *ret_names);

void rj_state_put(json_t *state, const struct rj_jail *jail);
void rj_state_remove(json_t *state, const char *name);

#endif
