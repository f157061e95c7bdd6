#ifndef RJ_GIT_PRIVATE_H
#define RJ_GIT_PRIVATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/git/worktree.h"

/*
 * G, the jail's private git directory (GIT-BOUNDARY): its own objects, refs, index, HEAD, logs and
 * hooks, with alternates to the main repository's objects, which are mounted read-only in the jail.
 * It is made while nothing hostile runs; after that no host process with the user's rights opens
 * anything in it.
 *
 * Paths as seen inside every jail:
 */
#define RJ_INSIDE_DIR "/.robojail"
#define RJ_INSIDE_GIT RJ_INSIDE_DIR "/git" /* G */
#define RJ_INSIDE_OBJECTS \
	RJ_INSIDE_DIR "/objects"	     /* objects/0 is main's, objects/1.. its alternates */
#define RJ_INSIDE_HOST RJ_INSIDE_DIR "/host" /* a bare repository with main's branches */

/* The text of the pointer file that is mounted over W/.git. */
#define RJ_INSIDE_POINTER "gitdir: " RJ_INSIDE_GIT "\n"

struct rj_private {
	const char *dir; /* G on the host; must not exist */
	uid_t uid;	 /* as the jail sees the user's own files: 0 for user = "root" */
	gid_t gid;
};

/*
 * Make G for a worktree that was just added: HEAD on the jail's branch at base, main's branches and
 * tags as packed refs, host branches as refs/remotes/host/..., our own config (identity and
 * harmless settings of the user only), and an index whose stat data fits W as the jail will see it,
 * so that the first `git status` inside reads no file. On failure nothing is left.
 */
int rj_private_create(const struct rj_repo *repo, const struct rj_worktree *wt,
		      const struct rj_private *priv, struct rj_err *err);

/*
 * The same in two steps, since all but the index can be made while the files of W are still
 * written. Set the first three, which are borrowed; `begin` makes the rest in a directory beside
 * G, `end` writes the index, unless somebody did, and gives G its name. `release` removes what did
 * not come to an end.
 */
struct rj_private_draft {
	const struct rj_repo *repo;
	const struct rj_worktree *wt;
	const struct rj_private *priv;
	char *dir; /* G while it is made */
	char tip[RJ_OID_HEX];
	bool has_index; /* dir/index is written */
};
int rj_private_begin(struct rj_private_draft *draft, struct rj_err *err);
int rj_private_end(struct rj_private_draft *draft, struct rj_err *err);
void rj_private_draft_release(struct rj_private_draft *draft);

/*
 * The object directories that must be mounted read-only at RJ_INSIDE_OBJECTS/<i>: main's own first,
 * then its alternates, followed to the end (in any depth, relative ones resolved). Host paths, real
 * and absolute. Reads plain files only, no libgit2: it lies on the path of `run`. -EPERM for an
 * alternate that holds what no directory of objects does.
 */
int rj_private_object_dirs(const char *common, struct rj_strv *ret_dirs, struct rj_err *err);

#endif
