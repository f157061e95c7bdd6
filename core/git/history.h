#ifndef RJ_GIT_HISTORY_H
#define RJ_GIT_HISTORY_H

#include <git2.h>

#include "core/git/oidset.h"
#include "core/git/treefmt.h"

/*
 * Which commits lie behind some tips, found out as far as asked: the newest first, no further back
 * than the date of the commit in question. Commits that are missing or damaged end their line and
 * are no error. A clock that was wrong by more than a day can make the answer a false "no".
 */
struct rj_history {
	git_odb *odb;		 /* borrowed */
	struct rj_oidset behind; /* found so far */
	struct rj_oidset shallow;
	struct rj_history_commit {
		int64_t date;
		git_oid id;
	} * heap; /* found, but its parents not looked at yet */
	size_t n, cap;
	struct rj_commit commit;
};

/* `path` names a file as git's `shallow`, or NULL: where history ends on purpose. */
int rj_history_init(struct rj_history *h, git_odb *odb, const char *shallow, struct rj_err *err);

void rj_history_add_tip(struct rj_history *h, const git_oid *id);
bool rj_history_is_behind(struct rj_history *h, const git_oid *id);
void rj_history_release(struct rj_history *h);

#endif
