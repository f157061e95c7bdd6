/*
 * sync - bring a jail's commits to its branch in the main repository now
 */
#include <stdio.h>

#include "applets/applet.h"
#include "applets/report.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/engine/sync.h"

static int sync_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_import_result import = {0};

	(void)p;
	if (rj_jail_find(ctx, operands[0], &jail, err) < 0 || rj_jail_repo(&jail, &repo, err) < 0 ||
	    rj_session_sync(ctx, &jail, &repo, &import, err) < 0)
		return -err->num;
	if (import.moved)
		rj_report_import(&import, jail.branch, true);
	else
		(void)fprintf(stderr, "robojail: branch %s is up to date\n", jail.branch);
	rj_report_left(&import);
	rj_report_aside(&import, "robojail: ", stderr);
	rj_import_result_release(&import);
	return 0;
}

const struct rj_applet rj_applet_sync = {
	.name = "sync",
	.summary = "bring a jail's commits to its branch now",
	.operands = "JAIL",
	.min = 1,
	.max = 1,
	.details = "This also happens at the end of each session, and with each status. It may be "
		   "done while the jail runs. What comes over is what HEAD inside leads to; while "
		   "that only looks at an older commit, or a rebase is under way, it is the branch "
		   "that was at work.",
	.example = "robojail sync fix-login",
	.run = sync_run,
};
