#ifndef RJ_GIT_TREELEVELS_H
#define RJ_GIT_TREELEVELS_H

#include <stddef.h>
#include <sys/types.h>

enum {
	RJ_TREE_LEVELS = 8,
	RJ_TREE_WIDE = 64,	  /* directories in one level are enough to share */
	RJ_TREE_LEVEL_MAX = 4096, /* more of one level are left out */
};

struct rj_tree_dir {
	char *path; /* from the top */
	ino_t ino;  /* as it was listed */
};

/*
 * In the order of their inodes. So neighbours lie in one part of the file system, which has a lock
 * of its own (xfs: allocation group, ext4: block group), and its files lie there too.
 */
struct rj_tree_level {
	struct rj_tree_dir *v;
	size_t n, cap;
};

/* The upper directories of a tree, to share work on it among threads: the paths of v[0] are one
 * part long, of v[1] two, and so on down to the first level that is wide. */
struct rj_tree_levels {
	struct rj_tree_level v[RJ_TREE_LEVELS];
	size_t n;
};

/* What can be seen now from the open directory `top`; the tree may be hostile, so it may look
 * different at any time. No link and no mount point is followed. */
void rj_tree_levels(int top, struct rj_tree_levels *ret);
void rj_tree_levels_release(struct rj_tree_levels *levels);

#endif
