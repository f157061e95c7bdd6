#ifndef RJ_GIT_UNENCODED_H
#define RJ_GIT_UNENCODED_H

#include <pthread.h>
#include <stddef.h>

#include "core/base/buf.h"

enum { RJ_UNENCODED_MAX = 8 };

/* Files that stay UTF-8 where their working-tree-encoding says otherwise, counted by any thread. */
struct rj_unencoded {
	pthread_mutex_t lock;
	struct {
		char *encoding, *path; /* of the first file */
		size_t count;
	} v[RJ_UNENCODED_MAX]; /* the last one stands for all further encodings */
	size_t n;
};

#define RJ_UNENCODED_NONE                         \
	{                                         \
		.lock = PTHREAD_MUTEX_INITIALIZER \
	}

void rj_unencoded_add(struct rj_unencoded *u, const char *encoding, const char *path);

/* A line for each encoding, and what follows from it. */
void rj_unencoded_tell(const struct rj_unencoded *u, struct rj_strv *notes);

void rj_unencoded_release(struct rj_unencoded *u);

#endif
