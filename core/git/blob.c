#include "core/git/blob.h"

#include <errno.h>

#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

/* The entry of `path`; GIT_ENOTFOUND when there is none. */
static int find(const struct rj_repo *repo, const char *commit, const char *path,
		git_tree_entry **ret)
{
	RJ_AUTO(rj_git_commit_free) git_commit *c = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	git_oid id;
	int r = git_oid_fromstr(&id, commit);

	if (r == 0)
		r = git_commit_lookup(&c, repo->git, &id);
	if (r == 0)
		r = git_commit_tree(&tree, c);
	if (r < 0)
		return r == GIT_ENOTFOUND ? GIT_ERROR : r;
	return git_tree_entry_bypath(ret, tree, path);
}

int rj_blob_read(const struct rj_repo *repo, const char *commit, const char *path, size_t max,
		 struct rj_buf *ret_text, struct rj_err *err)
{
	RJ_AUTO(rj_git_tree_entry_free) git_tree_entry *e = NULL;
	RJ_AUTO(rj_git_odb_free) git_odb *odb = NULL;
	RJ_AUTO(rj_git_blob_free) git_blob *blob = NULL;
	git_object_t type;
	size_t size;
	int r;

	if (rj_git_init(err) < 0)
		return -err->num;
	r = find(repo, commit, path, &e);
	if (r == GIT_ENOTFOUND)
		return 0;
	if (r < 0)
		return rj_git_fail(err, r, "cannot look for %s in commit %.12s", path, commit);
	if (git_tree_entry_type(e) != GIT_OBJECT_BLOB ||
	    git_tree_entry_filemode(e) == GIT_FILEMODE_LINK)
		return rj_refuse(err, EINVAL, "%s of commit %.12s is no regular file", path,
				 commit);
	/* its size, before it is in memory */
	r = git_repository_odb(&odb, repo->git);
	if (r == 0)
		r = git_odb_read_header(&size, &type, odb, git_tree_entry_id(e));
	if (r == 0 && size > max)
		return rj_refuse(err, EFBIG, "%s of commit %.12s is larger than %zu KiB", path,
				 commit, max >> 10);
	if (r == 0)
		r = git_blob_lookup(&blob, repo->git, git_tree_entry_id(e));
	if (r < 0)
		return rj_git_fail(err, r, "cannot read %s of commit %.12s", path, commit);
	rj_buf_add(ret_text, git_blob_rawcontent(blob), (size_t)git_blob_rawsize(blob));
	return 1;
}

bool rj_blob_has(const struct rj_repo *repo, const char *commit, const char *path)
{
	RJ_AUTO(rj_git_tree_entry_free) git_tree_entry *e = NULL;
	struct rj_err none;

	if (rj_git_init(&none) < 0 || find(repo, commit, path, &e) < 0)
		return false;
	return git_tree_entry_type(e) == GIT_OBJECT_BLOB ||
	       git_tree_entry_type(e) == GIT_OBJECT_TREE;
}
