#ifndef RJ_SYS_BELOW_H
#define RJ_SYS_BELOW_H

#include <sys/types.h>

#include "core/base/buf.h"

/*
 * Files below a directory that somebody hostile writes, maybe at this moment: a jail's home. No
 * symlink is followed, none of another mount is entered (openat2(2), 5.6), nothing but regular
 * files is read, and none of it is waited for. `dir` is a descriptor (O_PATH will do), `path` is
 * relative without "." and "..".
 */

/* Append a regular file's bytes. -ENOENT without *err when there is none, or not all of the
 * directories on the way; -EFBIG above `max`. */
int rj_below_read(int dir, const char *path, size_t max, struct rj_buf *ret_text,
		  struct rj_err *err);

/* The same of a file that is open, without waiting (O_NONBLOCK); `name` is for errors. */
int rj_below_read_fd(int fd, const char *name, size_t max, struct rj_buf *ret_text,
		     struct rj_err *err);

/* Make the directories of `path`, all of its parts, with mode 0700; those that exist are fine. */
int rj_below_mkdirs(int dir, const char *path, struct rj_err *err);

/*
 * Write a file by a temporary one in the same directory and rename, so that whatever bears the
 * name, a symlink too, is replaced and not opened. A directory in the way is -EISDIR. Directories
 * are made as needed.
 */
int rj_below_write(int dir, const char *path, const void *text, size_t len, mode_t mode,
		   struct rj_err *err);

#endif
