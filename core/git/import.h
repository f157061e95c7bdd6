#ifndef RJ_GIT_IMPORT_H
#define RJ_GIT_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/git/worktree.h"

/*
 * Import: commits that an agent made in G become objects and one branch of the main repository.
 *
 *   export (in the locked child: hostile G) --| pipe |--> import (host: trusted repository)
 *
 * The two ends share core/git/stream.h. The host reads only that stream.
 */

/* What export needs, as the locked child sees it. */
struct rj_export {
	const char *git_dir; /* G */
	const char *have;    /* hex commit that main has for sure (last imported tip, or base) */
	const char *base;    /* hex commit the jail began from */
};

/* Write the stream to `out`. Runs in the locked child only. */
int rj_export_write(int out, const struct rj_export *ex, struct rj_err *err);

struct rj_import_limits {
	uint64_t bytes; /* of the pack as sent */
	uint64_t objects;
	uint64_t inflated; /* of any one object, and so of a delta bomb */
};
#define RJ_IMPORT_LIMITS_DEFAULT                                                \
	{                                                                       \
		.bytes = 4ull << 30, .objects = 2000000, .inflated = 2ull << 30 \
	}

/* One branch (or detached HEAD, or stash) of G that is not what gets imported. */
struct rj_other_ref {
	char *name; /* full ref name, hostile text */
	char oid[RJ_OID_HEX];
	uint64_t ahead; /* commits that neither main nor G's HEAD has */
};

struct rj_import_result {
	char tip[RJ_OID_HEX]; /* where the branch is now */
	uint64_t commits;     /* that came over in this import */
	uint64_t objects, bytes;
	bool moved;	 /* the branch moved */
	bool rewritten;	 /* the old tip is no ancestor of the new one */
	char *head_name; /* what G's HEAD is called, hostile text; NULL when detached */
	struct rj_other_ref *others;
	size_t others_n;
	struct rj_strv gitlinks; /* paths of gitlinks that the new commits bring, hostile text */
};

/*
 * Read one stream from `in`, check it strictly, put its objects into main, move refs/heads/<branch>
 * by compare-and-swap with a reflog line "robojail: import from <jail>", and reset the host's index
 * of W to the new tip, keeping the stat data of what did not change. A host-side commit on the
 * branch that the jail never saw is not lost: -EBUSY, with the remedy. Anything wrong in the
 * stream: -EBADMSG, main's refs untouched.
 */
int rj_import_read(int in, const struct rj_repo *repo, const struct rj_worktree *wt,
		   const char *jail_name, const struct rj_import_limits *limits,
		   struct rj_import_result *ret, struct rj_err *err);

void rj_import_result_release(struct rj_import_result *r);

#endif
