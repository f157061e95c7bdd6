#ifndef RJ_MODEL_CAST_H
#define RJ_MODEL_CAST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

/*
 * Recordings of terminals as text: asciicast version 2, a JSON value a line
 * (https://docs.asciinema.org/manual/asciicast/v2/). Times are microseconds since the beginning.
 *
 *   {"version": 2, "width": 80, "height": 24, "timestamp": ..., "command": ..., "env": {...}}
 *   [0.248848, "o", "text"]      output
 *   [1.001376, "r", "100x30"]    the size changed
 *   [9.143733, "m", "text"]      a note
 */
struct rj_cast_head {
	unsigned cols, rows;
	int64_t timestamp;   /* seconds since 1970 */
	const char *command; /* each of these may be NULL */
	const char *title;
	const char *term;
	const char *shell;
};

void rj_cast_add_head(struct rj_buf *out, const struct rj_cast_head *head);
void rj_cast_add_size(struct rj_buf *out, uint64_t us, unsigned cols, unsigned rows);
void rj_cast_add_note(struct rj_buf *out, uint64_t us, const char *text);

/* The beginning of a character whose rest is in the next piece of output. All zero at first. */
struct rj_cast_cut {
	char s[4];
	size_t n;
};

/*
 * One line of output, or nothing when there is no whole character yet. What is no UTF-8 becomes
 * U+FFFD, a byte each, as a format of text wants it; every other byte is kept. Controls are
 * escaped, so that a line shows nothing and does nothing on a terminal.
 */
void rj_cast_add_output(struct rj_buf *out, struct rj_cast_cut *cut, uint64_t us, const char *bytes,
			size_t len);

/* At the end: what is left of a cut character. */
void rj_cast_add_rest(struct rj_buf *out, struct rj_cast_cut *cut, uint64_t us);

/*
 * Reading: bytes of a file are fed in pieces, and events come out. A line is at most 4 MiB long;
 * events of kinds that are not known, empty lines and comments (#) are left out; a last line
 * without its newline, as a crash leaves it, too.
 */
struct rj_cast_reader {
	const char *file; /* borrowed, for messages */
	struct rj_buf held;
	size_t at;   /* of `held`: where the next line begins */
	size_t line; /* number of the last line that was read */
	void *now;   /* the value that an event borrows from */
};

struct rj_cast_event {
	char kind; /* 'h' the head, which comes first; 'o', 'r', 'm' */
	uint64_t us;
	unsigned cols, rows; /* of 'h' and 'r'; 1 to 65535 */
	int64_t timestamp;   /* of 'h', 0 when it has none */
	const char *text;    /* of 'o' and 'm': valid UTF-8 that may hold NUL; borrowed until the
				next call; of 'h' the command, or NULL */
	size_t len;
};

void rj_cast_feed(struct rj_cast_reader *r, const char *bytes, size_t len);

/* 1 with an event, 0 when more bytes are needed, or -errno with *err "FILE:LINE: what". */
int rj_cast_next(struct rj_cast_reader *r, struct rj_cast_event *ret, struct rj_err *err);
void rj_cast_release(struct rj_cast_reader *r);

#endif
