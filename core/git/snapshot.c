#include "core/git/snapshot.h"

#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/dotgit.h"
#include "core/git/giterr.h"
#include "core/git/modules.h"
#include "core/git/status_parts.h"

/* The base commit's tree as an index in memory. */
static int open_base(git_repository *into, const char *base, git_index **ret, struct rj_err *err)
{
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	git_oid id;
	int r = git_oid_fromstr(&id, base);

	if (r == 0)
		r = git_commit_lookup(&commit, into, &id);
	if (r == 0)
		r = git_commit_tree(&tree, commit);
	if (r == 0)
		r = git_index_new(ret);
	if (r == 0)
		r = git_index_read_tree(*ret, tree);
	return r < 0 ? rj_git_fail(err, r, "cannot read the commit that the jail began from") : 0;
}

static bool is_good_modules(git_odb *store, const git_oid *id)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	struct rj_err why;

	return git_odb_read(&obj, store, id) == 0 && git_odb_object_size(obj) <= RJ_MODULES_MAX &&
	       rj_modules_check(git_odb_object_data(obj), git_odb_object_size(obj), &why) == 0;
}

/* By the rules that an import has for what is committed: no name that some system takes for .git,
 * and no .gitmodules that leads or looks elsewhere. */
static bool is_fit(git_odb *store, const git_index_entry *e)
{
	RJ_AUTO(rj_free) char *path = rj_strdup(e->path);
	char *rest = path, *part, *last = path;

	while ((part = strsep(&rest, "/"))) {
		if (rj_dotgit_is_git(part))
			return false;
		last = part;
	}
	return !rj_dotgit_is_modules(last) || (S_ISREG(e->mode) && is_good_modules(store, &e->id));
}

static void apply(git_index *index, git_odb *store, const struct rj_status *st,
		  struct rj_left_out *left_out)
{
	const struct rj_status_parts *p = st->priv;

	/* first what is gone: a file may stand where a directory was */
	for (size_t i = 0; i < st->n; i++)
		if (st->v[i].kind == RJ_CHANGE_DELETED)
			(void)git_index_remove(index, st->v[i].path, 0);
	for (size_t i = 0; i < st->n; i++) {
		const struct rj_change *c = &st->v[i];
		git_index_entry e = {
			.mode = c->new_mode, .id = p->items[i].now.id, .path = c->path};

		if (c->kind == RJ_CHANGE_DELETED)
			continue;
		if (p->items[i].found && p->items[i].found->too_large)
			rj_strv_add(&left_out->large, c->path);
		else if (c->path[strlen(c->path) - 1] == '/')
			rj_strv_add(&left_out->unfit, c->path);
		else if (c->unknown)
			rj_strv_add(&left_out->unreadable, c->path);
		else if (!is_fit(store, &e) || git_index_add(index, &e) < 0)
			rj_strv_add(&left_out->unfit, c->path);
	}
}

static void add_all(struct rj_strv *to, const struct rj_strv *from, const struct rj_left_out *known)
{
	for (size_t i = 0; i < from->n; i++)
		if (!rj_strv_has(to, from->v[i]) && !rj_strv_has(&known->large, from->v[i]))
			rj_strv_add(to, from->v[i]);
}

int rj_snapshot(const struct rj_repo *repo, const struct rj_worktree *wt, git_repository *into,
		git_oid *ret_tree, struct rj_left_out *ret_left_out, size_t *ret_ignored,
		struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_free) git_odb *store = NULL;
	RJ_AUTO(rj_git_index_free) git_index *index = NULL;
	RJ_AUTO(rj_status_release) struct rj_status st = {0};
	int r = git_repository_odb(&store, into);

	if (r < 0)
		return rj_git_fail(err, r, "cannot open the object database");
	if (open_base(into, wt->base, &index, err) < 0 ||
	    rj_status_read_into(repo, wt, 0, store, &st, err) < 0)
		return -err->num;
	apply(index, store, &st, ret_left_out);
	r = git_index_write_tree_to(ret_tree, index, into);
	if (r < 0)
		return rj_git_fail(err, r, "cannot write the worktree's files as a tree");
	add_all(&ret_left_out->unfit, &st.nested, ret_left_out);
	add_all(&ret_left_out->unfit, &st.special, ret_left_out);
	add_all(&ret_left_out->unreadable, &st.unreadable, ret_left_out);
	*ret_ignored = st.ignored;
	return 0;
}
