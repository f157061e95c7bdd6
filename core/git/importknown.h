#ifndef RJ_GIT_IMPORTKNOWN_H
#define RJ_GIT_IMPORTKNOWN_H

#include <git2.h>

#include "core/git/history.h"
#include "core/git/repo.h"

/*
 * What is known to be complete in main, so that an import need not look at it: commits that a ref
 * leads to, and what their trees have in common with the new ones. Learned as the need arises: an
 * import of one commit into a large project reads a few trees of it, not all.
 */
struct rj_known {
	const struct rj_repo *repo;
	git_odb *main, *fresh;
	struct rj_history history; /* behind the branch; behind all refs once `all` is set */
	bool all;
	struct rj_oidset trees, blobs;
	struct rj_strv odd; /* names with control bytes that main has already */
	size_t work;	    /* pairs of trees compared */
};

int rj_known_init(struct rj_known *k, const struct rj_repo *repo, git_odb *odb_main,
		  git_odb *odb_fresh, const git_oid *cur, struct rj_err *err);

bool rj_known_has(const struct rj_known *k, git_object_t type, const git_oid *id);

/* Does a ref of main lead to this commit? */
int rj_known_ask_commit(struct rj_known *k, const git_oid *id, bool *ret_known, struct rj_err *err);

/* Does main's history end here on purpose? */
bool rj_known_is_shallow(const struct rj_known *k, const git_oid *id);

/* The known commit `parent` has a tree much like the new `tree`: what they share is known. */
int rj_known_learn(struct rj_known *k, const git_oid *parent, const git_oid *tree,
		   struct rj_err *err);

void rj_known_release(struct rj_known *k);

#endif
