#ifndef RJ_GIT_PRIVCONF_H
#define RJ_GIT_PRIVCONF_H

#include "core/git/repo.h"

/*
 * The configuration of a jail's git directory: what git needs, the user's identity, settings that
 * only change how things look or merge, and remotes without credentials. Nothing that names a
 * program, a file or another configuration comes through: the rows in privconf.c are all there is.
 */
int rj_private_config(const struct rj_repo *repo, struct rj_buf *ret_text, struct rj_err *err);

/* Of that, who commits and how a new repository's branch is called: for ~/.gitconfig, since the
 * jail also makes repositories that are not its worktree (tests do). "" when nothing is known;
 * *ret_named: both that a commit needs, a name and an address, are. */
int rj_private_identity(const struct rj_repo *repo, bool *ret_named, struct rj_buf *ret_text,
			struct rj_err *err);

#endif
