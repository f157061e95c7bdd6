#ifndef RJ_SYS_USERNS_H
#define RJ_SYS_USERNS_H

#include <sys/types.h>

#include "core/base/err.h"

/*
 * Called by a process that is alone in a new user namespace: map `inside_*` to the outside ids that
 * the process had, one id each (user_namespaces(7): an unprivileged process may write exactly that,
 * after setgroups is denied). Needs the outer /proc, which the child of clone still sees.
 */
int rj_userns_map(uid_t inside_uid, uid_t outside_uid, gid_t inside_gid, gid_t outside_gid,
		  struct rj_err *err);

/* From now on no process of this user namespace can make another one (namespaces(7), the sysctl is
 * per user namespace). Needs CAP_SYS_RESOURCE there, so call it before capabilities are dropped. */
int rj_userns_forbid_nested(struct rj_err *err);

/*
 * Why could clone with CLONE_NEWUSER, or the id map, not work here? Looks at the known sysctls,
 * AppArmor's rule and a container's filter; sets *err with the remedy and status
 * RJ_EXIT_NO_FEATURE. `num` is the errno that the kernel gave. Returns -num.
 */
int rj_userns_explain(int num, struct rj_err *err);

#endif
