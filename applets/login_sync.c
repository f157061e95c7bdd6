/*
 * login-sync - a login that was refreshed in a jail, back to the user: shown, asked, written
 */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/ask.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/engine/login.h"

struct login_sync_args {
	bool yes;
};

static const struct rj_opt login_sync_opts[] = {
	RJ_FLAG('y', "yes", struct login_sync_args, yes, "do not ask; the differences are printed"),
	RJ_STOP,
};

static void show(const struct rj_agent_file *f, const struct rj_login *l)
{
	(void)fputs("~/", stdout);
	rj_term_puts(stdout, f->path);
	(void)puts(l->is_new ? ": you have no such file; the login was made inside" : ":");
	for (size_t i = 0; i < l->n; i++) {
		(void)fputs("  ", stdout);
		rj_term_puts(stdout, l->v[i].key);
		(void)fputs(": ", stdout);
		rj_term_puts(stdout, l->v[i].mine ? l->v[i].mine : "(none)");
		(void)fputs(" -> ", stdout);
		rj_term_puts(stdout, l->v[i].theirs);
		(void)putchar('\n');
	}
	for (size_t i = 0; i < l->left.n; i++) {
		(void)fputs("  left in the jail: ", stdout);
		rj_term_puts(stdout, l->left.v[i]);
		(void)putchar('\n');
	}
}

static bool is_wanted(const struct rj_login *l)
{
	(void)fputs("Write this to ", stdout);
	rj_term_puts(stdout, l->path);
	return rj_ask();
}

static int sync_one(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_agent_file *f,
		    bool yes, struct rj_err *err)
{
	RJ_AUTO(rj_login_release) struct rj_login login = {0};
	struct rj_err why = {0};
	int rc = rj_login_compare(ctx, jail->name, f, &login, &why);

	if (rc == -ENOENT && why.num == 0) {
		(void)printf("~/%s: the jail has none\n", f->path);
		return 0;
	}
	if (rc < 0) {
		*err = why;
		return rj_wrap(err, "~/%s", f->path);
	}
	if (login.n == 0) {
		(void)printf("~/%s: nothing new\n", f->path);
		return 0;
	}
	show(f, &login);
	if (!yes && !isatty(STDIN_FILENO)) {
		rj_refuse(err, EINVAL, "nothing is written without your word");
		return rj_hint(err, "run it on a terminal, or with --yes");
	}
	if (!yes && !is_wanted(&login)) {
		(void)puts("Not written");
		return 0;
	}
	if (rj_login_write(ctx, jail->name, f, &login, err) < 0)
		return -err->num;
	(void)fputs("Written: ", stdout);
	rj_term_puts(stdout, login.path);
	(void)putchar('\n');
	return 0;
}

static int login_sync_run(struct rj_ctx *ctx, const void *p, char *const *operands,
			  struct rj_err *err)
{
	const struct login_sync_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_agent_release) struct rj_agent agent = {0};
	size_t logins = 0;

	if (rj_jail_find(ctx, operands[0], &jail, err) < 0)
		return -err->num;
	if (!jail.agent) {
		rj_refuse(err, ENOENT, "jail '%s' has no agent preset, so no login", jail.name);
		return rj_hint(err, "make it with --agent: robojail agents lists the presets");
	}
	if (rj_agent_load(ctx, jail.agent, &agent, err) < 0)
		return -err->num;
	for (size_t i = 0; i < agent.n_files; i++) {
		if (agent.files[i].kind != RJ_AGENT_LOGIN)
			continue;
		logins++;
		if (sync_one(ctx, &jail, &agent.files[i], args->yes, err) < 0)
			return -err->num;
	}
	if (logins == 0)
		(void)puts("This agent has no login file");
	return 0;
}

const struct rj_applet rj_applet_login_sync = {
	.name = "login-sync",
	.summary = "bring a login that was refreshed in a jail back to yours",
	.operands = "JAIL",
	.min = 1,
	.max = 1,
	.details =
		"Agents replace their tokens from time to time, and the old ones may end with "
		"that. "
		"For each login file of the jail's agent, this shows what is other in the jail's "
		"copy, key by key, with secrets cut, and asks whether to write it to your own. "
		"Only the keys that 'robojail agents PRESET' marks can come back, and only text, "
		"numbers and the like; everything else of your file stays. Settings never come "
		"back.\n\n"
		"What is in the jail was written by the agent: a login there may be a stranger's. "
		"Say yes when you expect a change, and look whose account it is afterwards.",
	.example = "robojail login-sync fix-login",
	.opts = login_sync_opts,
	.args_size = sizeof(struct login_sync_args),
	.run = login_sync_run,
};
