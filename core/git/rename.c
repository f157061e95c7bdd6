/* rename: pair deleted with added files. */
#include "core/git/rename.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/pool.h"

enum {
	ENOUGH = 50,
	ENOUGH_SAME_NAME = 75,
	FILES_PER_THREAD = 32, /* to read; fewer are not worth the start of one */
	PAIRS_PER_THREAD = 4096,
};

struct finder {
	struct rj_rename_file *olds, *news;
	size_t nolds, nnews;
	const struct rj_rename_texts *texts;
	atomic_size_t bytes; /* of what was read */
};

struct pair {
	uint32_t old, new;
	uint8_t percent;
	bool same_name;
};

static bool same_name(const struct rj_rename_file *a, const struct rj_rename_file *b)
{
	return !strcmp(rj_path_base(a->path), rj_path_base(b->path));
}

static bool is_file(const struct rj_rename_file *f)
{
	return (f->side.mode & 0170000) == 0100000;
}

static bool is_free(const struct rj_rename_file *f)
{
	return f->match == RJ_RENAME_NONE;
}

static void join(struct finder *f, size_t old, size_t new, unsigned percent)
{
	f->olds[old].match = new;
	f->news[new].match = old;
	f->olds[old].percent = f->news[new].percent = percent;
}

/* For sorting numbers of files by content, then path (which the numbers are in the order of). */
static int by_content(const void *pa, const void *pb, void *arg)
{
	size_t a = *(const size_t *)pa, b = *(const size_t *)pb;
	const struct rj_rename_file *files = arg;
	int c = memcmp(files[a].side.id.id, files[b].side.id.id, GIT_OID_SHA1_SIZE);

	return c ? c : (a > b) - (a < b);
}

/* The first of `sorted` that holds content `id`, or n. */
static size_t first_of(const struct finder *f, const size_t *sorted, const git_oid *id)
{
	size_t lo = 0, hi = f->nolds;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (memcmp(f->olds[sorted[mid]].side.id.id, id->id, GIT_OID_SHA1_SIZE) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void find_same_content(struct finder *f)
{
	RJ_AUTO(rj_free) size_t *sorted = rj_alloc(f->nolds, sizeof(*sorted));

	for (size_t i = 0; i < f->nolds; i++)
		sorted[i] = i;
	qsort_r(sorted, f->nolds, sizeof(*sorted), by_content, f->olds);
	for (size_t i = 0; i < f->nnews; i++) {
		const struct rj_rename_file *new = &f->news[i];
		enum { LOOK_AT = 100 }; /* many files of one content: not all of them */
		size_t best = RJ_RENAME_NONE, at = first_of(f, sorted, &new->side.id);

		if (git_oid_is_zero(&new->side.id))
			continue;
		for (size_t seen = 0; at < f->nolds && seen < LOOK_AT; at++, seen++) {
			const struct rj_rename_file *old = &f->olds[sorted[at]];

			if (!git_oid_equal(&old->side.id, &new->side.id))
				break;
			if (!is_free(old) || is_file(old) != is_file(new))
				continue;
			if (best == RJ_RENAME_NONE || same_name(old, new))
				best = sorted[at];
			if (same_name(old, new))
				break;
		}
		if (best != RJ_RENAME_NONE)
			join(f, best, i, 100);
	}
}

/* Files to be read. */
struct wanted {
	struct finder *f;
	struct wanted_file {
		size_t number;
		bool is_new;
	} * v;
	size_t n, cap;
};

static void wanted_release(struct wanted *w)
{
	rj_free(&w->v);
}

static void want(struct wanted *w, bool is_new, size_t number)
{
	w->v = rj_grow(w->v, &w->cap, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = (struct wanted_file){number, is_new};
}

static int read_some(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	const struct wanted *w = arg;
	const struct rj_rename_texts *texts = w->f->texts;
	void *reader = texts->open(texts->arg);
	size_t i, len;

	(void)worker;
	(void)err;
	while (atomic_load(&w->f->bytes) <= RJ_RENAME_BYTES_MAX && rj_pool_take(pool, &i)) {
		const struct wanted_file *which = &w->v[i];
		struct rj_rename_file *file =
			&(which->is_new ? w->f->news : w->f->olds)[which->number];
		const char *text;

		if (file->read || !texts->read(reader, which->is_new, which->number, &text, &len))
			continue;
		rj_spans_read(text, len, &file->spans);
		file->read = true;
		(void)atomic_fetch_add(&w->f->bytes, len);
	}
	texts->close(reader);
	return 0;
}

/* No file may be wanted twice. What cannot be read is left as it is. False when it is too much in
 * all, which does not depend on the threads; then no two of them shall be compared. */
static bool read_all(struct wanted *w)
{
	struct rj_err none;

	if (w->n)
		(void)rj_pool_run(w->n, rj_pool_size(w->n, FILES_PER_THREAD), read_some, w, &none);
	return atomic_load(&w->f->bytes) <= RJ_RENAME_BYTES_MAX;
}

static unsigned compare(const struct finder *f, size_t old, size_t new)
{
	const struct rj_spans *a = &f->olds[old].spans, *b = &f->news[new].spans;
	size_t max, min;

	if (!f->olds[old].read || !f->news[new].read)
		return 0;
	max = a->size > b->size ? a->size : b->size;
	min = a->size < b->size ? a->size : b->size;
	return min * 2 < max ? 0 : rj_spans_percent(a, b);
}

static int by_base_name(const void *pa, const void *pb, void *arg)
{
	const struct rj_rename_file *files = arg;

	return strcmp(rj_path_base(files[*(const size_t *)pa].path),
		      rj_path_base(files[*(const size_t *)pb].path));
}

/* Numbers of the free files whose last part no other free file on this side has, sorted by it. */
static size_t *unique_names(struct rj_rename_file *files, size_t n, size_t *ret_n)
{
	size_t *v = rj_alloc(n, sizeof(*v)), count = 0, to = 0;

	for (size_t i = 0; i < n; i++)
		if (is_free(&files[i]) && is_file(&files[i]))
			v[count++] = i;
	qsort_r(v, count, sizeof(*v), by_base_name, files);
	for (size_t i = 0; i < count; i++) {
		bool twin = (i > 0 && !by_base_name(&v[i - 1], &v[i], files)) ||
			    (i + 1 < count && !by_base_name(&v[i], &v[i + 1], files));

		files[v[i]].percent = twin; /* marked first: v is being compared still */
	}
	for (size_t i = 0; i < count; i++) {
		if (!files[v[i]].percent)
			v[to++] = v[i];
		else
			files[v[i]].percent = 0;
	}
	*ret_n = to;
	return v;
}

/* Both sides' numbers of files with a name that only they have. */
static void find_same_name(struct finder *f)
{
	size_t n, m, i = 0, k = 0, count = 0;
	RJ_AUTO(rj_free) size_t *olds = unique_names(f->olds, f->nolds, &n);
	RJ_AUTO(rj_free) size_t *news = unique_names(f->news, f->nnews, &m);
	RJ_AUTO(wanted_release) struct wanted w = {.f = f};

	while (i < n && k < m) {
		int c = strcmp(rj_path_base(f->olds[olds[i]].path),
			       rj_path_base(f->news[news[k]].path));

		if (c == 0) {
			want(&w, false, olds[count] = olds[i]);
			want(&w, true, news[count++] = news[k]);
		}
		i += c <= 0;
		k += c >= 0;
	}
	if (!read_all(&w))
		return;
	for (i = 0; i < count; i++) {
		const unsigned percent = compare(f, olds[i], news[i]);

		if (percent >= ENOUGH_SAME_NAME)
			join(f, olds[i], news[i], percent);
	}
}

static int by_likeness(const void *pa, const void *pb)
{
	const struct pair *a = pa, *b = pb;

	if (a->percent != b->percent)
		return a->percent > b->percent ? -1 : 1;
	if (a->same_name != b->same_name)
		return a->same_name ? -1 : 1;
	if (a->new != b->new)
		return a->new < b->new ? -1 : 1;
	return (a->old > b->old) - (a->old < b->old);
}

/* Every file that is left on one side beside every one on the other. */
struct table {
	const struct finder *f;
	struct found {
		struct pair *v;
		size_t n, cap;
	} found[RJ_POOL_MAX]; /* by each thread */
};

static int compare_some(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct table *t = arg;
	const struct finder *f = t->f;
	struct found *to = &t->found[worker];
	size_t i;

	(void)err;
	while (rj_pool_take(pool, &i)) {
		for (size_t k = 0; is_free(&f->olds[i]) && k < f->nnews; k++) {
			unsigned percent = is_free(&f->news[k]) ? compare(f, i, k) : 0;

			if (percent < ENOUGH)
				continue;
			to->v = rj_grow(to->v, &to->cap, to->n + 1, sizeof(*to->v));
			to->v[to->n++] = (struct pair){(uint32_t)i, (uint32_t)k, (uint8_t)percent,
						       same_name(&f->olds[i], &f->news[k])};
		}
	}
	return 0;
}

/* All pairs that have enough in common, which does not depend on who found them. */
static struct pair *compare_all(const struct finder *f, size_t pairs, size_t *ret_n)
{
	struct table t = {.f = f};
	struct found all = {0};
	struct rj_err none;

	(void)rj_pool_run(f->nolds, rj_pool_size(pairs, PAIRS_PER_THREAD), compare_some, &t, &none);
	for (size_t i = 0; i < RJ_COUNT(t.found); i++) {
		struct found *part = &t.found[i];

		if (part->n) {
			all.v = rj_grow(all.v, &all.cap, all.n + part->n, sizeof(*all.v));
			memcpy(all.v + all.n, part->v, part->n * sizeof(*all.v));
			all.n += part->n;
		}
		rj_free(&part->v);
	}
	*ret_n = all.n;
	return all.v;
}

static size_t want_free(struct wanted *w, bool is_new, const struct rj_rename_file *files, size_t n)
{
	const size_t before = w->n;

	for (size_t i = 0; i < n; i++)
		if (is_free(&files[i]) && is_file(&files[i]))
			want(w, is_new, i);
	return w->n - before;
}

/* Of the free files on one side. */
static size_t count_pieces(const struct rj_rename_file *files, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += is_free(&files[i]) ? files[i].spans.n : 0;
	return sum;
}

static void find_alike(struct finder *f)
{
	RJ_AUTO(rj_free) struct pair *pairs = NULL;
	RJ_AUTO(wanted_release) struct wanted w = {.f = f};
	const size_t olds = want_free(&w, false, f->olds, f->nolds);
	const size_t news = want_free(&w, true, f->news, f->nnews);
	size_t n;

	if (!olds || !news || news > RJ_RENAME_PAIRS_MAX / olds || !read_all(&w) ||
	    count_pieces(f->olds, f->nolds) * news + count_pieces(f->news, f->nnews) * olds >
		    RJ_RENAME_PIECES_MAX)
		return;
	pairs = compare_all(f, olds * news, &n);
	if (n)
		qsort(pairs, n, sizeof(*pairs), by_likeness);
	for (size_t i = 0; i < n; i++)
		if (is_free(&f->olds[pairs[i].old]) && is_free(&f->news[pairs[i].new]))
			join(f, pairs[i].old, pairs[i].new, pairs[i].percent);
}

void rj_rename_find(struct rj_rename_file *olds, size_t nolds, struct rj_rename_file *news,
		    size_t nnews, const struct rj_rename_texts *texts)
{
	struct finder f = {olds, news, nolds, nnews, texts, 0};

	for (size_t i = 0; i < nolds; i++)
		olds[i].match = RJ_RENAME_NONE;
	for (size_t i = 0; i < nnews; i++)
		news[i].match = RJ_RENAME_NONE;
	if (nolds && nnews) {
		find_same_content(&f);
		find_same_name(&f);
		find_alike(&f);
	}
	for (size_t i = 0; i < nolds; i++)
		rj_spans_release(&olds[i].spans);
	for (size_t i = 0; i < nnews; i++)
		rj_spans_release(&news[i].spans);
}
