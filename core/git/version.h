#ifndef RJ_GIT_VERSION_H
#define RJ_GIT_VERSION_H

/* The version of libgit2 that is linked in: "1.9.0". Needs no initialised library. */
const char *rj_git_version(void);

#endif
