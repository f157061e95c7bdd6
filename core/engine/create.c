/*
 * create - a new jail as one transaction; see lifecycle.h
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/home.h"
#include "core/engine/lifecycle.h"
#include "core/engine/program.h"
#include "core/engine/store.h"
#include "core/engine/sync.h"
#include "core/engine/view.h"
#include "core/git/private.h"
#include "core/git/privconf.h"
#include "core/git/remote.h"
#include "core/sys/file.h"

static int open_repo(const struct rj_ctx *ctx, const struct rj_create_args *args,
		     struct rj_repo *ret_repo, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *cwd = getcwd(NULL, 0);
	RJ_AUTO(rj_free) char *path = NULL;

	if (rj_remote_is_url(args->repo)) {
		if (rj_mkdirs(ctx->dirs.mirrors, 0700, err) < 0 ||
		    rj_remote_mirror(args->repo, ctx->dirs.mirrors, args->transfer_progress,
				     args->progress_arg, &path, err) < 0) {
			(void)rmdir(ctx->dirs.mirrors); /* unless it holds another one */
			return -err->num;
		}
	} else if (!strncmp(args->repo, "~/", 2)) {
		path = rj_path_absolute(ctx->dirs.home, args->repo + 2);
	} else {
		path = rj_path_absolute(cwd ? cwd : "/", args->repo);
	}
	return rj_jail_open_repo(ctx, path, ret_repo, err);
}

static int name_things(const struct rj_ctx *ctx, const struct rj_repo *repo, const char *name,
		       struct rj_jail *jail, struct rj_err *err)
{
	struct rj_buf b = {0};
	time_t now = time(NULL);
	char when[32];
	unsigned id;
	struct tm tm;

	if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return rj_fail(err, errno, "cannot get a random number");
	if (!gmtime_r(&now, &tm) || strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return rj_refuse(err, EINVAL, "the clock is off");
	rj_buf_printf(&b, "%08x", id);
	jail->id = rj_buf_take(&b);
	rj_buf_printf(&b, "%s-%s", name, jail->id);
	jail->admin = rj_buf_take(&b);
	rj_buf_printf(&b, "robojail/%s", jail->admin);
	jail->branch = rj_buf_take(&b);
	jail->name = rj_strdup(name);
	jail->repo_path = rj_strdup(repo->top);
	jail->git_dir = rj_strdup(repo->common);
	jail->worktree_path = rj_path_join(ctx->dirs.jails, name);
	jail->created_at = rj_strdup(when);
	return 0;
}

/* Nothing of a jail that is in no record is ours to remove, or to build on. */
static int refuse_strangers(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *w = rj_path_join(ctx->dirs.jails, name);
	RJ_AUTO(rj_free) char *private = rj_ctx_private(ctx, name, NULL);
	const char *what = private;

	if (!rj_is_gone(w))
		what = w;
	else if (!rj_jail_has_data(ctx, name))
		return 0;
	rj_refuse(err, EEXIST, "%s exists, and belongs to no jail", what);
	return rj_hint(err,
		       "take another name, or move it away; if a state file was moved away or "
		       "lost, its record of '%s' is there",
		       name);
}

/* What a create that was killed left under this name, if anything: 1 when that was removed, and
 * with it the lock, which is ours. */
static int clear_leftovers(struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail old = {0};
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_err why = {0};
	size_t unheld = 0;
	bool open;

	if (rj_store_find(ctx, name, &old, &why) < 0) {
		if (why.status == RJ_EXIT_NO_JAIL)
			return refuse_strangers(ctx, name, err);
		*err = why;
		return -err->num;
	}
	if (!old.creating)
		return rj_store_taken(name, err);
	open = rj_repo_open(old.git_dir ? old.git_dir : old.repo_path, &repo, &why) == 0;
	if (open && rj_repo_unheld(&repo, old.branch, &unheld, err) < 0)
		return -err->num;
	return rj_jail_remove(ctx, &old, open ? &repo : NULL, unheld == 0, err) < 0 ? -err->num : 1;
}

/* The lock of a name that is free; a descriptor. */
static int lock_free_name(struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	for (;;) {
		int lock = rj_jail_lock(ctx, name, err), left;

		if (lock < 0) {
			if (err->num == EBUSY)
				rj_hint(err, "take another name, or wait");
			return lock;
		}
		left = clear_leftovers(ctx, name, err);
		if (left == 0)
			return lock;
		rj_jail_unlock_unused(ctx, name);
		rj_close(&lock);
		if (left < 0)
			return left;
	}
}

/* A program that could not be shown is told now and not at the first start. */
static int find_needs(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_entrypoint *ret,
		      struct rj_err *err)
{
	RJ_AUTO(rj_view_release) struct rj_view view = {0};
	const struct rj_session_args args = {0};

	if (rj_project_load(ctx, jail, err) < 0 || rj_view_make(ctx, jail, &args, &view, err) < 0)
		return -err->num;
	if (ret) {
		*ret = view.entry;
		view.entry = (struct rj_entrypoint){0};
	}
	return 0;
}

/* Git asks for it in every repository, also in those that the jail makes for itself. */
static int give_identity(const struct rj_ctx *ctx, const struct rj_jail *jail,
			 const struct rj_repo *repo, bool *ret_unnamed, struct rj_err *err)
{
	bool named;
	RJ_AUTO(rj_free) char *home = rj_ctx_private(ctx, jail->name, "home");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (rj_private_identity(repo, &named, &text, err) < 0)
		return -err->num;
	if (ret_unnamed)
		*ret_unnamed = !named;
	return text.len ? rj_home_add(home, ".gitconfig", text.s, err) : 0;
}

static int build(struct rj_ctx *ctx, const struct rj_create_args *args, const struct rj_repo *repo,
		 struct rj_jail *jail, struct rj_err *err)
{
	struct rj_worktree wt = rj_jail_worktree(jail);
	RJ_AUTO(rj_free) char *git = NULL;
	struct rj_private priv;

	wt.notes = args->unlike_git;
	if (rj_jail_make_home(ctx, jail, &git, &priv, err) < 0 ||
	    rj_worktree_add(repo, &wt, &priv, args->checkout_progress, args->progress_arg, err) <
		    0 ||
	    rj_project_install(ctx, jail, repo, args->project, args->notes, err) < 0)
		return -err->num;
	if (give_identity(ctx, jail, repo, args->ret_unnamed, err) < 0)
		return -err->num;
	if (rj_agent_give_first(ctx, jail, args->ret_gifts, err) < 0)
		return -err->num;
	if (jail->entrypoint.n > 0 && find_needs(ctx, jail, args->ret_entry, err) < 0)
		return -err->num;
	jail->creating = false;
	return rj_store_update(ctx, jail, err);
}

static int undo(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_repo *repo,
		struct rj_err *err)
{
	struct rj_err second = {0};

	if (rj_jail_remove(ctx, jail, repo, true, &second) < 0)
		rj_hint(err, "and cleaning up failed (%s): robojail destroy --force %s", second.msg,
			jail->name);
	return -err->num;
}

static int create_locked(struct rj_ctx *ctx, const struct rj_create_args *args,
			 const struct rj_repo *repo, struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_close) int lock = lock_free_name(ctx, args->name, err);

	if (lock < 0)
		return lock;
	jail->creating = true;
	if (rj_store_add(ctx, jail, err) < 0) {
		rj_jail_unlock_unused(ctx, args->name);
		return -err->num;
	}
	if (build(ctx, args, repo, jail, err) < 0)
		return undo(ctx, jail, repo, err);
	return 0;
}

int rj_jail_create(struct rj_ctx *ctx, const struct rj_create_args *args, struct rj_jail *ret_jail,
		   struct rj_err *err)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	char base[RJ_OID_HEX];

	if (rj_jail_check_name(args->name, err) < 0 ||
	    (args->entrypoint &&
	     rj_program_resolve(args->entrypoint, ctx, &jail.entrypoint, err) < 0) ||
	    rj_agent_choose(ctx, args->agent, &jail.entrypoint, &jail.agent, err) < 0)
		return -err->num;
	if (open_repo(ctx, args, &repo, err) < 0 || rj_repo_commit(&repo, args->rev, base, err) < 0)
		return -err->num;
	if (!args->no_project && (rj_project_read(ctx, &repo, base, args->project, err) < 0 ||
				  rj_project_allow(args->project, &repo, base, err) < 0))
		return -err->num;
	jail.base = rj_strdup(base);
	jail.nested = args->nested || ctx->config.nested;
	if (name_things(ctx, &repo, args->name, &jail, err) < 0 ||
	    rj_mkdirs(ctx->dirs.jails, 0700, err) < 0 ||
	    create_locked(ctx, args, &repo, &jail, err) < 0)
		return -err->num;
	*ret_jail = jail;
	jail = (struct rj_jail){0};
	return 0;
}
