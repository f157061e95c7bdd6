/* pool: threads that share one piece of work. */
#include "core/sys/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "core/base/mem.h"
#include "core/sys/proc.h"

enum { STACK_SIZE = 1 << 20 }; /* musl gives 128 KiB, libgit2 may want more */

struct worker {
	struct rj_pool *pool;
	rj_pool_fn *fn;
	void *arg;
	pthread_t thread;
	unsigned number;
	int rc;
	struct rj_err err;
};

unsigned rj_pool_size(size_t jobs, size_t least)
{
	cpu_set_t set;
	size_t n = jobs / least, cores = 1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		cores = (size_t)CPU_COUNT(&set);
	if (n > cores)
		n = cores;
	if (n > RJ_POOL_MAX)
		n = RJ_POOL_MAX;
	return n ? (unsigned)n : 1;
}

bool rj_pool_take(struct rj_pool *pool, size_t *ret)
{
	if (atomic_load(&pool->stop))
		return false;
	*ret = atomic_fetch_add(&pool->next, 1);
	return *ret < pool->pieces;
}

bool rj_pool_take_apart(struct rj_pool *pool, unsigned worker, size_t *ret)
{
	const size_t n = pool->workers;

	for (size_t k = 0; k < n && !atomic_load(&pool->stop); k++) {
		const size_t part = (worker + k) % n;

		*ret = pool->pieces * part / n + atomic_fetch_add(&pool->parts[part], 1);
		if (*ret < pool->pieces * (part + 1) / n)
			return true;
	}
	return false;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	w->rc = w->fn(w->pool, w->number, w->arg, &w->err);
	if (w->rc < 0)
		atomic_store(&w->pool->stop, true);
	return NULL;
}

/* See rj_proc_send_away; but half of a busy processor is more than none. */
static void send_away(pthread_t thread)
{
	cpu_set_t all, others;

	if (rj_proc_elsewhere(&all, &others) &&
	    pthread_setaffinity_np(thread, sizeof(others), &others) == 0)
		(void)pthread_setaffinity_np(thread, sizeof(all), &all);
}

/* Start workers 1 to n - 1; gives how many there are now. */
static unsigned start(struct worker *v, unsigned n)
{
	pthread_attr_t attr;
	sigset_t all, old;
	unsigned i = 1;

	if (n < 2 || pthread_attr_init(&attr) != 0)
		return 1;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_attr_setstacksize(&attr, STACK_SIZE) == 0)
		while (i < n && pthread_create(&v[i].thread, &attr, work, &v[i]) == 0)
			send_away(v[i++].thread);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return i;
}

int rj_pool_run(size_t pieces, unsigned workers, rj_pool_fn *fn, void *arg, struct rj_err *err)
{
	unsigned n = workers < 1 ? 1 : workers > RJ_POOL_MAX ? RJ_POOL_MAX : workers;
	RJ_AUTO(rj_free) struct worker *v = rj_alloc(n, sizeof(*v));
	struct rj_pool pool = {.pieces = pieces, .workers = n};
	int rc = 0;

	for (unsigned i = 0; i < n; i++)
		v[i] = (struct worker){.pool = &pool, .fn = fn, .arg = arg, .number = i};
	n = start(v, n);
	(void)work(&v[0]);
	for (unsigned i = 1; i < n; i++)
		(void)pthread_join(v[i].thread, NULL);
	for (unsigned i = 0; i < n && rc == 0; i++)
		if (v[i].rc < 0) {
			*err = v[i].err;
			rc = v[i].rc;
		}
	return rc;
}
