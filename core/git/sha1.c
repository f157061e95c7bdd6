#include "core/git/sha1.h"

#include <stdbool.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

static uint32_t rol(uint32_t x, unsigned n)
{
	return (x << n) | (x >> (32 - n));
}

static uint32_t mix(unsigned round, uint32_t b, uint32_t c, uint32_t d)
{
	if (round < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (round < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (round < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void block(struct rj_sha1 *s, const unsigned char *p)
{
	uint32_t a = s->h[0], b = s->h[1], c = s->h[2], d = s->h[3], e = s->h[4], w[80];

	for (unsigned i = 0; i < 16; i++, p += 4)
		w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	for (unsigned i = 16; i < 80; i++)
		w[i] = rol(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
	for (unsigned i = 0; i < 80; i++) {
		uint32_t next = rol(a, 5) + mix(i, b, c, d) + e + w[i];

		e = d;
		d = c;
		c = rol(b, 30);
		b = a;
		a = next;
	}
	s->h[0] += a;
	s->h[1] += b;
	s->h[2] += c;
	s->h[3] += d;
	s->h[4] += e;
}

#ifdef __x86_64__
/* Asking a processor takes longer than a few blocks do: virtual ones ask their host. */
enum { WORTH_ASKING = 16 << 10 };

static bool has_instructions(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSSE3) && (c & bit_SSE4_1) &&
	       __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/* Five times four rounds of one kind; `w` is theirs of the message. */
#define FIVE(kind, w)                                                          \
	for (unsigned i = 0; i < 5; i++) {                                     \
		e = (kind) == 0 && i == 0 ? _mm_add_epi32(e, (w)[0])           \
					  : _mm_sha1nexte_epu32(last, (w)[i]); \
		last = abcd;                                                   \
		abcd = _mm_sha1rnds4_epu32(abcd, e, kind);                     \
	}

/* The same by the processor's own instructions (SHA extensions), eight times as fast. */
__attribute__((target("sha,ssse3,sse4.1"))) static void blocks(struct rj_sha1 *s,
							       const unsigned char *p, size_t n)
{
	const __m128i swap = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	__m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)s->h), 27);
	__m128i e = _mm_set_epi32((int)s->h[4], 0, 0, 0);

	for (; n; n--, p += sizeof(s->block)) {
		const __m128i abcd_before = abcd, e_before = e;
		__m128i w[20], last = abcd;

		for (unsigned i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i)), swap);
		for (unsigned i = 4; i < 20; i++)
			w[i] = _mm_sha1msg2_epu32(
				_mm_xor_si128(_mm_sha1msg1_epu32(w[i - 4], w[i - 3]), w[i - 2]),
				w[i - 1]);
		FIVE(0, w)
		FIVE(1, w + 5)
		FIVE(2, w + 10)
		FIVE(3, w + 15)
		e = _mm_sha1nexte_epu32(last, e_before);
		abcd = _mm_add_epi32(abcd, abcd_before);
	}
	_mm_storeu_si128((__m128i *)(void *)s->h, _mm_shuffle_epi32(abcd, 27));
	s->h[4] = (uint32_t)_mm_extract_epi32(e, 3);
}
#endif

void rj_sha1_init(struct rj_sha1 *s)
{
	*s = (struct rj_sha1){.h = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0}};
}

void rj_sha1_update(struct rj_sha1 *s, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t used = s->len % sizeof(s->block), room = sizeof(s->block) - used;

	s->len += len;
	if (used && len >= room) {
		memcpy(s->block + used, p, room);
		block(s, s->block);
		p += room;
		len -= room;
		used = 0;
	}
#ifdef __x86_64__
	if (!used && len >= WORTH_ASKING && has_instructions()) {
		blocks(s, p, len / sizeof(s->block));
		p += len - len % sizeof(s->block);
		len %= sizeof(s->block);
	}
#endif
	if (!used)
		for (; len >= sizeof(s->block); len -= sizeof(s->block), p += sizeof(s->block))
			block(s, p);
	if (len)
		memcpy(s->block + used, p, len);
}

void rj_sha1_final(struct rj_sha1 *s, unsigned char ret[RJ_SHA1_SIZE])
{
	static const unsigned char pad[64] = {0x80};
	uint64_t bits = s->len * 8;
	unsigned char end[8];

	for (unsigned i = 0; i < 8; i++)
		end[i] = (unsigned char)(bits >> (56 - 8 * i));
	rj_sha1_update(s, pad, 1 + (119 - s->len % 64) % 64);
	rj_sha1_update(s, end, sizeof(end));
	for (unsigned i = 0; i < RJ_SHA1_SIZE; i++)
		ret[i] = (unsigned char)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

void rj_sha1_final_hex(struct rj_sha1 *s, char ret[RJ_SHA1_HEX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char sum[RJ_SHA1_SIZE];

	rj_sha1_final(s, sum);
	for (size_t i = 0; i < RJ_SHA1_HEX - 1; i++)
		ret[i] = digits[sum[i / 2] >> (i % 2 ? 0 : 4) & 15];
	ret[RJ_SHA1_HEX - 1] = '\0';
}
