/*
 * attach - a session of the background on this terminal
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applets/applet.h"
#include "applets/report.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/attach.h"
#include "core/engine/store.h"

struct attach_args {
	int session;
	const char *key;
};

static const struct attach_args attach_defaults = {.key = "ctrl-\\"};

static const struct rj_opt attach_opts[] = {
	RJ_INT('s', "session", struct attach_args, session, "NUMBER", 1, INT_MAX,
	       "which one, as 'robojail ps' numbers them, when there are several"),
	RJ_STRING('k', "detach-key", struct attach_args, key, "KEY",
		  "leave by this key: ctrl-a to ctrl-z, ctrl-\\ ctrl-] ctrl-^ ctrl-_, or none"),
	RJ_STOP,
};

static int read_key(const char *text, char *ret, struct rj_err *err)
{
	const char c = strlen(text) == 6 ? text[5] : '\0';

	*ret = 0;
	if (!strcmp(text, "none"))
		return 0;
	if (!strncmp(text, "ctrl-", 5) && ((c >= 'a' && c <= 'z') || (c >= '\\' && c <= '_'))) {
		*ret = (char)(c & 0x1f);
		return 0;
	}
	return rj_opt_usage(err, "attach", "'%s' is no key to leave by", text);
}

static int attach_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct attach_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct rj_attach_result r;
	char key;

	if (read_key(args->key, &key, err) < 0 || rj_store_find(ctx, operands[0], &jail, err) < 0 ||
	    rj_session_attach(ctx, jail.name, args->session, key, &r, err) < 0)
		return -err->num;
	if (!r.ended) {
		(void)fputs("\nrobojail: detached; '", stderr);
		rj_report_attach(stderr, jail.name, args->session);
		(void)fputs("' comes back\n", stderr);
	}
	return r.ended && r.status >= 0 ? r.status : 0;
}

const struct rj_applet rj_applet_attach = {
	.name = "attach",
	.summary = "show a session of the background on this terminal",
	.operands = "JAIL",
	.min = 1,
	.max = 1,
	.details = "A session that was begun with 'robojail enter --detach' or 'robojail run "
		   "--detach' goes on without a terminal. This one becomes its terminal until the "
		   "command ends, which gives the exit status, or until you leave by ctrl-\\ "
		   "(--detach-key). Several terminals may show the same session.",
	.example = "robojail enter --detach fix-login\n"
		   "robojail attach fix-login",
	.opts = attach_opts,
	.args_size = sizeof(struct attach_args),
	.defaults = &attach_defaults,
	.passes_status = true,
	.run = attach_run,
};
