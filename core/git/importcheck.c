#include "core/git/importcheck.h"

#include <errno.h>
#include <string.h>

#include "core/git/auto.h"
#include "core/git/dotgit.h"
#include "core/git/giterr.h"
#include "core/git/importknown.h"
#include "core/git/modules.h"
#include "core/git/stream.h"
#include "core/git/treefmt.h"

/*
 * The sets are queues as well: each object is looked at once, in the order in which it was first
 * named. What `known` holds is complete and in main, and never looked at.
 */
struct check {
	const struct rj_importcheck *in;
	struct rj_known known;
	struct rj_oidset tags, commits, trees, blobs, modules;
	struct rj_oidset *edge;
	struct rj_commit commit;
	struct rj_tree tree;
	uint64_t fresh_seen, fresh_commits;
};

static void release_check(struct check *c)
{
	rj_known_release(&c->known);
	rj_oidset_release(&c->tags);
	rj_oidset_release(&c->commits);
	rj_oidset_release(&c->trees);
	rj_oidset_release(&c->blobs);
	rj_oidset_release(&c->modules);
	rj_commit_release(&c->commit);
	rj_tree_release(&c->tree);
}

/* Where it would be read from. */
static git_odb *home(const struct check *c, bool fresh)
{
	return fresh ? c->in->fresh->odb : c->in->main;
}

/* Does it exist, and is it of that type? Says whether it is new. */
static int look(struct check *c, const git_oid *id, git_object_t want, bool *ret_fresh,
		struct rj_err *err)
{
	git_object_t type = GIT_OBJECT_INVALID;
	size_t size;
	int r;

	*ret_fresh = rj_objread_has(c->in->fresh, id);
	r = git_odb_read_header(&size, &type, home(c, *ret_fresh), id);
	if (r == GIT_ENOTFOUND) { /* or came under the name that its bytes have */
		(void)rj_refuse(err, EBADMSG, "the %s %s, which it needs, is missing or damaged",
				git_object_type2string(want), git_oid_tostr_s(id));
		return rj_hint(err, "inside the jail: `git fsck` tells which");
	}
	if (r < 0)
		return rj_git_fail(err, r, "cannot read %s", git_oid_tostr_s(id));
	if (type != want)
		return rj_refuse(err, EBADMSG, "%s, which it needs as a %s, is a %s",
				 git_oid_tostr_s(id), git_object_type2string(want),
				 git_object_type2string(type));
	c->fresh_seen += *ret_fresh;
	return 0;
}

/* *ret_known: main has it, and a ref leads to it. */
static int need_commit(struct check *c, const git_oid *id, bool for_fresh, bool *ret_known,
		       struct rj_err *err)
{
	bool fresh;
	int r;

	*ret_known = false;
	if (rj_oidset_has(&c->commits, id))
		return 0;
	r = look(c, id, GIT_OBJECT_COMMIT, &fresh, err);
	if (r < 0)
		return r;
	if (!fresh && for_fresh)
		(void)rj_oidset_add(c->edge, id);
	if (!fresh)
		r = rj_known_ask_commit(&c->known, id, ret_known, err);
	if (r == 0 && !*ret_known)
		(void)rj_oidset_add(&c->commits, id);
	return r;
}

static int need(struct check *c, struct rj_oidset *set, git_object_t type, const git_oid *id,
		struct rj_err *err)
{
	bool fresh;
	int r;

	if (rj_oidset_has(set, id) || rj_known_has(&c->known, type, id))
		return 0;
	r = look(c, id, type, &fresh, err);
	if (r == 0)
		(void)rj_oidset_add(set, id);
	return r;
}

static int need_typed(struct check *c, git_object_t type, const git_oid *id, struct rj_err *err)
{
	bool known;

	if (type == GIT_OBJECT_COMMIT)
		return need_commit(c, id, true, &known, err);
	return need(c,
		    type == GIT_OBJECT_TAG    ? &c->tags
		    : type == GIT_OBJECT_TREE ? &c->trees
					      : &c->blobs,
		    type, id, err);
}

/* Read an object of the queue from where it is. */
static int read_queued(const struct check *c, const git_oid *id, git_object_t type,
		       struct rj_object *ret, bool *ret_fresh, struct rj_err *err)
{
	int r;

	*ret_fresh = rj_objread_has(c->in->fresh, id);
	r = *ret_fresh ? rj_objread(c->in->fresh, id, type, ret)
		       : rj_object_read(c->in->main, id, ret);
	return r < 0 ? rj_git_fail(err, r, "cannot read it") : 0;
}

static int check_commit(struct check *c, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object obj = {0};
	bool fresh, known;
	int r = read_queued(c, id, GIT_OBJECT_COMMIT, &obj, &fresh, err);

	if (r < 0)
		return r;
	c->fresh_commits += fresh;
	r = rj_commit_read(obj.s, obj.len, &c->commit, err);
	if (r == 0 && fresh)
		r = rj_commit_check(obj.s, obj.len, &c->commit, err);
	if (r == 0)
		r = need(c, &c->trees, GIT_OBJECT_TREE, &c->commit.tree, err);
	if (!fresh && rj_known_is_shallow(&c->known, id))
		return r;
	for (size_t i = 0; r == 0 && i < c->commit.parents_n; i++) {
		const git_oid *parent = &c->commit.parents[i];

		r = need_commit(c, parent, fresh, &known, err);
		if (r == 0 && fresh && known)
			r = rj_known_learn(&c->known, parent, &c->commit.tree, err);
	}
	return r;
}

static int check_tag(struct check *c, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object obj = {0};
	git_object_t type;
	git_oid target;
	bool fresh;
	int r = read_queued(c, id, GIT_OBJECT_TAG, &obj, &fresh, err);

	if (r < 0)
		return r;
	r = rj_tag_read(obj.s, obj.len, &target, &type, err);
	return r < 0 ? r : need_typed(c, type, &target, err);
}

/* Whatever a ref names. */
static int need_tip(struct check *c, const git_oid *id, struct rj_err *err)
{
	git_object_t type = GIT_OBJECT_COMMIT;
	size_t size;

	/* one that is missing is told as a commit, which it most likely was */
	if (c->in->tips_n > 1)
		(void)git_odb_read_header(&size, &type, home(c, rj_objread_has(c->in->fresh, id)),
					  id);
	return need_typed(c, type, id, err);
}

static int check_entry(struct check *c, const struct rj_tree_entry *e, bool fresh,
		       struct rj_err *err)
{
	char show[200];

	if (fresh && rj_tree_is_odd(e->name) && !rj_strv_has(&c->known.odd, e->name)) {
		rj_refuse(err, EBADMSG, "entry '%s' has a control byte in its name",
			  rj_stream_show(show, sizeof(show), e->name, strlen(e->name)));
		return rj_hint(err, "inside the jail: rename it, and git commit --amend (or git "
				    "rebase -i), so that no commit has it");
	}
	if (e->mode == RJ_MODE_GITLINK)
		return 0;
	if (e->mode == RJ_MODE_TREE)
		return need(c, &c->trees, GIT_OBJECT_TREE, &e->id, err);
	if (fresh && rj_dotgit_is_modules(e->name))
		(void)rj_oidset_add(&c->modules, &e->id);
	return need(c, &c->blobs, GIT_OBJECT_BLOB, &e->id, err);
}

static int check_tree(struct check *c, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object obj = {0};
	bool fresh;
	int r = read_queued(c, id, GIT_OBJECT_TREE, &obj, &fresh, err);

	if (r < 0)
		return r;
	r = rj_tree_read(obj.s, obj.len, &c->tree, err);
	if (r == 0 && fresh)
		r = rj_tree_check(&c->tree, err);
	for (size_t i = 0; r == 0 && i < c->tree.n; i++)
		r = check_entry(c, &c->tree.v[i], fresh, err);
	return r;
}

static int check_modules(struct check *c, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	git_odb *odb = home(c, rj_objread_has(c->in->fresh, id));
	git_object_t type;
	size_t size;
	int r = git_odb_read_header(&size, &type, odb, id);

	if (r == 0 && size > RJ_MODULES_MAX)
		return rj_refuse(err, EBADMSG, ".gitmodules is larger than %d bytes",
				 RJ_MODULES_MAX);
	if (r == 0)
		r = git_odb_read(&obj, odb, id);
	if (r < 0)
		return rj_git_fail(err, r, "cannot read it");
	return rj_modules_check(git_odb_object_data(obj), git_odb_object_size(obj), err);
}

/* Look at everything in a queue, which may grow meanwhile. */
static int run(struct check *c, const struct rj_oidset *queue, const char *what,
	       int (*fn)(struct check *c, const git_oid *id, struct rj_err *err),
	       struct rj_err *err)
{
	for (size_t i = 0; i < queue->n; i++) {
		git_oid id = queue->v[i];

		if (fn(c, &id, err) < 0)
			return rj_wrap(err, "%s %s", what, git_oid_tostr_s(&id));
	}
	return 0;
}

static int check_all(const struct rj_importcheck *in, struct rj_oidset *ret_edge,
		     uint64_t *ret_commits, struct rj_err *err)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset edge = {0};
	RJ_AUTO(release_check) struct check c = {.in = in, .edge = &edge};
	int r = rj_known_init(&c.known, in->repo, in->main, in->fresh->odb, in->cur, err);

	for (size_t i = 0; r == 0 && i < in->tips_n; i++)
		if (need_tip(&c, &in->tips[i], err) < 0)
			r = rj_wrap(err, i ? "a ref of the jail" : "the jail's branch");
	if (r == 0)
		r = run(&c, &c.tags, "tag", check_tag, err);
	if (r == 0)
		r = run(&c, &c.commits, "commit", check_commit, err);
	if (r == 0)
		r = run(&c, &c.trees, "tree", check_tree, err);
	if (r == 0)
		r = run(&c, &c.modules, "file", check_modules, err);
	if (r < 0)
		return r;
	if (c.fresh_seen != in->fresh_n)
		return rj_refuse(err, EBADMSG,
				 "bad pack: it holds %llu objects that the new %s not need",
				 (unsigned long long)(in->fresh_n - c.fresh_seen),
				 in->tips_n > 1 ? "tips do" : "tip does");
	if (ret_commits)
		*ret_commits = c.fresh_commits;
	*ret_edge = edge;
	edge = (struct rj_oidset){0};
	return 0;
}

int rj_importcheck(const struct rj_importcheck *in, struct rj_oidset *ret_edge,
		   uint64_t *ret_commits, struct rj_err *err)
{
	int r;

	/* The indexer has just made the names of the new objects from what is in them. */
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	r = check_all(in, ret_edge, ret_commits, err);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	return r;
}
