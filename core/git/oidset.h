#ifndef RJ_GIT_OIDSET_H
#define RJ_GIT_OIDSET_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A set of object ids (all zeroes means nothing and is never in it) that also keeps the order in
 * which they came. Ids may be made up: a commit can name any parent. So all of their bytes count
 * for where they lie in the table, mixed with a random seed.
 */
struct rj_oidset {
	git_oid *v; /* in the order they were added */
	size_t n, cap;
	unsigned *slot; /* index into v plus one; 0 is empty */
	size_t slots;	/* a power of two */
	uint64_t seed[3];
};

/* True when `id` was not there before. */
bool rj_oidset_add(struct rj_oidset *s, const git_oid *id);
bool rj_oidset_has(const struct rj_oidset *s, const git_oid *id);
void rj_oidset_release(struct rj_oidset *s);

#endif
