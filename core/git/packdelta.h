#ifndef RJ_GIT_PACKDELTA_H
#define RJ_GIT_PACKDELTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Deltas of gitformat-pack(5). Pure; any bytes may come in. */

/* The size of what comes out; false when the delta is not for a base of this size, or more than
 * `max` would come out. */
bool rj_packdelta_size(const char *delta, size_t len, size_t base_len, uint64_t max, uint64_t *ret);

/* Make it: `out` has exactly the size that rj_packdelta_size told. */
bool rj_packdelta_apply(const char *delta, size_t len, const char *base, size_t base_len, char *out,
			size_t out_len);

#endif
