/*
 * create - a new jail: a branch, a worktree on it, and a private git directory
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"

struct create_args {
	const char *name;
	const char *repo;
	const char *branch;
	const char *entrypoint;
	bool nested;
};

static const struct rj_opt create_opts[] = {
	RJ_STRING('n', "name", struct create_args, name, "NAME",
		  "name of the jail; the same as the operand"),
	RJ_STRING('r', "repo", struct create_args, repo, "PATH",
		  "repository: a path in it, or an https URL (default: where you stand)"),
	RJ_STRING('b', "branch", struct create_args, branch, "REV",
		  "branch, tag or commit to begin from (default: HEAD)"),
	RJ_STRING('e', "entrypoint", struct create_args, entrypoint, "COMMAND-LINE",
		  "what 'robojail enter' starts, for example \"claude --continue\""),
	RJ_FLAG('\0', "nested", struct create_args, nested,
		"let programs inside make user namespaces, as browsers' and agents' own sandboxes "
		"do (see 'nested' in the configuration for what is lost)"),
	RJ_STOP,
};

/* One line that counts, on a terminal, when it takes longer than half a second. */
struct progress {
	const char *what;
	struct timespec start;
	bool shown;
};

static bool is_late(const struct progress *p)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return false;
	return (now.tv_sec - p->start.tv_sec) * 1000 + (now.tv_nsec - p->start.tv_nsec) / 1000000 >
	       500;
}

static void show(struct progress *p, const char *what, size_t done, size_t total)
{
	if (!isatty(STDERR_FILENO) || (!p->shown && !is_late(p)))
		return;
	p->shown = true;
	(void)fprintf(stderr, "\r%s: %zu of %zu\033[K", what, done, total);
	(void)fflush(stderr);
}

static void show_checkout(void *arg, size_t done, size_t total)
{
	show(arg, "writing files", done, total);
}

static void show_transfer(void *arg, size_t done, size_t total)
{
	show(arg, "receiving objects", done, total);
}

static void report(const struct rj_jail *jail)
{
	(void)fputs("Created jail ", stdout);
	rj_term_puts(stdout, jail->name);
	(void)fputs("\n  worktree  ", stdout);
	rj_term_puts(stdout, jail->worktree_path);
	(void)fputs("\n  branch    ", stdout);
	rj_term_puts(stdout, jail->branch);
	(void)printf("  from %.12s\n", jail->base);
	if (jail->nested)
		(void)puts(
			"  nested    programs inside may make user namespaces: the kernel's code "
			"behind them is\n            in reach, and Landlock does not guard files a "
			"second time");
	(void)printf("\nNext: robojail enter %s\n", jail->name);
}

static int create_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct create_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct progress progress = {0};
	const struct rj_create_args create = {
		.name = operands[0] ? operands[0] : args->name,
		.repo = args->repo ? args->repo : ".",
		.rev = args->branch,
		.entrypoint = args->entrypoint,
		.nested = args->nested,
		.checkout_progress = show_checkout,
		.transfer_progress = show_transfer,
		.progress_arg = &progress,
	};
	int rc;

	if (!create.name)
		return rj_opt_usage(err, "create", "a name is missing");
	if (operands[0] && args->name && strcmp(operands[0], args->name) != 0)
		return rj_opt_usage(err, "create", "two names are given: '%s' and '%s'",
				    operands[0], args->name);
	(void)clock_gettime(CLOCK_MONOTONIC, &progress.start);
	rc = rj_jail_create(ctx, &create, &jail, err);
	if (progress.shown)
		(void)fputs("\r\033[K", stderr);
	if (rc < 0)
		return rc;
	report(&jail);
	return 0;
}

const struct rj_applet rj_applet_create = {
	.name = "create",
	.alias = "new",
	.summary = "make a jail: a new branch in a worktree of its own",
	.operands = "[NAME]",
	.min = 0,
	.max = 1,
	.details =
		"Makes the branch robojail/NAME-<8 hex> and a linked worktree on it below "
		"$XDG_DATA_HOME/robojail/jails, as 'git worktree add' does, and a private git "
		"directory for the agent. The main repository is not changed otherwise. When "
		"anything fails, nothing is left behind.\n\n"
		"A URL is cloned into a bare mirror in the data directory, which is kept, and "
		"fetched again at the next use.\n\n"
		"The entrypoint is split into words as a shell does. Its program is looked up on "
		"PATH now; one that lies outside the system directories is shown in the jail, "
		"alone and read-only.",
	.example =
		"robojail create fix-login\n"
		"robojail create --name docs --repo ~/src/site --branch v2 --entrypoint \"claude\"",
	.opts = create_opts,
	.args_size = sizeof(struct create_args),
	.run = create_run,
};
