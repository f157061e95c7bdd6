#ifndef RJ_GIT_ATTRS_TREE_H
#define RJ_GIT_ATTRS_TREE_H

#include <git2.h>

#include "core/base/buf.h"
#include "core/git/attrset.h"

/*
 * The .gitattributes of a commit, read when a path is asked for that they are about. Neither the
 * worktree nor any index is looked at. For one thread.
 */
struct rj_attrs_tree;

/* NULL when the commit has no tree to be read. `git` is borrowed. */
struct rj_attrs_tree *rj_attrs_tree_new(git_repository *git, const git_oid *commit);
void rj_attrs_tree_free(struct rj_attrs_tree **t);

/* The one at the top: append its text. */
void rj_attrs_tree_top(const struct rj_attrs_tree *t, struct rj_buf *ret);

/* Add those of the directories on the path to the set. */
void rj_attrs_tree_load(struct rj_attrs_tree *t, const char *path, struct rj_attrset *set);

#endif
