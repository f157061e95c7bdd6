#ifndef RJ_GIT_HOSTREFS_H
#define RJ_GIT_HOSTREFS_H

#include "core/base/buf.h"

/*
 * Branches and tags of the main repository, as the jail's remote "host" offers them.
 *
 * Read from plain files, without libgit2, since it lies on the path of `run`: loose refs win over
 * packed ones, symbolic refs other than HEAD are left out, and so are the branches of jails
 * (robojail/...), which are nobody's business in another jail.
 */

/* The text of a packed-refs file (sorted, without peeled lines) and of a HEAD file. */
int rj_host_refs_read(const char *common, struct rj_buf *ret_packed, struct rj_buf *ret_head,
		      struct rj_err *err);

#endif
