#ifndef RJ_TESTS_ATTRSFIX_H
#define RJ_TESTS_ATTRSFIX_H

/* Texts of .gitattributes by chance: rules of every shape, many of them bad. */
#include <fcntl.h>

#include "tests/unit/gitfix.h"

static FIX_UNUSED unsigned chance(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

#define ONE_OF(seed, list) ((list)[chance(seed, RJ_COUNT(list))])

static FIX_UNUSED void put_file(const char *path, const char *bytes, size_t len)
{
	RJ_AUTO(rj_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "%s", path);
}

static FIX_UNUSED void make_pattern(struct rj_buf *b, unsigned *seed)
{
	static const char *const parts[] = {"a",    "b",   "*", "?",   "/",    ".",  "**", "a",
					    "[ab]", "c",   "A", "**/", "/a",   "[",  "B",  "*",
					    "a",    "sub", "*", "\\a", "[!a]", ".b", "\\", "#"};
	static const char *const quoted[] = {" ", "\\\"", "\\141", "\\303\\251", "\\t", "\\\\"};
	const bool quotes = chance(seed, 5) == 0;

	if (chance(seed, 20) == 0)
		rj_buf_putc(b, '!');
	if (quotes)
		rj_buf_putc(b, '"');
	for (unsigned n = 1 + chance(seed, 4); n > 0; n--)
		rj_buf_puts(b, ONE_OF(seed, parts));
	if (quotes && chance(seed, 2))
		rj_buf_puts(b, ONE_OF(seed, quoted));
	if (quotes && chance(seed, 8))
		rj_buf_putc(b, '"');
	if (chance(seed, 30) == 0)
		rj_buf_putc(b, '/');
}

static FIX_UNUSED void make_states(struct rj_buf *b, unsigned *seed)
{
	static const char *const words[] = {
		"text",	    "-text",	 "!text",     "text=auto", "text=input", "crlf",   "-crlf",
		"eol=crlf", "eol=lf",	 "-eol",      "!eol",	   "ident",	 "-ident", "!ident",
		"ident=x",  "crlf=auto", "diff",      "-diff",	   "!diff",	 "diff=c", "binary",
		"-binary",  "!binary",	 "m1",	      "m2",	   "m3",	 "-m1",	   "!m2",
		"m1=x",	    "eol=",	 "merge=ours"};
	static const char *const bad[] = {"b@d", "#",	    "=x", "-",	  "!-x",
					  "--x", "-eol=lf", "\v", "m.1-_"};
	static const char *const blanks[] = {" ", " ", "\t", "  \t ", " \r ", "\f"};

	for (unsigned n = 1 + chance(seed, 4); n > 0; n--) {
		rj_buf_puts(b, chance(seed, 8) ? " " : ONE_OF(seed, blanks));
		rj_buf_puts(b, chance(seed, 25) ? ONE_OF(seed, words) : ONE_OF(seed, bad));
	}
}

static FIX_UNUSED void make_line(struct rj_buf *b, unsigned *seed)
{
	static const char *const macros[] = {"m1",   "m2", "m3", "m1",	"m2",
					     "text", "x!", "",	 " m1", "binary"};
	const size_t from = b->len;

	if (chance(seed, 15) == 0)
		rj_buf_puts(b, chance(seed, 3) ? " " : "\t ");
	if (chance(seed, 5) == 0) {
		const bool quotes = chance(seed, 8) == 0;

		rj_buf_printf(b, "%s[attr]%s%s", quotes ? "\"" : "", ONE_OF(seed, macros),
			      quotes ? "\"" : "");
	} else {
		make_pattern(b, seed);
	}
	make_states(b, seed);
	if (chance(seed, 40) == 0)
		for (size_t len = 2040 + chance(seed, 12); b->len - from < len;)
			rj_buf_putc(b, ' ');
	if (chance(seed, 100) == 0)
		rj_buf_putc(b, '\0');
	rj_buf_puts(b, chance(seed, 4) ? "\n" : "\r\n");
}

static FIX_UNUSED void make_attributes(struct rj_buf *b, unsigned *seed, unsigned lines)
{
	if (chance(seed, 15) == 0)
		rj_buf_puts(b, "\xef\xbb\xbf");
	for (unsigned n = chance(seed, lines + 1); n > 0; n--)
		make_line(b, seed);
}

#endif
