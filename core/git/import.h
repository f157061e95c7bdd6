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
	const char *base;    /* hex commit the jail began from */
	/* main's object directory and its alternates, ended by NULL; a NULL here means
	 * RJ_INSIDE_OBJECTS/0 and on, as far as they are there */
	const char *const *main_objects;
	/* Not only what HEAD leads to, but every ref and every stash entry, tags included; stash
	 * entries behind the newest are sent as RJ_EXPORT_STASH "<n>". */
	bool everything;
	/* with `everything`: the text of a packed-refs file; refs that are the same in it are not
	 * the jail's own, and left out */
	const char *host_refs;
	/* of an import: what the branch is called outside and, in the beginning, in G */
	const char *branch;
	char last[RJ_OID_HEX]; /* with `branch`: the tip of the last import */
	bool staged;	       /* tell also of what G's index alone holds */
	/* of an import: commits that main has, but no branch of it holds (left.h); or NULL */
	const struct rj_oidset *left;
};
#define RJ_EXPORT_STASH "refs/robojail/stash/"
#define RJ_EXPORT_HEAD	"refs/robojail/HEAD" /* where it is told of as one more ref */
#define RJ_EXPORT_LAST	"refs/robojail/last" /* in the place of a branch: what was imported last */

/* HEAD, and with it the worktree, is not what the jail's branch is: see exporttip.h. */
enum rj_head_aside { RJ_HEAD_HERE, RJ_HEAD_LOOKS, RJ_HEAD_REBASES, RJ_HEAD_BISECTS };

/*
 * Write the stream to `out`. Runs in the locked child only: it opens what the jail wrote.
 *
 * Sent is what can be reached from G's HEAD (or the branch beside it: exporttip.h) and is not in
 * main's object directories. So a walk ends at the first object that main has, whether a ref of
 * main leads to it or not; import checks on the host that what lies behind such an object is
 * complete. Neither G's configuration, nor its alternates, hooks or attributes are looked at, and
 * its index only with `staged`.
 *
 * On failure the reason is in the stream too (as far as it can still be written) and in *err.
 */
int rj_export_write(int out, const struct rj_export *ex, struct rj_err *err);

struct rj_import_limits {
	uint64_t bytes; /* of the pack as sent */
	uint64_t objects;
	uint64_t inflated; /* bytes of any one file; one commit or tree: a 32nd of it */
	uint64_t total;	   /* bytes of all objects together once inflated */
	bool tags;	   /* annotated tags may come: a bundle holds them, a branch does not */
};
#define RJ_IMPORT_LIMITS_DEFAULT                                                    \
	{                                                                           \
		.bytes = 4ull << 30, .objects = 2000000, .inflated = 2000ull << 20, \
		.total = 64ull << 30                                                \
	}

/* One branch (or detached HEAD, or stash) of G that is not what gets imported. */
struct rj_other_ref {
	char *name; /* full ref name, hostile text */
	char oid[RJ_OID_HEX];
	uint64_t ahead; /* commits that neither main's branches nor the tip hold, up to 10,000;
			   1 for another object */
};

struct rj_import_result {
	char tip[RJ_OID_HEX]; /* where the branch is now */
	uint64_t commits;     /* that came over in this import */
	uint64_t objects, bytes;
	bool moved;	  /* the branch moved */
	uint64_t dropped; /* commits of the old tip that the new one does not have */
	char *head_name;  /* what the branch in G is called, hostile text; NULL when detached */
	enum rj_head_aside aside;
	char head[RJ_OID_HEX]; /* where HEAD is aside; "" when it is not, or has no commit */
	struct rj_other_ref *others;
	size_t others_n;
	uint64_t others_left_out; /* refs beyond what the stream may hold, or with unfit names */
	uint64_t staged;	  /* files that G's index alone holds, as far as it was asked */
	char *staged_path;	  /* one of them, hostile text */
	char *ref_note;		  /* why the move may not outlast a power cut; NULL when it will */
	char *index_note; /* why the host's index was left as it was; NULL when it was not */
};

/*
 * Read one stream from `in`, check it strictly, put its objects into main, move refs/heads/<branch>
 * by compare-and-swap with a reflog line "robojail: import from <jail>", and reset the host's index
 * of W to the new tip, keeping the stat data of what did not change.
 *
 * The objects wait in <common>/objects/tmp_objdir-robojail-XXXXXX (git's own prune knows such
 * names) until all checks have passed. Any failure leaves main's refs and objects as they were:
 *
 *   -EBADMSG  something is wrong in the stream, a tree, a commit, or an object is missing
 *   -EFBIG    a limit; the message says which
 *   -EBUSY    the branch has a commit made on the host that the jail never saw, with the remedy
 *   other     what the child sent instead of a stream, or a fault of the host (disk full)
 *
 * The tip of the last import is kept in <common>/worktrees/<admin>/robojail-tip, so that a rebase
 * in the jail is told from a commit on the host. Imports into one repository may run at the same
 * time, of one jail too. Whoever feeds `in` sets the time limit: nothing here waits for anything
 * else. `limits` may be NULL for the defaults.
 */
int rj_import_read(int in, const struct rj_repo *repo, const struct rj_worktree *wt,
		   const char *jail_name, const struct rj_import_limits *limits,
		   struct rj_import_result *ret, struct rj_err *err);

/* The tip of the last import, or where the jail began. */
int rj_import_last(const struct rj_repo *repo, const struct rj_worktree *wt, char ret[RJ_OID_HEX],
		   struct rj_err *err);

/* What an import would find in main, as bytes: where the branch is, and what the last one left. */
int rj_import_mark(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_buf *ret,
		   struct rj_err *err);

/* `from` came right after it: what both did, and what there is since. */
void rj_import_result_join(struct rj_import_result *r, struct rj_import_result *from);

/* The branch that a full name of a ref is of: the rest of it; or NULL. */
const char *rj_import_branch_of(const char *ref);

/* Its name for people. */
const char *rj_import_other_name(const struct rj_other_ref *ref);

/* What ends it inside, for a message: 'git switch NAME'. Hostile text is quoted for a shell. */
void rj_import_way_back(const struct rj_import_result *r, struct rj_buf *ret);

void rj_import_result_release(struct rj_import_result *r);

#endif
