#ifndef RJ_GIT_REPLACED_H
#define RJ_GIT_REPLACED_H

#include "core/git/repo.h"

/* A line if git on the host sees other objects in place of some (git-replace(1)), which neither we
 * nor the agent's git do. */
void rj_replaced_tell(const struct rj_repo *repo, struct rj_strv *notes);

#endif
