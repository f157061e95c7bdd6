#ifndef RJ_ENGINE_VIEWER_H
#define RJ_ENGINE_VIEWER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "core/base/modes.h"

/*
 * Those who look at a detached session, from the side of its client, which holds the master of its
 * terminal and has none of its own. Each is a socket of messages (core/sys/msg.h), whose first byte
 * says what they are:
 *
 *   to a viewer    RJ_VIEW_OUTPUT bytes, RJ_VIEW_ENDED int status
 *   from it        RJ_VIEW_INPUT bytes, RJ_VIEW_SIZE two unsigned shorts: rows, columns
 *
 * Who comes gets the modes of the terminal and the last output, and a new window size makes
 * programs of the whole screen draw again: one row less first, and the right one a moment later,
 * since nobody draws for a size that is what it was. The size is what all of them have room for,
 * also after one has left. One that does not read holds up the session, as a terminal would, for a
 * few seconds, and is dropped.
 */
enum {
	RJ_VIEW_OUTPUT = 'o',
	RJ_VIEW_ENDED = 'e',
	RJ_VIEW_INPUT = 'i',
	RJ_VIEW_SIZE = 'w',
	RJ_VIEWERS = 16,
	RJ_VIEW_BYTES = 4096, /* the most in one message, the first byte not counted */
	RJ_VIEW_LAST = 32768, /* bytes of output that a new one gets */
};

struct rj_viewer {
	int sock;
	unsigned short rows, cols; /* 0 as long as it has not said them */
};

struct rj_viewers {
	struct rj_viewer v[RJ_VIEWERS];
	size_t n;
	char *last; /* a ring of RJ_VIEW_LAST bytes, NULL while empty */
	size_t at, len;
	int64_t due_ms; /* when the terminal gets its size, of CLOCK_MONOTONIC; 0 it has it */
};

void rj_viewers_release(struct rj_viewers *v);

/* Take a new one in; the socket is ours, and closed when there are too many. */
void rj_viewers_add(struct rj_viewers *v, const struct rj_modes *modes, int sock);

/* Output of the session. */
void rj_viewers_put(struct rj_viewers *v, const char *bytes, size_t len);

/* The session's end. */
void rj_viewers_end(struct rj_viewers *v, int status);

/* Milliseconds until rj_viewers_settle has something to do; -1 for ever. */
int rj_viewers_patience(const struct rj_viewers *v);

/* Give the terminal its size when it is time; true when that was done. */
bool rj_viewers_settle(struct rj_viewers *v, int master);

/* Read from number i: bytes typed (0 none), up to RJ_VIEW_BYTES. It is dropped when it is gone:
 * then v->n is smaller. */
size_t rj_viewers_read(struct rj_viewers *v, size_t i, int master, char *ret_typed);

#endif
