/* remote: mirrors of repositories that are given as a URL; made in one step, kept, fetched. */
#include "core/git/remote.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/remotefetch.h"
#include "core/sys/file.h"

/* Which URL a mirror is of. Users may change remote.origin.url, to push by ssh for example. */
static const char mirror_key[] = "robojail.mirrorof";

struct mirror {
	struct rj_remote_fetch fetch;
	const char *dir; /* mirrors_dir */
	char *path;	 /* dir/NAME.git */
	char *temp;	 /* dir/.NAME.git.part, a clone under way */
	char *lock_path; /* dir/.NAME.git.lock */
};

static void release(struct mirror *m)
{
	rj_free(&m->path);
	rj_free(&m->temp);
	rj_free(&m->lock_path);
}

static char *hidden(const char *dir, const char *name, const char *suffix)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s/.%s.%s", dir, name, suffix);
	return rj_buf_take(&b);
}

/* Whoever fails to clone removes the lock file again, so the one we waited for may be gone. */
static int take_lock(const char *path, struct rj_err *err)
{
	for (;;) {
		RJ_AUTO(rj_close) int fd = rj_lock_open(path, err);
		struct stat ours, there;
		int ret = fd;

		if (fd < 0)
			return fd;
		if (rj_lock_wait(fd, RJ_LOCK_EXCLUSIVE, err) < 0)
			return rj_wrap(err, "lock file %s", path);
		if (fstat(fd, &ours) < 0)
			return rj_fail(err, errno, "cannot stat lock file %s", path);
		if (stat(path, &there) < 0 || ours.st_ino != there.st_ino ||
		    ours.st_dev != there.st_dev)
			continue;
		fd = -1;
		return ret;
	}
}

static int configure(git_repository *git, const char *url, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	int rc = git_repository_config(&config, git);

	if (rc == 0)
		rc = git_config_set_string(config, mirror_key, url);
	/* For the user's own git: `git fetch` and `git push` in the mirror. */
	if (rc == 0)
		rc = git_config_set_string(config, "remote.origin.url", url);
	if (rc == 0)
		rc = git_config_set_string(config, "remote.origin.fetch",
					   "+refs/heads/*:refs/remotes/origin/*");
	return rc < 0 ? rj_git_fail(err, rc, "cannot configure %s", git_repository_path(git)) : 0;
}

static int fill(const struct mirror *m, struct rj_err *err)
{
	RJ_AUTO(rj_git_repo_free) git_repository *git = NULL;
	git_repository_init_options opts = {
		.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION,
		.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT |
			 GIT_REPOSITORY_INIT_MKDIR,
		.initial_head = "main",
	};
	int rc = git_repository_init_ext(&git, m->temp, &opts);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot make %s", m->temp);
	rc = configure(git, m->fetch.from->url, err);
	return rc < 0 ? rc : rj_remote_fetch(git, &m->fetch, err);
}

static int clone_mirror(const struct mirror *m, struct rj_err *err)
{
	struct rj_err second;
	int rc = fill(m, err);

	if (rc == 0 && rename(m->temp, m->path) < 0)
		rc = rj_fail(err, errno, "cannot rename %s to %s", m->temp, m->path);
	if (rc == 0)
		return rj_sync_path(m->dir, err);
	/* What cannot be removed now is removed by the next clone. */
	(void)rj_tree_remove(m->temp, &second);
	(void)unlink(m->lock_path);
	return rc;
}

/* Is the repository at m->path the mirror of this very URL? */
static int check_mirror(const struct mirror *m, git_repository *git, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_git_buf_free) git_buf url = {0};
	int rc = git_repository_config(&config, git);

	if (rc == 0)
		rc = git_config_get_string_buf(&url, config, mirror_key);
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return rj_git_fail(err, rc, "cannot read the configuration of %s", m->path);
	if (rc == 0 && !strcmp(url.ptr, m->fetch.from->url))
		return 0;
	rj_refuse(err, EEXIST, "%s exists, and is not a mirror of %s", m->path, m->fetch.from->url);
	return rj_hint(err, "move it away, if no jail was made from it; or clone the URL yourself "
			    "and give the path: git clone URL DIR; robojail create --repo DIR");
}

/* Packs of fetches that were killed. Whoever else writes packs here names them otherwise. */
static void sweep_packs(const char *mirror)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(mirror, "objects/pack");
	DIR *dir = opendir(path);
	const struct dirent *e;

	if (!dir)
		return;
	while ((e = readdir(dir)))
		if (!strncmp(e->d_name, "pack_git2_", strlen("pack_git2_")))
			(void)unlinkat(dirfd(dir), e->d_name, 0);
	(void)closedir(dir);
}

static int fetch_mirror(const struct mirror *m, struct rj_err *err)
{
	RJ_AUTO(rj_git_repo_free) git_repository *git = NULL;
	char hint[sizeof(err->hint)];
	int rc = rj_repo_open_git_dir(m->path, &git);

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot open the mirror %s", m->path);
	rc = check_mirror(m, git, err);
	if (rc < 0)
		return rc;
	sweep_packs(m->path);
	if (rj_remote_fetch(git, &m->fetch, err) == 0)
		return 0;
	(void)snprintf(hint, sizeof(hint), "%s", err->hint);
	return rj_hint(err, "%s%sto go on with what was fetched before: --repo %s", hint,
		       *hint ? "; " : "", m->path);
}

int rj_remote_mirror(const char *url, const char *mirrors_dir, rj_progress_fn *progress, void *arg,
		     char **ret_path, struct rj_err *err)
{
	RJ_AUTO(rj_remote_url_release) struct rj_remote_url from = {0};
	RJ_AUTO(rj_cabundle_release) struct rj_cabundle ca = {0};
	RJ_AUTO(release) struct mirror m = {.dir = mirrors_dir};
	RJ_AUTO(rj_close) int lock = -1;
	int rc;

	if (rj_remote_url_parse(url, &from, err) < 0 || rj_git_init(err) < 0 ||
	    rj_cabundle_use(&ca, err) < 0)
		return -err->num;
	m.fetch = (struct rj_remote_fetch){&from, &ca, progress, arg};
	m.path = rj_path_join(mirrors_dir, from.name);
	m.temp = hidden(mirrors_dir, from.name, "part");
	m.lock_path = hidden(mirrors_dir, from.name, "lock");
	lock = take_lock(m.lock_path, err);
	if (lock < 0)
		return lock;
	rc = rj_tree_remove(m.temp, err);
	if (rc == 0)
		rc = access(m.path, F_OK) == 0 ? fetch_mirror(&m, err) : clone_mirror(&m, err);
	if (rc < 0)
		return rc;
	*ret_path = m.path;
	m.path = NULL;
	return 0;
}
