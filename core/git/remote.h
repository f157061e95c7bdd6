#ifndef RJ_GIT_REMOTE_H
#define RJ_GIT_REMOTE_H

#include <stdbool.h>

#include "core/git/worktree.h"

/* Repositories given as a URL: cloned into a bare mirror of our own, kept, and fetched at the next
 * use. */

/* Does --repo name something that is fetched, rather than a path? Any "scheme://" does, and
 * USER@HOST:PATH. */
bool rj_remote_is_url(const char *repo);

/*
 * Clone or fetch `url` into <mirrors_dir>/<name>-<8 hex of its hash>.git and return that path,
 * malloc'd; mirrors_dir must exist. Only https is served, by libgit2 over mbedTLS, with the
 * certificates of cabundle.h; other schemes and URLs with credentials are refused with the remedy
 * (remoteurl.h). What a fetch changes in the mirror is in remotefetch.h: never the jails' own
 * branches (robojail/...). A fetch that fails is an error, even though there is an older state:
 * the hint says how to go on with that.
 *
 * Two commands at once wait for each other. A clone appears in one step, and an interrupted one
 * leaves nothing that the next one trips over. `progress` (objects received, objects in all) may be
 * NULL.
 */
int rj_remote_mirror(const char *url, const char *mirrors_dir, rj_progress_fn *progress, void *arg,
		     char **ret_path, struct rj_err *err);

#endif
