#include "core/git/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/sys/file.h"

static const char *const files[][2] = {
	{"README", "Made by robojail selftest.\n"},
	{"stable", "these bytes stay\n"},
	{"plain", "one line\n"},
};

static int write_files(const char *path, git_index *index, struct rj_err *err)
{
	for (size_t i = 0; i < RJ_COUNT(files); i++) {
		RJ_AUTO(rj_free) char *file = rj_path_join(path, files[i][0]);
		RJ_AUTO(rj_close)
		int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		int r = fd < 0 ? -errno : rj_write_all(fd, files[i][1], strlen(files[i][1]));

		if (r < 0)
			return rj_fail(err, -r, "cannot write %s", file);
		r = git_index_add_bypath(index, files[i][0]);
		if (r < 0)
			return rj_git_fail(err, r, "cannot add %s", file);
	}
	return 0;
}

int rj_sample_repo(const char *path, struct rj_err *err)
{
	git_repository_init_options how;
	RJ_AUTO(rj_git_repo_free) git_repository *repo = NULL;
	RJ_AUTO(rj_git_index_free) git_index *index = NULL;
	RJ_AUTO(rj_git_signature_free) git_signature *who = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	git_oid id;
	int r = rj_git_init(err);

	if (r < 0)
		return r;
	(void)git_repository_init_options_init(&how, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
	how.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
	how.initial_head = "main";
	r = git_repository_init_ext(&repo, path, &how);
	if (r == 0)
		r = git_repository_index(&index, repo);
	if (r == 0 && write_files(path, index, err) < 0)
		return -err->num;
	if (r == 0)
		r = git_index_write(index);
	if (r == 0)
		r = git_index_write_tree(&id, index);
	if (r == 0)
		r = git_tree_lookup(&tree, repo, &id);
	if (r == 0)
		r = git_signature_now(&who, "RoboJail", "robojail@localhost");
	if (r == 0)
		r = git_commit_create(&id, repo, "HEAD", who, who, NULL, "A sample\n", tree, 0,
				      NULL);
	return r < 0 ? rj_git_fail(err, r, "cannot make a repository in %s", path) : 0;
}
