#ifndef RJ_SYS_NETNS_H
#define RJ_SYS_NETNS_H

#include "core/base/err.h"

/*
 * A network namespace of its own for a child in new namespaces, with nothing but loopback, which is
 * up.
 *
 * To make one takes the kernel as long as all the other namespaces together, a quarter of a
 * millisecond, and within clone3(2) parent and child both wait for that. So a third process makes
 * it meanwhile: it enters the child's user namespace, which then owns what it makes, and hands out
 * a descriptor. The child takes it late, and makes its own where none comes, as in a container
 * whose filter forbids setns(2).
 */

/* In the parent: make it for the process of `pidfd`, which does not hide itself (PR_SET_DUMPABLE)
 * before it has it, and send it to the socket `to`. Where that fails, the child says why; an error
 * is that loopback is not up. */
int rj_netns_offer(int pidfd, int to, struct rj_err *err);

/* In the child, with its capabilities: enter what comes from the socket `from`. */
int rj_netns_enter(int from, struct rj_err *err);

#endif
