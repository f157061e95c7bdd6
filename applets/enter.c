/*
 * enter - the jail's entrypoint, or a shell, on a terminal of its own
 */
#include "applets/applet.h"
#include "applets/report.h"

struct enter_args {
	const char *user;
	bool allow_host_proc;
	bool as_started;
	bool detach;
	bool record, no_record;
};

static const char *const users[] = {"root", "self", NULL};

static const struct rj_opt enter_opts[] = {
	RJ_CHOICE('u', "user", struct enter_args, user, users,
		  "who to be inside: root in name only, or your own name and number"),
	RJ_FLAG('d', "detach", struct enter_args, detach,
		"in the background, on a terminal of its own that 'robojail attach' shows"),
	RJ_FLAG('\0', "record", struct enter_args, record,
		"record what the session's terminal shows, for 'robojail log --replay'"),
	RJ_FLAG('\0', "no-record", struct enter_args, no_record,
		"do not, whatever the configuration says"),
	RJ_FLAG('\0', "as-started", struct enter_args, as_started,
		"join a running jail although the configuration has changed since it started"),
	RJ_FLAG('\0', "allow-host-proc", struct enter_args, allow_host_proc,
		"weaker: where the kernel refuses a fresh /proc, show the outer one read-only"),
	RJ_STOP,
};

static int enter_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct enter_args *args = p;

	enum rj_record record;

	if (rj_report_record(args->record, args->no_record, "enter", &record, err) < 0)
		return -err->num;
	return rj_report_session(ctx, operands[0],
				 &(struct rj_report_args){.user = args->user,
							  .host_proc = args->allow_host_proc,
							  .as_started = args->as_started,
							  .record = record,
							  .detach = args->detach,
							  .tell = true},
				 err);
}

const struct rj_applet rj_applet_enter = {
	.name = "enter",
	.alias = "shell",
	.summary = "start a jail's entrypoint, or a shell in it",
	.operands = "JAIL",
	.min = 1,
	.max = 1,
	.details =
		"Runs the entrypoint that the jail was created with, or else default_shell of the "
		"configuration. Leave it as you leave any shell; the session, and all it "
		"started, then ends. In a jail that runs already it joins what is there, and the "
		"jail ends with its last session. Exit statuses are those of 'robojail run'.",
	.example = "robojail enter fix-login\n"
		   "robojail enter --detach fix-login",
	.opts = enter_opts,
	.args_size = sizeof(struct enter_args),
	.passes_status = true,
	.run = enter_run,
};
