#ifndef RJ_ENGINE_COPYIN_H
#define RJ_ENGINE_COPYIN_H

#include <stdint.h>

#include "core/base/err.h"

/*
 * Copy a file or a directory of one tree into another one, before an agent has run there.
 *
 * Neither tree is trusted: a commit that was merged may have left anything in the user's own. Both
 * paths are resolved below their tops without a symlink (openat2(2), 5.6); a symlink inside of a
 * directory is copied as what it is. Regular files and directories only: a fifo, a socket or a
 * device is refused by name, and nothing is waited for. Nothing is replaced.
 */
struct rj_copy_room {	/* what is left */
	uint64_t bytes; /* apparent, so that a file with holes counts in full */
	uint64_t names;
};

/* What all copies of one project together may take. */
#define RJ_COPY_ROOM                                 \
	{                                            \
		.bytes = 4ull << 30, .names = 500000 \
	}

/* 0, or 1 when the source is not there and nothing was done. */
int rj_copy_in(const char *from, const char *src, const char *to, const char *dst,
	       struct rj_copy_room *room, struct rj_err *err);

#endif
