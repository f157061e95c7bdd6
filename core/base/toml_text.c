/* The text of a TOML document: is it text at all, and where in it are we? */
#include "core/base/toml_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"

static int check_text(struct rj_toml_text *t, struct rj_err *err)
{
	while (t->at < t->end) {
		unsigned char c = (unsigned char)*t->at;
		uint32_t character;
		size_t len = rj_utf8_decode(t->at, (size_t)(t->end - t->at), &character);

		if (len == 0)
			return rj_toml_refuse(err, t->file, rj_toml_here(t),
					      "byte 0x%02x is not UTF-8", c);
		if (rj_toml_newline(t))
			continue;
		if (c == '\r')
			return rj_toml_refuse(err, t->file, rj_toml_here(t),
					      "a carriage return without a line feed");
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return rj_toml_refuse(err, t->file, rj_toml_here(t),
					      "control character 0x%02x", c);
		t->at += len;
	}
	return 0;
}

static void rewind_to(struct rj_toml_text *t, const char *text)
{
	t->at = t->line_start = t->counted = text;
	t->line = t->counted_col = 1;
}

int rj_toml_text_open(struct rj_toml_text *t, const char *text, size_t len, const char *file,
		      struct rj_err *err)
{
	int r;

	*t = (struct rj_toml_text){.file = file, .end = text + len};
	rewind_to(t, text);
	if (len > RJ_TOML_MAX_LEN)
		return rj_refuse(err, EFBIG, "%s: longer than %d bytes", file, RJ_TOML_MAX_LEN);
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		rewind_to(t, text + 3);
	text = t->at;
	r = check_text(t, err);
	rewind_to(t, text);
	return r;
}

struct rj_toml_pos rj_toml_here(struct rj_toml_text *t)
{
	/* Count on from the last place, so that one very long line is not counted each time. */
	if (t->counted < t->line_start || t->counted > t->at) {
		t->counted = t->line_start;
		t->counted_col = 1;
	}
	for (; t->counted < t->at; t->counted++)
		if (((unsigned char)*t->counted & 0xc0) != 0x80)
			t->counted_col++;
	return (struct rj_toml_pos){t->line, t->counted_col};
}

bool rj_toml_skip(struct rj_toml_text *t, const char *bytes)
{
	size_t len = strlen(bytes);

	if ((size_t)(t->end - t->at) < len || memcmp(t->at, bytes, len) != 0)
		return false;
	t->at += len;
	return true;
}

bool rj_toml_newline(struct rj_toml_text *t)
{
	if (!rj_toml_skip(t, "\n") && !rj_toml_skip(t, "\r\n"))
		return false;
	t->line++;
	t->line_start = t->at;
	return true;
}

void rj_toml_blanks(struct rj_toml_text *t)
{
	while (rj_toml_peek(t) == ' ' || rj_toml_peek(t) == '\t')
		t->at++;
}

size_t rj_toml_token_len(const struct rj_toml_text *t, size_t from)
{
	size_t left = (size_t)(t->end - t->at);

	while (from < left && !strchr(" \t\r\n,]}#=[{\"'", t->at[from]))
		from++;
	return from;
}

const char *rj_toml_found(const struct rj_toml_text *t, char *buf)
{
	size_t left = (size_t)(t->end - t->at);
	uint32_t character;

	if (left == 0)
		return "the end of the file";
	if (*t->at == '\n' || *t->at == '\r')
		return "the end of the line";
	if (*t->at == '\t')
		return "a tab";
	(void)snprintf(buf, RJ_TOML_FOUND_SIZE, "'%.*s'",
		       (int)rj_utf8_decode(t->at, left, &character), t->at);
	return buf;
}

int rj_toml_refuse(struct rj_err *err, const char *file, struct rj_toml_pos at, const char *fmt,
		   ...)
{
	char what[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return rj_refuse(err, EINVAL, "%s:%zu:%zu: %s", file, at.line, at.col, what);
}
