#ifndef RJ_SYS_SHARED_H
#define RJ_SYS_SHARED_H

#include <stddef.h>

/*
 * Memory that a process shares with those that it makes, at the same place: what one of them writes
 * and then tells, the other reads. For processes of ours only. It is reserved and costs what is
 * used of it.
 */
struct rj_shared {
	void *room; /* zero, aligned for anything */
	size_t size;
};

/* Room for `least` bytes and a lot more; NULL in ->room when there is none. */
struct rj_shared rj_shared_new(size_t least);

/* Not seen here any more; others that have it keep it. Safe twice. */
void rj_shared_drop(struct rj_shared *s);

#endif
