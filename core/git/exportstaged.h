#ifndef RJ_GIT_EXPORTSTAGED_H
#define RJ_GIT_EXPORTSTAGED_H

#include "core/git/exportwalk.h"

/*
 * What G's index alone holds: content that somebody added and did not commit, when its file has
 * other content by now, is gone, or is one that the rules ignore. In the locked child, after the
 * walk (exportwalk.h).
 *
 * Counted are files whose content is in G's objects, and neither in main's nor in a commit that is
 * being sent. What is left out: sides of a merge conflict, which are of commits; gitlinks; what is
 * in a commit of another ref alone, which is told of with that. An index that is split, sparse or
 * damaged is not looked into.
 */
struct rj_exportstaged {
	uint64_t n;
	char *path; /* of the first one; NULL without any */
};

int rj_exportstaged_find(struct rj_exportwalk *w, const char *git_dir, struct rj_exportstaged *ret,
			 struct rj_err *err);
void rj_exportstaged_release(struct rj_exportstaged *s);

#endif
