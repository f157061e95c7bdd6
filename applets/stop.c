/*
 * stop - end all that runs in jails
 */
#include <stdio.h>
#include <stdlib.h>

#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/engine/session.h"
#include "core/engine/store.h"

struct stop_args {
	bool all;
	int time;
};

static const struct stop_args stop_defaults = {.time = RJ_STOP_MS / 1000};

static const struct rj_opt stop_opts[] = {
	RJ_FLAG('a', "all", struct stop_args, all, "every jail that runs"),
	RJ_INT('t', "time", struct stop_args, time, "SECONDS", 0, 3600,
	       "how long what runs there may take to end by itself (default 3)"),
	RJ_STOP,
};

/* 1 when it ran. */
static int stop_one(struct rj_ctx *ctx, const char *name, int ms, struct rj_err *err)
{
	if (rj_session_running(ctx, name) == 0)
		return 0;
	if (rj_session_stop(ctx, name, ms, err) < 0)
		return rj_wrap(err, "jail '%s' could not be stopped", name);
	(void)printf("%s stopped\n", name);
	return 1;
}

static int stop_all(struct rj_ctx *ctx, int ms, struct rj_err *err)
{
	RJ_AUTO(rj_free) struct rj_jail *jails = NULL;
	size_t n = 0, stopped = 0;
	int rc = 0;

	if (rj_store_list(ctx, &jails, &n, err) < 0)
		return -err->num;
	for (size_t i = 0; i < n; i++) {
		if (rc >= 0)
			rc = stop_one(ctx, jails[i].name, ms, err);
		stopped += rc > 0;
		rj_jail_release(&jails[i]);
	}
	if (rc < 0)
		return rc;
	if (stopped == 0)
		(void)puts("Nothing runs.");
	return 0;
}

static int stop_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct stop_args *args = p;
	const int ms = args->time * 1000;

	if (args->all && *operands)
		return rj_opt_usage(err, "stop", "--all and the names of jails exclude each other");
	if (!args->all && !*operands)
		return rj_opt_usage(err, "stop", "name jails, or give --all");
	if (args->all)
		return stop_all(ctx, ms, err);
	for (char *const *name = operands; *name; name++) {
		struct rj_jail jail = {0};
		int rc;

		if (rj_store_find(ctx, *name, &jail, err) < 0)
			return -err->num;
		rj_jail_release(&jail);
		rc = stop_one(ctx, *name, ms, err);
		if (rc < 0)
			return rc;
		if (rc == 0)
			(void)printf("%s does not run\n", *name);
	}
	return 0;
}

const struct rj_applet rj_applet_stop = {
	.name = "stop",
	.summary = "end all that runs in a jail",
	.operands = "[JAIL...]",
	.min = 0,
	.max = RJ_MANY,
	.details =
		"Every process in the jail gets SIGTERM, so that servers save their state; what is "
		"left after a third of --time gets SIGHUP, so that shells save their history; and "
		"after --time all is killed. "
		"The commits that were made are brought to the jail's branch, as at the end of "
		"each session. The jail itself stays, and can be entered again.",
	.example = "robojail stop fix-login\n"
		   "robojail stop --all --time 10",
	.opts = stop_opts,
	.args_size = sizeof(struct stop_args),
	.defaults = &stop_defaults,
	.run = stop_run,
};
