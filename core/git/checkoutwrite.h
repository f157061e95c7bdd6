#ifndef RJ_GIT_CHECKOUTWRITE_H
#define RJ_GIT_CHECKOUTWRITE_H

#include <time.h>

#include "core/git/checkout.h"
#include "core/git/checkoutlist.h"
#include "core/git/reflink.h"
#include "core/git/unencoded.h"

struct rj_checkout_job {
	const struct rj_repo *repo;
	const struct rj_packs *packs;	/* of the repository */
	struct rj_reflinks *reflinks;	/* with its main worktree */
	const char *path;		/* W */
	struct rj_private_draft *draft; /* begun on the calling thread; may be NULL */
	struct rj_checkout_list *list;
	struct rj_unencoded *unencoded; /* filled */
	int64_t mtime;			/* seconds; of all files and links */
	rj_progress_fn *progress;	/* called on the calling thread; may be NULL */
	void *arg;
};

/*
 * Write all files of the list below W, which holds none of them, and fill in their stat data. On
 * as many threads as pay. Nothing is followed or replaced: what is in the way is an error.
 */
int rj_checkout_files(const struct rj_checkout_job *job, struct rj_err *err);

#endif
