#ifndef RJ_GIT_SAMPLE_H
#define RJ_GIT_SAMPLE_H

#include "core/base/err.h"

/*
 * Make the directory `path` a small repository to try things on: a branch main with one commit of
 * the files README, stable and plain. It must not be there yet.
 */
int rj_sample_repo(const char *path, struct rj_err *err);

#endif
