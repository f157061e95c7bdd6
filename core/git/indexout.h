#ifndef RJ_GIT_INDEXOUT_H
#define RJ_GIT_INDEXOUT_H

#include <stdbool.h>

#include <git2.h>

#include "core/base/err.h"

/* Change one entry on its way from one index to another. 0 or -errno with *err. */
typedef int rj_index_fix_fn(void *arg, git_index_entry *entry, struct rj_err *err);

/*
 * Write a new index file at `path`: the entries of `from`, each through `fix`. Where they are the
 * image of `tree`, its cached trees go with them: without those the first commit would have to hash
 * every directory. Modes come out as git knows them: old histories hold others (100664). `closed`:
 * the index is the host's, and gets rj_index_close_gitlinks.
 */
int rj_index_out(const char *path, git_index *from, git_tree *tree, bool closed,
		 rj_index_fix_fn *fix, void *arg, struct rj_err *err);

/*
 * The same without libgit2, from the index file `from`, for an index of the jail: the owner of
 * all becomes `owner`, nothing is closed. 0 when it is written; 1 when `from` is not the plain
 * image of `tree` (then rj_index_out has to do it); else -errno.
 */
struct rj_index_owner;
int rj_index_copy(const char *to, const char *from, const git_oid *tree,
		  const struct rj_index_owner *owner, struct rj_err *err);

/*
 * The host's git enters each submodule that its index has, and obeys the configuration it finds
 * there, even for `git status`. In W that is the agent's (GIT-BOUNDARY, facts 3). Entries with
 * these two marks (skip-worktree, assume-unchanged) are never looked at. To be done last: whatever
 * reads a tree into the index takes the marks off.
 */
void rj_index_close_gitlinks(git_index *index);

#endif
