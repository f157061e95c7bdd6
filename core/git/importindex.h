#ifndef RJ_GIT_IMPORTINDEX_H
#define RJ_GIT_IMPORTINDEX_H

#include <git2.h>

#include "core/git/worktree.h"

/*
 * Make the host's index of W, <common>/worktrees/<admin>/index, say what `commit` says. Entries
 * that stay the same keep their stat data, so the next `git status` reads only what changed. W
 * itself is not touched or looked at.
 *
 * Not an error: when the index is locked by the user's own git, or is in a form that libgit2 cannot
 * write, it stays as it is and *ret_note says why (malloc'd, else NULL).
 */
void rj_importindex_reset(const struct rj_repo *repo, const struct rj_worktree *wt,
			  const git_oid *commit, char **ret_note);

#endif
