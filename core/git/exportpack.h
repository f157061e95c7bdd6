#ifndef RJ_GIT_EXPORTPACK_H
#define RJ_GIT_EXPORTPACK_H

#include <git2.h>

#include "core/git/objread.h"
#include "core/git/oidset.h"
#include "core/git/stream.h"

/* What the pack is to hold, in this order. */
struct rj_exportpack {
	struct rj_oidset tags, commits, trees, blobs;
};

/*
 * Write the objects as one pack into the stream. Every object comes whole, none as a delta: the
 * reader then needs no memory for bases and cannot be made to build one object from many, and the
 * pack is about as large as the loose objects that `git commit` makes anyway: up to a kilobyte they
 * are not compressed, larger ones fast. (`git gc` in the main
 * repository compresses it when it sees fit.) A large loose file goes through in pieces, so that
 * memory stays small; one that lies in a pack of G is read whole.
 */
int rj_exportpack_write(const struct rj_exportpack *pack, struct rj_objread *from,
			struct rj_stream_writer *w, struct rj_err *err);

void rj_exportpack_release(struct rj_exportpack *pack);

#endif
