#ifndef RJ_ENGINE_MONITOR_H
#define RJ_ENGINE_MONITOR_H

#include "core/engine/ctx.h"
#include "core/model/jail.h"

/*
 * All jails as they are now, for a screen that shows them all the time.
 *
 * What is cheap is looked at each time: records, who runs, what its processes use, the last line of
 * its terminal. What is in the worktree is not, and its size is up to the agent: a process of its
 * own brings its commits over and compares, one jail at a time, and pauses nine times as long as
 * it took, so it takes a tenth of one processor at most. Until there is something newer, the last
 * result stands.
 */
enum rj_monitor_state {
	RJ_MONITOR_STOPPED,
	RJ_MONITOR_RUNNING,
	RJ_MONITOR_MISSING,
	RJ_MONITOR_CREATING,
	RJ_MONITOR_INCOMPLETE,
};

struct rj_monitor_jail {
	struct rj_jail jail;
	enum rj_monitor_state state;
	double cpu;	 /* percent of one processor; -1 not known, as with the rest */
	int64_t memory;	 /* bytes */
	int64_t seconds; /* since its session began */
	int64_t commits, files, uncommitted; /* as in struct rj_status */
	struct rj_buf last;		     /* line; any bytes; empty when there is none */

	bool scanned;	  /* at least once */
	int64_t scan_due; /* the rest is the monitor's own */
	uint64_t ticks;
	int64_t ticks_at;
	int supervisor;
};

struct rj_monitor {
	struct rj_ctx *ctx;
	char *const *names;	   /* only these; ends with NULL; NULL or none: all. Borrowed */
	struct rj_monitor_jail *v; /* by name */
	size_t n;

	int proc;
	int scan_fd; /* poll it for input, then call rj_monitor_scanned; -1 when nothing is on */
	int scan_pid;
	char *scan_name;
	int64_t scan_begun, scan_next;
};

int rj_monitor_init(struct rj_monitor *ret, struct rj_ctx *ctx, char *const *names,
		    struct rj_err *err);

/* Look at what is cheap. On failure all is as it was. */
int rj_monitor_refresh(struct rj_monitor *m, struct rj_err *err);

/* Start to look into a worktree, if it is time to and nothing is on. */
void rj_monitor_scan(struct rj_monitor *m);

/* The scan that was on is over: take what it found. */
void rj_monitor_scanned(struct rj_monitor *m);

/* Milliseconds until rj_monitor_scan has something to do. */
int rj_monitor_wait(const struct rj_monitor *m);

const char *rj_monitor_state_name(enum rj_monitor_state state);
void rj_monitor_release(struct rj_monitor *m);

#endif
