#ifndef RJ_GIT_STATUS_H
#define RJ_GIT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/git/worktree.h"

struct git_diff;

/*
 * What an agent changed: W against the commit the jail began from, read from outside through the
 * host's own index. W is hostile: walked by descriptor (openat, O_NOFOLLOW, O_NONBLOCK), never
 * through a symlink, nothing but regular files opened, no .git below it entered.
 */
enum rj_change_kind {
	RJ_CHANGE_ADDED,
	RJ_CHANGE_MODIFIED, /* content, mode or type */
	RJ_CHANGE_DELETED,
	RJ_CHANGE_RENAMED,
};

struct rj_change {
	enum rj_change_kind kind;
	const char *path;     /* new path; hostile bytes; borrowed from the status */
	const char *old_path; /* for RJ_CHANGE_RENAMED, else NULL */
	uint16_t old_mode, new_mode;
	bool binary;
	bool committed; /* the change is, as it is, in the branch's tip */
	size_t insertions, deletions;
};

struct rj_status {
	struct rj_change *v;
	size_t n;
	size_t insertions, deletions, files_changed;
	size_t uncommitted; /* paths in W that differ from the branch's tip, untracked ones included
			     */
	char tip[RJ_OID_HEX];
	size_t commits;		/* from base to tip */
	struct rj_strv nested;	/* directories below W that hold a repository of their own */
	struct rj_strv special; /* FIFOs, sockets, devices: named, never opened */
	struct rj_strv unreadable;
	struct git_diff *diff;
	void *priv;
};

enum rj_status_flags {
	RJ_STATUS_LINES = 1u << 0, /* count lines, find renames, know binaries */
};

/* `wt->base` is what to compare with. */
int rj_status_read(const struct rj_repo *repo, const struct rj_worktree *wt, unsigned flags,
		   struct rj_status *ret, struct rj_err *err);
void rj_status_release(struct rj_status *st);

/* Called for every piece of the unified diff in order; `origin` as in git_diff_line
 * (' ', '+', '-', 'F' file header, 'H' hunk header, 'B' binary). Non-zero stops. */
typedef int rj_diff_line_fn(void *arg, char origin, const char *text, size_t len);
int rj_status_diff(const struct rj_status *st, rj_diff_line_fn *fn, void *arg, struct rj_err *err);

#endif
