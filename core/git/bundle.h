#ifndef RJ_GIT_BUNDLE_H
#define RJ_GIT_BUNDLE_H

#include "core/git/import.h"

/*
 * A bundle (gitformat-bundle(5), version 2): everything of a jail in one file, which `git clone`,
 * `git fetch` and `git bundle verify` read.
 *
 *   HEAD, and the jail's branch         as in G
 *   every ref of G that did not come from main
 *   refs/stash, RJ_EXPORT_STASH <n>     the stash: a bundle has no reflogs, so the entries behind
 *                                       the newest have names of their own
 *   RJ_BUNDLE_UNCOMMITTED               a commit on top of HEAD with the files of W, if they differ
 *
 * What G has comes through the same stream as an import, from the locked child with `everything`
 * set, and through the same checks. W is read as status reads it. Main is only read: all new
 * objects wait in a directory of their own below `work`.
 */
#define RJ_BUNDLE_UNCOMMITTED "refs/robojail/uncommitted"

enum rj_bundle_flags {
	/* leave out what main has: only a repository that has those commits can read the bundle */
	RJ_BUNDLE_THIN = 1u << 0,
};

struct rj_bundle_args {
	int in;	 /* the stream */
	int out; /* where the bundle goes */
	const struct rj_repo *repo;
	const struct rj_worktree *wt;
	const char *jail_name;
	const char *work; /* an existing directory of the host's own, on any file system */
	const struct rj_import_limits *limits;
	unsigned flags;
};

/* Paths in W that are not in it, hostile text: those that no commit may hold (repositories of their
 * own, FIFOs, sockets, devices, names), those that cannot be read, and those of more than
 * RJ_SCAN_STORE_MAX bytes. */
struct rj_left_out {
	struct rj_strv unfit, unreadable, large;
};

struct rj_bundle_result {
	struct rj_strv refs; /* names in the bundle, hostile text */
	struct rj_left_out left_out;
	size_t ignored;		/* ignored entries of W, which are not in it */
	uint64_t refs_left_out; /* with unfit names or contents */
	bool uncommitted;	/* RJ_BUNDLE_UNCOMMITTED is in it */
	bool thin;		/* asked for, or main is shallow */
	bool no_worktree;	/* W is gone */
};

/* Errors as rj_import_read has them; -ENODATA when there is nothing at all to write. */
int rj_bundle_write(const struct rj_bundle_args *args, struct rj_bundle_result *ret,
		    struct rj_err *err);
void rj_bundle_result_release(struct rj_bundle_result *r);

#endif
