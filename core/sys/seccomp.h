#ifndef RJ_SYS_SECCOMP_H
#define RJ_SYS_SECCOMP_H

#include <linux/filter.h>

#include "core/base/err.h"

/*
 * Have the kernel ask `code`, a filter of `n` instructions, about every system call of this thread
 * and of all it starts, from now on and for ever (seccomp(2), 3.17). no_new_privs must be set.
 *
 * Filters of ours do not switch on the mitigation of speculative store bypass, which kernels before
 * 5.16 do for every filtered process and which costs up to a third of its speed
 * (SECCOMP_FILTER_FLAG_SPEC_ALLOW, 4.17): a program that wants it asks for it, with prctl(2).
 */
int rj_seccomp_load(const struct sock_filter *code, unsigned short n, struct rj_err *err);

#endif
