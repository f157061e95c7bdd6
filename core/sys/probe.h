#ifndef RJ_SYS_PROBE_H
#define RJ_SYS_PROBE_H

#include "core/base/err.h"
#include "core/base/hostfacts.h"

/*
 * What this host can do: tried in short-lived children, or read; nothing is changed, and nothing
 * fails. It says what is, and judges nothing.
 */

/* The kernel: version, namespaces, sysctls, mounts, locks, container. */
void rj_probe_kernel(struct rj_hostfacts *f);

/* Around it: cgroup, terminal. */
void rj_probe_around(struct rj_hostfacts *f);

/* The git that a user of this PATH would start: its own words. Runs it with an empty environment in
 * "/", for two seconds at most; only absolute parts of PATH count, so that it is not one that lies
 * in the current directory. */
void rj_probe_git(const char *path_variable, char *ret, size_t size);

/* The file system that holds `path`, or would hold it, and its permissions. */
void rj_probe_fs(const char *path, struct rj_fs_facts *ret);

/* Does the kernel let a new PID namespace have a proc of its own? 0, or an errno; about 1 ms. */
int rj_probe_proc(void);

#endif
