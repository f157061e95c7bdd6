#ifndef RJ_ENGINE_WALL_H
#define RJ_ENGINE_WALL_H

#include <stdio.h>

#include "core/model/plan.h"

/*
 * The second wall: a Landlock domain (core/sys/landlock.h) drawn from the mount plan, so that a
 * mistake in one of the two is not yet a hole.
 *
 *   everything inside           may be read, listed, executed; but what lies in a directory that
 *                               leads to something hidden below a read-only bind only if it was
 *                               there at the start, which is where the mounts alone do not hold
 *   what the plan made writable may be changed
 *   /dev, /proc                 may be written to where they are; devices take ioctls
 *   descriptors 0, 1 and 2      may be opened again as they were opened: a file that the caller
 *                               gave for reading stays for reading, /proc/self/fd/0 or not
 *
 * Only renames within one right are left, which is what the mounts allow anyway.
 */
enum rj_wall_flags {
	RJ_WALL_NESTED = 1u << 0, /* mounts are allowed inside: no domain of files (landlock.h) */
	/* No TCP at all, loopback included: for what needs no network, not for a jail whose network
	 * is off, which has its own loopback. */
	RJ_WALL_NO_TCP = 1u << 1,
};

/* Inside the new root, with no_new_privs set, before anything is started. Does what the kernel
 * has. `trees` are those of rj_apply. */
int rj_wall_raise(const struct rj_plan *plan, const int *trees, unsigned flags, struct rj_err *err);

/* "landlock files scope abi 7": what the kernel would hold, in a stable format. */
void rj_wall_print(unsigned flags, FILE *out);

#endif
