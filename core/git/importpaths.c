#include "core/git/importpaths.h"

#include <errno.h>
#include <string.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/stream.h"
#include "core/git/treefmt.h"

struct paths {
	const struct rj_objread *fresh;
	git_odb *main;
	struct rj_buf path;
	size_t seen;
};

struct side {
	git_odb_object *obj;
	struct rj_tree tree;
};

static void release_side(struct side *s)
{
	git_odb_object_free(s->obj);
	rj_tree_release(&s->tree);
}

static int read_any(struct paths *p, const git_oid *id, git_odb_object **ret, struct rj_err *err)
{
	int r = git_odb_read(ret, rj_objread_has(p->fresh, id) ? p->fresh->odb : p->main, id);

	return r < 0 ? rj_git_fail(err, r, "cannot read %s", git_oid_tostr_s(id)) : 0;
}

/* A tree, or an empty one for a zero id. */
static int read_side(struct paths *p, const git_oid *id, struct side *ret, struct rj_err *err)
{
	int r;

	if (git_oid_is_zero(id))
		return 0;
	r = read_any(p, id, &ret->obj, err);
	if (r < 0)
		return r;
	return rj_tree_read(git_odb_object_data(ret->obj), git_odb_object_size(ret->obj),
			    &ret->tree, err);
}

static int walk(struct paths *p, const git_oid *id, const git_oid *old, struct rj_err *err);

static int visit(struct paths *p, const struct rj_tree_entry *e, const struct rj_tree *old,
		 struct rj_err *err)
{
	static const git_oid none;
	bool dir = e->mode == RJ_MODE_TREE;
	const struct rj_tree_entry *o = rj_tree_find(old, e->name, dir);

	if (o && o->mode == e->mode && git_oid_equal(&o->id, &e->id))
		return 0;
	if (++p->seen > RJ_IMPORTPATHS_MAX)
		return rj_refuse(err, EBADMSG, "the new tip unfolds into more than %d new files",
				 RJ_IMPORTPATHS_MAX);
	if (p->path.len > RJ_IMPORTPATHS_LEN) {
		char show[200];

		return rj_refuse(err, EBADMSG, "the path %s is longer than %d bytes",
				 rj_stream_show(show, sizeof(show), p->path.s, p->path.len),
				 RJ_IMPORTPATHS_LEN);
	}
	return dir ? walk(p, &e->id, o ? &o->id : &none, err) : 0;
}

/* As deep as a path can be long: every level adds two bytes to it at least. */
static int walk(struct paths *p, const git_oid *id, const git_oid *old, struct rj_err *err)
{
	RJ_AUTO(release_side) struct side a = {0};
	RJ_AUTO(release_side) struct side b = {0};
	size_t len = p->path.len;
	int r = read_side(p, id, &a, err);

	if (r == 0)
		r = read_side(p, old, &b, err);
	for (size_t i = 0; r == 0 && i < a.tree.n; i++) {
		if (len)
			rj_buf_putc(&p->path, '/');
		rj_buf_puts(&p->path, a.tree.v[i].name);
		r = visit(p, &a.tree.v[i], &b.tree, err);
		p->path.len = len;
	}
	return r;
}

static int tree_of(struct paths *p, const git_oid *commit, git_oid *ret, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	RJ_AUTO(rj_commit_release) struct rj_commit c = {0};
	int r;

	if (git_oid_is_zero(commit)) {
		*ret = *commit;
		return 0;
	}
	r = read_any(p, commit, &obj, err);
	if (r == 0)
		r = rj_commit_read(git_odb_object_data(obj), git_odb_object_size(obj), &c, err);
	if (r == 0)
		*ret = c.tree;
	return r;
}

int rj_importpaths(const struct rj_objread *fresh, git_odb *main, const git_oid *tip,
		   const git_oid *old, struct rj_err *err)
{
	struct paths p = {.fresh = fresh, .main = main};
	git_oid a, b;
	int r = tree_of(&p, tip, &a, err);

	if (r == 0)
		r = tree_of(&p, old, &b, err);
	if (r == 0 && !git_oid_equal(&a, &b))
		r = walk(&p, &a, &b, err);
	rj_buf_release(&p.path);
	return r;
}
