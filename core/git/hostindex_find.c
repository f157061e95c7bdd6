/* hostindex_find: questions to the host's index, and its directories' tree ids. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/hostindex_raw.h"

uint16_t rj_index_mode(const struct rj_index_entry *e)
{
	return (uint16_t)rj_index_u32(e->raw + RJ_INDEX_MODE);
}

uint32_t rj_index_size(const struct rj_index_entry *e)
{
	return rj_index_u32(e->raw + RJ_INDEX_SIZE);
}

void rj_index_id(const struct rj_index_entry *e, git_oid *ret)
{
	memcpy(ret->id, e->raw + RJ_INDEX_ID, GIT_OID_SHA1_SIZE);
}

static bool same_time(const unsigned char *raw, const struct timespec *t)
{
	return rj_index_u32(raw) == (uint32_t)t->tv_sec &&
	       rj_index_u32(raw + 4) == (uint32_t)t->tv_nsec;
}

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* The blob of no bytes: its entry may have size 0. With any other, git means "look again". */
static bool is_empty_blob(const unsigned char *id)
{
	static const unsigned char empty[GIT_OID_SHA1_SIZE] = {
		0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
		0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91};

	return !memcmp(id, empty, sizeof(empty));
}

bool rj_index_is_fresh(const struct rj_hostindex *ix, const struct rj_index_entry *e,
		       const struct stat *st)
{
	uint32_t size = rj_index_size(e);

	if (e->staged || e->intended || size != (uint32_t)st->st_size)
		return false;
	if (size == 0 && !is_empty_blob(e->raw + RJ_INDEX_ID))
		return false;
	return rj_index_u32(e->raw + RJ_INDEX_INO) == (uint32_t)st->st_ino &&
	       same_time(e->raw + RJ_INDEX_CTIME, &st->st_ctim) &&
	       same_time(e->raw + RJ_INDEX_MTIME, &st->st_mtim) &&
	       before(&st->st_ctim, &ix->written) && before(&st->st_mtim, &ix->written) &&
	       before(&st->st_ctim, &ix->made);
}

size_t rj_index_past(const struct rj_hostindex *ix, size_t from, size_t to, const char *prefix,
		     size_t len)
{
	size_t step = 1, lo = from, hi;

	/* entries below a directory are few as a rule: look near first */
	while (lo + step < to && !strncmp(ix->v[lo + step].path, prefix, len)) {
		lo += step;
		step *= 2;
	}
	hi = lo + step < to ? lo + step : to;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (!strncmp(ix->v[mid].path, prefix, len))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int by_path(const void *key, const void *member)
{
	return strcmp(key, ((const struct rj_index_entry *)member)->path);
}

const struct rj_index_entry *rj_index_find(const struct rj_hostindex *ix, const char *path)
{
	return ix->n ? bsearch(path, ix->v, ix->n, sizeof(*ix->v), by_path) : NULL;
}

const struct rj_index_dir *rj_index_subdir(const struct rj_hostindex *ix,
					   const struct rj_index_dir *dir, const char *name,
					   size_t len)
{
	for (size_t i = dir ? dir->first : 0; i; i = ix->dirs[i].next)
		if (ix->dirs[i].len == len && !memcmp(ix->dirs[i].name, name, len))
			return &ix->dirs[i];
	return NULL;
}

/* A decimal number ended by `stop`, or -1 alone. */
static const unsigned char *number(const unsigned char *p, const unsigned char *end,
				   unsigned char stop, long *ret)
{
	bool minus = p < end && *p == '-';
	long n = 0;

	if (minus)
		p++;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		if (n > 100000000)
			return NULL;
		n = n * 10 + (*p - '0');
	}
	*ret = minus ? -n : n;
	return p < end && *p == stop ? p + 1 : NULL;
}

static const unsigned char *read_dir(const unsigned char *p, const unsigned char *end,
				     struct rj_index_dir *d, long *ret_children)
{
	const unsigned char *nul = memchr(p, '\0', (size_t)(end - p));
	long entries = 0;

	if (!nul)
		return NULL;
	*d = (struct rj_index_dir){.name = (const char *)p, .len = (size_t)(nul - p)};
	p = number(nul + 1, end, ' ', &entries);
	p = p ? number(p, end, '\n', ret_children) : NULL;
	if (!p || *ret_children < 0 || entries < -1)
		return NULL;
	if (entries < 0)
		return p;
	if (end - p < GIT_OID_SHA1_SIZE)
		return NULL;
	d->entries = (size_t)entries;
	d->id = p;
	return p + GIT_OID_SHA1_SIZE;
}

/* A directory of which subdirectories are still to come. */
struct pending {
	size_t dir, last;
	long left;
};

bool rj_index_read_dirs(struct rj_hostindex *ix, const unsigned char *p, size_t len)
{
	RJ_AUTO(rj_free) struct pending *stack = NULL;
	const unsigned char *end = p + len;
	size_t depth = 0, cap = 0;

	if (len == 0 || ix->ndirs)
		return len == 0;
	do {
		struct rj_index_dir d;
		long children = 0;
		size_t at = ix->ndirs;

		p = read_dir(p, end, &d, &children);
		if (!p)
			return false;
		ix->dirs = rj_grow(ix->dirs, &ix->dirs_cap, at + 1, sizeof(d));
		ix->dirs[ix->ndirs++] = d;
		if (depth) {
			struct pending *up = &stack[depth - 1];

			*(up->last ? &ix->dirs[up->last].next : &ix->dirs[up->dir].first) = at;
			up->last = at;
			up->left--;
		}
		stack = rj_grow(stack, &cap, depth + 1, sizeof(*stack));
		stack[depth++] = (struct pending){.dir = at, .left = children};
		while (depth && stack[depth - 1].left == 0)
			depth--;
	} while (depth);
	return true;
}
