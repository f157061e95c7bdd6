#ifndef RJ_ENGINE_SKELETON_H
#define RJ_ENGINE_SKELETON_H

#include "core/engine/ctx.h"
#include "core/model/plan.h"

/*
 * A jail's root, kept on disk from one start to the next.
 *
 * Most of a mount plan makes the same directories, links, small files and places to mount on in the
 * new root each time: a quarter of what a start costs. They are made once, in private/N/root,
 * out of the jail's reach, and bound read-only as its root. What it was made of is written down
 * beside it, in root.text: a plan with anything else in it gets a root of its own, which replaces
 * this one.
 * Small files of the host's /etc are copied into it instead of mounted, and are known by device,
 * inode and ctime: an edited one is seen at the next start, as a replaced one is where it is bound.
 *
 * Nothing is written to the disk in order (see file.h): a root from before the host's last start
 * may have been cut short by a crash, and is made again.
 */

/*
 * For the owner of the jail (owner.h), and no other: have what is kept for `plan`, made now when it
 * is not there, and let the plan use it. Where that cannot be, the plan stays as it is, with a
 * tmpfs as its root.
 */
void rj_skeleton_use(const struct rj_ctx *ctx, const char *name, struct rj_plan *plan);

#endif
