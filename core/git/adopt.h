#ifndef RJ_GIT_ADOPT_H
#define RJ_GIT_ADOPT_H

#include "core/git/repo.h"

/*
 * Find what the records of RoboJail 0.1 do not say about a worktree: its name below
 * <common>/worktrees (*ret_admin, malloc'd), and the commit it began from, which is the merge base
 * of its branch and of what the repository stands on. Only the main repository is asked, never the
 * worktree. -ENOENT when the repository knows no such worktree.
 */
int rj_worktree_adopt(const struct rj_repo *repo, const char *path, const char *branch,
		      char **ret_admin, char ret_base[RJ_OID_HEX], struct rj_err *err);

#endif
