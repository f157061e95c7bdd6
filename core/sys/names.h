#ifndef RJ_SYS_NAMES_H
#define RJ_SYS_NAMES_H

#include <dirent.h>

/*
 * The names in a directory, for one that is read once and is small most times: without what
 * opendir(3) allocates and asks. All zero but `fd`, a directory open for reading, which stays the
 * caller's.
 */
struct rj_names {
	int fd;
	long at, len; /* in batch */
	_Alignas(struct dirent) char batch[2048];
};

/* The next one, without "." and ".."; NULL at the end, also of a directory that cannot be read on.
 * Valid until the next call. */
const struct dirent *rj_names_next(struct rj_names *n);

#endif
