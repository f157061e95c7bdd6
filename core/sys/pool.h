#ifndef RJ_SYS_POOL_H
#define RJ_SYS_POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

enum { RJ_POOL_MAX = 16 };

/*
 * A few threads for work on many files: each takes the next piece until none is left, or until one
 * of them failed. They live for one call only. Never to be used by what makes a jail (`run`,
 * `enter`): unshare(2) of a user namespace refuses a process that has threads, and a child of
 * fork(2) has none of them.
 */
struct rj_pool {
	atomic_size_t next; /* pieces that were taken */
	size_t pieces;
	unsigned workers;		  /* parts of them: */
	atomic_size_t parts[RJ_POOL_MAX]; /* what was taken of each */
	atomic_bool stop;		  /* somebody failed */
};

/* One thread at work; `worker` is 0 on the calling thread, below `workers` on all. Returns 0, or
 * -errno with *err, which ends the others after the piece that they have. */
typedef int rj_pool_fn(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err);

/* How many threads `jobs` small jobs are worth: one for each `least` of them, as many as there are
 * processors that this process may use, RJ_POOL_MAX at most; never 0. */
unsigned rj_pool_size(size_t jobs, size_t least);

/* The number of a piece that nobody had yet; false when there is none or work has to stop. */
bool rj_pool_take(struct rj_pool *pool, size_t *ret);

/* The same for pieces whose neighbours share a lock: each worker has a part of its own, where all
 * are neighbours, and then helps the others. One `fn` uses one of the two. */
bool rj_pool_take_apart(struct rj_pool *pool, unsigned worker, size_t *ret);

/*
 * Run `fn` on `workers` threads (RJ_POOL_MAX at most), the calling one among them, and wait for
 * all. Fewer run when the system allows no more. Signals are left to the calling thread. The error
 * is that of the lowest worker that failed.
 */
int rj_pool_run(size_t pieces, unsigned workers, rj_pool_fn *fn, void *arg, struct rj_err *err);

#endif
