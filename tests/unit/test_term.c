#include <criterion/criterion.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/term.h"

static const char *clean(struct rj_buf *b, const char *s, size_t len, unsigned keep)
{
	rj_buf_release(b);
	rj_term_clean(b, s, len, keep);
	return rj_buf_str(b);
}

#define ROW(in, out)                    \
	{                               \
		in, sizeof(in) - 1, out \
	}

Test(term, shows_what_would_not_be_seen)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} row[] = {
		ROW("", ""),
		ROW("plain text, 100 %", "plain text, 100 %"),
		ROW("back\\slash", "back\\slash"),
		ROW("\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m"),
		ROW("\033]0;title\007", "\\x1b]0;title\\x07"),
		ROW("a\0b", "a\\x00b"),
		ROW("\x7f\x08\r\n\t", "\\x7f\\x08\\r\\n\\t"),
		/* C1: as UTF-8, and as a lone byte */
		ROW("\xc2\x9b"
		    "2J",
		    "\\u{9b}2J"),
		ROW("\x9b"
		    "2J",
		    "\\x9b"
		    "2J"),
		/* seen as they are */
		ROW("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"),
		ROW("\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac"),
		ROW("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"),
		ROW("e\xcc\x81", "e\xcc\x81"),
		/* direction: overrides, isolates, marks */
		ROW("a\xe2\x80\xae"
		    "b",
		    "a\\u{202e}b"),
		ROW("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad",
		    "\\u{202a}\\u{202b}\\u{202c}\\u{202d}"),
		ROW("\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9",
		    "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"),
		ROW("\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", "\\u{200e}\\u{200f}\\u{61c}"),
		/* without width */
		ROW("\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d\xef\xbb\xbf",
		    "\\u{200b}\\u{200c}\\u{200d}\\u{feff}"),
		ROW("\xc2\xad\xe2\x81\xa0\xe1\xa0\x8e", "\\u{ad}\\u{2060}\\u{180e}"),
		ROW("\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}"),
		/* tags and variation selectors, which can hide text */
		ROW("\xf3\xa0\x80\x81\xf3\xa0\x81\xa1", "\\u{e0001}\\u{e0061}"),
		ROW("\xef\xb8\x8f\xf3\xa0\x84\x80", "\\u{fe0f}\\u{e0100}"),
		/* fillers, and what is no character */
		ROW("\xe3\x85\xa4\xef\xbe\xa0", "\\u{3164}\\u{ffa0}"),
		ROW("\xef\xbf\xbe\xf4\x8f\xbf\xbf", "\\u{fffe}\\u{10ffff}"),
	};
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	for (size_t i = 0; i < RJ_COUNT(row); i++)
		cr_expect_str_eq(clean(&b, row[i].in, row[i].len, 0), row[i].out, "row %zu: %s", i,
				 rj_buf_str(&b));
}

Test(term, shows_bytes_that_are_no_text)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} row[] = {
		/* not UTF-8: overlong, surrogate, too large, cut off, stray */
		ROW("\xc0\xaf", "\\xc0\\xaf"),
		ROW("\xe0\x80\xaf", "\\xe0\\x80\\xaf"),
		ROW("\xed\xa0\x80", "\\xed\\xa0\\x80"),
		ROW("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"),
		ROW("\xe2\x80", "\\xe2\\x80"),
		ROW("\xff"
		    "a\xc3",
		    "\\xffa\\xc3"),
		ROW("\xc3(", "\\xc3("),
	};
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	for (size_t i = 0; i < RJ_COUNT(row); i++)
		cr_expect_str_eq(clean(&b, row[i].in, row[i].len, 0), row[i].out, "row %zu: %s", i,
				 rj_buf_str(&b));
}

Test(term, nothing_harmful_comes_through)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	/* Every pair of bytes: what comes out holds no control byte and is clean already. */
	for (unsigned i = 0; i < 0x10000; i++) {
		const char in[2] = {(char)(i >> 8), (char)i};
		RJ_AUTO(rj_buf_release) struct rj_buf again = {0};

		(void)clean(&b, in, sizeof(in), 0);
		for (size_t k = 0; k < b.len; k++)
			cr_assert((unsigned char)b.s[k] >= 0x20 && b.s[k] != 0x7f, "%04x", i);
		cr_assert_str_eq(clean(&again, b.s, b.len, 0), b.s, "%04x", i);
	}
}

Test(term, keeps_lines_when_asked)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	cr_expect_str_eq(clean(&b, "a\tb\n\r", 5, RJ_TERM_NEWLINE), "a\\tb\n\\r");
	cr_expect_str_eq(clean(&b, "a\tb\n\r", 5, RJ_TERM_TAB), "a\tb\\n\\r");
	cr_expect_str_eq(clean(&b, "a\tb\n", 4, RJ_TERM_TAB | RJ_TERM_NEWLINE), "a\tb\n");
}

Test(term, writes_the_same)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	cr_assert_not_null(f);
	rj_term_puts(f, "a\n\033");
	rj_term_write(f, "b\nc", 3, RJ_TERM_NEWLINE);
	(void)fclose(f);
	cr_expect_str_eq(text, "a\\n\\x1b"
			       "b\nc");
	free(text);
}

Test(term, width)
{
	static const struct {
		const char *s;
		size_t width;
	} row[] = {
		{"", 0},
		{"abc", 3},
		{"gr\xc3\xbc\xc3\x9f", 4},
		{"e\xcc\x81x", 2},		 /* combining acute */
		{"\xe6\x97\xa5\xe6\x9c\xac", 4}, /* two ideographs */
		{"\xed\x95\x9c\xea\xb8\x80", 4}, /* two Hangul syllables */
		{"\xef\xbc\xa1\xef\xbd\xb1", 3}, /* fullwidth A, halfwidth A */
		{"\xf0\x9f\x98\x80", 2},	 /* an emoji */
		{"\xd7\xa9\xd6\xb0", 1},	 /* Hebrew letter and point */
		{"\xf0\xa0\x80\x80", 2},	 /* plane 2 */
		{"\xe2\x80\xa6", 1},		 /* the ellipsis */
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++)
		cr_expect_eq(rj_term_width(row[i].s, strlen(row[i].s)), row[i].width,
			     "row %zu: %zu", i, rj_term_width(row[i].s, strlen(row[i].s)));
}

static FILE *terminal(unsigned short columns, int *ret_master)
{
	struct winsize ws = {.ws_row = 24, .ws_col = columns};
	int slave;
	FILE *f;

	cr_assert_eq(openpty(ret_master, &slave, NULL, NULL, &ws), 0);
	f = fdopen(slave, "w");
	cr_assert_not_null(f);
	return f;
}

static size_t columns_of(unsigned short columns, const char *env)
{
	size_t n;
	int master;
	FILE *f = terminal(columns, &master);

	if (env)
		(void)setenv("COLUMNS", env, 1);
	else
		(void)unsetenv("COLUMNS");
	n = rj_term_columns(f);
	(void)fclose(f);
	(void)close(master);
	return n;
}

Test(term, columns)
{
	cr_expect_eq(columns_of(120, NULL), 120);
	cr_expect_eq(columns_of(120, "50"), 120, "what the terminal says comes first");
	cr_expect_eq(columns_of(0, "50"), 50, "a terminal that nobody told its size");
	cr_expect_eq(columns_of(0, NULL), 80);
	cr_expect_eq(columns_of(0, "x"), 80);
	cr_expect_eq(columns_of(0, "-3"), 80);
	cr_expect_eq(columns_of(0, "99999999999999999999999"), 10000);
	cr_expect_eq(columns_of(1, NULL), 20);
}

static bool color(FILE *f, const char *term, const char *no_color)
{
	if (term)
		(void)setenv("TERM", term, 1);
	else
		(void)unsetenv("TERM");
	if (no_color)
		(void)setenv("NO_COLOR", no_color, 1);
	else
		(void)unsetenv("NO_COLOR");
	return rj_term_has_color(f);
}

Test(term, colors_only_where_they_are_wanted)
{
	FILE *file = fopen("/dev/null", "w"), *tty;
	int master;

	tty = terminal(80, &master);
	cr_assert_not_null(file);
	cr_expect(color(tty, "xterm", NULL));
	cr_expect(color(tty, "xterm", ""), "an empty NO_COLOR says nothing");
	cr_expect_not(color(tty, "xterm", "1"));
	cr_expect_not(color(tty, "dumb", NULL));
	cr_expect_not(color(tty, "", NULL));
	cr_expect_not(color(tty, NULL, NULL));
	cr_expect_not(color(file, "xterm", NULL));
	cr_expect(rj_term_is_tty(tty));
	cr_expect_not(rj_term_is_tty(file));
	cr_expect_str_eq(rj_term_color(false, RJ_COLOR_RED), "");
	cr_expect_str_eq(rj_term_color(true, RJ_COLOR_RED), "\033[31m");
	cr_expect_str_eq(rj_term_color(true, RJ_COLOR_OFF), "\033[0m");
	(void)fclose(file);
	(void)fclose(tty);
	(void)close(master);
}
