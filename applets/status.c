/*
 * status - what the agent changed, seen from outside
 *
 * First the agent's commits are brought over (core/engine/sync.h), then the worktree is compared
 * with the commit that the jail began from (core/git/status.h). Trouble with the former is told,
 * and never hides the latter.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/changes.h"
#include "applets/report.h"
#include "core/base/mem.h"
#include "core/engine/lifecycle.h"
#include "core/engine/session.h"
#include "core/engine/sync.h"

struct status_args {
	bool json;
	bool diff;
	bool binary;
	bool ignored;
	bool all;
};

static const struct rj_opt status_opts[] = {
	RJ_FLAG('j', "json", struct status_args, json, "print a JSON object"),
	RJ_FLAG('d', "diff", struct status_args, diff,
		"print the unified diff; with --json, add it"),
	RJ_FLAG('b', "binary", struct status_args, binary,
		"put binary files into the diff as patches that 'git apply' takes"),
	RJ_FLAG('i', "ignored", struct status_args, ignored,
		"name the files that only the agent's ignore rules hide"),
	RJ_FLAG('a', "all", struct status_args, all,
		"name each untracked file, also where there are many"),
	RJ_STOP,
};

static int print(const struct rj_changes *c, const struct status_args *args, struct rj_err *err)
{
	if (args->json)
		return rj_changes_print_json(c, args->diff, stdout, err);
	if (!args->diff) {
		rj_changes_print(c, args->all, args->ignored, stdout);
		return 0;
	}
	rj_changes_print_dangers(c, args->ignored, "robojail: note: ", stderr);
	return rj_changes_print_diff(c, stdout, err);
}

/* HEAD is aside: what is committed there is not uncommitted. */
static int mark_committed(const struct rj_repo *repo, const struct rj_worktree *wt,
			  const char *head, unsigned flags, struct rj_status *st,
			  struct rj_err *err)
{
	RJ_AUTO(rj_status_release) struct rj_status there = {0};
	struct rj_worktree at = *wt;

	at.head = head;
	if (rj_status_read(repo, &at, flags, &there, err) < 0)
		return -err->num;
	st->uncommitted = there.uncommitted;
	for (size_t i = 0, k = 0; i < st->n; i++) {
		while (k < there.n && strcmp(there.v[k].path, st->v[i].path) < 0)
			k++;
		st->v[i].committed = k < there.n && there.v[k].committed &&
				     !strcmp(there.v[k].path, st->v[i].path);
	}
	return 0;
}

static int gone(const struct rj_jail *jail, struct rj_err *err)
{
	(void)rj_refuse(err, ENOENT, "the worktree of jail '%s' is gone: %s", jail->name,
			jail->worktree_path);
	return rj_hint(err, "commits are on branch %s; remove the rest: robojail destroy %s",
		       jail->branch, jail->name);
}

static int status_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct status_args *args = p;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_status_release) struct rj_status st = {0};
	struct rj_import_result import = {0};
	struct rj_err import_error;
	struct rj_changes c = {.jail = &jail, .status = &st};
	bool counts = args->json || !args->diff;
	unsigned flags = (counts ? RJ_STATUS_LINES : RJ_STATUS_TEXTS) |
			 (args->binary ? RJ_STATUS_BINARY : 0);
	struct rj_worktree wt;
	int r;

	if (rj_jail_find(ctx, operands[0], &jail, err) < 0 || rj_jail_repo(&jail, &repo, err) < 0)
		return -err->num;
	if (access(jail.worktree_path, F_OK) < 0 && errno == ENOENT)
		return gone(&jail, err);
	wt = rj_jail_worktree(&jail);
	if (rj_worktree_check(&repo, &wt, &c.restored, err) < 0)
		return -err->num;
	c.running = rj_session_running(ctx, jail.name) != 0;
	if (rj_session_sync_shown(ctx, &jail, &repo, &import, &import_error) == 0) {
		rj_report_import(&import, jail.branch, false);
		c.import = &import;
	} else {
		rj_report_warning(&import_error);
	}
	c.import_error = &import_error;
	r = rj_status_read(&repo, &wt, flags, &st, err);
	if (r == 0 && import.head[0])
		r = mark_committed(&repo, &wt, import.head, flags, &st, err);
	if (r == 0)
		r = print(&c, args, err);
	rj_import_result_release(&import);
	return r;
}

const struct rj_applet rj_applet_status = {
	.name = "status",
	.summary = "show what the agent changed",
	.operands = "JAIL",
	.min = 1,
	.max = 1,
	.details =
		"Compares the worktree with the commit that the jail began from, so work shows "
		"whether or not the agent committed it; a star marks what is not committed. "
		"Where a directory has many new files that are in no commit, one line counts them. "
		"Untracked files count unless they are ignored. It may be used while the jail "
		"runs, and brings the agent's commits to its branch first.\n\n"
		"A line begins with A for an added path, M modified, D deleted, R renamed, T for a "
		"file that became a link or the other way round. Lines with an exclamation mark "
		"name what a change list does not show: repositories inside the worktree, FIFOs "
		"and other special files, what cannot be read, files that new ignore rules hide, "
		"ignore rules that cost too much to be followed, commits on other branches, and "
		"where the branch has other content than the worktree, so that a merge brings "
		"what is not shown. Nothing in the worktree is followed, run or obeyed "
		"to find out: attributes are those of the base commit.\n\n"
		"The diff applies with 'git apply'; binary files are only named in it, unless "
		"--binary is given. On a "
		"terminal, control characters are shown as text; elsewhere the bytes are exact.\n\n"
		"The JSON keys are name, modified, added, deleted and stats (insertions, "
		"deletions, "
		"files_changed), as of old. A rename is in deleted with its old path and in added "
		"with its new one, and in renamed; files_changed counts it once. Further keys: "
		"branch, base, tip, commits, uncommitted, running, committed_otherwise, "
		"nested, special, unreadable, "
		"ignored, newly_ignored, ignore_stopped_at, git_file_restored, gitlinks, "
		"other_refs and head_aside (null, looks, rebase or bisect; or import_error for the "
		"two), changes, and diff with --diff. Text that is not UTF-8 or begins "
		"with a double quote is quoted as git quotes paths.",
	.example = "robojail status fix-login\n"
		   "robojail status --diff fix-login | git -C ../other apply\n"
		   "robojail status --json fix-login | jq .stats",
	.opts = status_opts,
	.args_size = sizeof(struct status_args),
	.run = status_run,
};
