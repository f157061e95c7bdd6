#ifndef RJ_GIT_EXPORTLINE_H
#define RJ_GIT_EXPORTLINE_H

#include "core/base/buf.h"
#include "core/git/import.h"

/*
 * Where G's HEAD came from, as git itself wrote it down: the branch that a rebase or a bisect is at
 * work on (rebase-merge/head-name, rebase-apply/head-name, BISECT_START), and the branches that
 * were left, by the end of logs/HEAD ("checkout: moving from X to Y"). Hostile text, all of it.
 */
struct rj_exportline {
	struct rj_strv names;	 /* full names, the latest first; some may not be there any more */
	enum rj_head_aside what; /* RJ_HEAD_LOOKS when git is at nothing: else the first counts */
};

void rj_exportline_read(int g, struct rj_exportline *ret);
void rj_exportline_release(struct rj_exportline *line);

#endif
