#ifndef RJ_BASE_ARENA_H
#define RJ_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory for many small things that go together. All zero is an empty one; a copy of the struct
 * stands for the same memory, so release one of them only.
 */
struct rj_arena {
	struct rj_arena_chunk *top;
};

/* Zeroed, aligned for anything; never NULL (see mem.h). Valid until release. */
void *rj_arena_alloc(struct rj_arena *a, size_t size);
char *rj_arena_strndup(struct rj_arena *a, const char *s, size_t len);
char *rj_arena_strdup(struct rj_arena *a, const char *s); /* NULL for NULL */

void rj_arena_release(struct rj_arena *a);

#endif
