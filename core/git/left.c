#include "core/git/left.h"

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/pins.h"

enum { LEFT_MAX = 10000 };

static int walk(git_repository *git, const struct rj_oidset *tips, struct rj_oidset *ret)
{
	static const char *const holders[] = {"refs/heads/*", "refs/tags/*", "refs/remotes/*"};
	RJ_AUTO(rj_git_revwalk_free) git_revwalk *walk = NULL;
	git_oid id;
	int r = git_revwalk_new(&walk, git);

	for (size_t i = 0; r == 0 && i < tips->n; i++)
		r = git_revwalk_push(walk, &tips->v[i]);
	for (size_t i = 0; r == 0 && i < RJ_COUNT(holders); i++)
		r = git_revwalk_hide_glob(walk, holders[i]);
	while (r == 0 && ret->n < LEFT_MAX) {
		r = git_revwalk_next(&id, walk);
		if (r == 0)
			(void)rj_oidset_add(ret, &id);
	}
	return r == GIT_ITEROVER ? 0 : r;
}

int rj_left_find(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_oidset *ret,
		 struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};
	RJ_AUTO(rj_oidset_release) struct rj_oidset tips = {0};
	git_oid id;

	if (rj_pins_left(repo->common, wt->admin, &names, err) < 0)
		return -err->num;
	for (size_t i = 0; i < names.n; i++)
		if (git_oid_fromstr(&id, names.v[i]) == 0)
			(void)rj_oidset_add(&tips, &id);
	if (tips.n == 0 || walk(repo->git, &tips, ret) == 0)
		return 0;
	/* a ref of main that leads nowhere, or worse: then nobody can tell what it holds */
	for (size_t i = 0; i < tips.n; i++)
		(void)rj_oidset_add(ret, &tips.v[i]);
	return 0;
}

void rj_left_settle(const struct rj_repo *repo, const struct rj_oidset *left,
		    struct rj_import_result *import)
{
	git_oid tip, id;

	if (left->n == 0 || git_oid_fromstr(&tip, import->tip) < 0)
		return;
	for (size_t i = 0; i < import->others_n; i++) {
		struct rj_other_ref *o = &import->others[i];

		if (git_oid_fromstr(&id, o->oid) == 0 && rj_oidset_has(left, &id) &&
		    (git_oid_equal(&id, &tip) ||
		     git_graph_descendant_of(repo->git, &tip, &id) == 1))
			o->ahead = 0;
	}
}
