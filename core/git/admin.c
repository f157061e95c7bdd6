/* admin: the main repository's directory of a linked worktree. */
#include "core/git/admin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/gitconf.h"
#include "core/git/giterr.h"
#include "core/git/refs.h"
#include "core/git/writenew.h"
#include "core/sys/file.h"

/* Of the worktree's own configuration a new worktree must not inherit where the other one lies, nor
 * that it is sparse: a jail has all files. */
static const char *const not_inherited[] = {"core.bare", "core.worktree", "core.sparsecheckout",
					    "core.sparsecheckoutcone", "index.sparse"};

char *rj_admin_dir(const struct rj_repo *repo, const struct rj_worktree *wt)
{
	RJ_AUTO(rj_free) char *all = rj_path_join(repo->common, "worktrees");

	return rj_path_join(all, wt->admin);
}

char *rj_admin_file(const struct rj_repo *repo, const struct rj_worktree *wt, const char *name)
{
	RJ_AUTO(rj_free) char *dir = rj_admin_dir(repo, wt);

	return rj_path_join(dir, name);
}

char *rj_admin_pointer(const struct rj_repo *repo, const struct rj_worktree *wt)
{
	RJ_AUTO(rj_free) char *dir = rj_admin_dir(repo, wt);
	struct rj_buf b = {0};

	rj_buf_printf(&b, "gitdir: %s\n", dir);
	return rj_buf_take(&b);
}

int rj_admin_check(const struct rj_worktree *wt, struct rj_err *err)
{
	const char *name = wt->admin;

	if (!name || !*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return rj_refuse(err, EINVAL, "'%s' cannot name a worktree", name ? name : "");
	return 0;
}

/* W/.git, with the directory that W lies in resolved as git does it. malloc'd. */
static char *dot_git_of(const struct rj_worktree *wt)
{
	RJ_AUTO(rj_free) char *parent = rj_path_parent(wt->path);
	RJ_AUTO(rj_free) char *real = realpath(parent, NULL);
	RJ_AUTO(rj_free)
	char *path = real ? rj_path_join(real, rj_path_base(wt->path)) : rj_strdup(wt->path);

	return rj_path_join(path, ".git");
}

static int write_new(const char *dir, const char *name, const char *text, struct rj_err *err)
{
	return rj_write_new(dir, name, text, strlen(text), err);
}

/* Does the user want reflogs? git keeps them in worktrees unless told not to. */
static bool wants_log(git_repository *git)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	int on = 1;

	if (git_repository_config_snapshot(&config, git) == 0 &&
	    git_config_get_bool(&on, config, "core.logallrefupdates") < 0)
		on = 1; /* unset, or "always" */
	return on != 0;
}

static int write_log(const char *dir, const struct rj_repo *repo, const struct rj_worktree *wt,
		     struct rj_err *err)
{
	RJ_AUTO(rj_free) char *logs = rj_path_join(dir, "logs");
	RJ_AUTO(rj_buf_release) struct rj_buf line = {0};

	if (!wants_log(repo->git))
		return 0;
	if (rj_ref_log_line(repo, wt->base, "", &line, err) < 0)
		return -err->num;
	if (mkdir(logs, 0777) < 0)
		return rj_fail(err, errno, "cannot make directory %s", logs);
	return write_new(logs, "HEAD", line.s, err);
}

static bool inherited(const char *name)
{
	for (size_t i = 0; i < RJ_COUNT(not_inherited); i++)
		if (!strcasecmp(name, not_inherited[i]))
			return false;
	return true;
}

/* extensions.worktreeConfig: a new worktree starts with the settings of the one it is made from. */
static int copy_config(const char *dir, const struct rj_repo *repo, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_free) git_config *all = NULL;
	RJ_AUTO(rj_git_config_free) git_config *own = NULL;
	RJ_AUTO(rj_git_config_iter_free) git_config_iterator *it = NULL;
	RJ_AUTO(rj_gitconf_release) struct rj_gitconf conf = {0};
	RJ_AUTO(rj_free) char *from = rj_path_join(repo->dir, "config.worktree");
	git_config_entry *e;
	int on = 0;
	int rc;

	if (git_repository_config_snapshot(&all, repo->git) < 0 ||
	    git_config_get_bool(&on, all, "extensions.worktreeconfig") < 0 || !on ||
	    access(from, F_OK) < 0)
		return 0;
	rc = git_config_open_ondisk(&own, from);
	if (rc == 0)
		rc = git_config_iterator_new(&it, own);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read %s", from);
	while (git_config_next(&e, it) == 0)
		if (inherited(e->name))
			rj_gitconf_add(&conf, e->name, e->value ? e->value : "true");
	return conf.text.len ? write_new(dir, "config.worktree", conf.text.s, err) : 0;
}

static int fill(const char *dir, const struct rj_repo *repo, const struct rj_worktree *wt,
		struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dot_git = dot_git_of(wt);
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int rc = write_new(dir, "locked", "initializing", err);

	rj_buf_printf(&text, "%s\n", dot_git);
	if (rc == 0)
		rc = write_new(dir, "gitdir", text.s, err);
	if (rc == 0)
		rc = write_new(dir, "commondir", "../..\n", err);
	text.len = 0;
	rj_buf_printf(&text, "ref: refs/heads/%s\n", wt->branch);
	if (rc == 0)
		rc = write_new(dir, "HEAD", text.s, err);
	if (rc == 0)
		rc = write_log(dir, repo, wt, err);
	if (rc == 0)
		rc = copy_config(dir, repo, err);
	return rc;
}

int rj_admin_create(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *all = rj_path_join(repo->common, "worktrees");
	RJ_AUTO(rj_free) char *dir = rj_admin_dir(repo, wt);
	struct rj_err ignored;
	int made, rc;

	/* Another process that removes the last worktree may take the directory away in between. */
	for (int i = 0; i < 3; i++) {
		if (mkdir(all, 0777) < 0 && errno != EEXIST)
			return rj_fail(err, errno, "cannot make directory %s", all);
		made = mkdir(dir, 0777);
		if (made == 0 || errno != ENOENT)
			break;
	}
	if (made < 0 && errno == EEXIST)
		return rj_refuse(err, EEXIST, "repository %s has a worktree '%s' already",
				 repo->top, wt->admin);
	if (made < 0)
		return rj_fail(err, errno, "cannot make directory %s", dir);
	rc = fill(dir, repo, wt, err);
	if (rc < 0) {
		(void)rj_tree_remove(dir, &ignored);
		(void)rmdir(all);
	}
	return rc;
}

int rj_admin_unlock(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_admin_file(repo, wt, "locked");

	if (unlink(path) < 0 && errno != ENOENT)
		return rj_fail(err, errno, "cannot remove %s", path);
	return 0;
}

static const char made_name[] = "robojail-made";

int rj_admin_mark_made(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = rj_admin_dir(repo, wt);
	struct timespec now;
	char text[64];

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return rj_fail(err, errno, "cannot read the clock");
	(void)snprintf(text, sizeof(text), "%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
	return write_new(dir, made_name, text, err);
}

void rj_admin_made(const struct rj_repo *repo, const struct rj_worktree *wt, struct timespec *made)
{
	RJ_AUTO(rj_free) char *path = rj_admin_file(repo, wt, made_name);
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err ignored;
	char *end;

	*made = (struct timespec){0};
	if (rj_file_read(AT_FDCWD, path, 64, &text, &ignored) < 0)
		return;
	made->tv_sec = strtoll(rj_buf_str(&text), &end, 10);
	made->tv_nsec = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
}

/* git may have pruned our directory, and given the name to a worktree of the user's own. */
static int is_foreign(const struct rj_repo *repo, const struct rj_worktree *wt, bool *ret,
		      struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_admin_file(repo, wt, "gitdir");
	RJ_AUTO(rj_free) char *dot_git = dot_git_of(wt);
	RJ_AUTO(rj_free) char *as_given = rj_path_join(wt->path, ".git");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	*ret = false;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (rj_file_read(AT_FDCWD, path, 64 << 10, &text, err) < 0)
		return -err->num;
	if (text.len == 0)
		return 0; /* torn by a power cut while it was made */
	text.s[strcspn(text.s, "\n")] = '\0';
	*ret = strcmp(text.s, dot_git) != 0 && strcmp(text.s, as_given) != 0;
	return 0;
}

int rj_admin_remove(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *all = rj_path_join(repo->common, "worktrees");
	RJ_AUTO(rj_free) char *dir = rj_admin_dir(repo, wt);
	bool foreign;
	int rc = is_foreign(repo, wt, &foreign, err);

	if (rc < 0 || foreign)
		return rc;
	rc = rj_tree_remove(dir, err);
	if (rc == 0)
		(void)rmdir(all); /* the last one out, as git does it */
	return rc;
}
