#ifndef RJ_SYS_RLIMIT_H
#define RJ_SYS_RLIMIT_H

#include <stdint.h>

#include "core/base/err.h"

/* Limits of the calling process, which its children inherit. */

/*
 * Lower the hard limit of RLIMIT_`resource` to `value`, and the soft one with it; a lower one
 * stays. Without CAP_SYS_RESOURCE in the first user namespace nobody can undo it (setrlimit(2)).
 */
int rj_rlimit_lower(int resource, const char *name, uint64_t value, struct rj_err *err);

/*
 * Half of the soft limit, for both. For what the kernel counts per user: in a user namespace it
 * holds the namespace to its members' limit and all of the user's to that of the others, so these
 * keep half (inc_rlimit_get_ucounts() in kernel/ucount.c, Linux 5.14; before, a jail gets nothing
 * once the user has half).
 */
int rj_rlimit_halve(int resource, const char *name, struct rj_err *err);

/* The PIDs that the kernel keeps apart: RESERVED_PIDS. */
enum { RJ_PID_MAX_MORE = 300 };

/*
 * The most PIDs that the caller's PID namespace hands out: `processes` and RJ_PID_MAX_MORE,
 * of which a jail may have some, too. Linux 6.14 and newer ONLY: before, kernel.pid_max is the
 * whole machine's, and real root would change that. Needs the outer /proc.
 */
int rj_pid_max_set(uint64_t processes, struct rj_err *err);

/* Let the kernel's OOM killer take this process and its children before others. Unprivileged, so
 * they may undo it, down to the last value that CAP_SYS_RESOURCE wrote, mostly 0 (proc(5)); to
 * raise it again from outside is no use, as they may write more often. Needs the outer /proc. */
int rj_oom_score_raise(int adj, struct rj_err *err);

#endif
