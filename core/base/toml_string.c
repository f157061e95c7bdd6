/* TOML strings: basic and literal, of one line and of several; and writing one. */
#include "core/base/toml_text.h"

#include <errno.h>
#include <string.h>

#include "core/base/utf8.h"

/* The value of a hexadecimal digit, 16 for anything else. */
static uint32_t hex(int c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A') + 10;
	return 16;
}

/* \u and \U, of which the letter is read already. */
static int read_unicode(struct rj_toml_text *t, int digits, struct rj_toml_pos from,
			struct rj_buf *out, struct rj_err *err)
{
	uint32_t c = 0;

	for (int i = 0; i < digits; i++, t->at++) {
		uint32_t digit = hex(rj_toml_peek(t));

		if (digit > 15)
			return rj_toml_refuse(err, t->file, from,
					      "\\%c needs %d hexadecimal digits",
					      digits == 4 ? 'u' : 'U', digits);
		c = c << 4 | digit;
	}
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return rj_toml_refuse(err, t->file, from, "U+%04X is not a character", (unsigned)c);
	rj_utf8_add(out, c);
	return 0;
}

/* A backslash at the end of a line takes all white space up to the next character away. */
static bool skip_line_end(struct rj_toml_text *t)
{
	const char *before = t->at;

	rj_toml_blanks(t);
	if (!rj_toml_newline(t)) {
		t->at = before;
		return false;
	}
	do
		rj_toml_blanks(t);
	while (rj_toml_newline(t));
	return true;
}

static int read_escape(struct rj_toml_text *t, bool lines, struct rj_buf *out, struct rj_err *err)
{
	static const char letters[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
	struct rj_toml_pos from = rj_toml_here(t);
	char found[RJ_TOML_FOUND_SIZE];
	const char *letter;
	int c;

	t->at++;
	if (lines && skip_line_end(t))
		return 0;
	c = rj_toml_peek(t);
	if (rj_toml_skip(t, "u"))
		return read_unicode(t, 4, from, out, err);
	if (rj_toml_skip(t, "U"))
		return read_unicode(t, 8, from, out, err);
	letter = c > 0 ? strchr(letters, c) : NULL;
	if (!letter) {
		(void)rj_toml_refuse(err, t->file, from, "no escape begins with a backslash and %s",
				     rj_toml_found(t, found));
		return rj_hint(err, "write \\\\ for a backslash, or put the string into single "
				    "quotes");
	}
	rj_buf_putc(out, bytes[letter - letters]);
	t->at++;
	return 0;
}

/* At one or more quotes in a string of several lines: they end it, or belong to it. */
static bool closes(struct rj_toml_text *t, char quote, struct rj_buf *out)
{
	size_t n = 0, own;

	/* Up to two quotes may stand before the three that end the string. */
	while (n < 5 && rj_toml_peek(t) == quote) {
		t->at++;
		n++;
	}
	own = n < 3 ? n : n - 3;
	for (size_t i = 0; i < own; i++)
		rj_buf_putc(out, quote);
	return n >= 3;
}

static int read_lines(struct rj_toml_text *t, char quote, struct rj_toml_pos from,
		      struct rj_buf *out, struct rj_err *err)
{
	(void)rj_toml_newline(t); /* right behind the opening quotes it is not in the string */
	for (;;) {
		int c = rj_toml_peek(t);

		if (c < 0)
			return rj_toml_refuse(err, t->file, from,
					      "this string is not closed by %c%c%c", quote, quote,
					      quote);
		if (c == quote) {
			if (closes(t, quote, out))
				return 0;
		} else if (c == '\\' && quote == '"') {
			int r = read_escape(t, true, out, err);

			if (r < 0)
				return r;
		} else if (rj_toml_newline(t)) {
			rj_buf_putc(out, '\n');
		} else {
			rj_buf_putc(out, *t->at++);
		}
	}
}

int rj_toml_read_string(struct rj_toml_text *t, bool lines, struct rj_buf *out, struct rj_err *err)
{
	struct rj_toml_pos from = rj_toml_here(t);
	char quote = *t->at;

	if (lines && rj_toml_skip(t, quote == '"' ? "\"\"\"" : "'''"))
		return read_lines(t, quote, from, out, err);
	t->at++;
	for (;;) {
		int c = rj_toml_peek(t);

		if (c < 0 || c == '\n' || c == '\r')
			return rj_toml_refuse(err, t->file, from,
					      "this string is not closed by %c on its line", quote);
		if (c == quote) {
			t->at++;
			return 0;
		}
		if (c == '\\' && quote == '"') {
			int r = read_escape(t, false, out, err);

			if (r < 0)
				return r;
		} else {
			rj_buf_putc(out, *t->at++);
		}
	}
}

void rj_toml_quote(struct rj_buf *out, const char *s, size_t len)
{
	rj_buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\') {
			rj_buf_putc(out, '\\');
			rj_buf_putc(out, s[i]);
		} else if (c == '\n') {
			rj_buf_puts(out, "\\n");
		} else if (c == '\t') {
			rj_buf_puts(out, "\\t");
		} else if (c < 0x20 || c == 0x7f) {
			rj_buf_printf(out, "\\u%04X", c);
		} else {
			rj_buf_putc(out, s[i]);
		}
	}
	rj_buf_putc(out, '"');
}
