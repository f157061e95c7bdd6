#include "core/git/sha1.h"

#include <stdio.h>
#include <string.h>

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
	unsigned char sum[RJ_SHA1_SIZE];

	rj_sha1_final(s, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", sum[i]);
}
