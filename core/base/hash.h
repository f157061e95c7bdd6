#ifndef RJ_BASE_HASH_H
#define RJ_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * FNV-1a with 64 bits, for tables and to tell what is kept apart. It takes a byte at a time and
 * begins with RJ_HASH_START. Not against somebody who looks for two texts with the same sum.
 */
#define RJ_HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t rj_hash(uint64_t sum, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ p[i]) * UINT64_C(0x100000001b3);
	return sum;
}

#endif
