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

/* inotify(7) counts both per user, on the whole machine; 0: not known, or no limit. */
struct rj_userns_inotify {
	long instances, watches;
};

/* Half of what a user may have, by the sysctls below `root` ("/proc/sys"). */
struct rj_userns_inotify rj_userns_inotify_half(const char *root);

/*
 * The most that this user namespace takes of its user's, by the sysctls user.max_inotify_* (4.13),
 * so that one jail cannot have all. As above: before the capabilities are dropped, and nothing
 * where /proc/sys is read-only.
 */
int rj_userns_limit_inotify(const struct rj_userns_inotify *most, struct rj_err *err);

/* What the sysctls below `root` ("/proc/sys") say. */
struct rj_userns_switches rj_userns_switches(const char *root);

/*
 * Why could clone with CLONE_NEWUSER, or the id map, not work here? Looks at the known sysctls and
 * sets *err with the remedy (core/base/remedy.h) and status RJ_EXIT_NO_FEATURE. `num` is the errno
 * that the kernel gave. Returns -num.
 */
int rj_userns_explain(int num, struct rj_err *err);

#endif
