#ifndef RJ_GIT_ADMIN_H
#define RJ_GIT_ADMIN_H

#include <time.h>

#include "core/git/worktree.h"

/*
 * <common>/worktrees/<admin>, the main repository's side of a linked worktree, in the layout of git
 * 2.39: HEAD, commondir, gitdir, index, logs/HEAD, and config.worktree where that is in use. It
 * is trusted: no jail sees it.
 *
 * While it is made it holds a file `locked`, as git does it, so that no `git worktree prune` takes
 * it away.
 */

/* Paths; malloc'd. */
char *rj_admin_dir(const struct rj_repo *repo, const struct rj_worktree *wt);
char *rj_admin_file(const struct rj_repo *repo, const struct rj_worktree *wt, const char *name);

/* What W/.git says. */
char *rj_admin_pointer(const struct rj_repo *repo, const struct rj_worktree *wt);

/* The name must be one part of a path. */
int rj_admin_check(const struct rj_worktree *wt, struct rj_err *err);

/* Make it, locked. -EEXIST when the name is taken. On failure nothing is left. */
int rj_admin_create(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err);
int rj_admin_unlock(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err);

/*
 * The moment at which all of W was written and no jail had run in it yet. Times of files that are
 * later may be the agent's: a page that is mapped and dirty can be written without any time moving,
 * so that an index refreshed in between would vouch for what it never saw. `made`: all zeroes when
 * nobody knows.
 */
int rj_admin_mark_made(const struct rj_repo *repo, const struct rj_worktree *wt,
		       struct rj_err *err);
void rj_admin_made(const struct rj_repo *repo, const struct rj_worktree *wt, struct timespec *made);

/* Remove it; one that is gone or that belongs to another worktree by now is no error. */
int rj_admin_remove(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err);

#endif
