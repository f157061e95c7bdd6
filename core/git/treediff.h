#ifndef RJ_GIT_TREEDIFF_H
#define RJ_GIT_TREEDIFF_H

#include <git2.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/git/hostindex.h"

/* What is at a path: file, executable, link or gitlink. */
struct rj_side {
	uint16_t mode; /* one of git's five; 0 when there is nothing */
	git_oid id;    /* all zeroes when it is not known */
};

bool rj_side_same(const struct rj_side *a, const struct rj_side *b);

/* A path where something differs from the index. */
struct rj_delta {
	char *path; /* owned */
	struct rj_side index, other;
};

struct rj_deltas {
	struct rj_delta *v; /* sorted by the bytes of path */
	size_t n, cap;
};

const struct rj_delta *rj_deltas_find(const struct rj_deltas *d, const char *path);
void rj_deltas_release(struct rj_deltas *d);

/* What the index has at this entry; nothing for one that is in conflict or only intended. */
struct rj_side rj_side_of_entry(const struct rj_index_entry *e);

/*
 * Where does tree `id` (`other`) differ from the index? Directories that the index knows to be a
 * certain tree are compared by id, so that the cost follows the differences.
 * Trees nested deeper than 2048 are refused (-ELOOP).
 */
int rj_treediff(git_repository *git, const git_oid *id, const struct rj_hostindex *ix,
		struct rj_deltas *ret, struct rj_err *err);

#endif
