#include "core/git/importindex.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/indexout.h"

enum {
	TRIES = 5,
};

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static bool is_locked(const char *path)
{
	RJ_AUTO(rj_free) char *lock = NULL;
	struct rj_buf b = {0};
	struct stat st;

	rj_buf_printf(&b, "%s.lock", path);
	lock = rj_buf_take(&b);
	return lstat(lock, &st) == 0;
}

/* An index in a form that libgit2 has not (a split or sparse one) is made anew. Nothing is lost:
 * all entries are about to be replaced. */
static int open_index(git_index **ret, const char *path)
{
	if (git_index_open(ret, path) == 0)
		return 0;
	return unlink(path) < 0 ? GIT_ERROR : git_index_open(ret, path);
}

/* 1 when somebody else wrote the index meanwhile. */
static int reset(const struct rj_repo *repo, const char *path, const git_oid *commit,
		 struct rj_err *err)
{
	RJ_AUTO(rj_git_index_free) git_index *index = NULL;
	RJ_AUTO(rj_git_commit_free) git_commit *c = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	struct stat before = {0}, after = {0};
	int r;

	(void)stat(path, &before);
	r = git_commit_lookup(&c, repo->git, commit);
	if (r == 0)
		r = git_commit_tree(&tree, c);
	if (r == 0)
		r = open_index(&index, path);
	if (r == 0)
		r = git_index_read_tree(index, tree);
	if (r < 0)
		return rj_git_fail(err, r, "cannot read it");
	(void)stat(path, &after);
	if (!same(&before, &after))
		return 1;
	rj_index_close_gitlinks(index);
	r = git_index_write(index);
	return r < 0 ? rj_git_fail(err, r, "cannot write it") : 0;
}

void rj_importindex_reset(const struct rj_repo *repo, const struct rj_worktree *wt,
			  const git_oid *commit, char **ret_note)
{
	RJ_AUTO(rj_free) char *path = NULL;
	struct rj_buf b = {0}, note = {0};
	struct rj_err err = {.num = EBUSY, .msg = "it keeps changing"};
	int r = 1;

	*ret_note = NULL;
	rj_buf_printf(&b, "%s/worktrees/%s/index", repo->common, wt->admin);
	path = rj_buf_take(&b);
	if (is_locked(path)) {
		rj_buf_printf(&note, "another git has %s.lock", path);
		*ret_note = rj_buf_take(&note);
		return;
	}
	for (int i = 0; r > 0 && i < TRIES; i++)
		r = reset(repo, path, commit, &err);
	if (r) {
		rj_buf_printf(&note, "the index %s stays as it was: %s", path, err.msg);
		*ret_note = rj_buf_take(&note);
	}
}
