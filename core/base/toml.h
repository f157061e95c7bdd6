#ifndef RJ_BASE_TOML_H
#define RJ_BASE_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/err.h"

/*
 * TOML 1.0 (https://toml.io/en/v1.0.0), all of it, into a tree that owns itself.
 *
 * Strict: what the specification calls invalid is refused, with the place. Two
 * limits of our own keep a hostile document from eating the stack and the memory.
 */
enum {
	RJ_TOML_MAX_DEPTH = 128,    /* tables and arrays within each other */
	RJ_TOML_MAX_LEN = 16 << 20, /* bytes of a document */
};

enum rj_toml_type {
	RJ_TOML_TABLE,
	RJ_TOML_ARRAY,
	RJ_TOML_STRING,
	RJ_TOML_INTEGER,
	RJ_TOML_FLOAT,
	RJ_TOML_BOOL,
	RJ_TOML_DATETIME, /* with an offset from UTC */
	RJ_TOML_LOCAL_DATETIME,
	RJ_TOML_LOCAL_DATE,
	RJ_TOML_LOCAL_TIME,
};

/* Both count from 1; a column is a character, not a byte. */
struct rj_toml_pos {
	size_t line, col;
};

/* What made a table or array, which decides what may be added to it later. */
enum rj_toml_made {
	RJ_TOML_MADE_BY_VALUE,	/* an inline table, a plain array: closed for good */
	RJ_TOML_MADE_BY_HEADER, /* [x], an element of [[x]], the document itself */
	RJ_TOML_MADE_BY_PATH,	/* `a` of the header [a.b] */
	RJ_TOML_MADE_BY_DOT,	/* `a` of the pair a.b = 1 */
};

struct rj_toml {
	enum rj_toml_type type;
	enum rj_toml_made made;
	unsigned depth;		   /* 0 is the document */
	struct rj_toml_pos key_at; /* the last part of the key; in an array the same as `at` */
	struct rj_toml_pos at;	   /* the value; for [x] and [[x]] the name in the header */
	char *key;		   /* NULL for the document and in an array */
	size_t key_len;		   /* a key may contain NUL */
	union {
		/* RJ_TOML_STRING, which may contain NUL, and the four kinds of dates and times:
		 * a real date, as written but for an upper-case T and Z. Ends with a NUL. */
		struct {
			char *s;
			size_t len;
		};
		int64_t integer;
		double real;
		bool truth;
		/* RJ_TOML_TABLE, RJ_TOML_ARRAY: what is in it, in the order of the text. */
		struct {
			struct rj_toml **v;
			size_t n, cap;
			uint32_t *slots; /* of a large table: hash -> number in v + 1 */
			size_t n_slots;	 /* a power of two, or 0 */
		};
	};
};

/*
 * Read a document. On success *ret_root is a table, to be freed by rj_toml_free.
 * On failure -EINVAL, or -EFBIG for a document that is too long, with
 * "FILE:LINE:COL: what".
 */
int rj_toml_parse(const char *text, size_t len, const char *file, struct rj_toml **ret_root,
		  struct rj_err *err);

/* Free the tree at *root and set it to NULL; made for RJ_AUTO. */
void rj_toml_free(struct rj_toml **root);

/* The entry of a table, NULL when there is none. */
const struct rj_toml *rj_toml_get(const struct rj_toml *table, const char *key);

/* "a string", "an integer", ... */
const char *rj_toml_type_name(enum rj_toml_type type);

/* Append `s` as a basic string with its quotes; any bytes, read as UTF-8 where they are. */
void rj_toml_quote(struct rj_buf *out, const char *s, size_t len);

/* rj_refuse with EINVAL and the place in front; returns -EINVAL. */
int rj_toml_refuse(struct rj_err *err, const char *file, struct rj_toml_pos at, const char *fmt,
		   ...) RJ_PRINTF(4, 5);

#endif
