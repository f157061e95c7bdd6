/* packdelta: copies and insertions. */
#include "core/git/packdelta.h"

#include <string.h>

enum { COPY_STANDARD = 0x10000 };

static const unsigned char *number(const unsigned char *p, const unsigned char *end, uint64_t *ret)
{
	uint64_t n = 0;

	for (unsigned shift = 0; p < end && shift <= 56; shift += 7) {
		n |= (uint64_t)(*p & 0x7f) << shift;
		if (!(*p++ & 0x80)) {
			*ret = n;
			return p;
		}
	}
	return NULL;
}

bool rj_packdelta_size(const char *delta, size_t len, size_t base_len, uint64_t max, uint64_t *ret)
{
	const unsigned char *p = (const unsigned char *)delta, *end = p + len;
	uint64_t base;

	p = number(p, end, &base);
	return p && base == base_len && number(p, end, ret) && *ret <= max;
}

/* Bytes of a copy's place and length that the instruction says are there. */
static const unsigned char *operand(const unsigned char *p, const unsigned char *end, unsigned bits,
				    size_t *ret)
{
	*ret = 0;
	for (unsigned shift = 0; bits; bits >>= 1, shift += 8)
		if (bits & 1) {
			if (p == end)
				return NULL;
			*ret |= (size_t)*p++ << shift;
		}
	return p;
}

bool rj_packdelta_apply(const char *delta, size_t len, const char *base, size_t base_len, char *out,
			size_t out_len)
{
	const unsigned char *p = (const unsigned char *)delta, *end = p + len;
	uint64_t skip;
	size_t at = 0;

	p = number(p, end, &skip);
	p = p ? number(p, end, &skip) : NULL;
	while (p && p < end) {
		unsigned op = *p++;
		size_t from = 0, n = op;
		const char *source;

		if (op & 0x80) {
			p = operand(p, end, op & 15, &from);
			p = p ? operand(p, end, op >> 4 & 7, &n) : NULL;
			n = n ? n : COPY_STANDARD;
			if (!p || from > base_len || n > base_len - from)
				return false;
			source = base + from;
		} else {
			if (!n || n > (size_t)(end - p))
				return false;
			source = (const char *)p;
			p += n;
		}
		if (n > out_len - at)
			return false;
		memcpy(out + at, source, n);
		at += n;
	}
	return p && at == out_len;
}
