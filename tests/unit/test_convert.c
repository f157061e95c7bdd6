#include <criterion/criterion.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/convert.h"
#include "core/git/packdelta.h"

/* What comes out, or what went in where it stays as it is. */
static void eol(const char *in, enum rj_eol how, const char *want)
{
	struct rj_buf b = {0};
	bool done = rj_convert_eol(in, strlen(in), how, &b);

	cr_assert_str_eq(done ? rj_buf_str(&b) : in, want);
	cr_assert(done == (strcmp(in, want) != 0));
	rj_buf_release(&b);
}

Test(convert, line_ends)
{
	eol("a\nb\n", RJ_EOL_KEEP, "a\nb\n");
	eol("a\nb\n", RJ_EOL_CRLF, "a\r\nb\r\n");
	eol("a\r\nb\n", RJ_EOL_CRLF, "a\r\nb\r\n");
	eol("\n\n", RJ_EOL_CRLF, "\r\n\r\n");
	eol("", RJ_EOL_CRLF, "");
	eol("no end", RJ_EOL_CRLF, "no end");
	eol("a\nb\n", RJ_EOL_CRLF_AUTO, "a\r\nb\r\n");
	eol("a\r\nb\n", RJ_EOL_CRLF_AUTO, "a\r\nb\n");
	eol("a\rb\n", RJ_EOL_CRLF_AUTO, "a\rb\n");
	eol("\1\2\3\n", RJ_EOL_CRLF_AUTO, "\1\2\3\n");
	eol("a\n\x1a", RJ_EOL_CRLF_AUTO, "a\r\n\x1a");
}

static void uneol(const char *in, bool guess, const char *want)
{
	struct rj_buf b = {0};
	bool done = rj_convert_uneol(in, strlen(in), guess, &b);

	cr_assert_str_eq(done ? rj_buf_str(&b) : in, want);
	cr_assert(done == (strcmp(in, want) != 0));
	rj_buf_release(&b);
}

Test(convert, line_ends_taken_back)
{
	eol("a\nb\n", RJ_EOL_LF, "a\nb\n");
	eol("a\nb\n", RJ_EOL_LF_AUTO, "a\nb\n");
	uneol("a\r\nb\n\r\n", false, "a\nb\n\n");
	uneol("\r\r\n\r", false, "\r\n\r");
	uneol("\r\r\n\r", true, "\r\r\n\r");
	uneol("a\r\n\x1a", true, "a\n\x1a");
	uneol("\1\2\3\r\n", true, "\1\2\3\r\n");
	uneol("\1\2\3\r\n", false, "\1\2\3\n");
	uneol("", false, "");
	cr_assert(rj_convert_is_crlf("a\r\n", 3) && !rj_convert_is_crlf("a\r\n\r", 4));
	cr_assert(!rj_convert_is_crlf("a\n", 2) && !rj_convert_is_crlf("\0\r\n", 3));
}

static void ident(const char *in, const char *want)
{
	struct rj_buf b = {0};
	bool done = rj_convert_ident(in, strlen(in), "HEX", &b);

	cr_assert_str_eq(done ? rj_buf_str(&b) : in, want);
	rj_buf_release(&b);
}

Test(convert, keywords)
{
	ident("/* $Id$ */ $Id$", "/* $Id: HEX $ */ $Id: HEX $");
	ident("$Id: old $\n", "$Id: HEX $\n");
	ident("$Id:$ $Id: $", "$Id: HEX $ $Id: HEX $");
	ident("$Id: by another program $", "$Id: by another program $");
	ident("$Id: no end\n$", "$Id: no end\n$");
	ident("$Idea$ $I", "$Idea$ $I");
	ident("$Id", "$Id");
	ident("$Id:", "$Id:");
}

static void unident(const char *in, const char *want)
{
	struct rj_buf b = {0};
	bool done = rj_convert_unident(in, strlen(in), &b);

	cr_assert_str_eq(done ? rj_buf_str(&b) : in, want);
	rj_buf_release(&b);
}

Test(convert, keywords_taken_out)
{
	unident("/* $Id: HEX $ */ $Id: HEX $\n", "/* $Id$ */ $Id$\n");
	unident("$Id: by another program $ $Id$ $Id:$", "$Id$ $Id$ $Id$");
	unident("$Id: no end\n$Id: end $", "$Id: no end\n$Id$");
	unident("$Id: $Id: x $", "$Id$Id: x $");
	unident("$Id: x", "$Id: x");
	unident("$Id:", "$Id:");
	unident("$Id$", "$Id$");
}

static void encode(const char *encoding, const char *in, const char *want, size_t len)
{
	struct rj_buf b = {0}, back = {0};

	cr_assert(rj_convert_encode(in, strlen(in), encoding, &b), "%s", encoding);
	cr_assert(b.len == len && !memcmp(b.s, want, len), "%s", encoding);
	cr_assert(rj_convert_decode(b.s, b.len, encoding, &back), "%s", encoding);
	cr_assert_str_eq(back.s, in);
	rj_buf_release(&b);
	rj_buf_release(&back);
}

Test(convert, encodings)
{
	struct rj_buf b = {0};

	encode("UTF-16", "a\xc3\xa9", "\xff\xfe\x61\0\xe9\0", 6);
	encode("UTF-16LE", "a\xc3\xa9", "\x61\0\xe9\0", 4);
	encode("UTF-16BE", "a\xc3\xa9", "\0\x61\0\xe9", 4);
	encode("utf-16le-bom", "a", "\xff\xfe\x61\0", 4);
	encode("UTF-16BE-BOM", "a", "\xfe\xff\0\x61", 4);
	encode("UTF-32", "a", "\xff\xfe\0\0\x61\0\0\0", 8);
	encode("ISO-8859-1", "\xc3\xa9", "\xe9", 1);
	cr_assert(rj_convert_decode("\xfe\xff\0\x61", 4, "UTF-16", &b), "the other order");
	cr_assert_str_eq(b.s, "a");
	rj_buf_release(&b);
	cr_assert(!rj_convert_decode("\x61\0", 2, "UTF-16", &b), "a mark is wanted");
	cr_assert(!rj_convert_encode("a", 1, "no-such", &b));
	cr_assert(!rj_convert_encode("\xe2\x82\xac", 3, "ISO-8859-1", &b), "no place for the euro");
	cr_assert(!rj_convert_encode("\xff", 1, "UTF-16", &b), "no UTF-8");
	cr_assert(!b.s, "nothing is left in the buffer");
}

Test(convert, long_text)
{
	enum { N = 300000 };
	char *text = rj_alloc(N + 1, 1);
	struct rj_buf b = {0}, back = {0};

	memset(text, 'x', N);
	cr_assert(rj_convert_encode(text, N, "UTF-16", &b));
	cr_assert(b.len == 2 * N + 2);
	cr_assert(rj_convert_decode(b.s, b.len, "UTF-16", &back));
	cr_assert_str_eq(back.s, text);
	rj_free(&text);
	rj_buf_release(&b);
	rj_buf_release(&back);
}

Test(convert, as_glibc_has_them)
{
	struct rj_buf b = {0};

	encode("UCS-2", "a\xc3\xa9", "\x61\0\xe9\0", 4);
	cr_assert(!rj_convert_encode("a\xf0\x9f\x98\x80", 5, "UCS-2", &b), "no place above U+FFFF");
	cr_assert(!rj_convert_decode("\xff\xfe\x61\0", 4, "UTF-16LE", &b), "a mark is none of its");
	encode("GBK", "a\xe4\xb8\xad\n", "a\xd6\xd0\n", 4);
	encode("gb2312", "\xe4\xb8\xad\xe2\x80\x95", "\xd6\xd0\xa1\xaa", 4);
	encode("GB18030", "\xe4\xb8\xad\xc2\x80\xf0\x9f\x98\x80",
	       "\xd6\xd0\x81\x30\x81\x30\x94\x39\xfc\x36", 10);
	encode("BIG5", "\xe4\xb8\xad\xe5\x8d\x81", "\xa4\xa4\xa4\x51", 4);
	encode("EUC-KR", "\xed\x95\x9c", "\xc7\xd1", 2);
	encode("UHC", "\xea\xb0\x82", "\x81\x41", 2);
	cr_assert(!rj_convert_encode("\xea\xb0\x82", 3, "EUC-KR", &b), "only CP949 has it");
	cr_assert(!rj_convert_encode("\xee\x80\x80", 3, "GBK", &b), "private");
	cr_assert(!rj_convert_decode("\xd6", 1, "GBK", &b), "cut");
	cr_assert(!b.s, "nothing is left in the buffer");
}

/* What has no place is noticed far from the end as well, and a character may lie where it is cut.
 */
Test(convert, parts)
{
	enum { N = 100000 };
	char *text = rj_alloc(N + 1, 1);
	struct rj_buf b = {0}, back = {0};

	for (size_t at = 0; at < 4; at++) {
		memset(text, 'x', N);
		for (size_t i = at; i + 3 < N; i += 3)
			memcpy(text + i, "\xe4\xb8\xad", 3);
		cr_assert(rj_convert_encode(text, N, "EUC-JP", &b));
		cr_assert(rj_convert_decode(b.s, b.len, "EUC-JP", &back));
		cr_assert_str_eq(back.s, text);
		rj_buf_release(&b);
		rj_buf_release(&back);
		cr_assert(!rj_convert_encode(text, N, "ISO-8859-1", &b));
	}
	rj_free(&text);
}

#define DELTA(s) (s), sizeof(s) - 1

Test(packdelta, makes_and_refuses)
{
	static const char base[] = "0123456789";
	static const char good[] = "\x0a\x08\x91\x02\x04\x04wxyz"; /* four from 2, four new */
	char out[8];
	uint64_t n;

	cr_assert(rj_packdelta_size(DELTA(good), 10, 100, &n) && n == 8);
	cr_assert(rj_packdelta_apply(DELTA(good), base, 10, out, 8));
	cr_assert(!memcmp(out, "2345wxyz", 8));
	cr_assert(!rj_packdelta_size(DELTA(good), 9, 100, &n), "another base");
	cr_assert(!rj_packdelta_size(DELTA(good), 10, 7, &n), "more than is wanted");
	cr_assert(!rj_packdelta_size(DELTA("\x8a\x8a"), 10, 100, &n), "cut");
	for (size_t len = 2; len + 1 < sizeof(good); len++)
		cr_assert(!rj_packdelta_apply(good, len, base, 10, out, 8), "cut at %zu", len);
	cr_assert(!rj_packdelta_apply(DELTA("\x0a\x08\x91\x08\x04"), base, 10, out, 8),
		  "past the base");
	cr_assert(!rj_packdelta_apply(DELTA("\x0a\x08\x90\x09"), base, 10, out, 8), "past the end");
	cr_assert(!rj_packdelta_apply(DELTA("\x0a\x01\x00"), base, 10, out, 1), "no instruction");
	cr_assert(!rj_packdelta_apply(DELTA("\x0a\x01"), base, 10, out, 1), "too little");
}
