#ifndef RJ_BASE_TOML_TEXT_H
#define RJ_BASE_TOML_TEXT_H

#include "core/base/toml.h"

/*
 * The place of the TOML reader in its text, and the readers of single values.
 * Shared by the toml_*.c files; nobody else includes this.
 *
 * Invariant once rj_toml_text_open has succeeded: the text is UTF-8 without
 * control characters but tab, LF, and CR before LF.
 */
struct rj_toml_text {
	const char *file;
	const char *at, *end; /* what is left; `at` moves over a line end by rj_toml_newline */
	const char *line_start;
	size_t line;
	const char *counted; /* columns up to here are counted already: */
	size_t counted_col;
};

/* Check all of `text` and stand at its beginning, behind a byte order mark. */
int rj_toml_text_open(struct rj_toml_text *t, const char *text, size_t len, const char *file,
		      struct rj_err *err);

/* The byte at hand, or -1 at the end. */
static inline int rj_toml_peek(const struct rj_toml_text *t)
{
	return t->at < t->end ? (unsigned char)*t->at : -1;
}

/* Where the reader stands. */
struct rj_toml_pos rj_toml_here(struct rj_toml_text *t);

/* Step over these bytes, if they come next; they hold no line end. */
bool rj_toml_skip(struct rj_toml_text *t, const char *bytes);

/* Step over one line end, if it comes next. */
bool rj_toml_newline(struct rj_toml_text *t);

/* Step over spaces and tabs. */
void rj_toml_blanks(struct rj_toml_text *t);

/* Bytes from here to the first blank, line end or punctuation that is `from` bytes away or more:
 * all that could belong to a value without quotes. */
size_t rj_toml_token_len(const struct rj_toml_text *t, size_t from);

/* What comes next, for a message: "'x'", "the end of the line". At least RJ_TOML_FOUND_SIZE. */
enum { RJ_TOML_FOUND_SIZE = 32 };
const char *rj_toml_found(const struct rj_toml_text *t, char *buf);

/* Read a string, which begins here with a quote; """ and ''' only when `lines`. Appends to *out. */
int rj_toml_read_string(struct rj_toml_text *t, bool lines, struct rj_buf *out, struct rj_err *err);

/* Read a boolean, number, date or time into *node: its type and value. */
int rj_toml_read_scalar(struct rj_toml_text *t, struct rj_toml *node, struct rj_err *err);

/* rj_toml_read_scalar's part for what begins as a date or a time. */
int rj_toml_read_time(struct rj_toml_text *t, struct rj_toml *node, struct rj_err *err);
bool rj_toml_is_time(const char *s, size_t len);

#endif
