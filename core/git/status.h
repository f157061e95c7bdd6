#ifndef RJ_GIT_STATUS_H
#define RJ_GIT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/git/worktree.h"

/*
 * What an agent changed: W against the commit the jail began from, read from outside through the
 * host's own index. W is hostile; how it is read without harm is scan.h's matter.
 *
 * A path counts as it would after `git add -A` in W: untracked files are there unless they are
 * ignored, so a change shows whether or not the agent committed it.
 */
enum rj_change_kind {
	RJ_CHANGE_ADDED,
	RJ_CHANGE_MODIFIED, /* content, mode or type */
	RJ_CHANGE_DELETED,
	RJ_CHANGE_RENAMED, /* only with RJ_STATUS_TEXTS; else one added and one deleted */
};

struct rj_change {
	enum rj_change_kind kind;
	const char *path;     /* new path; hostile bytes; borrowed from the status. A repository of
				 its own below W is one added path that ends with '/' */
	const char *old_path; /* for RJ_CHANGE_RENAMED, else NULL */
	uint16_t old_mode, new_mode; /* as git has them; 0 for the side that is not there */
	bool binary;		     /* or not to be compared: see `unknown` */
	bool unknown;		     /* content is unreadable or over 32 MiB: not compared */
	bool committed;		     /* the change is, as it is, in the branch's tip */
	unsigned similarity;	     /* percent, for RJ_CHANGE_RENAMED */
	size_t insertions, deletions;
};

struct rj_status {
	struct rj_change *v; /* sorted by the bytes of path */
	size_t n;
	size_t insertions, deletions;
	size_t files_changed; /* a rename is one; repositories below W do not count */
	size_t uncommitted;   /* paths in W that differ from the branch's tip, untracked ones
				 included; a directory that cannot be read counts as one */
	char base[RJ_OID_HEX];
	char tip[RJ_OID_HEX]; /* empty when the branch is gone: then the base stands for it */
	size_t commits;	      /* from base to tip */
	bool unrelated;	      /* the two share no history: git does not merge them */
	struct rj_strv committed_otherwise; /* paths of `uncommitted` that the tip has neither as W
					       nor as the base: a merge brings what no change
					       here shows */
	struct rj_strv gitlinks;	    /* paths of submodules that the tip has otherwise
					       than the base, or that are new in it */

	/*
	 * Directories below W that hold a repository, or what git takes for one: a .git (also in
	 * another letter case or spelling), a bare repository that is not just tracked files, a
	 * submodule's directory that is not empty. What is in an untracked repository is in no
	 * list.
	 */
	struct rj_strv nested;
	struct rj_strv special; /* FIFOs, sockets, devices: named, never opened */
	struct rj_strv
		unreadable; /* a directory ends with '/': nothing is known of what is in it */
	size_t ignored;	    /* untracked entries that are hidden; a directory is one */
	struct rj_strv newly_ignored; /* those of them that only the agent's rules hide */
	const char *rules_stop;	      /* the path from which on no rule hides anything, since they
					 would take too much time or memory; borrowed; or NULL */
	void *priv;
};

enum rj_status_flags {
	RJ_STATUS_TEXTS = 1u << 0,  /* keep content, find renames; rj_status_diff needs it */
	RJ_STATUS_COUNTS = 1u << 1, /* with the texts: count lines, know binaries */
	RJ_STATUS_LINES = RJ_STATUS_TEXTS | RJ_STATUS_COUNTS,
	RJ_STATUS_BINARY = 1u << 2, /* the diff has binary files as git's binary patches */
};

/* `wt->base` is what to compare with. `repo` must outlive the status. -ENOENT when W is gone. */
int rj_status_read(const struct rj_repo *repo, const struct rj_worktree *wt, unsigned flags,
		   struct rj_status *ret, struct rj_err *err);
void rj_status_release(struct rj_status *st);

/*
 * The unified diff, as `git apply` takes it. Called for every piece in order; `origin` as in
 * git_diff_line (' ', '+', '-' lines, 'F' file header, 'H' hunk header, 'B' binary: a line that
 * says that files differ, or a patch; '\\' no newline at the end). `text` is all that belongs into
 * the output, the ' ', '+' or '-' in front included. Non-zero stops and is returned. Needs
 * RJ_STATUS_TEXTS.
 */
typedef int rj_diff_line_fn(void *arg, char origin, const char *text, size_t len);
int rj_status_diff(const struct rj_status *st, rj_diff_line_fn *fn, void *arg, struct rj_err *err);

#endif
