/* Text for people: the one place that makes foreign text harmless, and what a terminal can do. */
#include "core/base/term.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

/* Characters that nobody sees but that change what is seen, and those that are none. Sorted. */
static const struct {
	uint32_t from, to;
} unseen[] = {
	{0x80, 0x9f},	    /* C1: U+009B alone begins a control sequence */
	{0xad, 0xad},	    /* soft hyphen */
	{0x34f, 0x34f},	    /* combining grapheme joiner */
	{0x61c, 0x61c},	    /* Arabic letter mark */
	{0x115f, 0x1160},   /* Hangul fillers */
	{0x17b4, 0x17b5},   /* Khmer inherent vowels */
	{0x180b, 0x180f},   /* Mongolian selectors and vowel separator */
	{0x200b, 0x200f},   /* zero-width, direction marks */
	{0x2028, 0x202e},   /* line and paragraph separators, embeddings, overrides */
	{0x2060, 0x206f},   /* joiners, invisible operators, isolates */
	{0x2800, 0x2800},   /* empty Braille pattern */
	{0x3164, 0x3164},   /* Hangul filler */
	{0xfdd0, 0xfdef},   /* noncharacters */
	{0xfe00, 0xfe0f},   /* variation selectors */
	{0xfeff, 0xfeff},   /* byte order mark */
	{0xffa0, 0xffa0},   /* halfwidth Hangul filler */
	{0xfff0, 0xfffb},   /* unassigned and interlinear annotation */
	{0x13430, 0x1345f}, /* Egyptian format controls */
	{0x1bca0, 0x1bca3}, /* shorthand format controls */
	{0x1d173, 0x1d17a}, /* musical format controls */
	{0xe0000, 0xe0fff}, /* tags, more variation selectors */
};

static bool is_unseen(uint32_t c)
{
	for (size_t i = 0; i < RJ_COUNT(unseen); i++)
		if (c >= unseen[i].from && c <= unseen[i].to)
			return true;
	return (c & 0xfffe) == 0xfffe;
}

static void control(struct rj_buf *out, unsigned char c)
{
	switch (c) {
	case '\n':
		rj_buf_puts(out, "\\n");
		break;
	case '\t':
		rj_buf_puts(out, "\\t");
		break;
	case '\r':
		rj_buf_puts(out, "\\r");
		break;
	default:
		rj_buf_printf(out, "\\x%02x", c);
	}
}

/* Letters, digits and the like: one column each, and harmless. */
static size_t ordinary(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= ' ' && s[n] < 0x7f)
		n++;
	return n;
}

void rj_term_clean(struct rj_buf *out, const char *s, size_t len, unsigned keep)
{
	uint32_t c = 0;

	for (size_t n; len > 0; s += n, len -= n) {
		n = ordinary(s, len);
		if (n > 0) {
			rj_buf_add(out, s, n);
			continue;
		}
		n = rj_utf8_decode(s, len, &c);
		if (n == 0) {
			n = 1;
			control(out, (unsigned char)*s);
		} else if ((c == '\n' && keep & RJ_TERM_NEWLINE) ||
			   (c == '\t' && keep & RJ_TERM_TAB)) {
			rj_buf_add(out, s, n);
		} else if (c < 0x20 || c == 0x7f) {
			control(out, (unsigned char)c);
		} else if (is_unseen(c)) {
			rj_buf_printf(out, "\\u{%x}", c);
		} else {
			rj_buf_add(out, s, n);
		}
	}
}

void rj_term_write(FILE *f, const char *s, size_t len, unsigned keep)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	rj_term_clean(&b, s, len, keep);
	(void)fwrite(rj_buf_str(&b), 1, b.len, f);
}

void rj_term_puts(FILE *f, const char *s)
{
	rj_term_write(f, s, strlen(s), 0);
}

size_t rj_term_width(const char *s, size_t len)
{
	size_t width = 0;
	uint32_t c = 0;

	for (size_t n; len > 0; s += n, len -= n) {
		n = ordinary(s, len);
		if (n > 0) {
			width += n;
			continue;
		}
		n = rj_utf8_decode(s, len, &c);
		if (n == 0) {
			n = 1;
			c = '?';
		}
		width += rj_utf8_columns(c);
	}
	return width;
}

bool rj_term_is_tty(FILE *f)
{
	return isatty(fileno(f)) == 1;
}

size_t rj_term_columns(FILE *f)
{
	const size_t least = 20, most = 10000, usual = 80;
	const char *env = getenv("COLUMNS");
	struct winsize ws = {0};
	size_t n = 0;

	/* A terminal that was made by a program often has 0 columns: nobody has told it. */
	if (ioctl(fileno(f), TIOCGWINSZ, &ws) == 0)
		n = ws.ws_col;
	if (n == 0 && env && env[0] >= '0' && env[0] <= '9')
		n = strtoul(env, NULL, 10);
	if (n == 0)
		n = usual;
	return n < least ? least : n > most ? most : n;
}

bool rj_term_has_color(FILE *f)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return rj_term_is_tty(f) && term && *term && strcmp(term, "dumb") != 0 && !(no && *no);
}

const char *rj_term_color(bool on, enum rj_color c)
{
	static const char *const sequence[] = {
		[RJ_COLOR_OFF] = "\033[0m",    [RJ_COLOR_BOLD] = "\033[1m",
		[RJ_COLOR_DIM] = "\033[2m",    [RJ_COLOR_RED] = "\033[31m",
		[RJ_COLOR_GREEN] = "\033[32m", [RJ_COLOR_YELLOW] = "\033[33m",
		[RJ_COLOR_CYAN] = "\033[36m",
	};

	return on ? sequence[c] : "";
}
