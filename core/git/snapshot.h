#ifndef RJ_GIT_SNAPSHOT_H
#define RJ_GIT_SNAPSHOT_H

#include <git2.h>

#include "core/git/bundle.h"

/*
 * W as a tree: what `git add -A` in W and `git write-tree` would give, without touching W or any
 * index. W is read as status reads it (scan.h).
 *
 * Trees and files that main lacks are written to the object database of `into`, which must be able
 * to read main's objects. *ret_ignored counts
 * untracked entries that ignore rules hide; they are not in the tree. -ENOENT when W is gone.
 */
int rj_snapshot(const struct rj_repo *repo, const struct rj_worktree *wt, git_repository *into,
		git_oid *ret_tree, struct rj_left_out *ret_left_out, size_t *ret_ignored,
		struct rj_err *err);

#endif
