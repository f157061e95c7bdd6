#ifndef RJ_ENGINE_OVERLAY_H
#define RJ_ENGINE_OVERLAY_H

#include "core/model/plan.h"

/*
 * A tree (core/sys/mnt.h) that is an overlay in the jail's own user namespace (Linux 5.11):
 * `lower`, a directory of the host, is read; what is written goes to s->upper, which is made. For
 * the jail's first process, while it has every capability and sees the host's root.
 *
 * What the jail cannot do with it, tried against 6.18 (tests/e2e/t-caches.sh):
 *
 *   reach upper or work   they lie in private/N, which no jail sees
 *   forge a whiteout      mknod of device 0,0 is refused, there as everywhere
 *   forge an attribute    "userxattr" keeps the overlay's own in user.overlay.*; through the
 *                         overlay those are refused, or since 6.7 kept under another name
 *                         (Documentation/filesystems/overlayfs.rst, "Nesting overlayfs mounts")
 *   lead it elsewhere     "userxattr" turns redirect_dir and metacopy off (ovl_fs_params_verify)
 *
 * One thing it can: the overlay reads and copies up with the rights of the first process, so a file
 * of the user's own that lies in the cache with its permissions taken away can be read after a
 * chmod inside.
 *
 * An upper directory serves one mount at a time; two would be undefined. The first process holds a
 * lock on it as long as it lives: -EBUSY when another session of the jail has it.
 */
int rj_overlay_make(const struct rj_step *s, int lower, struct rj_err *err);

#endif
