#include "core/git/importindex.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/admin.h"
#include "core/git/auto.h"
#include "core/git/checkoutlist.h"
#include "core/git/giterr.h"
#include "core/git/gitlock.h"
#include "core/git/hostindex_raw.h"
#include "core/git/indexout.h"
#include "core/git/treefmt.h"

/* The tree of `commit`. */
static int tree_of(const struct rj_repo *repo, const git_oid *commit, git_oid *ret,
		   struct rj_err *err)
{
	RJ_AUTO(rj_git_commit_free) git_commit *c = NULL;
	int r = git_commit_lookup(&c, repo->git, commit);

	if (r < 0)
		return rj_git_fail(err, r, "cannot read it");
	*ret = *git_commit_tree_id(c);
	return 0;
}

/* Git looks at a file again whose time is that of the index or later, and would not any more when
 * the index is newer. */
static bool is_racy(const struct rj_hostindex *old, const struct rj_index_entry *e)
{
	const struct timespec *at = &old->file.st_mtim;
	const uint32_t sec = rj_index_u32(e->raw + RJ_INDEX_MTIME);

	return sec > (uint32_t)at->tv_sec ||
	       (sec == (uint32_t)at->tv_sec &&
		rj_index_u32(e->raw + RJ_INDEX_MTIME + 4) >= (uint32_t)at->tv_nsec);
}

static bool is_same(const struct rj_index_entry *e, const struct rj_checkout_file *f)
{
	git_oid id;

	rj_index_id(e, &id);
	return !e->staged && !e->intended && rj_index_mode(e) == f->mode &&
	       git_oid_equal(&id, &f->id);
}

/* What the old index says of files that are the same. */
static void take_over(const struct rj_hostindex *old, const struct rj_checkout_list *list)
{
	static const struct stat unknown;
	size_t k = 0;

	for (size_t i = 0; i < list->n; i++) {
		struct rj_checkout_file *f = &list->v[i];
		const struct rj_index_entry *e = NULL;
		int c = 1;

		while (k < old->n && (c = strcmp(old->v[k].path, f->path)) < 0)
			k++;
		if (k < old->n && c == 0 && is_same(&old->v[k], f))
			e = &old->v[k];
		f->assumed = e && e->assumed;
		if (e && !is_racy(old, e))
			memcpy(f->stat, e->raw, sizeof(f->stat));
		else
			rj_indexfile_stat(f->stat, &unknown, f->mode);
	}
}

/* Beside, then in place: what is left of the lock when we are killed must say that it is ours. */
static int replace(const struct rj_checkout_list *list, const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *fresh = NULL;
	struct rj_buf b = {0};
	int r;

	rj_buf_printf(&b, "%s.new", path);
	fresh = rj_buf_take(&b);
	(void)unlink(fresh);
	r = rj_checkout_list_index(list, fresh, NULL, err);
	if (r == 0 && rename(fresh, path) < 0)
		r = rj_fail(err, errno, "cannot put %s in place", path);
	if (r < 0)
		(void)unlink(fresh);
	return r;
}

/* 0, -EBUSY when another git has the lock, -ENOTSUP for a tree with names that only libgit2 takes.
 */
static int reset(const struct rj_repo *repo, const char *path, const git_oid *tree,
		 struct rj_err *err)
{
	RJ_AUTO(rj_free) char *objects = rj_path_join(repo->common, "objects");
	RJ_AUTO(rj_packs_free) struct rj_packs *packs = rj_packs_open(objects);
	RJ_AUTO(rj_checkout_list_release) struct rj_checkout_list list = {0};
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex old = {0};
	RJ_AUTO(rj_gitlock_release) struct rj_gitlock lock = RJ_GITLOCK_INIT;
	struct rj_err none;

	if (rj_checkout_list(repo, packs, tree, &list, err) < 0)
		return -ENOTSUP;
	if (rj_gitlock_try(path, &lock, err) < 0)
		return -err->num;
	/* without it, as when it is a split or sparse one, all files are looked at again */
	(void)rj_hostindex_load(path, &old, &none);
	take_over(&old, &list);
	return replace(&list, path, err);
}

/* The same by libgit2. An index in a form that it has not (a split or sparse one) is made anew.
 * Nothing is lost: all entries are about to be replaced. */
static int reset_odd(const struct rj_repo *repo, const char *path, const git_oid *id,
		     struct rj_err *err)
{
	RJ_AUTO(rj_git_index_free) git_index *index = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	int r = git_tree_lookup(&tree, repo->git, id);

	if (r == 0 && git_index_open(&index, path) < 0)
		r = unlink(path) < 0 ? GIT_ERROR : git_index_open(&index, path);
	if (r == 0)
		r = git_index_read_tree(index, tree);
	if (r < 0)
		return rj_git_fail(err, r, "cannot read it");
	rj_index_close_gitlinks(index);
	r = git_index_write(index);
	return r < 0 ? rj_git_fail(err, r, "cannot write it") : 0;
}

void rj_importindex_reset(const struct rj_repo *repo, const struct rj_worktree *wt,
			  const git_oid *commit, char **ret_note)
{
	RJ_AUTO(rj_free) char *path = rj_admin_file(repo, wt, "index");
	struct rj_buf note = {0};
	struct rj_err err;
	git_oid tree;
	int r;

	*ret_note = NULL;
	r = tree_of(repo, commit, &tree, &err);
	if (r == 0)
		r = reset(repo, path, &tree, &err);
	if (r == -ENOTSUP)
		r = reset_odd(repo, path, &tree, &err);
	if (r == -EBUSY)
		rj_buf_printf(&note,
			      "the index stays as it was, for another git has %s.lock: if none "
			      "runs, remove that file",
			      path);
	else if (r)
		rj_buf_printf(&note, "the index %s stays as it was: %s", path, err.msg);
	if (r)
		*ret_note = rj_buf_take(&note);
}
