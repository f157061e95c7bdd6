/* ignore_user: the files of ignore rules that are the user's own, not the project's. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/ignore.h"
#include "core/git/repo.h"

static struct rj_ignore *load(const char *path, bool fold)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct stat st;
	char piece[16384];
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		rj_buf_add(&text, piece, (size_t)n);
		if (text.len > RJ_IGNORE_FILE_MAX)
			return NULL;
	}
	return n < 0 ? NULL : rj_ignore_new(rj_buf_str(&text), text.len, fold);
}

char *rj_ignore_user_path(const struct rj_repo *repo)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_git_buf_free) git_buf set = GIT_BUF_INIT;

	if (git_repository_config_snapshot(&config, repo->git) == 0 &&
	    git_config_get_path(&set, config, "core.excludesfile") == 0)
		return rj_path_absolute(repo->top, set.ptr);
	if (xdg && *xdg == '/')
		return rj_path_join(xdg, "git/ignore");
	return home && *home == '/' ? rj_path_join(home, ".config/git/ignore") : NULL;
}

int rj_ignore_user_load(const struct rj_repo *repo, struct rj_ignore_user *ret, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_free) char *exclude = rj_path_join(repo->common, "info/exclude");
	RJ_AUTO(rj_free) char *file = rj_ignore_user_path(repo);
	int fold = 0, rc;

	rc = git_repository_config_snapshot(&config, repo->git);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", repo->top);
	if (git_config_get_bool(&fold, config, "core.ignorecase") < 0)
		fold = 0;
	*ret = (struct rj_ignore_user){.exclude = load(exclude, fold),
				       .file = file ? load(file, fold) : NULL,
				       .fold = fold};
	return 0;
}

void rj_ignore_user_release(struct rj_ignore_user *u)
{
	rj_ignore_free(&u->exclude);
	rj_ignore_free(&u->file);
}
