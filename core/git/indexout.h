#ifndef RJ_GIT_INDEXOUT_H
#define RJ_GIT_INDEXOUT_H

#include <git2.h>

#include "core/base/err.h"

/* Change one entry on its way from one index to another. 0 or -errno with *err. */
typedef int rj_index_fix_fn(void *arg, git_index_entry *entry, struct rj_err *err);

/*
 * Write a new index file at `path`: the entries of `from`, each through `fix`. Where they are the
 * image of `tree`, its cached trees go with them: without those the first commit would have to hash
 * every directory. Modes come out as git knows them: old histories hold others (100664).
 */
int rj_index_out(const char *path, git_index *from, git_tree *tree, rj_index_fix_fn *fix, void *arg,
		 struct rj_err *err);

#endif
