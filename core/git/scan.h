#ifndef RJ_GIT_SCAN_H
#define RJ_GIT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/git/attrs.h"
#include "core/git/hostindex.h"
#include "core/git/repo.h"
#include "core/git/treediff.h"

/*
 * What lies in a worktree W, against the host's index of it. The result is what `git add -A` in W
 * would make of the index, without touching anything.
 *
 * W is hostile, also while it is read. It is walked by descriptors that never follow a link; what
 * is opened is a regular file or a directory, without waiting (O_NONBLOCK); nothing in W is taken
 * for configuration but the .gitignore files, which hide untracked files as they do for git. A file
 * counts as unchanged only if size, inode, mtime and ctime are those of the index, and it is older
 * than the index and than the first session (rj_admin_made): neither a restored mtime nor a rename
 * over it hides a change. What cannot be read is named. Depth is not limited by descriptors or
 * stack, only paths of more than 16 KiB are not followed; all of them together may take 512 MiB
 * (-E2BIG above). Ignore rules of which there are too many, or that take too long to match, hide
 * nothing any more from there on (rules_stop).
 */
enum rj_scan_flags {
	RJ_SCAN_KEEP = 1u << 0, /* keep the content of what differs, for a diff */
};

enum {
	RJ_SCAN_KEEP_MAX = 32 << 20,	  /* bytes of one file that is kept */
	RJ_SCAN_KEEP_ALL_MAX = 256 << 20, /* bytes kept in all */
	RJ_SCAN_READ_MAX = 1024 << 20,	  /* larger files are read only if need be */
	RJ_SCAN_READ_ALL_GIB = 4,	  /* the same for what is read in all */
	RJ_SCAN_STORE_MAX = 2000 << 20,	  /* larger ones are not put into a bundle */
	RJ_SCAN_NAMES_MAX = 512 << 20,
	RJ_SCAN_PATH_MAX = 16384,
};

/* A path whose content, mode or existence differs from the index. */
struct rj_scan_entry {
	char *path;	      /* owned; a repository below W ends with '/' */
	struct rj_side index; /* mode 0: not tracked */
	struct rj_side now;   /* mode 0: not there */
	char *content;	      /* as git stores it; NULL unless `kept` */
	size_t len;
	bool kept;
	bool too_large; /* for the store */
	bool unknown;	/* unreadable, or over 1 GiB and sure to differ; `now.id` is all zeroes */
};

struct rj_scan {
	struct rj_scan_entry *v; /* sorted by the bytes of path */
	size_t n, cap;
	struct rj_strv nested;	   /* see struct rj_status */
	struct rj_strv special;	   /* FIFOs, sockets, devices */
	struct rj_strv unreadable; /* files, and directories (with '/' at the end) */
	size_t ignored;		   /* untracked entries that are hidden; a directory counts once */
	struct rj_strv newly_ignored; /* those of them that the rules of the base would show */
	char *rules_stop; /* no rule hides anything from this path on; NULL: all are followed */
};

struct rj_scan_source {
	const struct rj_repo *repo;
	const struct rj_attrs *attrs;
	const struct rj_hostindex *index;
	const struct rj_deltas *base; /* where the base commit differs from the index */
	/* Where the content of every file and link that differs from the index is written, as git
	 * stores it and however large; NULL: nowhere. What cannot be written is a failure. */
	git_odb *store;
	const char *seen; /* file of scan_seen.h; NULL: none */
};

/* -ENOENT when W is gone. */
int rj_scan_read(const char *worktree, const struct rj_scan_source *src, unsigned flags,
		 struct rj_scan *ret, struct rj_err *err);
void rj_scan_release(struct rj_scan *scan);

#endif
