#ifndef RJ_SYS_USERNS_H
#define RJ_SYS_USERNS_H

#include <sys/types.h>

#include "core/base/err.h"
#include "core/base/remedy.h"

/*
 * Called by a process that is alone in a new user namespace: map `inside_*` to the outside ids that
 * the process had, one id each (user_namespaces(7): an unprivileged process may write exactly that,
 * after setgroups is denied). Needs the outer /proc, which the child of clone still sees.
 */
int rj_userns_map(uid_t inside_uid, uid_t outside_uid, gid_t inside_gid, gid_t outside_gid,
		  struct rj_err *err);

/*
 * From now on no process of this user namespace can make another one, by the sysctl
 * user.max_user_namespaces, which each user namespace has for itself (namespaces(7), 4.9). It is
 * one of two locks: the filter of system calls (core/model/filter.h), which no jail does without,
 * refuses the same, so where /proc/sys is read-only or hidden, as in containers, this does nothing.
 * Needs the capabilities of the namespace, so call it before they are dropped.
 */
int rj_userns_forbid_nested(struct rj_err *err);

/* What the sysctls below `root` ("/proc/sys") say. */
struct rj_userns_switches rj_userns_switches(const char *root);

/*
 * Why could clone with CLONE_NEWUSER, or the id map, not work here? Looks at the known sysctls and
 * sets *err with the remedy (core/base/remedy.h) and status RJ_EXIT_NO_FEATURE. `num` is the errno
 * that the kernel gave. Returns -num.
 */
int rj_userns_explain(int num, struct rj_err *err);

#endif
