#ifndef RJ_BASE_TERM_H
#define RJ_BASE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct rj_buf;

/*
 * Text for people. File names, branch names and command lines come from the jail or from a
 * repository: on a terminal, a control sequence in them would be obeyed, and a bidirectional
 * override would show one name as another. All such text goes through here.
 *
 * Made visible and harmless: C0 controls, DEL and bytes that are not UTF-8 as \x1b (newline, tab
 * and carriage return as \n, \t, \r); C1 controls, line and paragraph separators, bidirectional
 * controls, zero-width, filler, format, tag and variation-selector characters and noncharacters
 * as \u{202e}. A backslash stays as it is: the result is for the eye, not for a parser (use JSON
 * for those).
 */
enum rj_term_keep {
	RJ_TERM_NEWLINE = 1u << 0, /* let '\n' through */
	RJ_TERM_TAB = 1u << 1,	   /* let '\t' through */
};

/* Append the harmless form of s. */
void rj_term_clean(struct rj_buf *out, const char *s, size_t len, unsigned keep);

/* Write the harmless form of s. Errors are seen with ferror(f), as with every stream. */
void rj_term_write(FILE *f, const char *s, size_t len, unsigned keep);

/* The same for a string of one line: newlines and tabs are made visible too. */
void rj_term_puts(FILE *f, const char *s);

/* Columns that cleaned text takes on a terminal: East Asian wide characters count two, combining
 * ones none. */
size_t rj_term_width(const char *s, size_t len);

/* Is f a terminal? */
bool rj_term_is_tty(FILE *f);

/* Columns of the terminal at f; if f is none or does not say, of $COLUMNS, else 80. Never
 * less than 20, so that callers can subtract. */
size_t rj_term_columns(FILE *f);

enum rj_color {
	RJ_COLOR_OFF,
	RJ_COLOR_BOLD,
	RJ_COLOR_DIM,
	RJ_COLOR_RED,
	RJ_COLOR_GREEN,
	RJ_COLOR_YELLOW,
	RJ_COLOR_CYAN,
};

/* May f get colours? It is a terminal, TERM is neither unset nor "dumb", and NO_COLOR is unset
 * or empty. Ask once a command. */
bool rj_term_has_color(FILE *f);

/* The sequence that begins `c`, or "" if !on. Each use is ended by RJ_COLOR_OFF. */
const char *rj_term_color(bool on, enum rj_color c);

#endif
