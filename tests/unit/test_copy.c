/* copy: what memcpy(3), memmove(3) and memcmp(3) promise, for every length, place and overlap */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "core/base/copy.h"

enum { MOST = 700, ROOM = 3 * MOST };

static void fill(unsigned char *room)
{
	for (size_t i = 0; i < ROOM; i++)
		room[i] = (unsigned char)(i * 7 + i / 251);
}

/* Byte by byte, by way of something else. */
static void plainly(unsigned char *room, size_t to, size_t from, size_t n)
{
	unsigned char between[MOST];

	for (size_t i = 0; i < n; i++)
		between[i] = room[from + i];
	for (size_t i = 0; i < n; i++)
		room[to + i] = between[i];
}

Test(copy, every_length_to_and_from_every_place)
{
	unsigned char got[ROOM], want[ROOM];

	for (size_t n = 0; n <= MOST; n++)
		for (size_t at = 0; at < 17; at++) {
			const size_t from = at, to = MOST + 32 + at * 5 % 16;

			fill(got);
			fill(want);
			plainly(want, to, from, n);
			cr_assert_eq(rj_copy(got + to, got + from, n), got + to);
			cr_assert(!memcmp(got, want, ROOM), "%zu bytes at %zu", n, at);
		}
}

Test(copy, what_overlaps_is_read_before_it_is_written)
{
	static const size_t apart[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 200, 513};
	unsigned char got[ROOM], want[ROOM];

	for (size_t n = 0; n <= MOST; n++)
		for (size_t i = 0; i < 2 * sizeof(apart) / sizeof(apart[0]); i++) {
			const size_t from = MOST;
			const size_t to = i % 2 ? from + apart[i / 2] : from - apart[i / 2];

			fill(got);
			fill(want);
			plainly(want, to, from, n);
			cr_assert_eq(rj_move(got + to, got + from, n), got + to);
			cr_assert(!memcmp(got, want, ROOM), "%zu bytes, %zu to %zu", n, from, to);
		}
}

Test(copy, no_byte_beside_what_was_asked_for_is_touched)
{
	for (size_t n = 1; n <= MOST; n++) {
		unsigned char *from = malloc(n),
			      *to = malloc(n); /* the sanitizer sees their ends */

		memset(from, (int)n, n);
		rj_copy(to, from, n);
		cr_assert_eq(rj_compare(to, from, n), 0);
		rj_move(from, to, n);
		free(from);
		free(to);
	}
}

Test(copy, the_first_byte_that_differs_decides)
{
	unsigned char a[80], b[80];

	for (size_t n = 1; n <= sizeof(a); n++)
		for (size_t at = 0; at < n; at++) {
			memset(a, 'x', sizeof(a));
			memset(b, 'x', sizeof(b));
			cr_assert_eq(rj_compare(a, b, n), 0);
			b[at] = 0x80;
			if (at + 1 < n)
				b[at + 1] = 0;
			cr_assert(rj_compare(a, b, n) < 0);
			cr_assert(rj_compare(b, a, n) > 0);
			cr_assert_eq(rj_compare(a, b, at), 0);
		}
}
