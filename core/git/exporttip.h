#ifndef RJ_GIT_EXPORTTIP_H
#define RJ_GIT_EXPORTTIP_H

#include "core/git/exportrefs.h"
#include "core/git/exportwalk.h"

/*
 * What of G the jail's branch outside is to be: G's HEAD. But HEAD goes back for a look (an older
 * commit, bisect, another branch) and stands aside while commits are made anew (a rebase that has
 * stopped), and who merges just then must not get less than there is. So, unless HEAD is on the
 * jail's own branch, it is the branch that was at work (exportline.h, and last the jail's own):
 * the one that a rebase or bisect is about, if HEAD does not hold it; or the latest that holds what
 * HEAD names and more; or, for a detached HEAD that does not hold it or is at a branch of the
 * host, the latest that holds the last import. A detached HEAD behind the last import changes
 * nothing.
 */
struct rj_exporttip {
	enum rj_stream_kind kind;
	char *name; /* malloc'd: the branch, or "" when detached */
	git_oid id;
};

/* `g` is a descriptor of G, `refs` all of its refs; a HEAD that stands aside is added to them, in
 * the first place. */
int rj_exporttip_find(int g, const struct rj_export *ex, struct rj_exportwalk *w,
		      struct rj_exportrefs *refs, struct rj_exporttip *ret, struct rj_err *err);
void rj_exporttip_release(struct rj_exporttip *tip);

#endif
