/* Writing asciicast. Strings are made here and not by a JSON library: once for every read of a
 * terminal, and controls of 8 bits are escaped too. */
#include "core/model/cast.h"

#include <inttypes.h>
#include <string.h>

#include "core/base/utf8.h"

#define NO_CHARACTER "\xef\xbf\xbd" /* U+FFFD */

static void add_char(struct rj_buf *out, const char *s, size_t n, uint32_t c)
{
	if (c == '"' || c == '\\')
		rj_buf_printf(out, "\\%c", (char)c);
	else if (c == '\n')
		rj_buf_puts(out, "\\n");
	else if (c == '\r')
		rj_buf_puts(out, "\\r");
	else if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		rj_buf_printf(out, "\\u%04x", (unsigned)c);
	else
		rj_buf_add(out, s, n);
}

/* Bytes of a character that begins at s and may go on behind its end; 0 when it cannot. */
static size_t begun(const char *s, size_t len)
{
	const unsigned char first = (unsigned char)s[0];
	const size_t needs = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

	if (first < 0xc2 || first > 0xf4 || len >= needs)
		return 0;
	for (size_t i = 1; i < len; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* All of s but for a cut character at its end, whose length is returned. */
static size_t add_text(struct rj_buf *out, const char *s, size_t len)
{
	uint32_t c = 0;

	for (size_t n; len > 0; s += n, len -= n) {
		n = rj_utf8_decode(s, len, &c);
		if (n > 0) {
			add_char(out, s, n, c);
			continue;
		}
		if (begun(s, len))
			return len;
		rj_buf_puts(out, NO_CHARACTER);
		n = 1;
	}
	return 0;
}

static void add_string(struct rj_buf *out, const char *s)
{
	rj_buf_putc(out, '"');
	for (size_t left = add_text(out, s, strlen(s)); left > 0; left--)
		rj_buf_puts(out, NO_CHARACTER);
	rj_buf_putc(out, '"');
}

static void begin(struct rj_buf *out, uint64_t us, char kind)
{
	rj_buf_printf(out, "[%" PRIu64 ".%06" PRIu64 ", \"%c\", ", us / 1000000, us % 1000000,
		      kind);
}

static void add_member(struct rj_buf *out, const char *before, const char *key, const char *value)
{
	if (!value)
		return;
	rj_buf_printf(out, "%s\"%s\": ", before, key);
	add_string(out, value);
}

void rj_cast_add_head(struct rj_buf *out, const struct rj_cast_head *head)
{
	rj_buf_printf(out,
		      "{\"version\": 2, \"width\": %u, \"height\": %u, \"timestamp\": %" PRId64,
		      head->cols, head->rows, head->timestamp);
	add_member(out, ", ", "command", head->command);
	add_member(out, ", ", "title", head->title);
	rj_buf_puts(out, ", \"env\": {");
	add_member(out, "", "TERM", head->term);
	add_member(out, head->term ? ", " : "", "SHELL", head->shell);
	rj_buf_puts(out, "}}\n");
}

void rj_cast_add_size(struct rj_buf *out, uint64_t us, unsigned cols, unsigned rows)
{
	begin(out, us, 'r');
	rj_buf_printf(out, "\"%ux%u\"]\n", cols, rows);
}

void rj_cast_add_note(struct rj_buf *out, uint64_t us, const char *text)
{
	begin(out, us, 'm');
	add_string(out, text);
	rj_buf_puts(out, "]\n");
}

/* Complete the character that was cut; the number of bytes that were taken for it. */
static size_t complete(struct rj_buf *out, struct rj_cast_cut *cut, const char *bytes, size_t len)
{
	size_t taken = 0;

	while (cut->n > 0 && taken < len) {
		uint32_t c = 0;
		size_t n;

		cut->s[cut->n++] = bytes[taken++];
		n = rj_utf8_decode(cut->s, cut->n, &c);
		if (n > 0) {
			add_char(out, cut->s, n, c);
			cut->n = 0;
		} else if (!begun(cut->s, cut->n)) {
			/* no character: the last byte may begin another */
			for (size_t i = 1; i < cut->n; i++)
				rj_buf_puts(out, NO_CHARACTER);
			cut->n = 0;
			taken--;
		}
	}
	return taken;
}

void rj_cast_add_output(struct rj_buf *out, struct rj_cast_cut *cut, uint64_t us, const char *bytes,
			size_t len)
{
	const size_t before = out->len;
	size_t text, taken, left;

	begin(out, us, 'o');
	rj_buf_putc(out, '"');
	text = out->len;
	taken = complete(out, cut, bytes, len);
	left = add_text(out, bytes + taken, len - taken);
	if (left > 0) {
		memcpy(cut->s, bytes + len - left, left);
		cut->n = left;
	}
	if (out->len == text)
		out->len = before; /* nothing whole yet */
	else
		rj_buf_puts(out, "\"]\n");
	if (out->s)
		out->s[out->len] = '\0';
}

void rj_cast_add_rest(struct rj_buf *out, struct rj_cast_cut *cut, uint64_t us)
{
	if (cut->n == 0)
		return;
	begin(out, us, 'o');
	rj_buf_putc(out, '"');
	for (; cut->n > 0; cut->n--)
		rj_buf_puts(out, NO_CHARACTER);
	rj_buf_puts(out, "\"]\n");
}
