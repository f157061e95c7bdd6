/* treediff: where a commit's tree and the host's index differ, without reading what is the same. */
#include "core/git/treediff.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

enum { DEPTH_MAX = 2048 };

struct walk {
	git_repository *git;
	const struct rj_hostindex *ix;
	struct rj_deltas *out;
	struct rj_buf path; /* of the directory at hand, with '/' at its end, or empty */
	size_t depth;
	struct rj_err *err;
};

bool rj_side_same(const struct rj_side *a, const struct rj_side *b)
{
	return a->mode == b->mode && (a->mode == 0 || git_oid_equal(&a->id, &b->id));
}

static void add(struct rj_deltas *d, const char *path, const struct rj_side *index,
		const struct rj_side *other)
{
	d->v = rj_grow(d->v, &d->cap, d->n + 1, sizeof(*d->v));
	d->v[d->n++] = (struct rj_delta){rj_strdup(path), *index, *other};
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct rj_delta *)a)->path, ((const struct rj_delta *)b)->path);
}

static void sort(struct rj_deltas *d)
{
	if (d->n)
		qsort(d->v, d->n, sizeof(*d->v), by_path);
}

static int by_key(const void *key, const void *member)
{
	return strcmp(key, ((const struct rj_delta *)member)->path);
}

const struct rj_delta *rj_deltas_find(const struct rj_deltas *d, const char *path)
{
	return d->n ? bsearch(path, d->v, d->n, sizeof(*d->v), by_key) : NULL;
}

void rj_deltas_release(struct rj_deltas *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->v[i].path);
	rj_free(&d->v);
	*d = (struct rj_deltas){0};
}

struct rj_side rj_side_of_entry(const struct rj_index_entry *e)
{
	struct rj_side side = {0};

	if (!e || e->staged || e->intended)
		return side;
	side.mode = rj_index_mode(e);
	rj_index_id(e, &side.id);
	return side;
}

static struct rj_side side_of_tree_entry(const git_tree_entry *te)
{
	return (struct rj_side){.mode = (uint16_t)git_tree_entry_filemode(te),
				.id = *git_tree_entry_id(te)};
}

static const struct rj_side nothing;

/* Entries of the index that the tree lacks. */
static void only_index(struct walk *w, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		struct rj_side side = rj_side_of_entry(&w->ix->v[i]);

		if (side.mode)
			add(w->out, w->ix->v[i].path, &side, &nothing);
	}
}

static int compare(struct walk *w, const git_oid *id, const struct rj_index_dir *dir, size_t from,
		   size_t to);

/* A directory of the tree; entries [from, to) of the index are what it has below the same name. */
static int compare_dir(struct walk *w, const git_tree_entry *te, const struct rj_index_dir *up,
		       size_t from, size_t to)
{
	const char *name = git_tree_entry_name(te);
	const struct rj_index_dir *dir = rj_index_subdir(w->ix, up, name, strlen(name));
	size_t len = w->path.len;
	int r;

	if (dir && dir->id && dir->entries == to - from &&
	    !memcmp(dir->id, git_tree_entry_id(te)->id, GIT_OID_SHA1_SIZE))
		return 0;
	rj_buf_puts(&w->path, name);
	rj_buf_putc(&w->path, '/');
	r = compare(w, git_tree_entry_id(te), dir, from, to);
	w->path.len = len;
	w->path.s[len] = '\0';
	return r;
}

static int compare_entry(struct walk *w, const git_tree_entry *te, const struct rj_index_dir *dir,
			 size_t from, size_t to)
{
	struct rj_side index = {0}, other = side_of_tree_entry(te);
	size_t len = w->path.len;

	if (git_tree_entry_type(te) == GIT_OBJECT_TREE)
		return compare_dir(w, te, dir, from, to);
	if (from < to)
		index = rj_side_of_entry(&w->ix->v[from]);
	if (rj_side_same(&index, &other))
		return 0;
	rj_buf_puts(&w->path, git_tree_entry_name(te));
	add(w->out, w->path.s, &index, &other);
	w->path.len = len;
	w->path.s[len] = '\0';
	return 0;
}

/* What stands at entry i of the index, seen from the directory at hand: the part of its path up to
 * and with the next '/', or all. */
static size_t part_len(const struct walk *w, size_t i)
{
	const char *part = w->ix->v[i].path + w->path.len;
	const char *slash = strchr(part, '/');

	return slash ? (size_t)(slash - part) + 1 : strlen(part);
}

/* Order of a tree's entry and of a part of a path: by bytes, directories as if they ended with a
 * '/', which the part already does. */
static int order(const git_tree_entry *te, const char *part, size_t part_bytes)
{
	const char *name = git_tree_entry_name(te);
	size_t len = strlen(name);
	size_t common = len < part_bytes ? len : part_bytes;
	int c = memcmp(name, part, common), a, b;

	if (c)
		return c;
	a = (unsigned char)name[common];
	if (a == 0 && git_tree_entry_type(te) == GIT_OBJECT_TREE)
		a = '/';
	b = common < part_bytes ? (unsigned char)part[common] : 0;
	if (a == b && a == '/')
		return 0;
	return a - b;
}

static int compare(struct walk *w, const git_oid *id, const struct rj_index_dir *dir, size_t from,
		   size_t to)
{
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	size_t n, k = 0;
	int r = git_tree_lookup(&tree, w->git, id);

	if (r < 0)
		return rj_git_fail(w->err, r, "cannot read the tree of '%s'", rj_buf_str(&w->path));
	if (++w->depth > DEPTH_MAX)
		return rj_refuse(w->err, ELOOP, "a tree of the repository is nested deeper than %d",
				 DEPTH_MAX);
	n = git_tree_entrycount(tree);
	r = 0;
	while (r == 0 && (k < n || from < to)) {
		const git_tree_entry *te = k < n ? git_tree_entry_byindex(tree, k) : NULL;
		size_t next = from;
		int c = te ? -1 : 1;

		if (from < to) {
			const char *path = w->ix->v[from].path;
			size_t len = part_len(w, from);

			if (te)
				c = order(te, path + w->path.len, len);
			if (c >= 0 && path[w->path.len + len - 1] == '/')
				next = rj_index_past(w->ix, from, to, path, w->path.len + len);
			else if (c >= 0)
				for (next = from + 1;
				     next < to && !strcmp(path, w->ix->v[next].path);)
					next++;
		}
		if (c > 0)
			only_index(w, from, next);
		else
			r = compare_entry(w, te, dir, from, next);
		k += c <= 0;
		from = next;
	}
	w->depth--;
	return r;
}

int rj_treediff(git_repository *git, const git_oid *id, const struct rj_hostindex *ix,
		struct rj_deltas *ret, struct rj_err *err)
{
	const struct rj_index_dir *top = ix->dirs;
	struct rj_deltas out = {0};
	struct walk w = {.git = git, .ix = ix, .out = &out, .err = err};
	int r = 0;

	if (!top || !top->id || top->entries != ix->n ||
	    memcmp(top->id, id->id, GIT_OID_SHA1_SIZE) != 0)
		r = compare(&w, id, top, 0, ix->n);
	rj_buf_release(&w.path);
	if (r < 0) {
		rj_deltas_release(&out);
		return r;
	}
	sort(&out);
	*ret = out;
	return 0;
}
