#ifndef RJ_GIT_CHECKOUTLIST_H
#define RJ_GIT_CHECKOUTLIST_H

#include "core/git/attrs.h"
#include "core/git/indexfile.h"
#include "core/git/packread.h"
#include "core/git/repo.h"

/* All that a commit's tree holds, in the order of the index. */
struct rj_checkout_file {
	const char *path; /* in the list's text */
	uint32_t len;
	uint32_t mode; /* RJ_MODE_*, as the index has it */
	bool assumed;  /* unchanged, the user says; never of a new one */
	git_oid id;
	unsigned char stat[RJ_INDEX_STAT_SIZE]; /* filled in when it is written */
};

struct rj_checkout_list {
	struct rj_checkout_file *v;
	size_t n, cap;
	struct rj_buf text;  /* paths, each ended by NUL */
	struct rj_buf trees; /* what the extension TREE of an index says; empty: nothing */
	bool has_gitlinks;
	struct rj_attrs *attrs; /* borrowed: gets each .gitattributes; NULL: they do not matter */
};

/*
 * Read the whole tree. Refused (-EBADMSG) are names that git would not write either, or that some
 * system takes for `.git`, and trees out of order. *ret holds no more than `attrs`.
 */
int rj_checkout_list(const struct rj_repo *repo, const struct rj_packs *packs, const git_oid *tree,
		     struct rj_checkout_list *ret, struct rj_err *err);

/* Write an index of it, which must not be there; submodules are closed. `owner`: of all files, in
 * place of what they have; may be NULL. */
int rj_checkout_list_index(const struct rj_checkout_list *list, const char *path,
			   const struct rj_index_owner *owner, struct rj_err *err);
void rj_checkout_list_release(struct rj_checkout_list *list);

#endif
