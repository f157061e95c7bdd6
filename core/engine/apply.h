#ifndef RJ_ENGINE_APPLY_H
#define RJ_ENGINE_APPLY_H

#include "core/model/plan.h"
#include "core/sys/uapi.h"

/* How everything below the new root is opened. */
#define RJ_APPLY_INSIDE (RJ_RESOLVE_IN_ROOT | RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_MAGICLINKS)

/*
 * Execute a mount plan: the only code that does, but for what skeleton.h keeps.
 *
 * Called by the first process of new user and mount namespaces, while it still has every capability
 * there and sees the host's root. On return it stands in "/" of the jail, nothing of the host's
 * root is reachable, and what the plan calls read-only is so, submounts included. Any failure is
 * final: the caller sends *err and exits.
 *
 * Sources are resolved without symlinks (the plan holds real paths) and must be the very files that
 * the plan saw (device and inode). Destinations are walked on descriptors below the new root, never
 * through a symlink, since the worktree and the home hold what an agent left there.
 *
 * *ret_trees has a descriptor of the mount of each step, -1 where it has none: for the caller to
 * free, and to close before anything is started.
 */
int rj_apply(const struct rj_plan *plan, int **ret_trees, struct rj_err *err);

#endif
