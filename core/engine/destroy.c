/*
 * destroy - the end of a jail, unless work would be lost with it; see lifecycle.h
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/lifecycle.h"
#include "core/engine/session.h"
#include "core/engine/store.h"
#include "core/engine/sync.h"
#include "core/git/adopt.h"
#include "core/git/status.h"
#include "core/sys/file.h"

enum { NAMED_MAX = 5 }; /* files that a message names */

/* A few of what only the worktree has: changes of the base, and what it still has of that where the
 * branch has something else. */
static void name_uncommitted(const struct rj_status *st, struct rj_strv *ret)
{
	const struct rj_strv *otherwise = &st->committed_otherwise;

	for (size_t i = 0; i < st->n && ret->n < NAMED_MAX; i++)
		if (!st->v[i].committed)
			rj_strv_add(ret, st->v[i].path);
	for (size_t i = 0; i < otherwise->n && ret->n < NAMED_MAX; i++)
		if (!rj_strv_has(ret, otherwise->v[i]))
			rj_strv_add(ret, otherwise->v[i]);
	for (size_t i = 0; i < st->unreadable.n && ret->n < NAMED_MAX; i++)
		if (!rj_strv_has(ret, st->unreadable.v[i]))
			rj_strv_add(ret, st->unreadable.v[i]);
}

/* A submodule that was filled, say: nobody looks into it (status.h), and git refuses as well. */
static int refuse_nested(const struct rj_jail *jail, const struct rj_strv *nested,
			 struct rj_err *err)
{
	if (!nested->n)
		return 0;
	rj_refuse(err, ENOTEMPTY,
		  "jail '%s' has repositories of its own, whose work is not looked at: %s%s",
		  jail->name, nested->v[0], nested->n > 1 ? ", ..." : "");
	return rj_hint(err, "push from inside what is worth it, or fetch it from there, then add "
			    "--force");
}

/* Changes that only the worktree has. */
static int refuse_uncommitted(const struct rj_jail *jail, const struct rj_repo *repo,
			      const struct rj_import_result *import, struct rj_err *err)
{
	struct rj_worktree wt = rj_jail_worktree(jail);
	RJ_AUTO(rj_status_release) struct rj_status st = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv named = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf names = {0};

	wt.head = import->head;
	if (rj_is_gone(jail->worktree_path))
		return 0;
	if (rj_status_read(repo, &wt, 0, &st, err) < 0)
		return rj_wrap(err, "cannot tell whether work would be lost");
	if (st.uncommitted == 0)
		return refuse_nested(jail, &st.nested, err);
	name_uncommitted(&st, &named);
	for (size_t i = 0; i < named.n; i++)
		rj_buf_printf(&names, "%s%s", i ? ", " : "", named.v[i]);
	rj_refuse(err, ENOTEMPTY, "jail '%s' has uncommitted work: %s%s (%zu in all)", jail->name,
		  rj_buf_str(&names), st.uncommitted > named.n ? ", ..." : "", st.uncommitted);
	return rj_hint(err,
		       "see 'robojail status --diff %s'; commit it inside, or throw it away with "
		       "--force",
		       jail->name);
}

/* Commits and stashes that only G has. */
static int refuse_others(const struct rj_jail *jail, const struct rj_import_result *import,
			 struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf names = {0};
	size_t named = 0;

	for (size_t i = 0; i < import->others_n; i++) {
		const struct rj_other_ref *o = &import->others[i];

		if (o->ahead == 0)
			continue;
		if (named++ < NAMED_MAX)
			rj_buf_printf(&names, "%s%llu on %s", named > 1 ? ", " : "",
				      (unsigned long long)o->ahead, rj_import_other_name(o));
	}
	if (!named && import->others_left_out) {
		rj_refuse(err, ENOTEMPTY, "jail '%s' has %llu refs that could not be looked at",
			  jail->name, (unsigned long long)import->others_left_out);
		return rj_hint(err, "inside: 'git for-each-ref' lists them, damaged ones and names "
				    "of over 1,024 bytes included; or --force");
	}
	if (!named)
		return 0;
	rj_refuse(err, ENOTEMPTY, "jail '%s' has commits that were not brought over: %s%s",
		  jail->name, rj_buf_str(&names), named > NAMED_MAX ? ", ..." : "");
	return rj_hint(err,
		       "keep them in a file (robojail export %s FILE), check them out inside, or "
		       "throw them away with --force",
		       jail->name);
}

/* What was added and is in no commit. Where its file differs as well, that is told of first. */
static int refuse_staged(const struct rj_jail *jail, const struct rj_import_result *import,
			 struct rj_err *err)
{
	if (!import->staged)
		return 0;
	rj_refuse(err, ENOTEMPTY,
		  "jail '%s' has staged work that is in no commit: %s (%llu in all)", jail->name,
		  import->staged_path, (unsigned long long)import->staged);
	return rj_hint(err, "'git status' inside shows it; commit it there, or throw it away with "
			    "--force");
}

/* The agent's last commits come to the branch; what cannot is not lost without --force. */
static int bring_over(struct rj_ctx *ctx, struct rj_jail *jail, struct rj_repo *repo, bool force,
		      struct rj_import_result *import, struct rj_destroy_result *r,
		      struct rj_err *err)
{
	int rc = rj_session_sync_now(ctx, jail, repo, !force, import, &r->sync_err);

	r->sync_failed = rc;
	if (rc == 0 || force)
		return 0;
	*err = r->sync_err;
	rj_wrap(err, "the agent's commits cannot be brought over, and would be lost");
	return rj_hint(err, "%s%sto throw them away: robojail destroy --force %s", r->sync_err.hint,
		       r->sync_err.hint[0] ? "; " : "", jail->name);
}

/* What a record of RoboJail 0.1 does not say. */
static int complete(struct rj_jail *jail, const struct rj_repo *repo, struct rj_err *err)
{
	char base[RJ_OID_HEX];

	if (jail->admin && jail->base)
		return 0;
	if (rj_worktree_adopt(repo, jail->worktree_path, jail->branch, &jail->admin, base, err) < 0)
		return -err->num;
	jail->base = rj_strdup(base);
	return 0;
}

/* Nor is it known whether the jail runs: its lock lies there, too. */
static int refuse_lost(const struct rj_jail *jail, const char *git, struct rj_err *err)
{
	rj_refuse(err, ENOENT,
		  "%s is not there, so nobody can tell what only jail '%s' had: stashes, other "
		  "branches",
		  git, jail->name);
	return rj_hint(err,
		       "its worktree is %s: was XDG_DATA_HOME another one when it was made? "
		       "To remove it as it is, add --force",
		       jail->worktree_path);
}

static int look_for_work(struct rj_ctx *ctx, struct rj_jail *jail, struct rj_repo *repo,
			 unsigned flags, struct rj_destroy_result *r, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *git = rj_ctx_private(ctx, jail->name, "git");
	RJ_AUTO(rj_import_result_release) struct rj_import_result import = {0};
	const bool force = flags & RJ_DESTROY_FORCE;
	struct rj_worktree wt;
	bool restored, old, lost;
	int rc;

	if (jail->creating)
		return 0;
	old = !jail->admin;
	rc = complete(jail, repo, err);
	if (rc < 0 && (force || rj_is_gone(jail->worktree_path)))
		return 0;
	if (rc < 0) {
		rj_wrap(err, "cannot tell whether work would be lost");
		return rj_hint(err, "look yourself, then add --force");
	}
	wt = rj_jail_worktree(jail);
	rc = rj_worktree_check(repo, &wt, &restored, err);
	if (rc < 0 && rc != -ENOENT && !force)
		return rc;
	lost = rj_is_gone(git);
	if (!lost && bring_over(ctx, jail, repo, force, &import, r, err) < 0)
		return -err->num;
	if (force)
		return 0;
	if (refuse_others(jail, &import, err) < 0 ||
	    refuse_uncommitted(jail, repo, &import, err) < 0 ||
	    refuse_staged(jail, &import, err) < 0)
		return -err->num;
	return lost && !old ? refuse_lost(jail, git, err) : 0;
}

static int settle_branch(const struct rj_jail *jail, const struct rj_repo *repo, unsigned flags,
			 struct rj_destroy_result *r, struct rj_err *err)
{
	if (rj_repo_unheld(repo, jail->branch, &r->unheld, err) < 0)
		return -err->num;
	r->branch_kept = r->unheld > 0 && !(flags & RJ_DESTROY_DELETE_BRANCH);
	if (r->unheld == 0 || r->branch_kept || (flags & RJ_DESTROY_FORCE))
		return 0;
	rj_refuse(err, ENOTEMPTY, "branch %s has %zu commit%s that nothing else holds",
		  jail->branch, r->unheld, r->unheld == 1 ? "" : "s");
	return rj_hint(err, "merge it first, leave --delete-branch out to keep it, or add --force");
}

/* Without its repository, which keeps what was made for the jail. */
static int destroy_alone(struct rj_ctx *ctx, struct rj_jail *jail, const char *where,
			 unsigned flags, struct rj_destroy_result *r, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *head = rj_path_join(where, "HEAD");

	if (!jail->git_dir || !rj_is_gone(jail->git_dir))
		rj_wrap(err, "the main repository of jail '%s' cannot be opened", jail->name);
	if (!jail->git_dir || rj_is_gone(head)) {
		r->repo_gone = true;
		if (flags & RJ_DESTROY_FORCE)
			return rj_jail_remove(ctx, jail, NULL, false, err);
		return rj_hint(
			err,
			RJ_REPO_MOVED
			"; or remove the jail with all its work: robojail destroy --force %s",
			jail->name);
	}
	return rj_hint(err,
		       "its worktree and branches are registered there, so try again when it can "
		       "be; to give it up, move %s away and add --force",
		       where);
}

static int destroy_locked(struct rj_ctx *ctx, struct rj_jail *jail, unsigned flags,
			  struct rj_destroy_result *r, struct rj_err *err)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	const char *where = jail->git_dir ? jail->git_dir : jail->repo_path;
	RJ_AUTO(rj_close) int turn = rj_sync_turn(ctx, jail, err); /* to the end */

	if (turn < 0 && turn != -ENOENT)
		return turn;
	if ((jail->git_dir ? rj_jail_repo(jail, &repo, err) : rj_repo_open(where, &repo, err)) < 0)
		return destroy_alone(ctx, jail, where, flags, r, err);
	if (look_for_work(ctx, jail, &repo, flags, r, err) < 0 ||
	    settle_branch(jail, &repo, flags, r, err) < 0)
		return -err->num;
	return rj_jail_remove(ctx, jail, &repo, !r->branch_kept, err);
}

/* The record once more, with the lock held: somebody may have destroyed the jail meanwhile, and
 * made another one of its name. */
static int find_still(struct rj_ctx *ctx, const struct rj_jail *seen, struct rj_jail *ret,
		      struct rj_err *err)
{
	if (rj_store_find(ctx, seen->name, ret, err) < 0)
		return -err->num;
	if (!strcmp(ret->id ? ret->id : "", seen->id ? seen->id : ""))
		return 0;
	rj_refuse(err, EAGAIN, "jail '%s' was destroyed, and another one made, meanwhile",
		  seen->name);
	return rj_hint(err, "see 'robojail list'");
}

int rj_jail_destroy(struct rj_ctx *ctx, const char *name, unsigned flags,
		    struct rj_destroy_result *ret, struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail seen = {0}, jail = {0};
	RJ_AUTO(rj_close) int lock = -1;
	struct rj_destroy_result r = {0};

	if (rj_jail_check_name(name, err) < 0 || rj_store_find(ctx, name, &seen, err) < 0)
		return -err->num;
	if ((flags & RJ_DESTROY_FORCE) && rj_session_stop(ctx, name, RJ_STOP_MS, err) < 0)
		return -err->num;
	lock = rj_jail_lock(ctx, name, err);
	if (lock < 0)
		return lock;
	if (find_still(ctx, &seen, &jail, err) < 0 ||
	    destroy_locked(ctx, &jail, flags, &r, err) < 0) {
		rj_jail_unlock_unused(ctx, name);
		return -err->num;
	}
	r.branch = rj_strdup(jail.branch);
	r.repo = rj_strdup(jail.repo_path);
	*ret = r;
	return 0;
}

void rj_destroy_result_release(struct rj_destroy_result *r)
{
	rj_free(&r->branch);
	rj_free(&r->repo);
}
