/*
 * lifecycle - what create and destroy share: the lock, finding, and the removal of what there is
 */
#include "core/engine/lifecycle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/home.h"
#include "core/engine/session.h"
#include "core/engine/store.h"
#include "core/engine/sync.h"
#include "core/git/adopt.h"
#include "core/git/private.h"
#include "core/sys/file.h"
#include "core/sys/names.h"

enum { RETRIES = 100 };

static int busy(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	pid_t pid = rj_session_running(ctx, name);

	if (pid > 0)
		rj_refuse(err, EBUSY, "jail '%s' is in use by process %d", name, pid);
	else
		rj_refuse(err, EBUSY, "jail '%s' is in use", name);
	return rj_hint(err,
		       "end it first: robojail stop %s; or throw it away: robojail destroy "
		       "--force %s",
		       name, name);
}

int rj_jail_lock(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = rj_ctx_private(ctx, name, NULL);
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, name, "lock");

	for (int i = 0;; i++) {
		struct stat held, now;
		int fd, rc;

		if (rj_mkdirs(dir, 0700, err) < 0)
			return -err->num;
		fd = rj_lock_open(path, err);
		if (fd < 0 && err->num == ENOENT && i < RETRIES)
			continue; /* destroyed between the two calls */
		if (fd < 0) {
			(void)rmdir(dir); /* unless there was more than what we just made */
			return fd;
		}
		rc = rj_lock_try(fd, RJ_LOCK_EXCLUSIVE, err);
		/* A lock on a file that was removed meanwhile is a lock on nothing. */
		if (rc == 0 && fstat(fd, &held) == 0 && stat(path, &now) == 0 &&
		    held.st_ino == now.st_ino && held.st_dev == now.st_dev)
			return fd;
		rj_close(&fd);
		if (rc == -EAGAIN)
			return busy(ctx, name, err);
		if (rc < 0)
			return rc;
	}
}

bool rj_jail_has_data(const struct rj_ctx *ctx, const char *name)
{
	RJ_AUTO(rj_free) char *dir = rj_ctx_private(ctx, name, NULL);
	RJ_AUTO(rj_close) int fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};
	const struct dirent *e;

	if (fd < 0)
		return errno != ENOENT;
	while ((e = rj_names_next(&names)))
		if (strcmp(e->d_name, "lock") != 0 && strcmp(e->d_name, "turn") != 0)
			return true;
	return false;
}

void rj_jail_unlock_unused(const struct rj_ctx *ctx, const char *name)
{
	RJ_AUTO(rj_free) char *dir = rj_ctx_private(ctx, name, NULL);
	RJ_AUTO(rj_free) char *lock = rj_ctx_private(ctx, name, "lock");
	RJ_AUTO(rj_free) char *turn = rj_ctx_private(ctx, name, "turn");

	if (rj_jail_has_data(ctx, name))
		return;
	(void)unlink(turn);
	(void)unlink(lock);
	(void)rmdir(dir);
}

static int remove_parts(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_repo *repo,
			bool with_branch, struct rj_err *err)
{
	const struct rj_worktree wt = rj_jail_worktree(jail);
	RJ_AUTO(rj_free) char *private = rj_ctx_private(ctx, jail->name, NULL);
	int rc;

	if (repo && jail->admin)
		rc = rj_worktree_remove(repo, &wt, err);
	else
		rc = rj_tree_remove(jail->worktree_path, err);
	if (rc == 0 && repo && with_branch)
		rc = rj_repo_delete_branch(repo, jail->branch, err);
	return rc < 0 ? rc : rj_tree_remove(private, err);
}

int rj_jail_remove(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_repo *repo,
		   bool with_branch, struct rj_err *err)
{
	struct rj_jail half = *jail;
	struct rj_err ignored;

	/* What a crash leaves now is no work that anybody should look for. A full disk has no room
	 * to say so, and gets some by what follows. */
	half.creating = true;
	if (!jail->creating && rj_store_update(ctx, &half, err) < 0 && err->num != ENOSPC &&
	    err->num != EDQUOT)
		return -err->num;
	if (remove_parts(ctx, jail, repo, with_branch, err) == 0)
		return rj_store_remove(ctx, jail->name, err);
	if (!jail->creating)
		(void)rj_store_update(ctx, jail, &ignored);
	return -err->num;
}

int rj_jail_make_home(const struct rj_ctx *ctx, const struct rj_jail *jail, char **ret_git,
		      struct rj_private *ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *home = rj_ctx_private(ctx, jail->name, "home");

	if (rj_home_make(home, err) < 0)
		return -err->num;
	*ret_git = rj_ctx_private(ctx, jail->name, "git");
	*ret = (struct rj_private){.dir = *ret_git};
	if (ctx->config.user == RJ_USER_SELF || jail->nested) {
		ret->uid = getuid();
		ret->gid = getgid();
	}
	return 0;
}

static bool lies_in(const char *dir, const char *path)
{
	RJ_AUTO(rj_free) char *real = realpath(dir, NULL);

	return real && rj_path_contains(real, path);
}

int rj_jail_open_repo(const struct rj_ctx *ctx, const char *path, struct rj_repo *ret,
		      struct rj_err *err)
{
	if (rj_repo_open(path, ret, err) < 0)
		return -err->num;
	if (!lies_in(ctx->dirs.jails, ret->common) && !lies_in(ctx->dirs.private, ret->common))
		return 0;
	rj_refuse(err, EPERM,
		  "the repository at %s lies inside a jail, and may be made to harm you",
		  ret->common);
	rj_repo_release(ret);
	return rj_hint(err, "leave that directory, or name the repository: --repo PATH");
}

int rj_jail_repo(const struct rj_jail *jail, struct rj_repo *ret, struct rj_err *err)
{
	if (rj_repo_open(jail->git_dir, ret, err) == 0) {
		rj_free(&ret->common);
		ret->common = rj_strdup(jail->git_dir);
		return 0;
	}
	if (!rj_is_gone(jail->git_dir))
		return -err->num;
	rj_refuse(err, ENOENT, "the main repository of jail '%s' is not there any more: %s",
		  jail->name, jail->git_dir);
	return rj_hint(err, RJ_REPO_MOVED);
}

/* G and the private home for a jail whose worktree is there. */
static int make_private(const struct rj_ctx *ctx, const struct rj_jail *jail,
			const struct rj_repo *repo, struct rj_err *err)
{
	const struct rj_worktree wt = rj_jail_worktree(jail);
	RJ_AUTO(rj_free) char *git = NULL;
	struct rj_private priv;

	if (rj_jail_make_home(ctx, jail, &git, &priv, err) < 0)
		return -err->num;
	return rj_private_create(repo, &wt, &priv, err);
}

int rj_jail_adopt(struct rj_ctx *ctx, struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_close) int lock = -1;
	char base[RJ_OID_HEX];

	if (jail->git_dir && jail->admin && jail->base)
		return 0;
	lock = rj_jail_lock(ctx, jail->name, err);
	if (lock < 0 || rj_repo_open(jail->repo_path, &repo, err) < 0 ||
	    rj_worktree_adopt(&repo, jail->worktree_path, jail->branch, &jail->admin, base, err) <
		    0)
		return rj_wrap(err, "cannot take over jail '%s' of RoboJail 0.1", jail->name);
	jail->git_dir = rj_strdup(repo.common);
	jail->base = rj_strdup(base);
	if (make_private(ctx, jail, &repo, err) < 0)
		return rj_wrap(err, "cannot take over jail '%s' of RoboJail 0.1", jail->name);
	return rj_store_update(ctx, jail, err);
}

int rj_jail_find(struct rj_ctx *ctx, const char *name, struct rj_jail *ret_jail, struct rj_err *err)
{
	struct rj_jail jail;

	if (rj_jail_check_name(name, err) < 0 || rj_store_find(ctx, name, &jail, err) < 0)
		return -err->num;
	if (jail.creating) {
		rj_refuse(err, EAGAIN, "jail '%s' is not complete", name);
		rj_hint(err,
			"if no 'robojail create' or 'destroy' is at work on it any more, remove "
			"what it left: robojail destroy %s",
			name);
	} else if (rj_jail_adopt(ctx, &jail, err) == 0) {
		*ret_jail = jail;
		return 0;
	}
	rj_jail_release(&jail);
	return -err->num;
}
