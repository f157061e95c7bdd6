/* status_lines: what was renamed, what is binary, and how many lines changed. */
#include <string.h>
#include <sys/stat.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/rename.h"
#include "core/git/status_parts.h"

/* Add the lines between two texts to the change. */
static int count_between(struct rj_change *c, const struct rj_text *old, const struct rj_text *now,
			 struct rj_err *err)
{
	RJ_AUTO(rj_git_patch_free) git_patch *patch = NULL;
	size_t plus = 0, minus = 0;
	int rc = rj_status_patch(old, now, &patch, err);

	if (rc < 0)
		return rc;
	rc = git_patch_line_stats(NULL, &plus, &minus, patch);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot count the lines of '%s'", c->path);
	c->insertions += plus;
	c->deletions += minus;
	return 0;
}

static int count_change(struct rj_texts *texts, const struct rj_status_item *item,
			struct rj_change *c, struct rj_err *err)
{
	RJ_AUTO(rj_text_release) struct rj_text old = {0}, now = {0};
	const struct rj_text nothing = {.s = ""};
	int r;

	if (item->now.mode == GIT_FILEMODE_COMMIT && c->unknown)
		return 0;
	rj_texts_of(texts, item, &old, &now);
	c->unknown = old.unknown || now.unknown;
	c->binary = rj_status_is_binary(item, &old, &now);
	if (c->binary)
		return 0;
	if (!rj_change_is_type(c))
		return count_between(c, &old, &now, err);
	r = count_between(c, &old, &nothing, err);
	return r < 0 ? r : count_between(c, &nothing, &now, err);
}

/* Deleted and added files, and where they stand in the status. */
struct sides {
	const struct rj_status *st;
	struct rj_rename_file *files[2];
	size_t *at[2];
	size_t n[2];
};

/* On one thread. */
struct side_reader {
	const struct sides *sides;
	struct rj_texts texts;
	struct rj_text last;
};

static void *open_sides(void *arg)
{
	struct side_reader *r = rj_alloc(1, sizeof(*r));

	r->sides = arg;
	rj_texts_open(r->sides->st->priv, &r->texts);
	return r;
}

static bool read_side(void *reader, bool is_new, size_t number, const char **ret, size_t *ret_len)
{
	struct side_reader *r = reader;
	const struct rj_status_parts *p = r->sides->st->priv;

	rj_text_release(&r->last);
	rj_text_of(&r->texts, &p->items[r->sides->at[is_new][number]], is_new, RJ_RENAME_FILE_MAX,
		   &r->last);
	*ret = r->last.s;
	*ret_len = r->last.len;
	return !r->last.unknown;
}

static void close_sides(void *reader)
{
	struct side_reader *r = reader;

	rj_text_release(&r->last);
	rj_texts_release(&r->texts);
	rj_free(&r);
}

static void add_side(struct sides *sides, size_t at)
{
	const struct rj_change *c = &sides->st->v[at];
	const struct rj_status_parts *p = sides->st->priv;
	bool is_new = c->kind == RJ_CHANGE_ADDED;
	size_t i = sides->n[is_new];
	uint16_t mode = is_new ? c->new_mode : c->old_mode;

	if ((!is_new && c->kind != RJ_CHANGE_DELETED) || mode == GIT_FILEMODE_COMMIT)
		return;
	sides->files[is_new][i] = (struct rj_rename_file){
		.path = c->path,
		.side = is_new ? p->items[at].now : p->items[at].old,
	};
	sides->at[is_new][i] = at;
	sides->n[is_new]++;
}

/* Make one change of an added file and the deleted one that it was. */
static void apply_rename(struct rj_status *st, size_t from, size_t to, unsigned percent)
{
	struct rj_status_parts *p = st->priv;
	struct rj_change *c = &st->v[to];

	c->kind = RJ_CHANGE_RENAMED;
	c->old_path = st->v[from].path;
	c->old_mode = st->v[from].old_mode;
	c->committed = c->committed && st->v[from].committed;
	c->similarity = percent;
	p->items[to].old = p->items[from].old;
	st->v[from].path = NULL;
}

static void drop_renamed(struct rj_status *st)
{
	struct rj_status_parts *p = st->priv;
	size_t to = 0;

	for (size_t i = 0; i < st->n; i++) {
		if (!st->v[i].path)
			continue;
		st->v[to] = st->v[i];
		p->items[to++] = p->items[i];
	}
	st->n = to;
}

static void find_renames(struct rj_status *st)
{
	struct sides sides = {.st = st};
	const struct rj_rename_texts texts = {
		.open = open_sides, .read = read_side, .close = close_sides, .arg = &sides};

	for (size_t k = 0; k < 2; k++) {
		sides.files[k] = rj_alloc(st->n, sizeof(*sides.files[k]));
		sides.at[k] = rj_alloc(st->n, sizeof(*sides.at[k]));
	}
	for (size_t i = 0; i < st->n; i++)
		add_side(&sides, i);
	rj_rename_find(sides.files[0], sides.n[0], sides.files[1], sides.n[1], &texts);
	for (size_t i = 0; i < sides.n[1]; i++) {
		const struct rj_rename_file *f = &sides.files[1][i];

		if (f->match != RJ_RENAME_NONE)
			apply_rename(st, sides.at[0][f->match], sides.at[1][i], f->percent);
	}
	drop_renamed(st);
	for (size_t k = 0; k < 2; k++) {
		rj_free(&sides.files[k]);
		rj_free(&sides.at[k]);
	}
}

/* What attributes say of each change. */
static void find_attributes(struct rj_status *st)
{
	struct rj_status_parts *p = st->priv;

	for (size_t i = 0; i < st->n; i++) {
		const struct rj_change *c = &st->v[i];
		uint16_t mode = c->new_mode ? c->new_mode : c->old_mode;

		p->items[i].diff =
			S_ISREG(mode) ? rj_attrs_diff(&p->attrs, c->path) : RJ_ATTRS_AUTO;
	}
}

void rj_status_compare(struct rj_status *st)
{
	struct rj_status_parts *p = st->priv;
	RJ_AUTO(rj_free) char *objects = rj_path_join(p->repo->common, "objects");

	if (st->n)
		p->packs = rj_packs_open(objects);
	find_renames(st);
	find_attributes(st);
}

static int count_some(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct rj_status *st = arg;
	struct rj_status_parts *p = st->priv;
	RJ_AUTO(rj_texts_release) struct rj_texts texts = {0};
	size_t i;
	int r = 0;

	(void)worker;
	rj_texts_open(p, &texts);
	while (r == 0 && rj_pool_take(pool, &i))
		r = count_change(&texts, &p->items[i], &st->v[i], err);
	return r;
}

int rj_status_count(struct rj_status *st, struct rj_err *err)
{
	int r = st->n ? rj_pool_run(st->n, rj_status_workers(st->n), count_some, st, err) : 0;

	for (size_t i = 0; i < st->n; i++) {
		st->insertions += st->v[i].insertions;
		st->deletions += st->v[i].deletions;
	}
	return r;
}
