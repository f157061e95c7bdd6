/*
 * rename_spans: how much of one text is found in another, whatever the order.
 *
 * A text is cut into lines (long ones every 64 bytes); each distinct piece counts with the bytes it
 * takes in all. What two texts have in common is the smaller of both counts, piece by piece.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/rename.h"

enum { PIECE_MAX = 64, NUL_CHECK = 8000 };

struct rj_span {
	uint32_t hash;
	uint32_t bytes;
};

static int by_hash(const void *pa, const void *pb)
{
	uint32_t a = ((const struct rj_span *)pa)->hash, b = ((const struct rj_span *)pb)->hash;

	return (a > b) - (a < b);
}

static void add(struct rj_spans *s, uint64_t hash, size_t bytes)
{
	s->v = rj_grow(s->v, &s->cap, s->n + 1, sizeof(*s->v));
	s->v[s->n++] = (struct rj_span){(uint32_t)(hash ^ hash >> 32), (uint32_t)bytes};
}

static void merge_equal(struct rj_spans *s)
{
	size_t to = 0;

	if (s->n == 0)
		return;
	qsort(s->v, s->n, sizeof(*s->v), by_hash);
	for (size_t i = 1; i < s->n; i++) {
		if (s->v[i].hash == s->v[to].hash)
			s->v[to].bytes += s->v[i].bytes;
		else
			s->v[++to] = s->v[i];
	}
	s->n = to + 1;
}

void rj_spans_read(const char *text, size_t len, struct rj_spans *ret)
{
	static const uint64_t start = 0xcbf29ce484222325ull, prime = 0x100000001b3ull;
	bool is_text = !memchr(text, '\0', len < NUL_CHECK ? len : NUL_CHECK);
	uint64_t hash = start;
	size_t n = 0;

	*ret = (struct rj_spans){.size = len};
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_text && c == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		hash = (hash ^ c) * prime;
		if (++n < PIECE_MAX && c != '\n')
			continue;
		add(ret, hash, n);
		hash = start;
		n = 0;
	}
	if (n)
		add(ret, hash, n);
	merge_equal(ret);
}

unsigned rj_spans_percent(const struct rj_spans *a, const struct rj_spans *b)
{
	size_t max = a->size > b->size ? a->size : b->size, i = 0, k = 0;
	uint64_t common = 0;

	while (i < a->n && k < b->n) {
		const struct rj_span *x = &a->v[i], *y = &b->v[k];

		if (x->hash == y->hash)
			common += x->bytes < y->bytes ? x->bytes : y->bytes;
		i += x->hash <= y->hash;
		k += x->hash >= y->hash;
	}
	return max ? (unsigned)(common * 100 / max) : 0;
}

void rj_spans_release(struct rj_spans *s)
{
	rj_free(&s->v);
	*s = (struct rj_spans){0};
}
