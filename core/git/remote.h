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
 * malloc'd. Only https is served, by libgit2 over mbedTLS, with the system's CA bundle or
 * SSL_CERT_FILE; other schemes are refused with the remedy. Two commands at once wait for each
 * other, and an interrupted clone leaves nothing that the next one trips over. The jails' own
 * branches (robojail/...) in the mirror are never touched. `progress` may be NULL.
 */
int rj_remote_mirror(const char *url, const char *mirrors_dir, rj_progress_fn *progress, void *arg,
		     char **ret_path, struct rj_err *err);

#endif
