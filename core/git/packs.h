#ifndef RJ_GIT_PACKS_H
#define RJ_GIT_PACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/git/packread.h"

/* The packs behind packread.h, mapped whole: index and objects. */
enum { RJ_PACK_HEAD = 12 }; /* bytes before the first object */

struct rj_pack {
	const unsigned char *idx, *bytes;
	size_t idx_size, size, n;
};

struct rj_packs {
	struct rj_pack *v;
	size_t n, cap;
};

/* Where the object of that name (20 bytes) lies in the pack; false when it is not there. */
bool rj_pack_find(const struct rj_pack *p, const unsigned char *id, uint64_t *ret);

#endif
