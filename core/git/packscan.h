#ifndef RJ_GIT_PACKSCAN_H
#define RJ_GIT_PACKSCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "core/git/import.h"

/*
 * The first look at a hostile pack, while it comes in and before any of it reaches libgit2: header,
 * types, declared sizes, compressed data, trailer length and every limit. Only whole commits, trees
 * and blobs pass, and tags where the limits let them. A delta is refused, so nothing that is read
 * here can grow by reference to something else; memory is constant.
 */
struct rj_packscan {
	struct rj_import_limits limits;
	enum rj_packscan_state {
		RJ_PACKSCAN_HEADER,
		RJ_PACKSCAN_ENTRY,
		RJ_PACKSCAN_DATA,
		RJ_PACKSCAN_TRAILER,
		RJ_PACKSCAN_DONE,
	} state;
	bool begun; /* a z_stream is there */
	unsigned char head[12];
	size_t got;	  /* bytes of header, entry header or trailer so far */
	uint64_t objects; /* that the header promises */
	uint64_t seen;	  /* complete ones */
	uint64_t bytes;	  /* of the pack */
	uint64_t total;	  /* inflated bytes of all objects */
	unsigned type;	  /* of the object at hand, and so on */
	uint64_t size, inflated, packed;
	z_stream z;
	unsigned char scratch[32 * 1024];
};

void rj_packscan_init(struct rj_packscan *s, const struct rj_import_limits *limits);

/* Look at the next bytes. -EBADMSG, or -EFBIG for a limit. */
int rj_packscan_feed(struct rj_packscan *s, const unsigned char *bytes, size_t len,
		     struct rj_err *err);

/* There are no more: was that a whole pack? */
int rj_packscan_end(const struct rj_packscan *s, struct rj_err *err);

void rj_packscan_release(struct rj_packscan *s);

#endif
