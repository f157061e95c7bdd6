#ifndef RJ_SYS_CHILDREN_H
#define RJ_SYS_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

/* Kill (SIGKILL) the children of this process that `spare` does not know; how many were alive.
 * Looks at /proc, so -errno when that is not the one of our own PID namespace. They are not waited
 * for. */
int rj_children_kill(bool (*spare)(const void *arg, pid_t pid), const void *arg);

#endif
