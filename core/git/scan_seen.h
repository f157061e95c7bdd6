#ifndef RJ_GIT_SCAN_SEEN_H
#define RJ_GIT_SCAN_SEEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "core/git/hostindex.h"

/*
 * Directories of a worktree in which the last look found just the names that the host's index has,
 * so that the next one need not list them. Kept in a file of the host's that no jail can reach.
 *
 * A directory holds the same names as then when it is the same inode with the same ctime: each name
 * that comes or goes moves it, and unlike mtime nobody can put it back (utimensat(2)). That is
 * believed only
 * - of directories that had not changed for some seconds when they were looked at: a change in the
 *   tick of the clock in which they were listed could not be told;
 * - on file systems of this machine (stat times of others may be late, or another clock's);
 * - as long as the index is the very file that it was.
 * The files in it are looked at each time. A file that is missing, torn or of another form only
 * costs time. It is not synced: what a power cut leaves of it is zeroes, which say nothing.
 */
struct rj_seen_dir {
	uint64_t ino; /* 0: not known */
	int64_t sec;
	int64_t nsec;
};

enum { RJ_SEEN_HEAD = 9 };

struct rj_seen {
	const char *path; /* borrowed; NULL: nothing is known, and nothing kept */
	uint64_t head[RJ_SEEN_HEAD];
	struct rj_seen_dir *old, *now; /* in the order of the caller's directories */
	size_t n;
	dev_t dev;
	time_t quiet; /* what changed later may have changed while we look */
};

/* `top`: the worktree, open. Call it before anything is looked at. */
void rj_seen_open(const char *path, int top, const struct rj_hostindex *ix, size_t dirs,
		  struct rj_seen *ret);

/* Does directory number `dir`, of which fstat(2) gave *st, hold what it did? If so that is kept. */
bool rj_seen_same(struct rj_seen *s, size_t dir, const struct stat *st);

/* It was listed after fstat(2) gave *st, and has the names of the index. */
void rj_seen_note(struct rj_seen *s, size_t dir, const struct stat *st);

/* Keep what is known now, for the next time. */
void rj_seen_close(struct rj_seen *s);

#endif
