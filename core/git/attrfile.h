#ifndef RJ_GIT_ATTRFILE_H
#define RJ_GIT_ATTRFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * gitattributes(5): the rules of one file. Text in, rules out; attrset.h says what the rules of
 * several files make of a path.
 *
 * Meaning equals git's (2.39) to the letter, oddities included (tests compare the two): one bad
 * name drops the line, and so do a pattern with '!' and 2048 bytes; blanks are space, tab, CR and
 * LF only; a pattern that ends in '/' matches no file.
 *
 * Rules that say nothing about the attributes below, and name no macro, are passed over.
 */
enum rj_attr {
	RJ_ATTR_TEXT,
	RJ_ATTR_CRLF, /* the name that `text` had before git 1.7.2 */
	RJ_ATTR_EOL,
	RJ_ATTR_IDENT,
	RJ_ATTR_ENCODING,
	RJ_ATTR_DIFF,
	RJ_ATTR_COUNT,
};

/* Values, to be told by their address; others are words. */
extern const char rj_attr_on[], rj_attr_off[];
extern const char rj_attr_none[]; /* `!name`: what other rules say does not count */

enum {
	RJ_ATTR_NAMES = 128, /* with those of macros; what more there is counts as no macro */
	RJ_ATTR_RULES_MAX = 1 << 20, /* in all files of a set */
	RJ_ATTR_BYTES_MAX = 64 << 20,
};

struct rj_attrstate {
	uint16_t name; /* place in the list of names */
	const char *value;
};

struct rj_attrrule {
	const char *pattern; /* without a '/' in front */
	uint16_t len;
	uint16_t plain;	   /* bytes in front of the first special character */
	bool name;	   /* had no '/': about the last part of a path */
	bool tail;	   /* `*` and plain text: about how that ends */
	bool smudges;	   /* may change what lies in a worktree; attrset.c finds out */
	uint32_t first, n; /* states */
	const char *rest;  /* what must be matched; NULL when `plain` or `tail` say it all */
};

struct rj_attrfile {
	char *text;
	struct rj_attrrule *rules;
	size_t n, cap;
	struct rj_attrstate *states; /* a later one of the same rule outranks an earlier one */
	size_t states_n, states_cap;
};

/* The attributes that count: those above, and macros. Any of them may be defined as a macro. */
struct rj_attrnames {
	struct {
		char *name;
		const struct rj_attrfile *file; /* that defines it; NULL: none, or as nothing */
		uint32_t first, n;		/* states there */
		bool smudges;
	} v[RJ_ATTR_NAMES];
	size_t n;
	size_t rules, bytes; /* of all files so far */
	bool full;	     /* there were too many of those: the rest is left out */
};

void rj_attrnames_init(struct rj_attrnames *names);
void rj_attrnames_release(struct rj_attrnames *names);

enum rj_attrfile_flags {
	RJ_ATTRFILE_MACROS = 1u << 0, /* `[attr]` is allowed */
	RJ_ATTRFILE_DISK = 1u << 1,   /* as git reads a file, not a blob: with a byte order mark */
	RJ_ATTRFILE_FOLD = 1u << 2,   /* core.ignorecase */
};

/* Add the macros that the text speaks of to the names: to be done for all files in which macros are
 * allowed before one of them is read. */
void rj_attrfile_names(struct rj_attrnames *names, const char *text, size_t len, unsigned flags);

/* NULL when the text has no rule that counts; it is copied. What it says of a macro outranks what
 * files said that were read before. */
struct rj_attrfile *rj_attrfile_new(struct rj_attrnames *names, const char *text, size_t len,
				    unsigned flags);
void rj_attrfile_free(struct rj_attrfile **f);

/* `path` is seen from the directory of the file, `name` is its last part. */
bool rj_attrrule_matches(const struct rj_attrrule *r, bool fold, const char *path,
			 const char *name);

#endif
