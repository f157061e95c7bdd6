#ifndef RJ_GIT_REFLINK_H
#define RJ_GIT_REFLINK_H

#include <git2.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "core/git/hostindex.h"
#include "core/git/repo.h"

/*
 * Files of a checkout that share their blocks with those of the main worktree (FICLONE,
 * ioctl_ficlonerange(2); btrfs, xfs, bcachefs and others). Until one side changes its own, nothing
 * is inflated, and nothing is on the disk twice.
 *
 * What the main worktree holds is known from its index, as git knows it: an entry whose stat data
 * agree vouches for the content. It is the user's own, out of every jail's reach. That the file is
 * as long as the blob keeps out what filters made of it (LFS); where attributes may convert a
 * path, the caller does not ask.
 *
 * Only files of RJ_REFLINK_LEAST bytes and more: the length of a blob takes time to find, and two
 * files that share blocks do not share pages in memory, so that each is read from the disk once
 * more. Below that it is no faster on xfs and btrfs than to inflate, at 1 MB twenty times as fast.
 */
enum { RJ_REFLINK_LEAST = 65536 };

struct rj_reflinks {
	struct rj_hostindex index; /* of the main worktree */
	int top;		   /* it; -1: nothing can be shared */
	atomic_bool off;	   /* as was found out later */
};

#define RJ_REFLINKS_NONE  \
	{                 \
		.top = -1 \
	}

/* For files below `path`. Never fails: where blocks cannot be shared, nothing is found. */
void rj_reflinks_open(const struct rj_repo *repo, const char *path, struct rj_reflinks *ret);
void rj_reflinks_release(struct rj_reflinks *r);

/* May main's file at `path` be of use for a blob? By name, id and size alone. */
const struct rj_index_entry *rj_reflinks_find(const struct rj_reflinks *r, const char *path,
					      const git_oid *id);

/* Give the new file `to` the content of that entry, if it has `size` bytes still. When false, `to`
 * may hold anything. Threads may share *r. */
bool rj_reflinks_share(struct rj_reflinks *r, const struct rj_index_entry *e, uint64_t size,
		       int to);

#endif
