#ifndef RJ_GIT_IMPORTPATHS_H
#define RJ_GIT_IMPORTPATHS_H

#include <git2.h>

#include "core/base/buf.h"
#include "core/git/objread.h"

enum {
	RJ_IMPORTPATHS_MAX = 4000000, /* paths that one import may change */
	RJ_IMPORTPATHS_LEN = 4095,
};

/*
 * What a new tip looks like as files, against the old one. Refused (-EBADMSG) are paths longer than
 * any system can open and trees that unfold into millions of files though they are small (each
 * level naming the next many times).
 *
 * `fresh` (there may be none) and `main` are where trees are read; *old may be zero.
 */
int rj_importpaths(const struct rj_objread *fresh, git_odb *main, const git_oid *tip,
		   const git_oid *old, struct rj_err *err);

#endif
