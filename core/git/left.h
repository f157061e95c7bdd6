#ifndef RJ_GIT_LEFT_H
#define RJ_GIT_LEFT_H

#include "core/git/import.h"
#include "core/git/oidset.h"

/*
 * Commits that a jail gave to main and took back from its branch: a reset, a rebase, another branch
 * checked out. Main has the objects (pins.h keeps them), but none of its branches, tags and remote
 * branches holds them any more, so a ref of G that does is all there is of them.
 */

/* Those of them that nothing else holds, the newest 10,000. Costs nothing when none was taken back.
 */
int rj_left_find(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_oidset *ret,
		 struct rj_err *err);

/* After an import for which these were `left`: what the branch holds now is no news of another ref.
 */
void rj_left_settle(const struct rj_repo *repo, const struct rj_oidset *left,
		    struct rj_import_result *import);

#endif
