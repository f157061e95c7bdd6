/*
 * export - write everything of a jail into one git bundle, so that nothing need ever be lost
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/bundle.h"
#include "core/engine/lifecycle.h"

struct export_args {
	bool force;
	bool thin;
};

static const struct rj_opt export_opts[] = {
	RJ_FLAG('f', "force", struct export_args, force, "replace FILE if it is there"),
	RJ_FLAG('\0', "thin", struct export_args, thin,
		"leave out what the main repository has: smaller, but no use without it"),
	RJ_STOP,
};

static void say(const char *text)
{
	rj_term_puts(stderr, text);
}

static void report_left_out(const char *why, const struct rj_strv *paths)
{
	for (size_t i = 0; i < paths->n; i++) {
		(void)fprintf(stderr, "robojail: warning: not in it, since %s: ", why);
		say(paths->v[i]);
		(void)fputc('\n', stderr);
	}
}

static void report(const char *name, const char *path, const struct rj_bundle_result *r)
{
	say("robojail: wrote jail ");
	say(name);
	say(" to ");
	say(path ? path : "standard output");
	(void)fprintf(stderr, "%s:\n",
		      r->thin ? " (thin: the main repository is needed to read it)" : "");
	for (size_t i = 0; i < r->refs.n; i++) {
		say("  ");
		say(r->refs.v[i]);
		if (!strcmp(r->refs.v[i], RJ_BUNDLE_UNCOMMITTED))
			say("  (files that are not committed)");
		(void)fputc('\n', stderr);
	}
	if (r->no_worktree)
		(void)fputs("robojail: warning: the worktree is gone, so no uncommitted files are "
			    "in it\n",
			    stderr);
	report_left_out("no commit may hold it", &r->left_out.unfit);
	report_left_out("it cannot be read", &r->left_out.unreadable);
	report_left_out("it is larger than 2000 MiB", &r->left_out.large);
	if (r->refs_left_out)
		(void)fprintf(stderr, "robojail: warning: %llu damaged refs are not in it\n",
			      (unsigned long long)r->refs_left_out);
	if (r->ignored)
		(void)fprintf(stderr, "robojail: %zu ignored %s not in it\n", r->ignored,
			      r->ignored == 1 ? "file or directory is"
					      : "files or directories are");
}

static int export_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct export_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct rj_bundle_result result = {0};
	const struct rj_bundle_file file = {
		.path = strcmp(operands[1], "-") != 0 ? operands[1] : NULL,
		.replace = args->force,
		.flags = args->thin ? RJ_BUNDLE_THIN : 0,
	};

	if (!*operands[1])
		return rj_opt_usage(err, "export", "the file's name is empty");
	if (rj_jail_find(ctx, operands[0], &jail, err) < 0)
		return -err->num;
	if (!file.path && isatty(STDOUT_FILENO)) {
		rj_refuse(err, EINVAL, "a bundle is no text for a terminal");
		return rj_hint(err, "name a file, or redirect standard output");
	}
	if (rj_session_bundle(ctx, &jail, &file, &result, err) < 0)
		return -err->num;
	report(jail.name, file.path, &result);
	rj_bundle_result_release(&result);
	return 0;
}

const struct rj_applet rj_applet_export = {
	.name = "export",
	.summary = "write everything of a jail into one git bundle",
	.operands = "JAIL FILE",
	.min = 2,
	.max = 2,
	.details =
		"The bundle holds HEAD, all branches and tags that the jail made, its stash, and, "
		"as "
		"the commit refs/robojail/uncommitted, the files of the worktree that are not "
		"committed; ignored files are not in it. 'git clone', 'git fetch' and 'git bundle "
		"verify' read it. Entries of the stash behind the newest are "
		"refs/robojail/stash/1 and on. FILE - is standard output. The jail may run "
		"meanwhile, and nothing in it or in the main repository changes.",
	.example = "robojail export fix-login fix-login.bundle\n"
		   "git fetch fix-login.bundle 'refs/*:refs/robojail/fix-login/*'",
	.opts = export_opts,
	.args_size = sizeof(struct export_args),
	.run = export_run,
};
