/*
 * run - one command in a jail, with its input, output and exit status passed through
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "applets/applet.h"
#include "applets/report.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/describe.h"
#include "core/engine/lifecycle.h"
#include "core/engine/session.h"

struct run_args {
	const char *user;
	bool allow_host_proc;
	bool as_started;
	bool detach;
	bool record, no_record;
	bool dry_run;
};

static const char *const users[] = {"root", "self", NULL};

static const struct rj_opt run_opts[] = {
	RJ_CHOICE('u', "user", struct run_args, user, users,
		  "who to be inside: root in name only, or your own name and number"),
	RJ_FLAG('d', "detach", struct run_args, detach,
		"in the background, on a terminal of its own that 'robojail attach' shows"),
	RJ_FLAG('\0', "record", struct run_args, record,
		"record what the session's terminal shows, for 'robojail log --replay'"),
	RJ_FLAG('\0', "no-record", struct run_args, no_record,
		"do not, whatever the configuration says"),
	RJ_FLAG('\0', "as-started", struct run_args, as_started,
		"join a running jail although the configuration has changed since it started"),
	RJ_FLAG('\0', "allow-host-proc", struct run_args, allow_host_proc,
		"weaker: where the kernel refuses a fresh /proc, show the outer one read-only"),
	RJ_FLAG('\0', "dry-run", struct run_args, dry_run,
		"print what the jail would be made of, a fact a line, and run nothing"),
	RJ_STOP,
};

static int describe(struct rj_ctx *ctx, char *const *operands, const struct run_args *args,
		    struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct rj_session_args session = {.argv = operands + 1, .user = args->user};
	char *text = NULL;
	size_t len = 0;
	FILE *mem = open_memstream(&text, &len);
	int rc;

	if (!mem)
		return rj_fail(err, errno, "cannot print to memory");
	rc = rj_jail_find(ctx, operands[0], &jail, err);
	if (rc == 0) {
		session.outer_proc = rj_report_outer_proc(ctx, args->allow_host_proc);
		rc = rj_session_describe(ctx, &jail, &session, mem, err);
	}
	(void)fclose(mem);
	if (rc == 0)
		rj_term_write(stdout, text, len, RJ_TERM_NEWLINE);
	free(text);
	return rc;
}

static int run_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct run_args *args = p;

	enum rj_record record;

	if (rj_report_record(args->record, args->no_record, "run", &record, err) < 0)
		return -err->num;
	if (args->dry_run)
		return describe(ctx, operands, args, err);
	return rj_report_session(ctx, operands[0],
				 &(struct rj_report_args){.argv = operands + 1,
							  .user = args->user,
							  .host_proc = args->allow_host_proc,
							  .as_started = args->as_started,
							  .record = record,
							  .detach = args->detach},
				 err);
}

const struct rj_applet rj_applet_run = {
	.name = "run",
	.alias = "exec",
	.summary = "run one command in a jail",
	.operands = "JAIL -- COMMAND [ARG...]",
	.min = 2,
	.max = RJ_MANY,
	.command_at = 1,
	.details =
		"Standard input, output and error are passed through as they are; those that are "
		"terminals become a terminal of the jail's own. The exit status is the "
		"command's, or 128 and the number of the signal that ended it; 125 when the "
		"jail could not be made, 126 when the command cannot be executed, 127 when it is "
		"not there.\n\n"
		"When the command has ended, everything it left running in the jail is ended "
		"too, and the commits that it made are on the jail's branch of the main "
		"repository.\n\n"
		"In a jail that runs already the command joins: the same processes are seen, the "
		"same /tmp, the same network on loopback. The jail ends with the last command in "
		"it.",
	.example = "robojail run fix-login -- make test\n"
		   "robojail run --detach fix-login -- npm start\n"
		   "robojail run fix-login -- sh -c 'git add -A && git commit -m done'",
	.opts = run_opts,
	.args_size = sizeof(struct run_args),
	.passes_status = true,
	.run = run_run,
};
