#ifndef RJ_ENGINE_APPLY_H
#define RJ_ENGINE_APPLY_H

#include "core/engine/mountpoint.h"
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
 * the plan saw (device and inode), but for those of the system. Destinations are
 * walked on descriptors below the new root, never through a symlink, since the worktree and the
 * home hold what an agent left there.
 *
 * A plan may come in parts: rj_apply_begin takes the steps that are there already (their `v` may
 * move, with the same in it), makes file systems and clones what lies on the host; rj_apply has
 * the whole plan, and does the rest.
 *
 * On success a->trees has a descriptor of the mount of each step, -1 where it has none: to be
 * closed before anything is started. rj_apply_release frees the list.
 */
struct rj_apply {
	const struct rj_plan *plan;
	int *trees;  /* one a step; -1 where the step has none */
	size_t done; /* steps whose mounts are there, but for the root's */
	int null;    /* /dev/null of the host, for masks */
	int empty;   /* the first empty directory over something, for others; borrowed */
	struct rj_mountpoints at;
};
#define RJ_APPLY_NONE                                                         \
	{                                                                     \
		.done = 1, .null = -1, .empty = -1, .at = RJ_MOUNTPOINTS_NONE \
	}

int rj_apply_begin(struct rj_apply *a, const struct rj_plan *plan, struct rj_err *err);
int rj_apply(struct rj_apply *a, const struct rj_plan *plan, struct rj_err *err);
void rj_apply_release(struct rj_apply *a);

#endif
