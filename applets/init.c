/*
 * init - PID 1 of a PID namespace: starts a command, reaps everything, forwards signals
 *
 * The very loop that is PID 1 of each jail (core/engine/reaper.h), as a command for containers that
 * come without an init of their own.
 */
#include <unistd.h>

#include "applets/applet.h"
#include "core/engine/reaper.h"

static int init_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct rj_reaper r = {.argv = operands,
				    .envp = environ,
				    .report = -1,
				    .control = -1,
				    .watch = -1,
				    .listen = -1};

	(void)ctx;
	(void)p;
	return rj_reaper_run(&r, err);
}

const struct rj_applet rj_applet_init = {
	.name = "init",
	.summary = "start a command as the first process of a PID namespace",
	.operands = "-- COMMAND [ARG...]",
	.min = 1,
	.max = RJ_MANY,
	.command_at = 0,
	.details = "Internal: the first process of each jail. Reaps every process that loses its "
		   "parent, forwards signals to the command, and ends with the command's status.",
	.example = "robojail init -- make test",
	.hidden = true,
	.no_ctx = true,
	.passes_status = true,
	.run = init_run,
};
