#ifndef RJ_GIT_BLOB_H
#define RJ_GIT_BLOB_H

#include "core/base/buf.h"
#include "core/git/repo.h"

/*
 * Single files of a commit of the main repository, from its object store: no worktree is looked at.
 */

/* The bytes of a regular file; 1 when the commit has it, 0 when not. -EFBIG above `max`; anything
 * but a regular file is refused. */
int rj_blob_read(const struct rj_repo *repo, const char *commit, const char *path, size_t max,
		 struct rj_buf *ret_text, struct rj_err *err);

/* Does the commit hold a file or a directory of this name? Whatever cannot be read is not there. */
bool rj_blob_has(const struct rj_repo *repo, const char *commit, const char *path);

#endif
