/*
 * destroy - remove jails: worktree, private data, record, and the branch when nothing is lost
 *
 * The record goes last, so that an interrupted destroy can be run again.
 */
#include <stdio.h>

#include "applets/applet.h"
#include "applets/report.h"
#include "core/base/err.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"

struct destroy_args {
	bool force;
	bool delete_branch;
};

static const struct rj_opt destroy_opts[] = {
	RJ_FLAG('f', "force", struct destroy_args, force,
		"stop it if it runs, and throw away uncommitted work"),
	RJ_FLAG('\0', "delete-branch", struct destroy_args, delete_branch,
		"delete the branch too, even with commits that nothing else holds (with --force)"),
	RJ_STOP,
};

static void report(const char *name, const struct rj_destroy_result *r)
{
	if (r->sync_failed)
		rj_report_warning(&r->sync_err);
	(void)fputs("Destroyed jail ", stdout);
	rj_term_puts(stdout, name);
	(void)fputc('\n', stdout);
	if (r->repo_gone) {
		(void)fputs("  its repository is not there any more: ", stdout);
		rj_term_puts(stdout, r->repo);
		(void)fputs("\n  if it was moved, there are still in it: the branch ", stdout);
		rj_term_puts(stdout, r->branch);
		(void)fputs(",\n  what keeps its commits below refs/robojail, and a worktree entry "
			    "that "
			    "'git worktree prune' ends\n",
			    stdout);
	}
	if (!r->branch_kept)
		return;
	(void)fputs("  kept branch ", stdout);
	rj_term_puts(stdout, r->branch);
	(void)printf(": %zu commit%s that nothing else holds\n", r->unheld,
		     r->unheld == 1 ? "" : "s");
	rj_report_merge(stdout, "  merge it:   ", r->repo, r->branch);
	rj_report_git(stdout, "  or drop it: ", r->repo, "branch -D", r->branch);
}

static int destroy_run(struct rj_ctx *ctx, const void *p, char *const *names, struct rj_err *err)
{
	const struct destroy_args *args = p;
	unsigned flags = 0;

	if (args->force)
		flags |= RJ_DESTROY_FORCE;
	if (args->delete_branch)
		flags |= RJ_DESTROY_DELETE_BRANCH;
	for (; *names; names++) {
		struct rj_destroy_result r = {0};

		if (rj_jail_destroy(ctx, *names, flags, &r, err) < 0)
			return -err->num;
		report(*names, &r);
		rj_destroy_result_release(&r);
	}
	return 0;
}

const struct rj_applet rj_applet_destroy = {
	.name = "destroy",
	.alias = "rm",
	.summary = "remove a jail",
	.operands = "JAIL...",
	.min = 1,
	.max = RJ_MANY,
	.details =
		"Refuses while the jail runs, and when work would be lost: changes that are not "
		"committed, even if only the index has them, commits on other branches and stashes "
		"that only the jail has, and repositories of its own, as filled submodules are, "
		"which nobody looks into. Commits on the jail's branch are never lost: the branch "
		"stays as long as nothing else holds them, unless --delete-branch says otherwise. "
		"Several jails are removed in turn, up to the first that cannot be.",
	.example = "robojail destroy fix-login\n"
		   "robojail destroy --force --delete-branch failed-try",
	.opts = destroy_opts,
	.args_size = sizeof(struct destroy_args),
	.run = destroy_run,
};
