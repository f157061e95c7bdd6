#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/pool.h"

enum { PIECES = 5000 };

struct seen {
	atomic_int times[PIECES];
	atomic_uint workers; /* a bit for each */
	atomic_int blocked;  /* threads that leave signals alone */
	size_t bad;	     /* the piece that fails */
};

static int look(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct seen *s = arg;
	sigset_t set;
	size_t i;

	(void)atomic_fetch_or(&s->workers, 1u << worker);
	cr_assert(pthread_sigmask(SIG_SETMASK, NULL, &set) == 0);
	if (sigismember(&set, SIGTERM))
		(void)atomic_fetch_add(&s->blocked, 1);
	while (rj_pool_take(pool, &i)) {
		if (i == s->bad)
			return rj_refuse(err, EBADMSG, "piece %zu is bad", i);
		(void)atomic_fetch_add(&s->times[i], 1);
	}
	return 0;
}

Test(pool, each_piece_once)
{
	struct seen *s = rj_alloc(1, sizeof(*s));
	struct rj_err err = {0};

	s->bad = PIECES;
	cr_assert(rj_pool_run(PIECES, 4, look, s, &err) == 0);
	for (size_t i = 0; i < PIECES; i++)
		cr_assert(s->times[i] == 1, "piece %zu came %d times", i, s->times[i]);
	cr_assert(s->workers == 15);
	cr_assert(s->blocked == 3, "signals are for the calling thread");
	rj_free(&s);
}

static int look_apart(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct seen *s = arg;
	size_t i;

	(void)err;
	(void)atomic_fetch_or(&s->workers, 1u << worker);
	while (rj_pool_take_apart(pool, worker, &i))
		(void)atomic_fetch_add(&s->times[i], 1);
	return 0;
}

/* Whatever the parts are. */
Test(pool, each_piece_once_in_parts)
{
	static const size_t sizes[] = {0, 1, 3, 4, 5, 7, 97, PIECES};
	struct rj_err err = {0};

	for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		struct seen *s = rj_alloc(1, sizeof(*s));

		cr_assert(rj_pool_run(sizes[k], 4, look_apart, s, &err) == 0);
		for (size_t i = 0; i < PIECES; i++)
			cr_assert(s->times[i] == (i < sizes[k]), "piece %zu of %zu came %d times",
				  i, sizes[k], s->times[i]);
		cr_assert(s->workers == 15);
		rj_free(&s);
	}
}

struct parts {
	size_t first[4];
	atomic_uint there; /* workers that have their first piece */
};

/* Nobody takes a second piece before all have one. */
static int begin_apart(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct parts *p = arg;
	size_t i;

	(void)err;
	cr_assert(rj_pool_take_apart(pool, worker, &p->first[worker]));
	(void)atomic_fetch_add(&p->there, 1);
	while (atomic_load(&p->there) < 4)
		(void)sched_yield();
	while (rj_pool_take_apart(pool, worker, &i))
		continue;
	return 0;
}

Test(pool, workers_begin_apart)
{
	struct parts p = {.there = 0};
	struct rj_err err = {0};

	cr_assert(rj_pool_run(100, 4, begin_apart, &p, &err) == 0);
	for (size_t w = 0; w < 4; w++)
		cr_assert(p.first[w] == 25 * w, "worker %zu began with %zu", w, p.first[w]);
}

Test(pool, one_failure_ends_all)
{
	struct seen *s = rj_alloc(1, sizeof(*s));
	struct rj_err err = {0};
	int done = 0;

	s->bad = 10;
	cr_assert(rj_pool_run(PIECES, 1, look, s, &err) == -EBADMSG);
	cr_assert_str_eq(err.msg, "piece 10 is bad");
	for (size_t i = 0; i < PIECES; i++)
		done += s->times[i];
	cr_assert(done == 10);
	cr_assert(rj_pool_run(PIECES, 4, look, s, &err) == -EBADMSG);
	rj_free(&s);
}

Test(pool, sizes)
{
	cpu_set_t set;
	unsigned cores;

	cr_assert(sched_getaffinity(0, sizeof(set), &set) == 0);
	cores = (unsigned)CPU_COUNT(&set) < RJ_POOL_MAX ? (unsigned)CPU_COUNT(&set) : RJ_POOL_MAX;
	cr_assert(rj_pool_size(0, 100) == 1);
	cr_assert(rj_pool_size(199, 100) == 1);
	cr_assert(rj_pool_size(1000000, 100) == cores);
	CPU_ZERO(&set);
	CPU_SET((size_t)sched_getcpu(), &set);
	cr_assert(sched_setaffinity(0, sizeof(set), &set) == 0);
	cr_assert(rj_pool_size(1000000, 100) == 1, "no more than may be used");
}

Test(pool, nothing_to_do)
{
	struct seen *s = rj_alloc(1, sizeof(*s));
	struct rj_err err = {0};

	s->bad = PIECES;
	cr_assert(rj_pool_run(0, 0, look, s, &err) == 0);
	cr_assert(s->workers == 1);
	rj_free(&s);
}
