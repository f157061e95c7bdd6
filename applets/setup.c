/*
 * setup - run the setup command of a jail's project, inside
 */
#include "applets/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/report.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/engine/project.h"

int rj_setup_run(struct rj_ctx *ctx, const char *jail, const char *command, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *words = rj_strdup(command);
	char shell[] = "/bin/sh", flag[] = "-c";
	char *const argv[] = {shell, flag, words, NULL};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int rc;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return rj_fail(err, errno, "cannot open /dev/null");
	rj_close(&null);
	(void)fputs("\nSetup: ", stdout);
	rj_term_puts(stdout, command);
	(void)putchar('\n');
	(void)fflush(stdout);
	rc = rj_report_session(ctx, jail, &(struct rj_report_args){.argv = argv}, err);
	if (rc == 0) {
		(void)puts("Setup: done");
		return 0;
	}
	if (rc < 0)
		return rj_wrap(err, "jail '%s' is there, but its setup does not start", jail);
	rj_refuse(err, ECANCELED, "jail '%s' is there, but its setup ended with status %d", jail,
		  rc);
	return rj_hint(err, "see above for why; to try again: robojail setup %s", jail);
}

static int setup_run(struct rj_ctx *ctx, const void *args, char *const *operands,
		     struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};

	(void)args;
	if (rj_jail_find(ctx, operands[0], &jail, err) < 0 || rj_project_load(ctx, &jail, err) < 0)
		return -err->num;
	if (ctx->project.setup)
		return rj_setup_run(ctx, jail.name, ctx->project.setup, err);
	rj_refuse(err, ENOENT, "jail '%s' has no setup command", jail.name);
	return rj_hint(err, "one is setup = \"...\" below [project] of " RJ_PROJECT_FILE
			    " in the commit that a jail is made from");
}

const struct rj_applet rj_applet_setup = {
	.name = "setup",
	.summary = "run the project's setup command in a jail, again",
	.operands = "JAIL",
	.min = 1,
	.max = 1,
	.details = "The command is that of the .robojail.toml in the commit that the jail was made "
		   "from; 'robojail create' runs it once. It runs inside, as 'robojail run' would "
		   "run it, with its output shown. When it fails the jail stays as it is, and the "
		   "exit status is 1.",
	.example = "robojail create fix-login --no-setup\nrobojail setup fix-login",
	.run = setup_run,
};
