#ifndef RJ_GIT_STREAM_H
#define RJ_GIT_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/model/jail.h"

/*
 * The one-way stream from the locked child, which reads the jail's git directory G, to the host.
 *
 *   magic "rjimport", version u32
 *   then records: type u8, length u32, payload
 *
 *   'H' once, first    kind u8, oid, name            what G's HEAD is
 *   'R' any number     ahead u64, oid, name          a ref of G that holds what main lacks
 *   'P' any number     bytes                         the next piece of a pack, if there is one
 *   'I' once, or not     count u64, path             what only G's index holds
 *   'Z' once, last     refs u64, pack bytes u64, refs left out u64
 *   'E' in place of what should have come: errno u32, text; it ends the stream
 *
 * Numbers are little-endian; an oid is 20 bytes; a name is the rest of its payload. The end record
 * repeats the counts, so that a stream that was cut is told from one that is complete.
 *
 * The reader trusts nothing: order, lengths, kinds, counts, names (a NUL inside, not a git ref
 * name) are checked here, and no byte after the end record is read.
 */
enum {
	RJ_STREAM_OID = 20,
	RJ_STREAM_NAME_MAX = 1024,
	RJ_STREAM_REFS_MAX = 4096, /* the writer leaves out the rest and says how many */
	RJ_STREAM_CHUNK = 64 * 1024,
	RJ_STREAM_TEXT_MAX = 1024,
};

enum rj_stream_kind {
	RJ_STREAM_UNBORN,   /* HEAD names a branch that has no commit: oid is zero */
	RJ_STREAM_BRANCH,   /* name is the full ref name */
	RJ_STREAM_DETACHED, /* name is empty */
	/* HEAD is elsewhere, as RJ_HEAD_* says (import.h); this is what was at work */
	RJ_STREAM_LOOKS,
	RJ_STREAM_REBASES,
	RJ_STREAM_BISECTS,
};

struct rj_stream_writer {
	int fd; /* borrowed */
	bool started;
	uint64_t refs, bytes;
};

/* Each returns 0 or -errno; the host having gone away is -EPIPE (or SIGPIPE). */
int rj_stream_write_head(struct rj_stream_writer *w, enum rj_stream_kind kind,
			 const unsigned char oid[RJ_STREAM_OID], const char *name,
			 struct rj_err *err);
int rj_stream_write_ref(struct rj_stream_writer *w, const unsigned char oid[RJ_STREAM_OID],
			uint64_t ahead, const char *name, struct rj_err *err);
/* Of a file that its index alone holds, as of `count` in all; a long path is cut. */
int rj_stream_write_staged(struct rj_stream_writer *w, uint64_t count, const char *path,
			   struct rj_err *err);
/* Cut into records as needed. */
int rj_stream_write_pack(struct rj_stream_writer *w, const void *bytes, size_t len,
			 struct rj_err *err);
int rj_stream_write_end(struct rj_stream_writer *w, uint64_t left_out, struct rj_err *err);
/* Tell the reader why there will be no more. */
int rj_stream_write_error(struct rj_stream_writer *w, const struct rj_err *why, struct rj_err *err);

enum rj_stream_type {
	RJ_STREAM_HEAD = 'H',
	RJ_STREAM_REF = 'R',
	RJ_STREAM_PACK = 'P',
	RJ_STREAM_STAGED = 'I',
	RJ_STREAM_END = 'Z',
	RJ_STREAM_ERROR = 'E',
};

struct rj_stream_record {
	enum rj_stream_type type;
	enum rj_stream_kind kind;	  /* HEAD */
	unsigned char oid[RJ_STREAM_OID]; /* HEAD, REF */
	const char *name;	    /* HEAD, REF, STAGED (a path); hostile text; borrowed until the
				     * next read */
	uint64_t ahead;		    /* REF */
	uint64_t staged;	    /* STAGED; never 0 */
	const unsigned char *bytes; /* PACK; borrowed until the next read */
	size_t len;		    /* PACK; never 0 */
	uint64_t left_out;	    /* END */
};

struct rj_stream_reader {
	int fd; /* borrowed */
	char last;
	uint64_t refs, bytes;
	unsigned char buf[RJ_STREAM_CHUNK + 1];
};

/*
 * Read the next record. -EBADMSG says what is wrong with the stream; an 'E' record comes out as the
 * error it carries, with its text made printable, and is the sender's word, no more.
 */
int rj_stream_read(struct rj_stream_reader *r, struct rj_stream_record *ret, struct rj_err *err);

/* Hostile text made fit for a message: cut to what fits into `room`, oddities as \xNN. */
const char *rj_stream_show(char *room, size_t size, const void *text, size_t len);

#endif
