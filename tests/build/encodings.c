/*
 * All characters that an encoding has a place for, one a line, to argv[2] as UTF-8 and to argv[3]
 * as rj_convert_encode writes them; prints how many. Status 3: it has none.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "core/git/convert.h"

enum { BLOCK = 256, BMP = 0x10000, ALL = 0x110000 };

/* ESC itself is no text where it shifts. */
static void put(unsigned c, struct rj_buf *text)
{
	if (c == 0x1b || (c >= 0xd800 && c < 0xe000))
		return;
	rj_utf8_add(text, c);
	rj_buf_putc(text, '\n');
}

/* Those of the characters from `c` on, `n` of them, that have a place, are added to *text. */
static size_t add(const char *encoding, unsigned c, unsigned n, struct rj_buf *text)
{
	struct rj_buf some = {0}, made = {0};
	size_t count;

	for (unsigned i = 0; i < n; i++)
		put(c + i, &some);
	if (!some.len || rj_convert_encode(some.s, some.len, encoding, &made)) {
		rj_buf_add(text, some.s, some.len);
		count = some.len ? n : 0;
	} else {
		count = n == 1 ? 0
			       : add(encoding, c, n / 2, text) +
					 add(encoding, c + n / 2, n - n / 2, text);
	}
	rj_buf_release(&some);
	rj_buf_release(&made);
	return count;
}

static int save(const char *path, const struct rj_buf *b)
{
	FILE *f = fopen(path, "w");

	return f && fwrite(b->s, 1, b->len, f) == b->len && fclose(f) == 0 ? 0 : -1;
}

/* A character without a place, long before the end. */
static bool is_refused(void)
{
	struct rj_buf text = {0}, made = {0};
	bool refused;

	rj_utf8_add(&text, 0x20ac);
	while (text.len < 200000)
		rj_buf_putc(&text, 'x');
	refused = !rj_convert_encode(text.s, text.len, "ISO-8859-1", &made);
	rj_buf_release(&text);
	rj_buf_release(&made);
	return refused;
}

int main(int argc, char **argv)
{
	struct rj_buf text = {0}, made = {0}, back = {0};
	unsigned last = BMP;
	size_t count = 0;

	if (argc != 4 || !is_refused())
		return 1;
	if (!rj_convert_encode("a", 1, argv[1], &made))
		return 3;
	rj_buf_release(&made);
	if (rj_convert_encode("\xf0\x9f\x98\x80", 4, argv[1], &made))
		last = ALL;
	rj_buf_release(&made);
	for (unsigned c = 0; c < last; c += BLOCK)
		count += add(argv[1], c, BLOCK, &text);
	if (count == 0)
		return 3;
	if (!rj_convert_encode(text.s, text.len, argv[1], &made) ||
	    !rj_convert_decode(made.s, made.len, argv[1], &back) || back.len != text.len ||
	    memcmp(back.s, text.s, text.len) != 0) {
		(void)printf("%s: what is written is not read again\n", argv[1]);
		return 1;
	}
	(void)printf("%s %zu\n", argv[1], count);
	return save(argv[2], &text) < 0 || save(argv[3], &made) < 0;
}
