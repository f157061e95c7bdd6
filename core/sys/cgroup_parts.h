#ifndef RJ_SYS_CGROUP_PARTS_H
#define RJ_SYS_CGROUP_PARTS_H

#include "core/sys/cgroup.h"

/* What the cgroup*.c files share; nobody else includes this. */

#define RJ_CGROUP_HOST "robojail-host"

/* Open the group at a path below the root; or -errno. */
int rj_cgroup_at(int root, const char *path);

/* A file's text, cut to fit; its length, or -1, and then it is "". */
ssize_t rj_cgroup_text(int dir, const char *file, char *text, size_t size);

/* The RJ_CGROUP_* whose names are in a file. */
unsigned rj_cgroup_controllers_in(int dir, const char *file);

#endif
