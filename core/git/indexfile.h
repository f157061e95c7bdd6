#ifndef RJ_GIT_INDEXFILE_H
#define RJ_GIT_INDEXFILE_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "core/base/buf.h"

/*
 * An index file written entry by entry (gitformat-index(5), version 2 or 3). libgit2 takes longer
 * to build one than it takes to write the files that it tells of.
 */
enum { RJ_INDEX_STAT_SIZE = 40 }; /* times, device, inode, mode, owner, size */

struct rj_index_owner {
	uint32_t uid, gid;
};

struct rj_indexfile {
	struct rj_buf bytes;
	bool extended;			    /* version 3 */
	const struct rj_index_owner *owner; /* of all files; NULL: the one that each has */
};

/* `entries` will follow, in the order of their paths; `extended` if one of them is closed. The
 * owner is borrowed. */
void rj_indexfile_begin(struct rj_indexfile *f, size_t entries, bool extended,
			const struct rj_index_owner *owner);

enum rj_index_mark {
	RJ_INDEX_PLAIN,
	RJ_INDEX_ASSUMED, /* `git update-index --assume-unchanged` */
	RJ_INDEX_CLOSED,  /* that and skip-worktree: see rj_index_close_gitlinks */
};

/* `stat` as it lies in an index, from rj_indexfile_stat. */
void rj_indexfile_add(struct rj_indexfile *f, const unsigned char stat[RJ_INDEX_STAT_SIZE],
		      const git_oid *id, const char *path, size_t len, enum rj_index_mark mark);

/* The cached trees (extension TREE), after the last entry. */
void rj_indexfile_trees(struct rj_indexfile *f, const void *bytes, size_t len);

/* Write the file, which must not be there; see rj_write_new. */
int rj_indexfile_write(struct rj_indexfile *f, const char *path, struct rj_err *err);
void rj_indexfile_release(struct rj_indexfile *f);

/* `mode` is the index's own (RJ_MODE_*), the rest is the file's. */
void rj_indexfile_stat(unsigned char ret[RJ_INDEX_STAT_SIZE], const struct stat *st, uint32_t mode);

#endif
