#ifndef RJ_SYS_DURABLE_H
#define RJ_SYS_DURABLE_H

#include "core/base/err.h"

/*
 * Files of an operation that counts only when it is over (its last step says so, and until then a
 * crash takes all of it back). They need not reach the disk one after another: each fsync(2) waits
 * for the journal, a dozen of them takes longer than a checkout.
 *
 * For one thread, and one operation at a time.
 */

/* fsync(2), or between begin and end a note to do it. 0 or -errno. The caller closes fd. */
int rj_durable(int fd);

void rj_durable_begin(void);

/* Bring all that was noted to the disk: writing starts for all of them before the first is waited
 * for (sync_file_range(2)). 0 or -errno with *err. */
int rj_durable_end(struct rj_err *err);

/* The operation is taken back: forget them. Harmless when nothing was begun. */
void rj_durable_drop(void);

#endif
