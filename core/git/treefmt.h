#ifndef RJ_GIT_TREEFMT_H
#define RJ_GIT_TREEFMT_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/err.h"

/* Trees and commits as git stores them, read from raw bytes that may be hostile. Pure. */

enum {
	RJ_MODE_TREE = 0040000,
	RJ_MODE_FILE = 0100644,
	RJ_MODE_EXEC = 0100755,
	RJ_MODE_GROUP = 0100664, /* written by very old git */
	RJ_MODE_LINK = 0120000,
	RJ_MODE_GITLINK = 0160000,
};

struct rj_tree_entry {
	uint32_t mode;
	const char *name; /* points into the raw tree; ends with its NUL */
	git_oid id;
	bool padded; /* the mode is written with a leading zero, which no git does */
};

struct rj_tree {
	struct rj_tree_entry *v;
	size_t n, cap;
};

/*
 * Take a raw tree apart. Only what cannot be read is refused (-EBADMSG); entries may be anything.
 * `tree` may hold an earlier one, which is overwritten. The names live as long as `raw`.
 */
int rj_tree_read(const void *raw, size_t len, struct rj_tree *tree, struct rj_err *err);

/*
 * Is this a tree that git would have made and every system can hold? Modes, order, duplicates,
 * names that are empty, too long, `.`, `..`, like `.git`, or hold a slash. -EBADMSG names the entry
 * and the rule. Control bytes in names are not looked at: see rj_tree_is_odd.
 */
int rj_tree_check(const struct rj_tree *tree, struct rj_err *err);

/* Does the name hold a control byte? Some old projects have such files (Icon\r). */
bool rj_tree_is_odd(const char *name);

/* The entry of that name, or NULL. For a tree that rj_tree_check accepts. */
const struct rj_tree_entry *rj_tree_find(const struct rj_tree *tree, const char *name, bool is_dir);

void rj_tree_release(struct rj_tree *tree);

struct rj_commit {
	git_oid tree;
	git_oid *parents;
	size_t parents_n, cap;
	int64_t date; /* seconds, the committer's; 0 when that cannot be read */
};

/* Tree, parents and date of a raw commit; -EBADMSG when the first two cannot be read. */
int rj_commit_read(const void *raw, size_t len, struct rj_commit *commit, struct rj_err *err);

/* The rest of the header by the rules of `git fsck`; `raw` ends with a NUL that len does not count.
 */
int rj_commit_check(const char *raw, size_t len, const struct rj_commit *commit,
		    struct rj_err *err);

void rj_commit_release(struct rj_commit *commit);

/* What a raw annotated tag names, and of which type it says that is. -EBADMSG when it cannot be
 * read or breaks a rule of `git fsck`; `raw` ends with a NUL that len does not count. */
int rj_tag_read(const char *raw, size_t len, git_oid *ret_target, git_object_t *ret_type,
		struct rj_err *err);

#endif
