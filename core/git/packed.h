#ifndef RJ_GIT_PACKED_H
#define RJ_GIT_PACKED_H

#include "core/git/repo.h"

/*
 * The references that a jail starts with: main's branches, tags and remote branches, and
 * refs/remotes/host/<branch> for each of main's branches. Of the jails' branches (robojail/...)
 * only `own`, a short name, is among them, and not as the host's: the others are nobody's business
 * here.
 *
 * *ret_text is a packed-refs file as git writes it (sorted, tags peeled). *ret_symbolic holds pairs
 * (name, target): what a packed-refs file cannot hold, refs/remotes/<remote>/HEAD. References to
 * objects that are missing are left out.
 */
int rj_packed_refs(const struct rj_repo *repo, const char *own, struct rj_buf *ret_text,
		   struct rj_strv *ret_symbolic, struct rj_err *err);

#define RJ_HOST_REFS "refs/remotes/host/"

#endif
