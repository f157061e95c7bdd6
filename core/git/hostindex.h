#ifndef RJ_GIT_HOSTINDEX_H
#define RJ_GIT_HOSTINDEX_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "core/base/err.h"

/*
 * The host's index of a jail's worktree, read only: which paths are tracked, and with which stat
 * data their content was last seen to be what it is (gitformat-index(5), versions 2 to 4).
 *
 * Nobody but the host can write it, so its stat data is evidence: a file whose data still agree has
 * not changed. It is read without libgit2, which takes ten times as long, keeps no directory ids
 * and compares less of the stat data.
 */
struct rj_index_entry {
	const char *path;	  /* ends with NUL */
	const unsigned char *raw; /* stat data, mode and id as they lie in the file */
	uint32_t len;		  /* of path */
	bool staged;		  /* one side of a merge conflict: path may come more than once */
	bool assumed;		  /* `git update-index --assume-unchanged` */
	bool skipped;		  /* outside the host's sparse checkout */
	bool intended;		  /* `git add -N`: tracked, but without content yet */
};

/* A directory whose content in the index is exactly this tree. */
struct rj_index_dir {
	const char *name; /* last part; not ended by NUL */
	size_t len;
	const unsigned char *id; /* NULL when the directory is no tree's image any more */
	size_t entries;		 /* below it, at any depth; only with an id */
	size_t next;		 /* number of the next directory beside it, 0 for none */
	size_t first;		 /* number of its first subdirectory, 0 for none */
};

struct rj_hostindex {
	struct rj_index_entry *v; /* in the order of the bytes of path */
	size_t n, cap;
	struct rj_index_dir *dirs; /* dirs[0] is the top; NULL when the file has none */
	size_t ndirs, dirs_cap;
	struct stat file;	    /* it; all zeroes when there is none */
	struct timespec written;    /* time of the file; later changes to it are racy */
	struct timespec made;	    /* what changed later is read: rj_admin_made; else `written` */
	const unsigned char *trees; /* extension TREE as it lies in the file, or NULL */
	size_t trees_len;
	char *bytes;   /* what the above points into; never written to */
	size_t mapped; /* bytes of it, if it is a map of the file */
	char *paths;
};

/*
 * Read `path`. -ENOENT when it is missing, -ENOTSUP for a split or sparse index, -EBADMSG when it
 * is damaged. The checksum at its end is left to git fsck, as git does.
 */
int rj_hostindex_load(const char *path, struct rj_hostindex *ret, struct rj_err *err);

/* In place of an index that is missing: the paths of a tree, all to be looked at. */
int rj_hostindex_from_tree(git_repository *git, const git_oid *tree, struct rj_hostindex *ret,
			   struct rj_err *err);
void rj_hostindex_release(struct rj_hostindex *ix);

uint16_t rj_index_mode(const struct rj_index_entry *e);
uint32_t
rj_index_size(const struct rj_index_entry *e); /* its low 32 bits; 0 also for "look again" */
void rj_index_id(const struct rj_index_entry *e, git_oid *ret);

/*
 * Does the file that gave *st still hold the content that the entry names? True needs size, inode,
 * and both times to agree to the nanosecond, and both to be older than the index: a change in the
 * very moment of its writing could not be told. Owner and device are not compared (nor does git by
 * default), the mode is for the caller.
 */
bool rj_index_is_fresh(const struct rj_hostindex *ix, const struct rj_index_entry *e,
		       const struct stat *st);

/* The first entry at or after `from`, before `to`, that does not begin with the first `len` bytes
 * of `prefix`; all in between do, if entry `from` does. */
size_t rj_index_past(const struct rj_hostindex *ix, size_t from, size_t to, const char *prefix,
		     size_t len);

/* The entry of this path, or NULL. */
const struct rj_index_entry *rj_index_find(const struct rj_hostindex *ix, const char *path);

/* The subdirectory of this name, or NULL. */
const struct rj_index_dir *rj_index_subdir(const struct rj_hostindex *ix,
					   const struct rj_index_dir *dir, const char *name,
					   size_t len);

#endif
