/* rename: pair deleted with added files. */
#include "core/git/rename.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { ENOUGH = 50, ENOUGH_SAME_NAME = 75 };

struct finder {
	struct rj_rename_file *olds, *news;
	size_t nolds, nnews;
	rj_rename_read_fn *read;
	void *arg;
};

struct pair {
	size_t old, new;
	unsigned percent;
	bool same_name;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool same_name(const struct rj_rename_file *a, const struct rj_rename_file *b)
{
	return !strcmp(base_name(a->path), base_name(b->path));
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

static bool load(struct finder *f, bool is_new, size_t number)
{
	struct rj_rename_file *file = is_new ? &f->news[number] : &f->olds[number];
	RJ_AUTO(rj_free) char *text = NULL;
	size_t len = 0;

	if (!file->read && is_file(file) && f->read(f->arg, is_new, number, &text, &len)) {
		rj_spans_read(text, len, &file->spans);
		file->read = true;
	}
	return file->read;
}

static unsigned compare(struct finder *f, size_t old, size_t new)
{
	const struct rj_spans *a = &f->olds[old].spans, *b = &f->news[new].spans;
	size_t max, min;

	if (!load(f, false, old) || !load(f, true, new))
		return 0;
	max = a->size > b->size ? a->size : b->size;
	min = a->size < b->size ? a->size : b->size;
	return min * 2 < max ? 0 : rj_spans_percent(a, b);
}

static int by_base_name(const void *pa, const void *pb, void *arg)
{
	const struct rj_rename_file *files = arg;

	return strcmp(base_name(files[*(const size_t *)pa].path),
		      base_name(files[*(const size_t *)pb].path));
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

static void find_same_name(struct finder *f)
{
	size_t n, m, i = 0, k = 0;
	RJ_AUTO(rj_free) size_t *olds = unique_names(f->olds, f->nolds, &n);
	RJ_AUTO(rj_free) size_t *news = unique_names(f->news, f->nnews, &m);

	while (i < n && k < m) {
		int c = strcmp(base_name(f->olds[olds[i]].path), base_name(f->news[news[k]].path));
		unsigned percent = c ? 0 : compare(f, olds[i], news[k]);

		if (percent >= ENOUGH_SAME_NAME)
			join(f, olds[i], news[k], percent);
		i += c <= 0;
		k += c >= 0;
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

static void find_alike(struct finder *f)
{
	RJ_AUTO(rj_free) struct pair *pairs = NULL;
	size_t n = 0, cap = 0, free_olds = 0, free_news = 0;

	for (size_t i = 0; i < f->nolds; i++)
		free_olds += is_free(&f->olds[i]) && is_file(&f->olds[i]);
	for (size_t i = 0; i < f->nnews; i++)
		free_news += is_free(&f->news[i]) && is_file(&f->news[i]);
	if (!free_olds || free_news > RJ_RENAME_PAIRS_MAX / free_olds)
		return;
	for (size_t i = 0; i < f->nolds; i++) {
		for (size_t k = 0; is_free(&f->olds[i]) && k < f->nnews; k++) {
			unsigned percent = is_free(&f->news[k]) ? compare(f, i, k) : 0;

			if (percent < ENOUGH)
				continue;
			pairs = rj_grow(pairs, &cap, n + 1, sizeof(*pairs));
			pairs[n++] =
				(struct pair){i, k, percent, same_name(&f->olds[i], &f->news[k])};
		}
	}
	if (n)
		qsort(pairs, n, sizeof(*pairs), by_likeness);
	for (size_t i = 0; i < n; i++)
		if (is_free(&f->olds[pairs[i].old]) && is_free(&f->news[pairs[i].new]))
			join(f, pairs[i].old, pairs[i].new, pairs[i].percent);
}

void rj_rename_find(struct rj_rename_file *olds, size_t nolds, struct rj_rename_file *news,
		    size_t nnews, rj_rename_read_fn *read, void *arg)
{
	struct finder f = {olds, news, nolds, nnews, read, arg};

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
