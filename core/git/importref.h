#ifndef RJ_GIT_IMPORTREF_H
#define RJ_GIT_IMPORTREF_H

#include <git2.h>

#include "core/git/oidset.h"
#include "core/git/worktree.h"

/*
 * The jail's branch in main, and what of it came from the jail. All state lies in
 * <common>/worktrees/<admin>, which only the host writes:
 *
 *   robojail-tip    the tip of the last import, in hex
 *   robojail-next   the tip of one that began to move the branch; it becomes `tip` right after, and
 *                   only a crash leaves it
 *   robojail-index  there while the host's index waits to be reset
 *
 * Plain files, no refs: `git gc` in the main worktree does not take refs/worktree/ of another one
 * for a root (git 2.39), and a ref whose commit is gone makes fsck fail. The ids are only compared.
 */
struct rj_importref {
	const struct rj_repo *repo;
	const struct rj_worktree *wt;
	char *admin, *name; /* the admin directory; refs/heads/<branch> */
	int lock;	    /* on the admin directory (flock(2)); -1 */
	bool has_cur;
	git_oid cur;	    /* where the branch is */
	git_oid last, next; /* zero when not there; `last` begins as wt->base */
};

/* Find out where things are. For cleaning up without it: {.lock = -1}. */
int rj_importref_open(struct rj_importref *ref, const struct rj_repo *repo,
		      const struct rj_worktree *wt, struct rj_err *err);

/* One import at a time from here to release; looks again where the branch is, and breaks the lock
 * that a killed one left on it. */
int rj_importref_lock(struct rj_importref *ref, struct rj_err *err);

/*
 * May the branch move to `tip`, which stands on `edge` (see importcheck.h)? 1 it may, 0 there is
 * nothing to do, -EBUSY it would lose a commit made on the host.
 */
int rj_importref_decide(const struct rj_importref *ref, const git_oid *tip,
			const struct rj_oidset *edge, struct rj_err *err);

/* Move it, by compare-and-swap from `cur`. When that is done but may not last, *ret_note says so
 * (malloc'd). */
int rj_importref_move(struct rj_importref *ref, const git_oid *tip, const char *jail_name,
		      char **ret_note, struct rj_err *err);

/* `tip` is what the jail has, and the branch is there: remember that. */
int rj_importref_settle(struct rj_importref *ref, const git_oid *tip, struct rj_err *err);

/* Does the host's index wait to be reset? / It does, or no longer. */
bool rj_importref_index_waits(const struct rj_importref *ref);
int rj_importref_set_index_waits(const struct rj_importref *ref, bool waits, struct rj_err *err);

void rj_importref_release(struct rj_importref *ref);

#endif
