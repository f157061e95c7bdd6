#ifndef RJ_GIT_GITERR_H
#define RJ_GIT_GITERR_H

#include "core/base/err.h"

/* The way into libgit2, and the way its errors come out. */

/*
 * Make libgit2 ready; may be called any number of times, from every function that uses it. Not
 * called on the way of `run`, `list` and PID 1, which do without libgit2.
 */
int rj_git_init(struct rj_err *err);

/*
 * libgit2 returned `rc` (< 0): "<fmt>: <what libgit2 says>", the errno that fits, and a remedy
 * where there is a general one (a foreign owner, a lock, a full disk). Returns -errno.
 *
 *   GIT_ENOTFOUND, GIT_EUNBORNBRANCH -> ENOENT    GIT_EEXISTS -> EEXIST
 *   GIT_ELOCKED, GIT_EMODIFIED       -> EBUSY     GIT_EOWNER, GIT_EAUTH -> EPERM
 *   GIT_EMISMATCH                    -> EBADMSG   GIT_EUSER -> ECANCELED
 *   out of memory -> ENOMEM, full disk -> ENOSPC, others by class, else EIO
 */
int rj_git_fail(struct rj_err *err, int rc, const char *fmt, ...) RJ_PRINTF(3, 4);

#endif
