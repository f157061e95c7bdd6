#ifndef RJ_SYS_DU_H
#define RJ_SYS_DU_H

#include <stddef.h>
#include <stdint.h>

/*
 * How much a directory holds on its disk, measured bit by bit, so that whoever measures a hostile
 * tree is never kept from other work. No link is followed and nothing but directories is opened.
 * Each file counts 512 bytes for its inode, and one with n names by n-ths. What vanishes meanwhile
 * counts for nothing.
 */
struct rj_du;

/* Begin at the directory `dir` (O_PATH will do), which is borrowed. Never NULL. */
struct rj_du *rj_du_new(int dir);

/*
 * Look at up to `entries` more names. 1 when all is seen, 0 when there is more, or -errno: -ELOOP a
 * tree deeper than 500 levels, -EACCES a directory that is closed to its owner. Neither can be
 * measured, and an honest home has neither. *ret is the sum in bytes up to here.
 */
int rj_du_step(struct rj_du *du, size_t entries, uint64_t *ret);

/* For RJ_AUTO; accepts NULL. */
void rj_du_free(struct rj_du **du);

#endif
