/*
 * create - a new jail: a branch, a worktree on it, and a private git directory
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/gifts.h"
#include "applets/report.h"
#include "applets/setup.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/git/remote.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

struct create_args {
	const char *name;
	const char *repo;
	const char *branch;
	const char *entrypoint;
	const char *agent;
	bool nested;
	bool check;
	bool no_project;
	bool no_setup;
};

static const struct rj_opt create_opts[] = {
	RJ_STRING('n', "name", struct create_args, name, "NAME",
		  "name of the jail; the same as the operand"),
	RJ_STRING('r', "repo", struct create_args, repo, "PATH",
		  "repository: a path in it, or an https URL (default: where you stand)"),
	RJ_STRING('b', "branch", struct create_args, branch, "REV",
		  "branch, tag or commit to begin from (default: HEAD)"),
	RJ_STRING('e', "entrypoint", struct create_args, entrypoint, "COMMAND-LINE",
		  "what 'robojail enter' starts, for example \"claude --verbose\""),
	RJ_STRING('\0', "agent", struct create_args, agent, "PRESET",
		  "what of yours the agent is given; 'none' for nothing (default: by the "
		  "entrypoint's name; see 'robojail agents')"),
	RJ_FLAG('\0', "nested", struct create_args, nested,
		"let programs inside make user namespaces, as browsers' and agents' own sandboxes "
		"do (see 'nested' in the configuration for what is lost)"),
	RJ_FLAG('\0', "check", struct create_args, check,
		"start the entrypoint with --version inside, to see whether it has all it needs"),
	RJ_FLAG('\0', "no-project", struct create_args, no_project,
		"leave the project's .robojail.toml alone"),
	RJ_FLAG('\0', "no-setup", struct create_args, no_setup,
		"do not run its setup now; 'robojail setup' does it later"),
	RJ_STOP,
};

enum { LATE_MS = 500 };

/* One line that counts, on a terminal, when it takes longer than half a second. */
struct progress {
	const char *what;
	int64_t start; /* rj_now_ms */
	bool shown;
};

static void show(struct progress *p, const char *what, size_t done, size_t total)
{
	if (!p->shown && rj_now_ms() - p->start <= LATE_MS)
		return;
	if (!isatty(STDERR_FILENO)) /* which is a system call */
		return;
	p->shown = true;
	(void)fprintf(stderr, "\r%s: %zu of %zu\033[K", what, done, total);
	(void)fflush(stderr);
}

static bool show_checkout(void *arg, size_t done, size_t total)
{
	show(arg, "writing files", done, total);
	return !rj_signals_came();
}

static bool show_transfer(void *arg, size_t done, size_t total)
{
	show(arg, "receiving objects", done, total);
	return !rj_signals_came();
}

/* What of the host is shown for the entrypoint's sake. Links give nothing away but their text. */
static void report_entry(const struct rj_jail *jail, const struct rj_entrypoint *entry)
{
	const struct rj_strv *const dirs[] = {&entry->first, &entry->last};

	if (jail->entrypoint.n == 0)
		return;
	(void)fputs("  entrypoint  ", stdout);
	rj_term_puts(stdout, jail->entrypoint.v[0]);
	(void)putchar('\n');
	for (size_t i = 0; i < entry->n; i++) {
		if (entry->v[i].kind == RJ_NEED_LINK)
			continue;
		(void)fputs("    shown inside, read-only: ", stdout);
		rj_term_puts(stdout, entry->v[i].path);
		(void)printf(" (%s)\n", entry->v[i].why);
	}
	for (size_t k = 0; k < RJ_COUNT(dirs); k++)
		for (size_t i = 0; i < dirs[k]->n; i++) {
			(void)fputs("    on PATH inside: ", stdout);
			rj_term_puts(stdout, dirs[k]->v[i]);
			(void)putchar('\n');
		}
}

/* The program alone, with no input, for a minute at most: one that knows no --version may wait for
 * somebody to talk to. */
static int check(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	char tool[] = "/usr/bin/timeout", limit[] = "60", version[] = "--version";
	char *const argv[] = {tool, limit, jail->entrypoint.v[0], version, NULL};
	bool has_tool = access(tool, X_OK) == 0;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int rc;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0)
		return rj_fail(err, errno, "cannot open /dev/null");
	rj_close(&null);
	(void)fputs("\nChecking: ", stdout);
	rj_term_puts(stdout, jail->entrypoint.v[0]);
	(void)puts(" --version");
	(void)fflush(stdout);
	rc = rj_report_session(
		ctx, jail->name,
		&(struct rj_report_args){.argv = argv + (has_tool ? 0 : 2), .record = RJ_RECORD_NO},
		err);
	if (rc == 0) {
		(void)puts("Checked: it runs inside");
		return 0;
	}
	if (rc < 0)
		return rj_wrap(err, "jail '%s' is made, but its entrypoint does not start",
			       jail->name);
	rj_refuse(err, ENOEXEC, "jail '%s' is made, but %s --version %s %d inside", jail->name,
		  jail->entrypoint.v[0],
		  has_tool && rc == 124 ? "did not end within a minute: status"
					: "ended with status",
		  rc);
	return rj_hint(err,
		       "does it run here? Files that it lacks inside can be shown with "
		       "extra_ro_binds in config.toml; to look around: robojail run %s -- bash",
		       jail->name);
}

static void report(const struct rj_jail *jail, const struct rj_entrypoint *entry,
		   const struct rj_gifts *gifts)
{
	(void)fputs("Created jail ", stdout);
	rj_term_puts(stdout, jail->name);
	(void)fputs("\n  worktree  ", stdout);
	rj_term_puts(stdout, jail->worktree_path);
	(void)fputs("\n  branch    ", stdout);
	rj_term_puts(stdout, jail->branch);
	(void)printf("  from %.12s\n", jail->base);
	report_entry(jail, entry);
	rj_gifts_report(gifts);
	if (jail->nested)
		(void)puts(
			"  nested    programs inside may make user namespaces: the kernel's code "
			"behind them is\n            in reach, and Landlock does not guard files a "
			"second time");
}

static void tell(const char *of, const struct rj_strv *notes)
{
	for (size_t i = 0; i < notes->n; i++) {
		(void)printf("  %-10s  ", of);
		rj_term_puts(stdout, notes->v[i]);
		(void)putchar('\n');
	}
}

static void tell_unnamed(const struct rj_jail *jail)
{
	(void)printf(
		"  git         knows no name and address of yours, so commits inside fail until "
		"they are set there:\n"
		"              robojail run %s -- git config --global user.name \"Your Name\"\n"
		"              robojail run %s -- git config --global user.email you@example.com\n",
		jail->name, jail->name);
}

/* What the project's file did, and its setup, which may fail without the jail being the worse. */
static int finish(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_project_file *f,
		  const struct rj_strv *notes, bool no_setup, struct rj_err *err)
{
	int rc = 0;

	tell("project", notes);
	if (f->project.setup && no_setup)
		(void)printf("  setup       not run: robojail setup %s\n", jail->name);
	else if (f->project.setup)
		rc = rj_setup_run(ctx, jail->name, f->project.setup, err);
	if (rc == 0)
		(void)printf("\nNext: robojail enter %s\n", jail->name);
	return rc;
}

/* What is no path at all, or seen from a directory that is gone. */
static int check_repo(const char *repo, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = NULL;

	if (!*repo)
		return rj_opt_usage(err, "create", "option '--repo' needs a repository");
	if (repo[0] == '~' || rj_remote_is_url(repo))
		return 0;
	path = rj_absolute(repo, err);
	return path ? 0 : -err->num;
}

static int create_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct create_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_entrypoint_release) struct rj_entrypoint entry = {0};
	RJ_AUTO(rj_project_file_release) struct rj_project_file project = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv notes = {0}, unlike_git = {0};
	bool unnamed = false;
	RJ_AUTO(rj_gifts_release) struct rj_gifts gifts = {0};
	struct progress progress = {0};
	sigset_t before;
	const struct rj_create_args create = {
		.name = operands[0] ? operands[0] : args->name,
		.repo = args->repo ? args->repo : ".",
		.rev = args->branch,
		.entrypoint = args->entrypoint,
		.nested = args->nested,
		.agent = args->agent,
		.ret_entry = &entry,
		.no_project = args->no_project,
		.project = &project,
		.notes = &notes,
		.ret_unnamed = &unnamed,
		.unlike_git = &unlike_git,
		.ret_gifts = &gifts,
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
	if (check_repo(create.repo, err) < 0)
		return -err->num;
	if (args->check && !args->entrypoint)
		return rj_opt_usage(err, "create", "--check needs --entrypoint");
	progress.start = rj_now_ms();
	rj_signals_hold(&before);
	rc = rj_jail_create(ctx, &create, &jail, err);
	if (progress.shown)
		(void)fputs("\r\033[K", stderr);
	rj_signals_resume(&before); /* one that has come ends us here, with nothing half made */
	if (rc < 0)
		return rc;
	report(&jail, &entry, &gifts);
	tell("files", &unlike_git);
	if (unnamed)
		tell_unnamed(&jail);
	if (finish(ctx, &jail, &project, &notes, args->no_setup, err) < 0)
		return -err->num;
	return args->check ? check(ctx, &jail, err) : 0;
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
		"PATH now. When it lies outside the system directories it is shown in the jail, "
		"read-only, with the least that it needs to run: its npm package or virtual "
		"environment, the interpreter of a script. What that is, is printed, and found "
		"again at each start. An agent that 'robojail agents' knows is also given copies "
		"of "
		"its login and settings, without what runs commands, and its variables; that is "
		"printed, too. --check starts it with --version inside; when that fails the "
		"jail is kept, and the exit status is 1.\n\n"
		"A .robojail.toml in the commit that the jail begins from may tighten what the "
		"configuration says, and name a setup command, which is run inside now. What it "
		"would loosen or bring in from outside of the commit needs 'robojail trust'.",
	.example =
		"robojail create fix-login\n"
		"robojail create --name docs --repo ~/src/site --branch v2 --entrypoint \"claude\"",
	.opts = create_opts,
	.args_size = sizeof(struct create_args),
	.run = create_run,
};
