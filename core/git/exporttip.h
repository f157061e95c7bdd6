#ifndef RJ_GIT_EXPORTTIP_H
#define RJ_GIT_EXPORTTIP_H

#include "core/git/exportrefs.h"
#include "core/git/exportwalk.h"

/*
 * What of G the jail's branch outside is to be: G's HEAD. But HEAD goes back for a look (an older
 * commit, bisect, another branch) and stands aside while commits are made anew (a rebase that has
 * stopped), and who merges just then must not get less than there is. So it is HEAD on the jail's
 * own branch, or on one that was made to commit on and was at the last import; else the branch that
 * was at work, of those that HEAD left (exportline.h, and last the jail's own):
 *
 * - the latest that holds what HEAD names and more; one that the last import is of, where HEAD is
 *   detached behind that;
 * - for a detached HEAD with commits that it does not hold, or that only looks at newer ones: the
 *   one that a rebase or bisect is about, or the latest that the last import is of;
 * - for a detached HEAD behind the last import: that;
 * - for another branch: one that is where the last import is, and holds it.
 *
 * If there is none, HEAD is at work itself.
 */
struct rj_exporttip {
	enum rj_stream_kind kind;
	char *name; /* malloc'd: the branch, or "" when detached */
	git_oid id;
};

/* `g` is a descriptor of G, `refs` all of its refs; a HEAD that stands aside is added to them, in
 * the first place, so that they are sorted no more. */
int rj_exporttip_find(int g, const struct rj_export *ex, struct rj_exportwalk *w,
		      struct rj_exportrefs *refs, struct rj_exporttip *ret, struct rj_err *err);
void rj_exporttip_release(struct rj_exporttip *tip);

#endif
