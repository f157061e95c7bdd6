#ifndef RJ_GIT_GITENV_H
#define RJ_GIT_GITENV_H

#include "core/base/buf.h"

/*
 * The caller's variables that say where git's configuration is: GIT_CONFIG_NOSYSTEM, and
 * GIT_CONFIG_SYSTEM and GIT_CONFIG_GLOBAL as far as libgit2 can be told, which looks for files of
 * its own names: /dev/null and "" for none, or a file called "gitconfig" or ".gitconfig".
 */
int rj_gitenv_apply(void); /* an error of libgit2 */

/* A line for each one that git reads and we do not. */
void rj_gitenv_tell(struct rj_strv *notes);

#endif
