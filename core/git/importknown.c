#include "core/git/importknown.h"

#include <stdlib.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

enum {
	WORK_MAX = 200000, /* learning saves time; beyond this it would take it */
};

int rj_known_init(struct rj_known *k, const struct rj_repo *repo, git_odb *odb_main,
		  git_odb *odb_fresh, const git_oid *cur, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *shallow = rj_path_join(repo->common, "shallow");
	int r;

	*k = (struct rj_known){.repo = repo, .main = odb_main, .fresh = odb_fresh};
	r = rj_history_init(&k->history, odb_main, shallow, err);
	if (r == 0 && cur)
		rj_history_add_tip(&k->history, cur);
	return r;
}

bool rj_known_has(const struct rj_known *k, git_object_t type, const git_oid *id)
{
	return rj_oidset_has(type == GIT_OBJECT_TREE ? &k->trees : &k->blobs, id);
}

bool rj_known_is_shallow(const struct rj_known *k, const git_oid *id)
{
	return rj_oidset_has(&k->history.shallow, id);
}

/* Every commit that a ref of main names. Refs that name something else do not help. */
static int add_refs(struct rj_known *k, struct rj_err *err)
{
	RJ_AUTO(rj_git_ref_iter_free) git_reference_iterator *it = NULL;
	int r = git_reference_iterator_new(&it, k->repo->git);
	git_reference *ref;

	k->all = true;
	while (r == 0 && (r = git_reference_next(&ref, it)) == 0) {
		git_object *commit = NULL;

		if (git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) == 0)
			rj_history_add_tip(&k->history, git_object_id(commit));
		git_object_free(commit);
		git_reference_free(ref);
	}
	if (r == GIT_ITEROVER)
		return 0;
	return rj_git_fail(err, r, "cannot list the refs of %s", k->repo->top);
}

int rj_known_ask_commit(struct rj_known *k, const git_oid *id, bool *ret_known, struct rj_err *err)
{
	*ret_known = rj_history_is_behind(&k->history, id);
	if (!*ret_known && !k->all) {
		int r = add_refs(k, err);

		if (r < 0)
			return r;
		*ret_known = rj_history_is_behind(&k->history, id);
	}
	return 0;
}

/* Trees still to compare: new ones at even places, main's at odd ones. */
struct pairs {
	git_oid *v;
	size_t n, cap;
};

static void push(struct pairs *p, const git_oid *fresh, const git_oid *old)
{
	p->v = rj_grow(p->v, &p->cap, p->n + 2, sizeof(*p->v));
	p->v[p->n++] = *fresh;
	p->v[p->n++] = *old;
}

static bool is_fresh(const struct rj_known *k, const git_oid *id)
{
	return k->fresh && git_odb_exists_ext(k->fresh, id, GIT_ODB_LOOKUP_NO_REFRESH);
}

/* Also those that the new tree has no more: it may have them elsewhere. */
static void learn_odd(struct rj_known *k, const struct rj_tree *old)
{
	for (size_t i = 0; i < old->n; i++)
		if (rj_tree_is_odd(old->v[i].name) && !rj_strv_has(&k->odd, old->v[i].name))
			rj_strv_add(&k->odd, old->v[i].name);
}

static void compare(struct rj_known *k, struct pairs *p, const struct rj_tree *fresh,
		    const struct rj_tree *old)
{
	learn_odd(k, old);
	for (size_t i = 0; i < fresh->n; i++) {
		const struct rj_tree_entry *e = &fresh->v[i], *o;
		bool dir = e->mode == RJ_MODE_TREE;

		if (e->mode == RJ_MODE_GITLINK || !(o = rj_tree_find(old, e->name, dir)))
			continue;
		if (o->mode == RJ_MODE_GITLINK)
			continue;
		if (!git_oid_equal(&e->id, &o->id)) {
			if (dir && is_fresh(k, &e->id))
				push(p, &e->id, &o->id);
		} else if (!is_fresh(k, &e->id)) {
			(void)rj_oidset_add(dir ? &k->trees : &k->blobs, &e->id);
		}
	}
}

static void learn_pair(struct rj_known *k, struct pairs *p, const git_oid *fresh,
		       const git_oid *old)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *a = NULL;
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *b = NULL;
	RJ_AUTO(rj_tree_release) struct rj_tree ta = {0};
	RJ_AUTO(rj_tree_release) struct rj_tree tb = {0};
	struct rj_err ignored;

	/* what cannot be read teaches nothing here, and is refused later */
	if (git_odb_read(&a, k->fresh, fresh) == 0 && git_odb_read(&b, k->main, old) == 0 &&
	    git_odb_object_type(a) == GIT_OBJECT_TREE &&
	    git_odb_object_type(b) == GIT_OBJECT_TREE &&
	    rj_tree_read(git_odb_object_data(a), git_odb_object_size(a), &ta, &ignored) == 0 &&
	    rj_tree_read(git_odb_object_data(b), git_odb_object_size(b), &tb, &ignored) == 0)
		compare(k, p, &ta, &tb);
}

int rj_known_learn(struct rj_known *k, const git_oid *parent, const git_oid *tree,
		   struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	RJ_AUTO(rj_commit_release) struct rj_commit commit = {0};
	struct pairs p = {0};
	int r = git_odb_read(&obj, k->main, parent);

	if (r < 0)
		return rj_git_fail(err, r, "cannot read commit %s", git_oid_tostr_s(parent));
	r = rj_commit_read(git_odb_object_data(obj), git_odb_object_size(obj), &commit, err);
	if (r < 0)
		return rj_wrap(err, "commit %s", git_oid_tostr_s(parent));
	if (is_fresh(k, tree))
		push(&p, tree, &commit.tree);
	else if (git_oid_equal(&commit.tree, tree))
		(void)rj_oidset_add(&k->trees, tree);
	while (p.n && k->work++ < WORK_MAX) {
		git_oid old = p.v[--p.n], fresh = p.v[--p.n];

		learn_pair(k, &p, &fresh, &old);
	}
	free(p.v);
	return 0;
}

void rj_known_release(struct rj_known *k)
{
	rj_history_release(&k->history);
	rj_oidset_release(&k->trees);
	rj_oidset_release(&k->blobs);
	rj_strv_release(&k->odd);
	*k = (struct rj_known){0};
}
