/* checkout: the files of a commit into a fresh worktree, and the index that goes with them. */
#include "core/git/checkout.h"

#include <errno.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/attrs.h"
#include "core/git/auto.h"
#include "core/git/checkoutlist.h"
#include "core/git/checkoutwrite.h"
#include "core/git/giterr.h"
#include "core/git/treefmt.h"
#include "core/sys/pool.h"

enum {
	BACKDATE = 2,		     /* seconds; git compares whole ones */
	FILES_WORTH_A_THREAD = 1000, /* to write an index of */
};

struct indexes {
	const struct rj_checkout *co;
	const struct rj_checkout_list *list;
};

static int write_own(struct rj_private_draft *draft, const struct rj_checkout_list *list,
		     struct rj_err *err)
{
	const struct rj_index_owner owner = {.uid = draft->priv->uid, .gid = draft->priv->gid};
	RJ_AUTO(rj_free) char *path = rj_path_join(draft->dir, "index");
	int rc = rj_checkout_list_index(list, path, &owner, err);

	draft->has_index = rc == 0;
	return rc;
}

static int write_index(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	const struct indexes *x = arg;
	size_t which;
	int rc = 0;

	(void)worker;
	while (rc == 0 && rj_pool_take(pool, &which))
		rc = which == 0 ? rj_checkout_list_index(x->list, x->co->index, NULL, err)
				: write_own(x->co->draft, x->list, err);
	return rc;
}

/* Submodules are closed for the host alone, and what an odd tree asks for libgit2 finds out. */
static int write_indexes(struct indexes *x, struct rj_err *err)
{
	bool both = x->co->draft && !x->list->has_gitlinks && x->list->trees.len > 0;
	bool large = x->list->n >= FILES_WORTH_A_THREAD;

	return rj_pool_run(both ? 2 : 1, both && large ? rj_pool_size(2, 1) : 1, write_index, x,
			   err);
}

int rj_checkout_write(const struct rj_repo *repo, const struct rj_checkout *co,
		      rj_progress_fn *progress, void *arg, struct rj_err *err)
{
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	RJ_AUTO(rj_free) char *objects = rj_path_join(repo->common, "objects");
	RJ_AUTO(rj_packs_free) struct rj_packs *packs = rj_packs_open(objects);
	RJ_AUTO(rj_attrs_release) struct rj_attrs attrs = {0};
	RJ_AUTO(rj_checkout_list_release) struct rj_checkout_list list = {.attrs = &attrs};
	RJ_AUTO(rj_unencoded_release) struct rj_unencoded unencoded = RJ_UNENCODED_NONE;
	RJ_AUTO(rj_reflinks_release) struct rj_reflinks reflinks = RJ_REFLINKS_NONE;
	struct rj_checkout_job job = {
		.repo = repo,
		.packs = packs,
		.reflinks = &reflinks,
		.path = co->path,
		.draft = co->draft,
		.list = &list,
		.unencoded = &unencoded,
		.mtime = (int64_t)time(NULL) - BACKDATE,
		.progress = progress,
		.arg = arg,
	};
	git_oid id;
	int rc = rj_git_init(err);

	if (rc < 0)
		return rc;
	rc = git_oid_fromstr(&id, co->commit);
	if (rc == 0)
		rc = git_commit_lookup(&commit, repo->git, &id);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read commit %s of %s", co->commit, repo->top);
	rc = rj_attrs_open_whole(repo, &id, &attrs, err);
	if (rc == 0)
		rc = rj_checkout_list(repo, packs, git_commit_tree_id(commit), &list, err);
	if (rc == 0) {
		rj_reflinks_open(repo, co->path, &reflinks);
		rc = rj_checkout_files(&job, err);
	}
	if (rc < 0)
		return rj_wrap(err, "cannot write the files of %s", co->commit);
	if (co->notes)
		rj_unencoded_tell(&unencoded, co->notes);
	return write_indexes(&(struct indexes){.co = co, .list = &list}, err);
}
