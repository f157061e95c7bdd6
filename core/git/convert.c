/* convert: line endings, keywords and encodings, as git has them in a worktree. */
#include "core/git/convert.h"

#include <ctype.h>
#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/git/charset.h"

enum {
	DEL = 127,
	CTRL_Z = 26,
	ESC = 27,
	PART = 1 << 13,
	GROWTH = 8, /* of a byte, at most */
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

	if ((eol != RJ_EOL_CRLF && eol != RJ_EOL_CRLF_AUTO) || !len)
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

bool rj_convert_uneol(const char *bytes, size_t len, bool guess, struct rj_buf *ret)
{
	const char *end = bytes + len, *from = bytes;
	struct stats st = gather(bytes, len);

	if (!st.crlf || (guess && is_binary(&st)))
		return false;
	for (const char *p = bytes; (p = memmem(p, (size_t)(end - p), "\r\n", 2)); p++) {
		rj_buf_add(ret, from, (size_t)(p - from));
		from = p + 1;
	}
	rj_buf_add(ret, from, (size_t)(end - from));
	return true;
}

bool rj_convert_is_crlf(const char *bytes, size_t len)
{
	struct stats st = gather(bytes, len);

	return st.crlf && !is_binary(&st);
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
	bool any_order;		     /* the mark of either order may come in */
	bool no_mark;		     /* none may come in */
	uint32_t not_from, not_to;   /* characters that musl writes and glibc does not */
	const struct rj_charset *cs; /* or this writes it */
};

/* Letter case, '-' and '_' make no other name. */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "-_");
		b += strspn(b, "-_");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

/*
 * A name without a byte order is written as on this machine, UTF with a mark, as glibc does it.
 * UCS-2 is in other order with musl, and takes U+FFFD for what it has no place for. The last ones
 * are names that musl does not know.
 */
static struct encoding find_encoding(const char *name)
{
	static const struct {
		const char *name;
		struct encoding e;
	} known[] = {
		{"UTF-16", {"UTF-16LE", "\xff\xfe", 2, .any_order = true}},
		{"UTF-16LE-BOM", {"UTF-16LE", "\xff\xfe", 2, .any_order = true}},
		{"UTF-16BE-BOM", {"UTF-16BE", "\xfe\xff", .mark_len = 2}},
		{"UTF-16LE", {.name = "UTF-16LE", .no_mark = true}},
		{"UTF-16BE", {.name = "UTF-16BE", .no_mark = true}},
		{"UTF-32", {"UTF-32LE", "\xff\xfe\0\0", 4, .any_order = true}},
		{"UTF-32LE", {.name = "UTF-32LE", .no_mark = true}},
		{"UTF-32BE", {.name = "UTF-32BE", .no_mark = true}},
		{"UCS-2", {.name = "UCS-2LE", .not_from = 0x10000, .not_to = 0x10ffff}},
		{"UCS-2LE", {.name = "UCS-2LE", .not_from = 0x10000, .not_to = 0x10ffff}},
		{"UCS-2BE", {.name = "UCS-2BE", .not_from = 0x10000, .not_to = 0x10ffff}},
		{"UCS-4", {.name = "UTF-32BE"}},
		{"TIS-620", {.name = "TIS-620", .not_from = 0x80, .not_to = 0xa0}},
		{"ISO-2022-JP", {.name = "ISO-2022-JP", .not_from = 0xff61, .not_to = 0xff9f}},
		{"IBM437", {.name = "CP437"}},
		{"IBM850", {.name = "CP850"}},
		{"IBM866", {.name = "CP866"}},
		{"LATIN2", {.name = "ISO-8859-2"}},
		{"LATIN5", {.name = "ISO-8859-9"}},
	};
	const struct rj_charset *cs = rj_charset_find(name);

	for (size_t i = 0; i < RJ_COUNT(known); i++)
		if (same_name(name, known[i].name))
			return known[i].e;
	return (struct encoding){.name = name, .cs = cs};
}

/* musl goes back to ASCII after each character of ISO-2022-JP. */
static void join_shifts(struct rj_buf *b)
{
	static const char again[] = "\x1b(B\x1b$B";
	const size_t len = sizeof(again) - 1;
	char *to = b->s;

	for (const char *p = b->s, *end = b->s + b->len; p < end;) {
		const char *q = memmem(p, (size_t)(end - p), again, len);
		size_t n = (size_t)((q ? q : end) - p);

		memmove(to, p, n);
		to += n;
		p += q ? n + len : n;
	}
	b->len = (size_t)(to - b->s);
	*to = '\0';
}

/* How much of it iconv is given at once: no character is cut, and what comes of it has room. In a
 * call that ran out of room, or of input, musl forgets what it put in place of others before. */
static size_t part_of(const char *bytes, size_t len)
{
	size_t part = PART;

	if (len <= PART)
		return len;
	while (part > PART - 4 && (bytes[part] & 0xc0) == 0x80)
		part--;
	return part;
}

static bool recode(const char *bytes, size_t len, const char *from, const char *to,
		   struct rj_buf *ret)
{
	iconv_t cd = iconv_open(to, from);
	RJ_AUTO(rj_free) char *copy = NULL; /* iconv(3) takes no const */
	RJ_AUTO(rj_free) char *piece = NULL;
	bool done = true;
	char *in;

	if (cd == (iconv_t)-1)
		return false;
	piece = rj_alloc((len < PART ? len : PART) + 1, GROWTH);
	in = copy = rj_alloc(len + 1, 1);
	memcpy(copy, bytes, len);
	while (done && in < copy + len) {
		size_t left = (size_t)(copy + len - in), part = part_of(in, left), rest = part;
		size_t room = (part + 1) * GROWTH, lost;
		char *out = piece;

		lost = iconv(cd, &in, &rest, &out, &room);
		rj_buf_add(ret, piece, (size_t)(out - piece));
		/* nothing may be replaced by something like it; in what is read, a character may
		 * go on in the next part */
		done = lost == 0 ||
		       (lost == (size_t)-1 && errno == EINVAL && rest < part && part < left);
	}
	(void)iconv_close(cd);
	return done;
}

static bool holds(const char *bytes, size_t len, uint32_t from, uint32_t to)
{
	uint32_t c;

	for (size_t at = 0, n; at < len; at += n) {
		n = rj_utf8_decode(bytes + at, len - at, &c);
		if (n == 0 || (c >= from && c <= to))
			return true;
	}
	return false;
}

static bool encode(const char *bytes, size_t len, const struct encoding *e, struct rj_buf *ret)
{
	bool done;

	if (e->not_to && holds(bytes, len, e->not_from, e->not_to))
		return false;
	rj_buf_add(ret, e->mark, e->mark_len);
	done = e->cs ? rj_charset_encode(e->cs, bytes, len, ret)
		     : recode(bytes, len, "UTF-8", e->name, ret);
	if (!done)
		rj_buf_release(ret);
	else if (same_name(e->name, "ISO-2022-JP"))
		join_shifts(ret);
	return done;
}

bool rj_convert_encode(const char *bytes, size_t len, const char *encoding, struct rj_buf *ret)
{
	const struct encoding e = find_encoding(encoding);

	return len && encode(bytes, len, &e, ret);
}

static bool has_mark(const char *bytes, size_t len, size_t width)
{
	return len >= width &&
	       (width == 2
			? !memcmp(bytes, "\xfe\xff", 2) || !memcmp(bytes, "\xff\xfe", 2)
			: !memcmp(bytes, "\0\0\xfe\xff", 4) || !memcmp(bytes, "\xff\xfe\0\0", 4));
}

/* What would be written otherwise was not read as git reads it. */
static bool comes_back(const char *bytes, size_t len, const struct encoding *e,
		       const struct rj_buf *text)
{
	RJ_AUTO(rj_buf_release) struct rj_buf again = {0};

	return encode(rj_buf_str(text), text->len, e, &again) && again.len == len &&
	       !memcmp(again.s, bytes, len);
}

bool rj_convert_decode(const char *bytes, size_t len, const char *encoding, struct rj_buf *ret)
{
	const struct encoding e = find_encoding(encoding);
	const char *name = e.name;

	if (e.cs && rj_charset_decode(e.cs, bytes, len, ret))
		return len > 0;
	if (e.cs)
		rj_buf_release(ret);
	if (e.cs || !len || (e.no_mark && has_mark(bytes, len, strstr(name, "32") ? 4 : 2)))
		return false;
	if (e.any_order && e.mark_len == 2 && len >= 2 && !memcmp(bytes, "\xfe\xff", 2))
		name = "UTF-16BE";
	else if (e.any_order && e.mark_len == 4 && len >= 4 && !memcmp(bytes, "\0\0\xfe\xff", 4))
		name = "UTF-32BE";
	else if (e.mark_len && (len < e.mark_len || memcmp(bytes, e.mark, e.mark_len) != 0))
		return false; /* git wants a mark */
	if (recode(bytes + e.mark_len, len - e.mark_len, name, "UTF-8", ret) &&
	    (e.mark_len || comes_back(bytes, len, &e, ret)))
		return true;
	rj_buf_release(ret);
	return false;
}
