#ifndef RJ_GIT_EXPORTTIP_H
#define RJ_GIT_EXPORTTIP_H

#include "core/git/exportrefs.h"
#include "core/git/exportwalk.h"

/*
 * What of G the jail's branch outside is to be: G's HEAD. But HEAD goes back for a look (an older
 * commit, bisect, another branch) and stands aside while commits are made anew (a rebase that has
 * stopped), and who merges just then must not get less than there is. So it is the branch that was
 * at work, of that name in G or where the last import was, as long as that holds what HEAD names,
 * or HEAD is detached and does not hold the branch, or has no commit yet.
 */
struct rj_exporttip {
	enum rj_stream_kind kind;
	char *name; /* malloc'd: the branch, or "" when detached */
	git_oid id;
};

/* `g` is a descriptor of G, `refs` all of its refs; a HEAD that stands aside is added to them. */
int rj_exporttip_find(int g, const struct rj_export *ex, struct rj_exportrefs *refs,
		      struct rj_exporttip *ret, struct rj_err *err);
void rj_exporttip_release(struct rj_exporttip *tip);

#endif
