#ifndef RJ_GIT_REPO_H
#define RJ_GIT_REPO_H

#include <stdbool.h>

#include "core/base/err.h"
#include "core/model/jail.h"

struct git_repository;

/*
 * The user's main repository, seen from the host with the user's rights.
 *
 * It is opened bare, at its common git directory: no worktree is attached to
 * the handle, so that no file an agent can write (.gitattributes, .gitignore,
 * .gitmodules) is ever consulted through it.
 */
struct rj_repo {
	struct git_repository *git;
	char *common; /* real absolute path of the common git directory */
	char *top;    /* what users call the repository: main worktree, or `common` when bare */
	char *head;   /* what HEAD is where the user stood: a branch's full ref name, or a commit in
			 hex */
	char *dir;    /* git directory of where the user stood: `common`, or a linked worktree's
			 admin directory below it */
};

/* What to do about one that is not where it was. */
#define RJ_REPO_MOVED "if it was moved, put it back, or a link to where it is now in its place"

/*
 * Open the repository that `path` lies in: a worktree's top or any directory
 * below, a linked worktree, a bare repository, a .git directory. Looks up
 * through parents as git does, not into another file system, nor from below
 * into the home directory (a home kept in git is meant only when it is named).
 * GIT_DIR and its kin are not looked at, GIT_CEILING_DIRECTORIES is.
 *
 * Forms that libgit2 cannot serve (reftable, sha256, partial clones) are
 * refused with -ENOTSUP, the feature's name and what to do. The main
 * repository's own index is never read, so split or sparse ones do no harm.
 * -ENOENT: not a repository; -EPERM: somebody else's (safe.directory).
 */
int rj_repo_open(const char *path, struct rj_repo *ret_repo, struct rj_err *err);
void rj_repo_release(struct rj_repo *repo);

/* A handle on a git directory just as it is: nothing is searched, no worktree attached. libgit2's
 * code. */
int rj_repo_open_git_dir(const char *dir, struct git_repository **ret);

/*
 * The commit that `rev` names: branch, tag, remote branch, commit id; NULL is
 * where the user stood (`head`). -ENOENT with the nearest branch as hint; an
 * empty repository gets the remedy "make a first commit".
 */
int rj_repo_commit(const struct rj_repo *repo, const char *rev, char ret_oid[RJ_OID_HEX],
		   struct rj_err *err);

/* How many commits of `branch` (short name) no other branch, tag or remote branch holds; 0 when the
 * branch is gone, or empty since a power cut. */
int rj_repo_unheld(const struct rj_repo *repo, const char *branch, size_t *ret_count,
		   struct rj_err *err);

/* Delete refs/heads/<branch> and its reflog; a branch that is gone is no error. */
int rj_repo_delete_branch(const struct rj_repo *repo, const char *branch, struct rj_err *err);

#endif
