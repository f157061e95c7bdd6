#ifndef RJ_APPLETS_PLACE_H
#define RJ_APPLETS_PLACE_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/buf.h"

struct rj_err;

/*
 * Files that `install` puts in place: a list is made first, checked as a whole, and only then
 * written, so that a refusal leaves nothing half done. Each file is replaced as a whole.
 */
struct rj_place_item {
	char *path;	    /* absolute */
	char *target;	    /* of a symlink, else NULL */
	struct rj_buf text; /* of a file */
	mode_t mode;
	bool present; /* the check found it there as it should be */
};

struct rj_place {
	/* A file is ours, and may be replaced, if this text is somewhere in it; a symlink, if it
	 * has the target that we would give it. */
	const char *mark;
	struct rj_place_item *v;
	size_t n, cap;
};

/* Add a file. Takes path (malloc'd) and what is in *text, which is empty then. */
void rj_place_add_file(struct rj_place *p, char *path, struct rj_buf *text, mode_t mode);

/* Add a symlink. Takes path (malloc'd), copies target. */
void rj_place_add_link(struct rj_place *p, char *path, const char *target);

/* See what is there. -EEXIST with *err naming the first path that is not ours. */
int rj_place_check(struct rj_place *p, struct rj_err *err);

/* Write what the check did not find, in order, directories included; durable when it returns 0. */
int rj_place_write(const struct rj_place *p, struct rj_err *err);

void rj_place_release(struct rj_place *p);

#endif
