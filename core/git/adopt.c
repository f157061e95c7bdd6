#include "core/git/adopt.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/sys/file.h"

/* Does <common>/worktrees/<name>/gitdir say `pointer`? */
static bool names(const char *worktrees, const char *name, const char *pointer)
{
	RJ_AUTO(rj_free) char *dir = rj_path_join(worktrees, name);
	RJ_AUTO(rj_free) char *file = rj_path_join(dir, "gitdir");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err none;

	if (rj_file_read(AT_FDCWD, file, PATH_MAX, &text, &none) < 0)
		return false;
	while (text.len > 0 && text.s[text.len - 1] == '\n')
		text.s[--text.len] = '\0';
	return !strcmp(rj_buf_str(&text), pointer);
}

static char *find_admin(const struct rj_repo *repo, const char *path)
{
	RJ_AUTO(rj_free) char *worktrees = rj_path_join(repo->common, "worktrees");
	RJ_AUTO(rj_free) char *pointer = rj_path_join(path, ".git");
	DIR *d = opendir(worktrees);
	const struct dirent *e;
	char *found = NULL;

	while (d && !found && (e = readdir(d)))
		if (e->d_name[0] != '.' && names(worktrees, e->d_name, pointer))
			found = rj_strdup(e->d_name);
	if (d)
		(void)closedir(d);
	return found;
}

static int find_base(const struct rj_repo *repo, const char *branch, char ret_base[RJ_OID_HEX],
		     struct rj_err *err)
{
	char head[RJ_OID_HEX], tip[RJ_OID_HEX];
	git_oid a, b, base;
	int rc;

	if (rj_repo_commit(repo, branch, tip, err) < 0 || rj_repo_commit(repo, NULL, head, err) < 0)
		return -err->num;
	rc = git_oid_fromstr(&a, tip);
	if (rc == 0)
		rc = git_oid_fromstr(&b, head);
	if (rc == 0)
		rc = git_merge_base(&base, repo->git, &a, &b);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot find where branch %s began", branch);
	(void)git_oid_tostr(ret_base, RJ_OID_HEX, &base);
	return 0;
}

int rj_worktree_adopt(const struct rj_repo *repo, const char *path, const char *branch,
		      char **ret_admin, char ret_base[RJ_OID_HEX], struct rj_err *err)
{
	RJ_AUTO(rj_free) char *admin = find_admin(repo, path);

	if (!admin)
		return rj_refuse(err, ENOENT, "repository %s has no worktree %s", repo->top, path);
	if (find_base(repo, branch, ret_base, err) < 0)
		return -err->num;
	*ret_admin = admin;
	admin = NULL;
	return 0;
}
