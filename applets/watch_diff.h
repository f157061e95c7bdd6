#ifndef RJ_APPLETS_WATCH_DIFF_H
#define RJ_APPLETS_WATCH_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/engine/ctx.h"

/*
 * The diff of a jail, as `status --diff` has it, to be scrolled through. A process of its own reads
 * the worktree, so keys are answered meanwhile. Lines are shown as far as they are there; after
 * 32 MiB no more are.
 */
struct rj_watch_diff {
	char *name; /* of the jail; NULL: there is no diff to show */
	int fd;	    /* poll it for input, then call rj_watch_diff_more; -1 at the end */
	int pid;
	struct rj_buf text; /* any bytes */
	size_t *lines;	    /* where each begins */
	size_t n, cap;
	size_t top;  /* the first line that is shown */
	size_t left; /* columns that are scrolled away */
	bool cut;
};

int rj_watch_diff_start(struct rj_watch_diff *d, struct rj_ctx *ctx, const char *name,
			struct rj_err *err);
void rj_watch_diff_more(struct rj_watch_diff *d);

/* A key, with `rows` lines shown. False when it leaves the diff. */
bool rj_watch_diff_key(struct rj_watch_diff *d, int key, size_t rows);
void rj_watch_diff_release(struct rj_watch_diff *d);

/* Keys that are no characters. */
enum {
	RJ_KEY_UP = 256,
	RJ_KEY_DOWN,
	RJ_KEY_LEFT,
	RJ_KEY_RIGHT,
	RJ_KEY_PAGE_UP,
	RJ_KEY_PAGE_DOWN,
	RJ_KEY_HOME,
	RJ_KEY_END,
};

/* The first key of what was read, and how many bytes it took; 0 when there is none. */
size_t rj_watch_key(const char *bytes, size_t len, int *ret);

#endif
