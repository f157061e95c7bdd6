#ifndef RJ_GIT_WORKTREE_H
#define RJ_GIT_WORKTREE_H

#include <stddef.h>

#include "core/git/repo.h"

/*
 * The host's linked worktree W of a jail, as `git worktree add` makes it: W/.git is a file that
 * names <common>/worktrees/<admin>, whose HEAD is refs/heads/<branch>. Strings are borrowed.
 */
struct rj_worktree {
	const char *path;      /* W, absolute */
	const char *admin;     /* name below <common>/worktrees */
	const char *branch;    /* short name */
	const char *base;      /* hex commit */
	const char *head;      /* for a status: the commit that W is at, if main has it; NULL or
				  "" for the tip of the branch */
	struct rj_strv *notes; /* gets a line for what `add` does otherwise than git; may be NULL */
};

/*
 * The base is kept from `git gc` by the reference RJ_WORKTREE_PINS "<admin>" of the main
 * repository: a root for git, no branch or tag for users. (A reference below refs/worktree/ of W
 * itself would be hidden better, but `git gc` run in another worktree does not count it.)
 */
#define RJ_WORKTREE_PINS "refs/robojail/base/"

/* Called now and then from rj_worktree_add with files done and files in all. False stops it:
 * -EINTR. */
typedef bool rj_progress_fn(void *arg, size_t done, size_t total);

/*
 * Make branch, admin directory and files, and G (private.h) meanwhile unless `priv` is NULL. W must
 * not exist; its parent must. On failure nothing is left: no directory, branch or admin entry.
 * -EEXIST when the branch or the admin name is taken.
 */
struct rj_private;
int rj_worktree_add(const struct rj_repo *repo, const struct rj_worktree *wt,
		    const struct rj_private *priv, rj_progress_fn *progress, void *arg,
		    struct rj_err *err);

/*
 * Remove W and its admin directory, whatever is left of them; what is gone is no error, so an
 * interrupted removal can be run again. W is hostile: removed by descriptor, never following a
 * symlink, directories without permissions (chmod 000) included; what cannot be removed is named.
 * The branch stays.
 */
int rj_worktree_remove(const struct rj_repo *repo, const struct rj_worktree *wt,
		       struct rj_err *err);

/* Remove a tree of hostile content the same way (also used for a jail's private data). */
int rj_tree_remove(const char *path, struct rj_err *err);

/* And, as far as it can be, all that lies in `dir` under names that begin so: of a command that was
 * killed. */
void rj_tree_remove_like(const char *dir, const char *prefix);

/*
 * Is W/.git the regular file that `add` wrote? If it was replaced or changed, restore it (whatever
 * was there is moved aside to W/.git.jail-<hex> when it is not empty) and set *ret_restored.
 * -ENOENT when W itself is gone.
 */
int rj_worktree_check(const struct rj_repo *repo, const struct rj_worktree *wt, bool *ret_restored,
		      struct rj_err *err);

/* A file of our own there, whatever stands there now: one that says the same may be somebody's who
 * holds it open. */
int rj_worktree_put_back(const struct rj_repo *repo, const struct rj_worktree *wt,
			 struct rj_err *err);

#endif
