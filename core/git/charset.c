/*
 * charset: encodings that the C library only reads, turned round.
 *
 * Held against glibc 2.36 over all characters (tests/build): nothing is written otherwise. Not
 * written at all are, where glibc does: C1 controls (EUC-KR, Big5), the euro in GBK, U+20A9 and
 * U+327E in EUC-KR, private characters (Big5; GB18030 those without a code of two bytes), and what
 * is named in gb18030_new.
 */
#include "core/git/charset.h"

#include <iconv.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

enum {
	KINDS = 6,
	FIXES = 2,
	BYTES = 4, /* of the longest code */
	BMP = 0x10000,
	HIGH = 0x80,
	LAST = 0xfe,	 /* byte of a code of two */
	FOURS = 39420,	 /* codes of four bytes that the lower plane may have */
	ASTRAL = 189000, /* number of U+10000 among the codes of four bytes */
	TAKEN = 1,	 /* has a code, which is not given */
};

struct span {
	uint32_t from, to;
};

/* The lower plane both ways; 0 is none. */
struct table {
	uint32_t codes[BMP];   /* of characters; or TAKEN */
	uint16_t chars[BMP];   /* of codes of two bytes */
	uint16_t fours[FOURS]; /* of the codes of four, by number */
};

struct rj_charset {
	const char *names;	 /* each ends with a NUL, and so do all */
	uint8_t first, last;	 /* values of the first byte of two, */
	uint8_t second;		 /* and the least of the second */
	bool no_private;	 /* a code of a private character is not glibc's */
	bool four;		 /* what has no such code has one of four bytes, in order */
	const struct span *less; /* codes that are not glibc's; up to an empty one */
	struct span fix[FIXES];	 /* glibc reads code `from` as character `to` */
};

static const struct span gbk_less[] = {
	{0xa2e3, 0xa2e3}, {0xa8bf, 0xa8bf}, {0xa989, 0xa995}, {0xfe50, 0xfefe}, {0, 0}};
static const struct span gb2312_less[] = {{0xa2a1, 0xa2b0}, {0xa2e3, 0xa2e3}, {0xa6d9, 0xa6fe},
					  {0xa8bb, 0xa8c4}, {0xa996, 0xa996}, {0, 0}};
/* Two that other codes stand for as well, and what the kinds of Big5 have each their own way. */
static const struct span big5_less[] = {
	{0xa2cc, 0xa2cc}, {0xa2ce, 0xa2ce}, {0xa3c0, 0xa3e1}, {0xc6a1, 0xc8fe}, {0, 0}};
/* Codes and characters that changed hands between editions: libraries know one or another. */
static const struct span gb18030_less[] = {{0xa6d9, 0xa6df}, {0xa6ec, 0xa6ed},
					   {0xa6f3, 0xa6f3}, {0xa8bc, 0xa8bc},
					   {0xfe51, 0xfe53}, {0xfe59, 0xfe59},
					   {0xfe61, 0xfe61}, {0xfe66, 0xfe67},
					   {0xfe6c, 0xfe6d}, {0xfe76, 0xfe76},
					   {0xfe7e, 0xfe7e}, {0xfe90, 0xfe91},
					   {0xfea0, 0xfea0}, {0, 0}};
static const struct span gb18030_new[] = {
	{0x1e3f, 0x1e3f},   {0x9fb4, 0x9fbb},

	{0xfe10, 0xfe19},   {0x20087, 0x20087}, {0x20089, 0x20089}, {0x200cc, 0x200cc},
	{0x215d7, 0x215d7}, {0x2298f, 0x2298f}, {0x241fe, 0x241fe}, {0, 0}};
static const struct span none[] = {{0, 0}};

static const struct rj_charset kinds[KINDS] = {
	{.names = "GBK\0CP936\0MS936\0WINDOWS-936\0",
	 .first = 0x81,
	 .last = LAST,
	 .second = 0x40,
	 .no_private = true,
	 .less = gbk_less},
	{.names = "GB18030\0",
	 .first = 0x81,
	 .last = LAST,
	 .second = 0x40,
	 .four = true,
	 .less = gb18030_less},
	{.names = "GB2312\0EUC-CN\0EUCCN\0CN-GB\0CSGB2312\0",
	 .first = 0xa1,
	 .last = 0xf7,
	 .second = 0xa1,
	 .no_private = true,
	 .less = gb2312_less,
	 .fix = {{0xa1a4, 0x30fb}, {0xa1aa, 0x2015}}},
	{.names = "BIG5\0BIG-5\0BIGFIVE\0BIG-FIVE\0CN-BIG5\0CP950\0",
	 .first = 0xa1,
	 .last = 0xf9,
	 .second = 0x40,
	 .less = big5_less},
	{.names = "EUC-KR\0EUCKR\0CSEUCKR\0",
	 .first = 0xa1,
	 .last = LAST,
	 .second = 0xa1,
	 .less = none},
	{.names = "CP949\0UHC\0MSCP949\0",
	 .first = 0x81,
	 .last = LAST,
	 .second = 0x41,
	 .less = none},
};

const struct rj_charset *rj_charset_find(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		for (const char *s = kinds[i].names; *s; s += strlen(s) + 1)
			if (!strcasecmp(name, s))
				return &kinds[i];
	return NULL;
}

static bool is_in(const struct span *spans, uint32_t n)
{
	for (; spans->to; spans++)
		if (n >= spans->from && n <= spans->to)
			return true;
	return false;
}

/* The character of a code of two bytes; 0 when there is none in the lower plane. */
static uint32_t read_code(iconv_t cd, uint32_t code)
{
	char in[2] = {(char)(code >> 8), (char)code}, *from = in;
	wchar_t c[2] = {0};
	char *to = (char *)c;
	size_t left = sizeof(in), room = sizeof(c);

	(void)iconv(cd, NULL, NULL, NULL, NULL);
	if (iconv(cd, &from, &left, &to, &room) != 0 || left != 0 || room != sizeof(*c))
		return 0;
	return (uint32_t)c[0] < BMP ? (uint32_t)c[0] : 0;
}

static bool is_private(uint32_t c)
{
	return c >= 0xe000 && c <= 0xf8ff;
}

static void add_code(const struct rj_charset *cs, uint32_t code, uint32_t c, struct table *t)
{
	bool less = is_in(cs->less, code) || (cs->no_private && is_private(c));

	for (size_t i = 0; i < FIXES; i++)
		if (code == cs->fix[i].from)
			c = cs->fix[i].to;
	if (c < HIGH || c >= BMP || t->codes[c] > TAKEN)
		return;
	t->codes[c] = less ? TAKEN : code;
	t->chars[code] = less ? 0 : (uint16_t)c;
}

/* The code of number n of those of four bytes, whose second and fourth are digits. */
static uint32_t four_bytes(uint32_t n)
{
	uint32_t last = n % 10, third = n / 10 % 126, second = n / 1260 % 10, first = n / 12600;

	return (0x81 + first) << 24 | ('0' + second) << 16 | (0x81 + third) << 8 | ('0' + last);
}

static void add_fours(struct table *t)
{
	uint32_t n = 0;

	for (uint32_t c = HIGH; c < BMP && n < FOURS; c++) {
		if (t->codes[c] || (c >= 0xd800 && c < 0xe000))
			continue;
		if (!is_private(c) && !is_in(gb18030_new, c)) {
			t->codes[c] = four_bytes(n);
			t->fours[n] = (uint16_t)c;
		}
		n++;
	}
}

static struct table *turn_round(const struct rj_charset *cs)
{
	iconv_t cd = iconv_open("WCHAR_T", cs->names);
	struct table *t;

	if (cd == (iconv_t)-1)
		return NULL;
	t = rj_alloc(1, sizeof(*t));
	for (uint32_t a = cs->first; a <= cs->last; a++)
		for (uint32_t b = cs->second; b <= LAST; b++)
			add_code(cs, a << 8 | b, read_code(cd, a << 8 | b), t);
	(void)iconv_close(cd);
	if (cs->four)
		add_fours(t);
	return t;
}

/* Made when it is first asked for, and kept: half a MiB for each kind. */
static const struct table *table_of(const struct rj_charset *cs)
{
	static _Atomic(struct table *) made[KINDS];
	_Atomic(struct table *) *mine = &made[cs - kinds];
	struct table *t = atomic_load(mine), *other = NULL;

	if (t)
		return t;
	t = turn_round(cs);
	if (t && !atomic_compare_exchange_strong(mine, &other, t)) {
		free(t); /* another thread was faster */
		t = other;
	}
	return t;
}

static uint32_t code_of(const struct rj_charset *cs, const struct table *t, uint32_t c)
{
	if (c < BMP)
		return t->codes[c];
	return cs->four && !is_in(gb18030_new, c) ? four_bytes(ASTRAL + c - BMP) : 0;
}

bool rj_charset_encode(const struct rj_charset *cs, const char *bytes, size_t len,
		       struct rj_buf *ret)
{
	const struct table *t = table_of(cs);
	uint32_t c, code;

	for (size_t at = 0, n; at < len; at += n) {
		char out[BYTES];
		size_t size = 0;

		n = t ? rj_utf8_decode(bytes + at, len - at, &c) : 0;
		code = n > 1 ? code_of(cs, t, c) : 0;
		if (n == 0 || (n > 1 && code <= TAKEN))
			return false;
		if (n == 1) {
			rj_buf_putc(ret, bytes[at]);
			continue;
		}
		for (int shift = 24; shift >= 0; shift -= 8)
			if (code >> shift)
				out[size++] = (char)(code >> shift);
		rj_buf_add(ret, out, size);
	}
	return true;
}

/* The character at `s`: the number of its bytes, or 0 for none. */
static size_t char_at(const struct rj_charset *cs, const struct table *t, const char *s, size_t len,
		      uint32_t *ret)
{
	const unsigned char *b = (const unsigned char *)s;
	uint32_t n;

	*ret = b[0];
	if (b[0] < HIGH)
		return 1;
	if (len < 2)
		return 0;
	*ret = t->chars[b[0] << 8 | b[1]];
	if (*ret)
		return 2;
	if (!cs->four || len < BYTES || b[0] < 0x81 || b[1] < '0' || b[1] > '9' || b[2] < 0x81 ||
	    b[3] < '0' || b[3] > '9')
		return 0;
	n = (((b[0] - 0x81u) * 10 + b[1] - '0') * 126 + b[2] - 0x81u) * 10 + b[3] - '0';
	*ret = n < FOURS ? t->fours[n] : n >= ASTRAL ? n - ASTRAL + BMP : 0;
	return *ret && *ret < 0x110000 && !is_in(gb18030_new, *ret) ? BYTES : 0;
}

bool rj_charset_decode(const struct rj_charset *cs, const char *bytes, size_t len,
		       struct rj_buf *ret)
{
	const struct table *t = table_of(cs);

	for (size_t at = 0, n; at < len; at += n) {
		uint32_t c = 0;

		n = t ? char_at(cs, t, bytes + at, len - at, &c) : 0;
		if (n == 0)
			return false;
		rj_utf8_add(ret, c);
	}
	return true;
}
