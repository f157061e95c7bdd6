#ifndef RJ_ENGINE_WATCH_PARTS_H
#define RJ_ENGINE_WATCH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/engine/watch.h"
#include "core/sys/msg.h"

/* Between the files of the watch. */

/* What PID 1 hands out, /proc first. */
enum { RJ_WATCH_SHOWN = 5 };
struct rj_watch_shown {
	const char *name;
	long magic; /* of statfs(2) */
};
extern const struct rj_watch_shown rj_watch_shown[];

struct rj_watch_state {
	const struct rj_watch_args *a;
	struct rj_watch_result *r;
	int fds[RJ_MSG_FDS]; /* of what is shown */
	size_t fds_n;
	uint64_t tmp_used;
	struct rj_du *du; /* of a measure that goes on */
	int64_t du_again; /* when the next one begins */
	unsigned over;
	bool disk_armed, inodes_armed;
	bool ended; /* the jail was ended */
};

/* One sample; milliseconds to wait for the next. */
int rj_watch_look(struct rj_watch_state *w);

/* Parts of it. The disk's: milliseconds in which it cannot have lost what there is to lose. */
void rj_watch_look_at_tmp(struct rj_watch_state *w);
int64_t rj_watch_look_at_disk(struct rj_watch_state *w);

#endif
