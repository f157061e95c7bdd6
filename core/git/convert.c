/* convert: line endings, keywords and encodings, as git has them in a worktree. */
#include "core/git/convert.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"

enum {
	DEL = 127,
	CTRL_Z = 26,
	ESC = 27,
	PIECE = 1 << 16,
};

struct stats {
	size_t nul, cr, lf, crlf, printable, nonprintable;
};

static struct stats gather(const char *bytes, size_t len)
{
	struct stats st = {0};

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c == '\r' && i + 1 < len && bytes[i + 1] == '\n') {
			st.crlf++;
			i++;
		} else if (c == '\r') {
			st.cr++;
		} else if (c == '\n') {
			st.lf++;
		} else if (c >= ' ' ? c != DEL : c == '\b' || c == '\t' || c == '\f' || c == ESC) {
			st.printable++;
		} else {
			st.nul += c == 0;
			st.nonprintable++;
		}
	}
	if (len && bytes[len - 1] == CTRL_Z) /* DOS ends texts so */
		st.nonprintable--;
	return st;
}

static bool is_binary(const struct stats *st)
{
	return st->cr || st->nul || st->printable >> 7 < st->nonprintable;
}

bool rj_convert_eol(const char *bytes, size_t len, enum rj_eol eol, struct rj_buf *ret)
{
	const char *end = bytes + len, *from = bytes;
	struct stats st;

	if (eol == RJ_EOL_KEEP || !len)
		return false;
	st = gather(bytes, len);
	if (!st.lf || (eol == RJ_EOL_CRLF_AUTO && (st.crlf || is_binary(&st))))
		return false;
	for (const char *p = bytes; (p = memchr(p, '\n', (size_t)(end - p))); p++) {
		if (p > bytes && p[-1] == '\r')
			continue;
		rj_buf_add(ret, from, (size_t)(p - from));
		rj_buf_putc(ret, '\r');
		from = p;
	}
	rj_buf_add(ret, from, (size_t)(end - from));
	return true;
}

/* The end of a keyword that begins at `p` with "$Id" ("$Id$" or "$Id: ... $" on one line), or NULL
 * when it is none. One that other programs filled in, with blanks inside, is not git's. */
static const char *keyword_end(const char *p, const char *end)
{
	const char *dollar, *line, *blank;

	p += 3;
	if (p == end || (*p != '$' && *p != ':'))
		return NULL;
	if (*p == '$')
		return p + 1;
	p++;
	dollar = memchr(p, '$', (size_t)(end - p));
	if (!dollar)
		return NULL;
	line = memchr(p, '\n', (size_t)(dollar - p));
	if (line)
		return NULL;
	/* "$Id: one-word $" may be replaced */
	blank = dollar - p > 1 ? memchr(p + 1, ' ', (size_t)(dollar - p) - 1) : NULL;
	return blank && blank < dollar - 1 ? NULL : dollar + 1;
}

bool rj_convert_ident(const char *bytes, size_t len, const char *hex, struct rj_buf *ret)
{
	const char *end = bytes + len, *from = bytes;

	for (const char *p = bytes; (p = memmem(p, (size_t)(end - p), "$Id", 3));) {
		const char *past = keyword_end(p, end);

		if (!past) {
			p += 3;
			continue;
		}
		rj_buf_add(ret, from, (size_t)(p - from));
		rj_buf_printf(ret, "$Id: %s $", hex);
		from = p = past;
	}
	if (from == bytes)
		return false;
	rj_buf_add(ret, from, (size_t)(end - from));
	return true;
}

/* Here a keyword may be any that ends on its line. */
bool rj_convert_unident(const char *bytes, size_t len, struct rj_buf *ret)
{
	const char *end = bytes + len, *from = bytes;

	for (const char *p = bytes; (p = memmem(p, (size_t)(end - p), "$Id:", 4));) {
		const char *text = p + 4, *dollar = memchr(text, '$', (size_t)(end - text));

		p = text;
		if (!dollar)
			break;
		if (memchr(text, '\n', (size_t)(dollar - text)))
			continue;
		rj_buf_add(ret, from, (size_t)(text - 1 - from));
		from = dollar;
		p = dollar + 1;
	}
	if (from == bytes)
		return false;
	rj_buf_add(ret, from, (size_t)(end - from));
	return true;
}

/* An encoding by git's name: what iconv calls it, and its byte order mark. */
struct encoding {
	const char *name, *mark;
	size_t mark_len;
	bool any_order; /* the mark of either order may come in */
};

/* A name without a byte order is written as on this machine, with a mark, as glibc does it. */
static struct encoding find_encoding(const char *name)
{
	static const struct {
		const char *name;
		struct encoding e;
	} known[] = {
		{"UTF-16", {"UTF-16LE", "\xff\xfe", 2, true}},
		{"UTF16", {"UTF-16LE", "\xff\xfe", 2, true}},
		{"UTF-16LE-BOM", {"UTF-16LE", "\xff\xfe", 2, false}},
		{"UTF-16BE-BOM", {"UTF-16BE", "\xfe\xff", 2, false}},
		{"UTF-32", {"UTF-32LE", "\xff\xfe\0\0", 4, true}},
		{"UTF32", {"UTF-32LE", "\xff\xfe\0\0", 4, true}},
	};

	for (size_t i = 0; i < RJ_COUNT(known); i++)
		if (!strcasecmp(name, known[i].name))
			return known[i].e;
	return (struct encoding){.name = name};
}

static bool recode(const char *bytes, size_t len, const char *from, const char *to,
		   struct rj_buf *ret)
{
	iconv_t cd = iconv_open(to, from);
	RJ_AUTO(rj_free) char *piece = rj_alloc(PIECE, 1);
	size_t left = len;
	bool done = false;
	char *copy, *in;

	if (cd == (iconv_t)-1)
		return false;
	copy = rj_alloc(len + 1, 1); /* iconv(3) takes no const */
	memcpy(copy, bytes, len);
	for (in = copy; !done;) {
		char *out = piece;
		size_t room = PIECE, lost = iconv(cd, &in, &left, &out, &room);

		if (lost != 0 && !(lost == (size_t)-1 && errno == E2BIG))
			break; /* nothing may be replaced by something like it */
		rj_buf_add(ret, piece, (size_t)(out - piece));
		done = lost == 0 && left == 0;
	}
	rj_free(&copy);
	(void)iconv_close(cd);
	if (!done)
		rj_buf_release(ret);
	return done;
}

bool rj_convert_encode(const char *bytes, size_t len, const char *encoding, struct rj_buf *ret)
{
	const struct encoding e = find_encoding(encoding);

	if (!len)
		return false;
	rj_buf_add(ret, e.mark, e.mark_len);
	return recode(bytes, len, "UTF-8", e.name, ret);
}

bool rj_convert_decode(const char *bytes, size_t len, const char *encoding, struct rj_buf *ret)
{
	const struct encoding e = find_encoding(encoding);
	const char *name = e.name;

	if (!len)
		return false;
	if (e.any_order && e.mark_len == 2 && len >= 2 && !memcmp(bytes, "\xfe\xff", 2))
		name = "UTF-16BE";
	else if (e.any_order && e.mark_len == 4 && len >= 4 && !memcmp(bytes, "\0\0\xfe\xff", 4))
		name = "UTF-32BE";
	else if (e.mark_len && (len < e.mark_len || memcmp(bytes, e.mark, e.mark_len) != 0))
		return false; /* git wants a mark */
	return recode(bytes + e.mark_len, len - e.mark_len, name, "UTF-8", ret);
}
