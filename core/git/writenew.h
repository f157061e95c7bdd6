#ifndef RJ_GIT_WRITENEW_H
#define RJ_GIT_WRITENEW_H

#include <stddef.h>

#include "core/base/err.h"

/* Write the new file dir/name; the umask counts. Not synced, as git does not sync them either.
 * -EEXIST when it is there. */
int rj_write_new(const char *dir, const char *name, const void *text, size_t len,
		 struct rj_err *err);

#endif
