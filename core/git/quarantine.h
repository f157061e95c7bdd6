#ifndef RJ_GIT_QUARANTINE_H
#define RJ_GIT_QUARANTINE_H

#include <git2.h>

#include "core/git/objread.h"
#include "core/git/packscan.h"

/*
 * Where a pack that comes in waits until it is known to be good: a directory of its own below the
 * object directory, which no git reads. Its descriptor holds a lock (flock(2)) as long as its
 * process lives; a directory without that lock was left by one that was killed, and the next import
 * removes it.
 */
struct rj_quarantine {
	char *objects; /* main's object directory */
	char *dir;     /* NULL while there is none */
	int lock;
	git_indexer *indexer;
	git_indexer_progress stats;
	struct rj_packscan scan;
	char name[GIT_OID_SHA1_HEXSIZE + 1]; /* of the pack, once it is complete */
	struct rj_objread read;		     /* the pack's objects and no others, once complete */
};

/* `objects` is <common>/objects. Also removes what dead imports left. */
int rj_quarantine_begin(struct rj_quarantine *q, const char *objects,
			const struct rj_import_limits *limits, struct rj_err *err);

/* The next bytes of the pack: scanned, then hashed and indexed. */
int rj_quarantine_feed(struct rj_quarantine *q, const unsigned char *bytes, size_t len,
		       struct rj_err *err);

/* The pack is complete: q->read reads it. */
int rj_quarantine_end(struct rj_quarantine *q, struct rj_err *err);

/* Move the pack into main's object directory, durably; its index last, so that nobody sees half. */
int rj_quarantine_accept(struct rj_quarantine *q, struct rj_err *err);

/* Remove whatever is still there. For a `q` that was never begun: {.lock = -1}. */
void rj_quarantine_release(struct rj_quarantine *q);

#endif
