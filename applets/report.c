/* report - what several commands say in the same words */
#include "applets/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/engine/program.h"
#include "core/engine/session.h"
#include "core/sys/probe.h"

void rj_report_warning(const struct rj_err *err)
{
	(void)fputs("robojail: warning: ", stderr);
	rj_term_puts(stderr, err->msg);
	if (err->hint[0]) {
		(void)fputs("\n  hint: ", stderr);
		rj_term_puts(stderr, err->hint);
	}
	(void)fputc('\n', stderr);
}

void rj_report_import(const struct rj_import_result *import, const char *branch)
{
	if (!import->moved)
		return;
	(void)fprintf(stderr, "robojail: %llu new commit%s on branch ",
		      (unsigned long long)import->commits, import->commits == 1 ? "" : "s");
	rj_term_puts(stderr, branch);
	(void)fputs(import->rewritten ? " (rewritten; the old tip is in its reflog)\n" : "\n",
		    stderr);
}

/* Only where it is allowed and nothing better can be had: EPERM is the kernel's refusal. */
static bool use_outer_proc(bool allowed)
{
	if (!allowed || rj_probe_proc() != EPERM)
		return false;
	(void)fputs("robojail: warning: the kernel refuses this jail a /proc of its own, so it is "
		    "shown the outer one, read-only, as allow_host_proc allows\n"
		    "  lost: what runs in it can see which processes run outside, their arguments, "
		    "mounts,\n  connections and resource use (not their memory, environment and "
		    "files), and the process\n  numbers in /proc are not those that ps, kill and "
		    "getpid know inside\n",
		    stderr);
	return true;
}

/* An agent that updated itself may have moved. What it is in the record stays. */
static void find_again(const struct rj_ctx *ctx, struct rj_jail *jail)
{
	char *found = jail->entrypoint.n > 0 ? rj_program_again(ctx, jail->entrypoint.v[0]) : NULL;

	if (!found)
		return;
	(void)fputs("robojail: warning: the entrypoint ", stderr);
	rj_term_puts(stderr, jail->entrypoint.v[0]);
	(void)fputs(" is gone; your PATH has ", stderr);
	rj_term_puts(stderr, found);
	(void)fputs(" now, which is started instead\n", stderr);
	rj_free(&jail->entrypoint.v[0]);
	jail->entrypoint.v[0] = found;
}

int rj_report_session(struct rj_ctx *ctx, const char *name, char *const *argv, const char *user,
		      bool host_proc, bool tell, struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct rj_session_args args = {.argv = argv, .user = user};
	struct rj_session_result result = {0};
	int status;

	if (rj_jail_find(ctx, name, &jail, err) < 0)
		return -err->num;
	if (!argv)
		find_again(ctx, &jail);
	args.outer_proc = use_outer_proc(host_proc || ctx->config.allow_host_proc);
	if (rj_session_run(ctx, &jail, &args, &result, err) < 0)
		return -err->num;
	if (result.restored)
		(void)fputs("robojail: warning: the worktree's .git file had been changed, and was "
			    "put back\n",
			    stderr);
	if (result.guarded)
		(void)fputs("robojail: warning: the jail was ended: something in it got round the "
			    "kernel's lock on the worktree's .git file and changed it; it was put "
			    "back\n",
			    stderr);
	for (size_t i = 0; i < result.hits_n; i++)
		rj_report_warning(&result.hits[i]);
	if (result.sync_failed)
		rj_report_warning(&result.sync_err);
	if (result.synced && tell)
		rj_report_import(&result.import, jail.branch);
	status = result.status;
	rj_session_result_release(&result);
	return status;
}
