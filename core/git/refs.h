#ifndef RJ_GIT_REFS_H
#define RJ_GIT_REFS_H

#include <stdbool.h>

#include "core/git/repo.h"

/*
 * References of the main repository, made and deleted while others do the same. libgit2 gives up at
 * once when another process holds a lock, or removes a directory that became empty just when we
 * want to put a file there; these try again for some seconds, as git does.
 */

/* Make `name` (full), or with `force` move it. A reflog is kept when there is one already
 * (rj_ref_begin_log) or the repository keeps them. -EEXIST when it is there. */
int rj_ref_create(const struct rj_repo *repo, const char *name, const char *hex, bool force,
		  const char *message, struct rj_err *err);

/* Delete `name` and its reflog; one that is gone is no error. */
int rj_ref_delete(const struct rj_repo *repo, const char *name, struct rj_err *err);

/* Begin a reflog as git would, unless core.logAllRefUpdates says something: libgit2 has the
 * repository open bare, and keeps none in bare ones. */
int rj_ref_begin_log(const struct rj_repo *repo, const char *name, struct rj_err *err);

/* The line that begins the reflog of a reference made at commit `hex`; `message` may be empty. */
int rj_ref_log_line(const struct rj_repo *repo, const char *hex, const char *message,
		    struct rj_buf *ret_line, struct rj_err *err);

/* Was `rc` of libgit2 such a collision? Sleeps then, a little longer each time; false after some
 * seconds. *tries begins at 0. */
bool rj_ref_again(int rc, unsigned *tries);

/*
 * References and their logs that this handle makes from now on are synced only if the user's
 * core.fsyncObjectFiles says so, as git does it. libgit2 decides that when it opens them.
 */
void rj_refs_write_lazily(const struct rj_repo *repo);

#endif
