#ifndef RJ_SYS_MNT_H
#define RJ_SYS_MNT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"

/*
 * The mount API of Linux 5.12 on descriptors: a tree is a detached mount that only its descriptor
 * names, so its attributes are set before anybody can see it. All calls belong in a mount namespace
 * of our own.
 */

/* Nothing mounted here goes out, nothing from outside comes in. */
int rj_mnt_make_private(struct rj_err *err);

/* Clone what `fd` (any descriptor, O_PATH too) stands for, with everything mounted below; then set
 * `attr` (RJ_MOUNT_ATTR_*) on all of it. Returns a tree. `name` is for messages. */
int rj_mnt_clone(int fd, const char *name, uint64_t attr, struct rj_err *err);

/* The same of `path` in `dir`, whose last part is not followed; of `dir` itself when it is "". */
int rj_mnt_clone_at(int dir, const char *path, const char *name, uint64_t attr, struct rj_err *err);

/* Clone the /proc that this process sees, read-only with all that is mounted on it. -ENODEV when
 * it is no proc file system. */
int rj_mnt_outer_proc(struct rj_err *err);

struct rj_mnt_option {
	const char *key, *value; /* a flag has no value */
};

/* A new instance of a file system ("tmpfs", "proc", "devpts"); `opts` ends with a NULL key. */
int rj_mnt_new(const char *type, const struct rj_mnt_option *opts, uint64_t attr,
	       struct rj_err *err);

/* Attach a tree on top of what `target` stands for. */
int rj_mnt_attach(int tree, int target, const char *name, struct rj_err *err);

/* The same on the entry `name` of `dir`; a symlink is not followed; on `dir` itself when it is "".
 * `path` is for messages. */
int rj_mnt_attach_at(int tree, int dir, const char *name, const char *path, struct rj_err *err);

/* Set attributes on one mount, and on everything below it when `recursive`. */
int rj_mnt_set(int fd, const char *name, uint64_t attr, int recursive, struct rj_err *err);

/* Make the mount that `root` stands for the root of this namespace, drop the old one with all that
 * is below, and stand in "/". */
int rj_mnt_pivot(int root, struct rj_err *err);

/*
 * Let the kernel take this mount namespace down by itself, after the process that ends: to take
 * down some forty mounts is more than half of what the end of a jail's first process costs, and
 * whoever waits for that waits for it too.
 *
 * The namespace is held by a descriptor that lies in a socket which lies in itself. With the
 * process both lose their last name, and the garbage collector of such sockets gives them back
 * (unix_gc in net/unix/garbage.c: in a worker of the kernel since Linux 6.9, within the close(2)
 * before, which costs what it did). Nobody else can get at the descriptor. Where it cannot be done,
 * nothing changes.
 */
void rj_mnt_linger(void);

/* Does a mount begin at this path? Before Linux 5.8 the kernel does not tell: false. */
bool rj_mnt_is_root(const char *path);

#endif
