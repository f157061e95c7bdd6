#ifndef RJ_BASE_OPTDOC_H
#define RJ_BASE_OPTDOC_H

#include <stddef.h>

#include "core/base/opt.h"

struct rj_buf;

/*
 * What people and shells read, made from the rows that the parser works by: --help, manual pages
 * and completions. Texts are plain ASCII; an empty line ends a paragraph, a line that begins with
 * a space is shown as it is. Nothing is owned here.
 */
struct rj_doc_section;

struct rj_doc {
	const char *name;
	const char *alias;   /* or NULL */
	const char *summary; /* one line, no capital, no full stop */
	const char *operands;
	const char *details;
	const char *example; /* command lines, one a line */
	const struct rj_opt *opts;
	int command_at;			       /* see struct rj_opt_spec */
	const struct rj_doc_section *sections; /* of its page: as a book's; or NULL */
};

/* A part of a manual page. */
struct rj_doc_section {
	const char *title;
	const char *text;
	void (*put)(struct rj_buf *out); /* appends the text, where that is made from a table */
};

/* All commands together: the program. */
struct rj_doc_book {
	const char *name;    /* "robojail" */
	const char *prefix;  /* of a command's own link: "rj-" */
	const char *summary; /* as of a command */
	const char *details;
	const char *version;
	const char *date; /* YYYY-MM-DD, or "" */
	const struct rj_doc *docs;
	size_t n;
	const struct rj_doc_section *sections; /* ends with a NULL title */
};

/* --help of one command, and of the program, in lines of at most `columns`. Append to *out. */
void rj_optdoc_help(const struct rj_doc_book *book, const struct rj_doc *doc, size_t columns,
		    struct rj_buf *out);
void rj_optdoc_overview(const struct rj_doc_book *book, size_t columns, struct rj_buf *out);

/* Manual pages in the man(7) language: NAME-COMMAND.1 and NAME.1. */
void rj_optdoc_man(const struct rj_doc_book *book, const struct rj_doc *doc, struct rj_buf *out);
void rj_optdoc_man_book(const struct rj_doc_book *book, struct rj_buf *out);

/* Completions for the program and all its links. They ask `NAME list --names` for the jails, and
 * `NAME agents --names` for the presets. */
void rj_optdoc_bash(const struct rj_doc_book *book, struct rj_buf *out);
void rj_optdoc_zsh(const struct rj_doc_book *book, struct rj_buf *out);
void rj_optdoc_fish(const struct rj_doc_book *book, struct rj_buf *out);

/* For the files of this module. */

/* The rows of doc that are documented: call until NULL, *at begins as 0. */
const struct rj_opt *rj_optdoc_next(const struct rj_doc *doc, size_t *at);

/* Placeholder of an option with a value: its `arg`, or its choices as a|b. */
void rj_optdoc_value(const struct rj_opt *o, struct rj_buf *out);

/* Append s with <name> and <link> replaced by the book's name and prefix. */
void rj_optdoc_fill(const struct rj_doc_book *book, const char *s, struct rj_buf *out);

/* In the first lines of everything that is made to be a file: it tells our files from others. */
#define RJ_OPTDOC_MARK "made from robojail's tables of options"

/* What a shell offers for a placeholder or an operand. */
enum rj_optdoc_kind {
	RJ_KIND_TEXT,
	RJ_KIND_FILE,
	RJ_KIND_DIR,
	RJ_KIND_JAIL,
	RJ_KIND_PRESET,
	RJ_KIND_COMMAND,
	RJ_KIND_APPLET,
};

/* The kind of a word: letters in capitals, whatever stands around them. */
enum rj_optdoc_kind rj_optdoc_kind_of(const char *word);

/* Kinds of the operands, in order, from a line as "JAIL [PATH...]"; at most `max`. Returns their
 * number; *ret_many: the last one may be repeated. */
size_t rj_optdoc_operands(const struct rj_doc *doc, enum rj_optdoc_kind *ret, size_t max,
			  bool *ret_many);

#endif
