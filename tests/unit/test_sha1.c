#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/git/sha1.h"

static void expect(const char *bytes, size_t len, size_t step, const char *hex)
{
	unsigned char sum[RJ_SHA1_SIZE];
	char got[2 * RJ_SHA1_SIZE + 1];
	struct rj_sha1 s;

	rj_sha1_init(&s);
	for (size_t i = 0; i < len; i += step)
		rj_sha1_update(&s, bytes + i, len - i < step ? len - i : step);
	rj_sha1_final(&s, sum);
	for (size_t i = 0; i < RJ_SHA1_SIZE; i++)
		(void)snprintf(got + 2 * i, 3, "%02x", sum[i]);
	cr_expect_str_eq(got, hex, "step %zu", step);
}

Test(sha1, known_values_in_pieces_of_any_size)
{
	static const char *const abc = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	static char a[1000000];

	memset(a, 'a', sizeof(a));
	for (size_t step = 1; step < 200; step += 7) {
		expect("", 0, step, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
		expect("abc", 3, step, "a9993e364706816aba3e25717850c26c9cd0d89d");
		expect(abc, strlen(abc), step, "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	}
	expect(a, sizeof(a), sizeof(a), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	expect(a, sizeof(a), 20001, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	expect(a, sizeof(a), 4093, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
	expect(a, 64, 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d");
	expect(a, 63, 10, "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
	expect(a, 56, 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699");
	expect(a, 55, 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a");
}
