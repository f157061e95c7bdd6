#include "core/base/arena.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

/* A little less than pages, which leaves malloc(3) room for its own: that writes at the end as
 * well.
 */
enum { CHUNK = 12 * 1024 - 64, ALIGN = _Alignof(max_align_t) };

struct rj_arena_chunk {
	struct rj_arena_chunk *below;
	size_t used, size; /* of room */
	bool is_placed;
	_Alignas(max_align_t) char room[];
};

static struct rj_arena_chunk *chunk_new(size_t least)
{
	const size_t size = least > CHUNK - sizeof(struct rj_arena_chunk)
				    ? least
				    : CHUNK - sizeof(struct rj_arena_chunk);
	struct rj_arena_chunk *c = rj_must(malloc(sizeof(*c) + size));

	*c = (struct rj_arena_chunk){.size = size};
	return c;
}

static void *take(struct rj_arena *a, size_t size)
{
	struct rj_arena_chunk *c = a->top;
	char *p;

	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (!c || c->size - c->used < size) {
		c = rj_must(c && c->is_placed ? NULL : chunk_new(size));
		c->below = a->top;
		a->top = c;
	}
	p = c->room + c->used;
	c->used += size;
	return p;
}

void *rj_arena_alloc(struct rj_arena *a, size_t size)
{
	return memset(take(a, size), 0, size);
}

char *rj_arena_strndup(struct rj_arena *a, const char *s, size_t len)
{
	char *copy = take(a, len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *rj_arena_strdup(struct rj_arena *a, const char *s)
{
	return s ? rj_arena_strndup(a, s, strlen(s)) : NULL;
}

void rj_arena_place(struct rj_arena *a, void *room, size_t size)
{
	struct rj_arena_chunk *c = room;

	*c = (struct rj_arena_chunk){.size = size - sizeof(*c), .is_placed = true};
	a->top = c;
}

void rj_arena_release(struct rj_arena *a)
{
	while (a->top) {
		struct rj_arena_chunk *c = a->top;

		a->top = c->below;
		if (!c->is_placed)
			free(c);
	}
}
