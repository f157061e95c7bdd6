#ifndef RJ_GIT_GITLOCK_H
#define RJ_GIT_GITLOCK_H

#include <stdbool.h>

#include "core/base/buf.h"

/* git's own lock files, so that we and any git command keep out of each other's way. */

/* Does the name of a file say that it is one? No reference is called so. */
bool rj_gitlock_is_name(const char *name);

/* PATH.lock, made exclusively, away at the end. */
struct rj_gitlock {
	char *path; /* of the lock file; NULL while not held */
	int fd;
};

#define RJ_GITLOCK_INIT  \
	{                \
		.fd = -1 \
	}

/*
 * Wait for the lock of `path`. Patience is counted from when the present holder took it: many
 * commands at once may well hold it a minute long, one after the other. With `ours`, a lock that
 * stays is one that a killed command left, and is broken: only one command at a time works on a
 * jail's references, and a `git pack-refs` holds it for a moment only. -EBUSY with the remedy.
 */
int rj_gitlock_take(const char *path, bool ours, struct rj_gitlock *l, struct rj_err *err);

/* At once or not at all: -EBUSY. What a killed command of ours left is broken. */
int rj_gitlock_try(const char *path, struct rj_gitlock *l, struct rj_err *err);

/* That -EBUSY, for who found the lock of `path` taken by other means. */
int rj_gitlock_refuse(const char *path, struct rj_err *err);
void rj_gitlock_release(struct rj_gitlock *l);

/*
 * Change <common>/packed-refs under its lock. `fn` is given the present text ("" for no file) and
 * appends all of the new one to *out; it returns 1 to have that written, 0 to leave the file, or
 * -errno with *err. `then`, unless NULL, is called afterwards, still under the lock.
 */
typedef int rj_packed_fn(void *arg, const char *text, size_t len, struct rj_buf *out,
			 struct rj_err *err);
int rj_packed_edit(const char *common, rj_packed_fn *fn, int (*then)(void *arg, struct rj_err *err),
		   void *arg, struct rj_err *err);

/* The text of <common>/packed-refs, read without a lock; empty when there is none. */
int rj_packed_read(const char *common, struct rj_buf *ret_text, struct rj_err *err);

/* The line of `name` ("<id> <name>\n", and "^<id>\n" of what a tag peels to); NULL when there is
 * none. */
const char *rj_packed_find(const char *text, const char *name, size_t *ret_len);

#endif
