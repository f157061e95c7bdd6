#ifndef RJ_GIT_IMPORTCHECK_H
#define RJ_GIT_IMPORTCHECK_H

#include <git2.h>

#include "core/git/objread.h"
#include "core/git/oidset.h"
#include "core/git/repo.h"

/*
 * Is what came in fit for main? Every new commit and tree is well made (treefmt.h), every
 * .gitmodules they bring is harmless, and every object that can be reached from the tips is there,
 * either new or in main. "In main" is not enough for a commit or a tree that no ref of main leads
 * to: it may be a leftover of something half pruned. Then what lies behind it is looked at as well.
 */
struct rj_importcheck {
	const struct rj_repo *repo;
	git_odb *main;
	struct rj_objread *fresh; /* the new objects alone; there may be none */
	uint64_t fresh_n;	  /* how many; each must be reached from a tip */
	/* what G's HEAD is now; for a bundle also its other refs, of any type */
	const git_oid *tips;
	size_t tips_n;
	const git_oid *cur; /* where the branch is in main; NULL when it is gone */
};

/*
 * *ret_edge: the commits of main that the new ones stand on (or a tip itself, if main has it).
 * *ret_commits, unless NULL: how many are new. -EBADMSG says what is wrong with which object.
 */
int rj_importcheck(const struct rj_importcheck *in, struct rj_oidset *ret_edge,
		   uint64_t *ret_commits, struct rj_err *err);

#endif
