/* report - what several commands say in the same words */
#include "applets/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/opt.h"
#include "core/base/path.h"
#include "core/base/term.h"
#include "core/engine/lifecycle.h"
#include "core/engine/program.h"
#include "core/engine/session.h"
#include "core/sys/probe.h"

enum { LEFT_MAX = 3 }; /* branches that are told of */

void rj_report_warning(const struct rj_err *err)
{
	(void)fputs("robojail: warning: ", stderr);
	rj_term_puts(stderr, err->msg);
	if (err->hint[0]) {
		(void)fputs("\n  hint: ", stderr);
		rj_term_puts(stderr, err->hint);
	}
	(void)fputc('\n', stderr);
}

void rj_report_git(FILE *f, const char *what, const char *repo, const char *command,
		   const char *branch)
{
	RJ_AUTO(rj_buf_release) struct rj_buf line = {0};

	rj_buf_printf(&line, "%s git -C ", what);
	rj_buf_word(&line, repo);
	rj_buf_printf(&line, " %s ", command);
	rj_buf_word(&line, branch);
	rj_term_puts(f, line.s);
	(void)fputc('\n', f);
}

void rj_report_merge(FILE *f, const char *what, const char *repo, const char *branch)
{
	RJ_AUTO(rj_buf_release) struct rj_buf line = {0};
	RJ_AUTO(rj_free) char *dot_git = rj_path_join(repo, ".git");

	if (access(dot_git, F_OK) == 0) {
		rj_report_git(f, what, repo, "merge", branch);
		return;
	}
	rj_buf_printf(&line, "%s git pull ", what); /* a bare one has nothing to merge into */
	rj_buf_word(&line, repo);
	rj_buf_putc(&line, ' ');
	rj_buf_word(&line, branch);
	rj_buf_puts(&line, "   # in a clone of it");
	rj_term_puts(f, line.s);
	(void)fputc('\n', f);
}

void rj_report_import(const struct rj_import_result *import, const char *branch, bool news)
{
	if (!import->moved)
		return;
	if (news && (import->commits || !import->dropped)) {
		(void)fprintf(stderr, "robojail: %llu new commit%s on branch ",
			      (unsigned long long)import->commits, import->commits == 1 ? "" : "s");
		rj_term_puts(stderr, branch);
		(void)fputc('\n', stderr);
	}
	if (import->dropped) {
		(void)fputs("robojail: branch ", stderr);
		rj_term_puts(stderr, branch);
		(void)fprintf(stderr,
			      " was rewritten: %llu commit%s not on it any more (the old tip is in "
			      "its reflog)\n",
			      (unsigned long long)import->dropped,
			      import->dropped == 1 ? " is" : "s are");
	}
	if (import->ref_note) {
		(void)fputs("robojail: warning: ", stderr);
		rj_term_puts(stderr, import->ref_note);
		(void)fputc('\n', stderr);
	}
}

void rj_report_aside(const struct rj_import_result *import, const char *prefix, FILE *f)
{
	RJ_AUTO(rj_buf_release) struct rj_buf back = {0};
	static const char *const what[] = {
		[RJ_HEAD_LOOKS] = "HEAD inside looks at another commit",
		[RJ_HEAD_REBASES] = "a rebase is under way inside",
		[RJ_HEAD_BISECTS] = "a bisect is under way inside",
	};

	if (!import->aside)
		return;
	rj_import_way_back(import, &back);
	(void)fprintf(f, "%s%s, so the worktree is not what the branch holds: ", prefix,
		      what[import->aside]);
	rj_term_puts(f, back.s);
	(void)fputs(" inside ends that\n", f);
}

/* `branch`: what it is called, or NULL for a detached HEAD. */
static void report_one_left(const char *branch, uint64_t ahead)
{
	RJ_AUTO(rj_buf_release) struct rj_buf line = {0};
	const bool one = ahead == 1;

	rj_buf_printf(&line, "robojail: %llu commit%s of %s%s %s only in the jail, ",
		      (unsigned long long)ahead, one ? "" : "s", branch ? "branch " : "",
		      branch ? branch : "a detached HEAD", one ? "is" : "are");
	if (branch) {
		rj_buf_puts(&line, "where HEAD is not on it: 'git switch ");
		rj_buf_word(&line, branch);
		rj_buf_printf(&line, "' inside brings %s over\n", one ? "it" : "them");
	} else {
		rj_buf_printf(&line, "beside the branch: 'git branch NAME' inside keeps %s\n",
			      one ? "it" : "them");
	}
	rj_term_write(stderr, line.s, line.len, RJ_TERM_NEWLINE);
}

void rj_report_left(const struct rj_import_result *import)
{
	size_t told = 0;

	for (size_t i = 0; i < import->others_n; i++) {
		const struct rj_other_ref *o = &import->others[i];
		const char *branch = rj_import_branch_of(o->name);

		if (!o->ahead || (!branch && strcmp(o->name, RJ_EXPORT_HEAD) != 0))
			continue;
		if (told++ < LEFT_MAX)
			report_one_left(branch, o->ahead);
	}
	if (told > LEFT_MAX)
		(void)fprintf(stderr, "robojail: of %zu more, 'robojail status' tells\n",
			      told - LEFT_MAX);
}

/* Only where it is allowed and nothing better can be had: EPERM is the kernel's refusal. */
bool rj_report_outer_proc(const struct rj_ctx *ctx, bool asked)
{
	if (!(asked || ctx->config.allow_host_proc) || rj_probe_proc() != EPERM)
		return false;
	(void)fputs("robojail: warning: the kernel refuses this jail a /proc of its own, so it is "
		    "shown the outer one, read-only, as allow_host_proc allows\n"
		    "  lost: what runs in it can see which processes run outside, their arguments, "
		    "mounts,\n  connections and resource use (not their memory, environment and "
		    "files), and the process\n  numbers in /proc are not those that ps, kill and "
		    "getpid know inside\n",
		    stderr);
	return true;
}

static void warn_of_binds(const struct rj_ctx *ctx)
{
	const char *bind = rj_config_opens_home(&ctx->config, ctx->dirs.home);

	if (!bind)
		return;
	(void)fputs("robojail: warning: extra_rw_binds has ", stderr);
	rj_term_puts(stderr, bind);
	(void)fputs(
		", so what runs in the jail can change all of your home, and with it what runs as "
		"you\n  hint: name the directories that agents need\n",
		stderr);
}

/* An agent that updated itself may have moved. What it is in the record stays. */
static void find_again(const struct rj_ctx *ctx, struct rj_jail *jail)
{
	char *found = jail->entrypoint.n > 0 ? rj_program_again(ctx, jail->entrypoint.v[0]) : NULL;

	if (!found)
		return;
	(void)fputs("robojail: warning: the entrypoint ", stderr);
	rj_term_puts(stderr, jail->entrypoint.v[0]);
	(void)fputs(" is gone; your PATH has ", stderr);
	rj_term_puts(stderr, found);
	(void)fputs(" now, which is started instead\n", stderr);
	rj_free(&jail->entrypoint.v[0]);
	jail->entrypoint.v[0] = found;
}

int rj_report_record(bool yes, bool no, const char *command, enum rj_record *ret,
		     struct rj_err *err)
{
	if (yes && no)
		return rj_opt_usage(err, command, "--record and --no-record exclude each other");
	*ret = yes ? RJ_RECORD_YES : no ? RJ_RECORD_NO : RJ_RECORD_CONFIGURED;
	return 0;
}

static void tell_end(const struct rj_session_result *r, const struct rj_jail *jail, bool tell)
{
	if (r->restored)
		(void)fputs("robojail: warning: the worktree's .git file had been changed, and was "
			    "put back\n",
			    stderr);
	if (r->guarded)
		(void)fputs("robojail: warning: the jail was ended: something in it got round the "
			    "kernel's lock on the worktree's .git file and changed it; it was put "
			    "back\n",
			    stderr);
	for (size_t i = 0; i < r->hits.n; i++)
		rj_report_warning(&r->hits.v[i]);
	if (r->log_failed)
		rj_report_warning(&r->log_err);
	if (r->sync_failed)
		rj_report_warning(&r->sync_err);
	if (r->synced) {
		rj_report_import(&r->import, jail->branch, tell);
		rj_report_left(&r->import);
		rj_report_aside(&r->import, "robojail: ", stderr);
	}
	if (r->goes_on && tell)
		(void)fprintf(stderr,
			      "robojail: others are still in the jail, and it goes on: 'robojail "
			      "ps %s' shows them, 'robojail stop %s' ends it\n",
			      jail->name, jail->name);
}

void rj_report_attach(FILE *f, const char *jail, int session)
{
	(void)fprintf(f, "robojail attach %s", jail);
	if (session)
		(void)fprintf(f, " --session %d", session);
}

/* The first session of a jail needs no number: who asks for others is told which there are. */
static void tell_detached(const struct rj_session_result *r, const char *name)
{
	(void)printf("Session %d of %s runs in the background.\n  show it   ", r->id, name);
	rj_report_attach(stdout, name, r->id > 1 ? r->id : 0);
	(void)printf("\n  leave it  Ctrl-\\, and it goes on\n  end it    robojail stop %s\n", name);
}

/* That /bin/sh takes its place where there is no bash is as it should be. */
static void warn_of_shell(const struct rj_ctx *ctx, const struct rj_jail *jail)
{
	const char *shell = ctx->config.default_shell;

	if (jail->entrypoint.n || !strcmp(shell, "/bin/bash") || rj_program_runs(shell))
		return;
	(void)fputs("robojail: warning: default_shell ", stderr);
	rj_term_puts(stderr, shell);
	(void)fputs(" is no program here; /bin/sh is started instead\n", stderr);
}

/* Said by the jail, which does not know what the host has. */
static void hint_of_host(const char *program, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *found = NULL;

	if (err->status != RJ_EXIT_NOT_FOUND || !program || strchr(program, '/'))
		return;
	found = rj_program_on_path(program);
	if (found)
		rj_hint(err,
			"it is not on the jail's PATH, though on yours (%s): a jail made with "
			"--entrypoint %s shows what it needs; for others there is extra_ro_binds",
			found, program);
}

int rj_report_session(struct rj_ctx *ctx, const char *name, const struct rj_report_args *args,
		      struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct rj_session_args sa = {.argv = args->argv,
				     .user = args->user,
				     .as_started = args->as_started,
				     .detach = args->detach,
				     .record = args->record,
				     .agent_tell = rj_report_warning};
	struct rj_session_result result;
	int status;

	if (rj_jail_find(ctx, name, &jail, err) < 0)
		return -err->num;
	if (!args->argv) {
		find_again(ctx, &jail);
		warn_of_shell(ctx, &jail);
	}
	warn_of_binds(ctx);
	sa.outer_proc = rj_report_outer_proc(ctx, args->host_proc);
	if (rj_session_run(ctx, &jail, &sa, &result, err) < 0) {
		hint_of_host(args->argv ? args->argv[0] : NULL, err);
		return -err->num;
	}
	if (args->detach)
		tell_detached(&result, jail.name);
	tell_end(&result, &jail, args->tell);
	status = result.status;
	rj_session_result_release(&result);
	return status;
}
