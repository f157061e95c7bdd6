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
	bool looks;		 /* at HEAD's commit only by checkout, and nothing was made there */
};

/* `head`: where HEAD is, in hex. */
void rj_exportline_read(int g, const char *head, struct rj_exportline *ret);
void rj_exportline_release(struct rj_exportline *line);

/* By the log of the branch `name`: was it at the commit `id`; and was anything made on it, after it
 * was made itself? */
struct rj_exportlog {
	bool has_id, at_work;
};
struct rj_exportlog rj_exportline_log(int g, const char *name, const char *id);

#endif
