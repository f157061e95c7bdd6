/*
 * status: what an agent changed.
 *
 * The host's index is the common reference of three lists that hold differences only: the base
 * commit against it, the branch's tip against it, and W against it. A path that is in none of them
 * is the same everywhere, so cost follows the changes, but for the walk through W.
 */
#include "core/git/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/path.h"
#include "core/git/admin.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/status_parts.h"

bool rj_change_is_type(const struct rj_change *c)
{
	return c->old_mode && c->new_mode && (c->old_mode & S_IFMT) != (c->new_mode & S_IFMT);
}

static int tree_of(const struct rj_repo *repo, const git_oid *commit_id, git_oid *ret,
		   struct rj_err *err)
{
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	int rc = git_commit_lookup(&commit, repo->git, commit_id);

	if (rc < 0) {
		(void)rj_git_fail(err, rc, "cannot read a commit of %s", repo->top);
		return rj_hint(err, "is the repository whole? run: git fsck");
	}
	*ret = *git_commit_tree_id(commit);
	return 0;
}

/* The commit that the branch is at; false when there is no such branch. */
static bool find_tip(const struct rj_repo *repo, const char *branch, git_oid *ret)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};

	rj_buf_printf(&name, "refs/heads/%s", branch);
	return git_reference_name_to_id(ret, repo->git, name.s) == 0;
}

static bool is_attributes(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, ".gitattributes");
}

/* May the base commit hold a file of attributes? */
static bool has_attributes(const struct rj_hostindex *ix, const struct rj_deltas *base)
{
	for (size_t i = 0; i < ix->n; i++) {
		const struct rj_index_entry *e = &ix->v[i];

		if (e->len >= 14 && e->path[e->len - 1] == 's' && is_attributes(e->path))
			return true;
	}
	for (size_t i = 0; i < base->n; i++)
		if (is_attributes(base->v[i].path))
			return true;
	return false;
}

static void add_change(struct rj_status *st, struct rj_status_parts *p, const char *path,
		       const struct rj_status_item *item, bool committed)
{
	struct rj_change c = {
		.path = path,
		.kind = !item->old.mode	  ? RJ_CHANGE_ADDED
			: !item->now.mode ? RJ_CHANGE_DELETED
					  : RJ_CHANGE_MODIFIED,
		.old_mode = item->old.mode,
		.new_mode = item->now.mode,
		.unknown = item->found && item->found->unknown,
		.committed = committed,
	};

	st->v = rj_grow(st->v, &p->cap, st->n + 1, sizeof(*st->v));
	p->items = rj_grow(p->items, &p->items_cap, st->n + 1, sizeof(*p->items));
	p->items[st->n] = *item;
	st->v[st->n++] = c;
}

/* One path: what it is in the base, at the tip and in W. Each NULL stands for what the index has;
 * one at least is not. `path` is borrowed from one of them. */
static void judge(struct rj_status *st, struct rj_status_parts *p, const char *path,
		  const struct rj_delta *base, const struct rj_delta *tip,
		  const struct rj_scan_entry *w)
{
	struct rj_side index = base  ? base->index
			       : tip ? tip->index
			       : w   ? w->index
				     : (struct rj_side){0};
	struct rj_side at_tip = tip ? tip->other : index;
	struct rj_status_item item = {
		.old = base ? base->other : index,
		.now = w ? w->now : index,
		.found = w,
	};
	bool known = !w || !w->unknown;
	bool committed = known && rj_side_same(&item.now, &at_tip);

	if (!committed) {
		st->uncommitted++;
		if (!rj_side_same(&item.old, &at_tip))
			rj_strv_add(&st->committed_otherwise, path);
	}
	if (at_tip.mode == GIT_FILEMODE_COMMIT && !rj_side_same(&item.old, &at_tip))
		rj_strv_add(&st->gitlinks, path);
	if (!known || !rj_side_same(&item.old, &item.now))
		add_change(st, p, path, &item, committed);
}

/* Go through the three lists together, in the order of their paths. */
static void merge(struct rj_status *st, struct rj_status_parts *p)
{
	const struct rj_deltas *base = &p->base, *tip = &p->tip;
	const struct rj_scan *scan = &p->scan;
	size_t i = 0, k = 0, m = 0;

	while (i < base->n || k < tip->n || m < scan->n) {
		const struct rj_delta *b = i < base->n ? &base->v[i] : NULL;
		const struct rj_delta *t = k < tip->n ? &tip->v[k] : NULL;
		const struct rj_scan_entry *w = m < scan->n ? &scan->v[m] : NULL;
		const char *least = b ? b->path : NULL;

		if (t && (!least || strcmp(t->path, least) < 0))
			least = t->path;
		if (w && (!least || strcmp(w->path, least) < 0))
			least = w->path;
		b = b && !strcmp(b->path, least) ? b : NULL;
		t = t && !strcmp(t->path, least) ? t : NULL;
		w = w && !strcmp(w->path, least) ? w : NULL;
		judge(st, p, least, b, t, w);
		i += b != NULL;
		k += t != NULL;
		m += w != NULL;
	}
}

static int load_index(const struct rj_repo *repo, const struct rj_worktree *wt, const git_oid *tree,
		      struct rj_hostindex *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};
	struct rj_err first;
	int r;

	rj_buf_printf(&path, "%s/worktrees/%s/index", repo->common, wt->admin);
	r = rj_hostindex_load(path.s, ret, &first);
	/* git keeps no index of a form unknown here unless the user asks for one; it only tells
	 * what need not be read again, so status goes without */
	if (r == -ENOENT || r == -ENOTSUP)
		return rj_hostindex_from_tree(repo->git, tree, ret, err);
	if (r < 0)
		*err = first;
	else
		rj_admin_made(repo, wt, &ret->made);
	return r;
}

/* The tree of the commit that W is at. */
static int head_of(const struct rj_repo *repo, const struct rj_worktree *wt, const git_oid *tip,
		   git_oid *ret, struct rj_err *err)
{
	struct rj_err none;
	git_oid head;

	if (wt->head && git_oid_fromstr(&head, wt->head) == 0 &&
	    tree_of(repo, &head, ret, &none) == 0)
		return 0;
	return tree_of(repo, tip, ret, err);
}

/* Commits, index and worktree: everything that is read. */
static int gather(struct rj_status *st, struct rj_status_parts *p, const struct rj_worktree *wt,
		  unsigned flags, git_odb *store, struct rj_err *err)
{
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex index = {0};
	RJ_AUTO(rj_free) char *seen = rj_admin_file(p->repo, wt, "robojail-seen");
	struct rj_scan_source source = {p->repo, &p->attrs, &index, &p->base, store, seen};
	git_oid base, tip, base_tree, tip_tree, shared;
	size_t behind;
	int r;

	if (git_oid_fromstr(&base, wt->base) < 0)
		return rj_refuse(err, EINVAL, "'%s' is not a commit id", wt->base);
	(void)git_oid_tostr(st->base, sizeof(st->base), &base);
	tip = base;
	if (find_tip(p->repo, wt->branch, &tip))
		(void)git_oid_tostr(st->tip, sizeof(st->tip), &tip);
	if (tree_of(p->repo, &base, &base_tree, err) < 0 ||
	    head_of(p->repo, wt, &tip, &tip_tree, err) < 0)
		return -err->num;
	r = git_graph_ahead_behind(&st->commits, &behind, p->repo->git, &tip, &base);
	if (r < 0)
		return rj_git_fail(err, r, "cannot count the commits of %s", wt->branch);
	st->unrelated =
		behind && git_merge_base(&shared, p->repo->git, &tip, &base) == GIT_ENOTFOUND;
	if (load_index(p->repo, wt, &tip_tree, &index, err) < 0 ||
	    rj_treediff(p->repo->git, &base_tree, &index, &p->base, err) < 0 ||
	    rj_treediff(p->repo->git, &tip_tree, &index, &p->tip, err) < 0 ||
	    rj_attrs_open(p->repo, &base, has_attributes(&index, &p->base), &p->attrs, err) < 0)
		return -err->num;
	return rj_scan_read(wt->path, &source, flags & RJ_STATUS_TEXTS ? RJ_SCAN_KEEP : 0, &p->scan,
			    err);
}

static bool is_dir(const char *path)
{
	return path[strlen(path) - 1] == '/';
}

/* A repository of its own is a change, but no file that anybody compared. */
static size_t count_files(const struct rj_status *st)
{
	size_t n = 0;

	for (size_t i = 0; i < st->n; i++)
		n += !is_dir(st->v[i].path);
	return n;
}

int rj_status_read(const struct rj_repo *repo, const struct rj_worktree *wt, unsigned flags,
		   struct rj_status *ret, struct rj_err *err)
{
	return rj_status_read_into(repo, wt, flags, NULL, ret, err);
}

int rj_status_read_into(const struct rj_repo *repo, const struct rj_worktree *wt, unsigned flags,
			git_odb *store, struct rj_status *ret, struct rj_err *err)
{
	RJ_AUTO(rj_status_release) struct rj_status st = {0};
	struct rj_status_parts *p;
	int r = rj_git_init(err);

	if (r < 0)
		return r;
	st.priv = p = rj_alloc(1, sizeof(*p));
	p->repo = repo;
	p->flags = flags;
	(void)pthread_mutex_init(&p->large, NULL);
	r = gather(&st, p, wt, flags, store, err);
	if (r < 0)
		return r;
	merge(&st, p);
	for (size_t i = 0; i < p->scan.unreadable.n; i++)
		st.uncommitted += is_dir(p->scan.unreadable.v[i]);
	if (flags & RJ_STATUS_TEXTS)
		rj_status_compare(&st);
	if (flags & RJ_STATUS_COUNTS)
		r = rj_status_count(&st, err);
	if (r < 0)
		return r;
	st.files_changed = count_files(&st);
	st.nested = p->scan.nested;
	st.special = p->scan.special;
	st.unreadable = p->scan.unreadable;
	st.ignored = p->scan.ignored;
	st.rules_stop = p->scan.rules_stop;
	st.newly_ignored = p->scan.newly_ignored;
	p->scan.nested = p->scan.special = p->scan.unreadable = p->scan.newly_ignored =
		(struct rj_strv){0};
	*ret = st;
	st = (struct rj_status){0};
	return 0;
}

void rj_status_release(struct rj_status *st)
{
	struct rj_status_parts *p = st->priv;

	if (p) {
		rj_attrs_release(&p->attrs);
		rj_deltas_release(&p->base);
		rj_deltas_release(&p->tip);
		rj_scan_release(&p->scan);
		rj_packs_free(&p->packs);
		(void)pthread_mutex_destroy(&p->large);
		rj_free(&p->items);
		rj_free(&p);
	}
	rj_free(&st->v);
	rj_strv_release(&st->committed_otherwise);
	rj_strv_release(&st->gitlinks);
	rj_strv_release(&st->nested);
	rj_strv_release(&st->special);
	rj_strv_release(&st->unreadable);
	rj_strv_release(&st->newly_ignored);
	*st = (struct rj_status){0};
}
