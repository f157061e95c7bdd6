#ifndef RJ_ENGINE_MOUNTPOINT_H
#define RJ_ENGINE_MOUNTPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/model/plan.h"

/*
 * Places below a new root, while a plan is applied: where a step puts what it makes. Directories
 * are walked on descriptors, never through a symlink, and the last one is kept for the
 * steps that follow.
 */
struct rj_mountpoints {
	const struct rj_plan *plan;
	const int *trees; /* one a step; -1 where the step has none. Borrowed */
	int root;	  /* the tree of step 0; borrowed */
	int dir;	  /* the last parent, or -1; `path` is its path inside */
	char *path;
	bool owned; /* it is no mount's own directory, whose descriptor the plan has */
	bool fresh; /* it lies on a tmpfs of the plan's, which nobody else can see yet */
};

#define RJ_MOUNTPOINTS_NONE           \
	{                             \
		.root = -1, .dir = -1 \
	}

/*
 * The mount that holds `path` when step `i` is at work, and the rest of the path below it: the
 * deepest of those attached so far. What lies in between may be the jail's home, where another
 * session renames directories, so a path is never walked from the root to a mount of ours again:
 * the pointer over W/.git would go to a directory that took W's place. Borrowed.
 */
int rj_mountpoint_mount(const struct rj_mountpoints *m, size_t i, const char *path,
			const char **ret_rest);

/* The directory that holds the place of step `i`, made when missing; *ret_name is the last part of
 * that. Borrowed until the next call; -errno with *err set. */
int rj_mountpoint_parent(struct rj_mountpoints *m, size_t i, const char **ret_name,
			 struct rj_err *err);

/* Make what step `i` makes, a directory, link or file, or copies, or else the place that it is
 * mounted on. */
int rj_mountpoint_make(struct rj_mountpoints *m, size_t i, struct rj_err *err);

/* Attach the tree of step `i` at its place, which is made when missing and must be a directory or
 * must be none, as the step says. */
int rj_mountpoint_attach(struct rj_mountpoints *m, size_t i, struct rj_err *err);

/* Something was mounted at `dst`: a directory below it that was kept is another one now. */
void rj_mountpoint_forget(struct rj_mountpoints *m, const char *dst);

void rj_mountpoints_release(struct rj_mountpoints *m);

#endif
