#ifndef RJ_SYS_FILE_H
#define RJ_SYS_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "core/base/buf.h"

/* Files on the host: bounded reads, durable writes, locks, resolution on descriptors. */

/*
 * openat2(2) with O_CLOEXEC added; `resolve` is RJ_RESOLVE_*. Returns a descriptor or -errno.
 * EAGAIN (a rename raced with ".." under RESOLVE_IN_ROOT) is tried again.
 */
int rj_openat2(int dir, const char *path, int flags, unsigned resolve);

/* A regular file, to be read, and what fstat(2) says of it. A descriptor, or -errno; anything else
 * is -EINVAL, and is never waited for. */
int rj_file_open(int dir, const char *path, struct stat *ret_st, struct rj_err *err);

/* Append the bytes of one that was opened so. -EFBIG above `max`. */
int rj_file_read_open(int fd, const struct stat *st, const char *path, size_t max,
		      struct rj_buf *ret_text, struct rj_err *err);

/* Append a regular file's bytes. -EFBIG above `max`; anything but a regular file is -EINVAL, and is
 * never waited for. */
int rj_file_read(int dir, const char *path, size_t max, struct rj_buf *ret_text,
		 struct rj_err *err);

/* The same, and what fstat(2) said of it before it was read. */
int rj_file_read_stat(int dir, const char *path, size_t max, struct rj_buf *ret_text,
		      struct stat *ret_st, struct rj_err *err);

/* write(2) until all is written. 0 or -errno. */
int rj_write_all(int fd, const void *bytes, size_t len);

/* Wait until there is something to read, or the end of it, but not longer than `until` on the clock
 * of rj_now_ms; signals do not count. */
bool rj_readable_by(int fd, int64_t until);

/*
 * Have the bytes of a new file on the disk before any name that is changed from now on: journals
 * (ext4, xfs, btrfs) keep the order of such changes, so a crash shows the file whole or not at all.
 * Waits for the bytes only (sync_file_range(2)) and not, as fsync(2) does, for the journal. 0 or
 * -errno.
 */
int rj_file_order(int fd);

/*
 * Replace `path` so that after a crash it holds the old or the new text: temporary file in the same
 * directory, rj_file_order, rename. `replace` returns when it will be the new one, for one fsync(2)
 * after the rename; `put` leaves that to the journal.
 */
int rj_file_replace(const char *path, const void *text, size_t len, mode_t mode,
		    struct rj_err *err);
int rj_file_put(const char *path, const void *text, size_t len, mode_t mode, struct rj_err *err);

/* The directory that holds `path`, which need not be normal: "a/" for "a/b", "." for "b". */
char *rj_dir_of(const char *path);

/*
 * A file without a name in the directory of `path`, which a kill leaves nothing of (O_TMPFILE,
 * open(2): not every file system can), and the name for it, which must be free (linkat(2); needs
 * /proc). The descriptor, 0, or -errno.
 */
int rj_file_unnamed(const char *path, mode_t mode);
int rj_file_name(int fd, const char *path);

/* Have the file or the directory of this name on the disk: fsync(2). */
int rj_sync_path(const char *path, struct rj_err *err);

/* There is no such name, nor a link of it; not that it cannot be looked at now. */
bool rj_is_gone(const char *path);

/* mkdir -p; directories that are made get `mode`. A symlink on the way is followed: for the user's
 * own paths only. */
int rj_mkdirs(const char *path, mode_t mode, struct rj_err *err);

/* `path` seen from the current directory, made normal as text, malloc'd; NULL with *err set when it
 * is relative and that directory is not known: it may have been deleted. */
char *rj_absolute(const char *path, struct rj_err *err);

/* The real path of `path` (realpath(3)), malloc'd; NULL with *err set. */
char *rj_real_path(const char *path, struct rj_err *err);

/*
 * POSIX record locks on a whole file (fcntl(2)): they are not inherited by fork, end with the
 * process, and F_GETLK tells who holds them. They also end when the process closes *any* descriptor
 * of the file, so open a lock file once.
 */
enum rj_lock_kind {
	RJ_LOCK_SHARED,
	RJ_LOCK_EXCLUSIVE,
};

/* Open (and make) the lock file: a descriptor or -errno. */
int rj_lock_open(const char *path, struct rj_err *err);
int rj_lock_wait(int fd, enum rj_lock_kind kind, struct rj_err *err);

/* 0 when taken, -EAGAIN when somebody else holds it (*err untouched then), other errors with *err.
 */
int rj_lock_try(int fd, enum rj_lock_kind kind, struct rj_err *err);

/*
 * Who would keep us from an exclusive lock on `path`, seen from `dir`: 0 nobody (or no such file),
 * else a PID; -1 is a process that this PID namespace cannot see.
 */
pid_t rj_lock_holder(int dir, const char *path);

#endif
