#ifndef RJ_GIT_STATUS_PARTS_H
#define RJ_GIT_STATUS_PARTS_H

#include <git2.h>
#include <pthread.h>

#include "core/git/attrs.h"
#include "core/git/packread.h"
#include "core/git/scan.h"
#include "core/git/status.h"
#include "core/sys/pool.h"

/* The inside of a status: status.c finds the changes, status_lines.c their lines and renames,
 * status_text.c what is behind them, diff.c writes them out. Nobody else includes it. */

/* One change, at the same place in `items` as in the status's `v`. */
struct rj_status_item {
	struct rj_side old;		   /* in the base commit */
	struct rj_side now;		   /* in W */
	const struct rj_scan_entry *found; /* what the scan kept; NULL: W has what the index has */
	enum rj_attrs_diff diff;	   /* what attributes say */
};

struct rj_status_parts {
	const struct rj_repo *repo;
	unsigned flags; /* RJ_STATUS_* */
	struct rj_attrs attrs;
	struct rj_deltas base, tip; /* commits against the index */
	struct rj_scan scan;	    /* W against the index */
	struct rj_packs *packs;	    /* of the repository; NULL without RJ_STATUS_TEXTS */
	pthread_mutex_t large;	    /* see rj_texts_of */
	struct rj_status_item *items;
	size_t cap, items_cap;
};

/* rj_status_read, which also has the scan write what differs to `store` (scan.h) unless NULL. */
int rj_status_read_into(const struct rj_repo *repo, const struct rj_worktree *wt, unsigned flags,
			git_odb *store, struct rj_status *ret, struct rj_err *err);

/* Content of one side, as git stores it. */
struct rj_text {
	const char *s; /* "" when there is nothing */
	size_t len;
	bool unknown; /* cannot be read, or is too large; then it is empty */
	git_blob *blob;
	char own[80];
};

void rj_text_release(struct rj_text *t);

/* Reads one change after the other, for one thread. */
struct rj_texts {
	struct rj_status_parts *parts;
	struct rj_packread *packs;
	bool has_large; /* holds the lock */
};

void rj_texts_open(struct rj_status_parts *p, struct rj_texts *ret);
void rj_texts_release(struct rj_texts *t);

/* One side of a change. Never fails: content that cannot be had, or of more than `max` bytes, is
 * unknown. To be released, and valid until the next change is read. */
void rj_text_of(struct rj_texts *t, const struct rj_status_item *item, bool is_new, size_t max,
		struct rj_text *ret);

/* Both sides. Of large ones only one thread has some at a time, until its next change; others
 * wait. */
void rj_texts_of(struct rj_texts *t, const struct rj_status_item *item, struct rj_text *ret_old,
		 struct rj_text *ret_new);

/* How many threads to compare so many changes on. */
unsigned rj_status_workers(size_t changes);

/* Is this to be shown as "Binary files differ"? */
bool rj_status_is_binary(const struct rj_status_item *item, const struct rj_text *old,
			 const struct rj_text *now);

/* The lines that differ between two known texts. */
int rj_status_patch(const struct rj_text *old, const struct rj_text *now, git_patch **ret,
		    struct rj_err *err);

/* The same as a binary patch, whatever the texts are. */
int rj_status_binary_patch(const struct rj_text *old, const struct rj_text *now, git_patch **ret,
			   struct rj_err *err);

/* File, link and gitlink are types; a change between them is a deletion and an addition. */
bool rj_change_is_type(const struct rj_change *c);

/* Find renames, and what attributes say. */
void rj_status_compare(struct rj_status *st);

/* Count lines, after that. */
int rj_status_count(struct rj_status *st, struct rj_err *err);

#endif
