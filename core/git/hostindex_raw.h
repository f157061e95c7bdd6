#ifndef RJ_GIT_HOSTINDEX_RAW_H
#define RJ_GIT_HOSTINDEX_RAW_H

#include "core/git/hostindex.h"

/* Shared by the two files of hostindex: where things lie in an entry, gitformat-index(5). */
enum {
	RJ_INDEX_CTIME = 0, /* seconds, nanoseconds */
	RJ_INDEX_MTIME = 8,
	RJ_INDEX_INO = 20,
	RJ_INDEX_MODE = 24,
	RJ_INDEX_SIZE = 36,
	RJ_INDEX_ID = 40,
	RJ_INDEX_FLAGS = 60,
	RJ_INDEX_FIXED = 62,
};

/* Four bytes, the highest first. */
uint32_t rj_index_u32(const unsigned char *p);

/* Read the TREE extension; false when it is damaged. */
bool rj_index_read_dirs(struct rj_hostindex *ix, const unsigned char *p, size_t len);

#endif
