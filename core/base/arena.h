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

/* An empty arena takes all from `room` (aligned for anything), which stays the caller's and must
 * outlast it; when that is full, the process ends as without memory. */
void rj_arena_place(struct rj_arena *a, void *room, size_t size);

void rj_arena_release(struct rj_arena *a);

#endif
