#ifndef RJ_ENGINE_WATCH_H
#define RJ_ENGINE_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"
#include "core/model/plan.h"

/*
 * The watch: a process of the host that samples what a session uses, for the limits that nothing in
 * the kernel holds, and to tell which one was hit.
 *
 *   supervisor              watch                        PID 1
 *   rj_watch_open
 *   starts the jail                                      rj_watch_inside: hands out its /proc,
 *   rj_watch_prepare                                     /tmp ..., starts the command
 *   rj_watch_start --fork-> takes them from the socket
 *                           samples
 *   rj_watch_end   <------- ends with the socket         ends, or ends with the socket
 *
 * It is not started at once, because commands that end in a tenth of a second need none: samples
 * are further apart than that. Where the supervisor may wait for somebody else meanwhile, for a
 * terminal or for what an agent left in its git directory, it is started before the jail is, and so
 * it is before the supervisor stops itself.
 *
 * A process of its own because the supervisor stops whenever the jail's command does (^Z), and
 * because nothing in the jail can see, starve (it has a session, so a scheduling group, of its own)
 * or end it. It reads numbers of the kernel's only, and names of files below the home. When it
 * dies, the jail ends; it dies with the supervisor.
 *
 * Sampling is coarser than a cgroup: every quarter of a second, every 30 ms when half of the memory
 * is used. What it cannot see is memory that belongs to no process and no tmpfs of the jail: a
 * memfd that is not mapped, the kernel's own.
 */
struct rj_watch_args {
	uint64_t memory; /* bytes; RJ_UNLIMITED where something else holds it */
	uint64_t tasks;	 /* told, not held; RJ_UNLIMITED the same */
	uint64_t home;	 /* bytes, or RJ_UNLIMITED */
	uint64_t disk;	 /* bytes that stay free, and that share of the inodes, or RJ_UNLIMITED */
	int home_dir;	 /* O_PATH; borrowed */
};

/* What it has seen. */
struct rj_watch_result {
	uint64_t tasks;	   /* the most that were seen at once, where it looked for them */
	uint64_t memory;   /* the same, bytes, with the tmpfs */
	char full[16];	   /* the tmpfs that was full, or "" */
	unsigned killed;   /* processes that it ended for memory */
	char biggest[16];  /* the last one's name, any bytes */
	bool memory_ended; /* it ended the jail, for memory */
	int home_ended;	   /* 1: for the home's size; -errno: because that cannot be measured */
	bool disk_ended;   /* for the disk */
	bool inodes_ended; /* for its inodes */
	bool failed;	   /* there was none, and the jail ended for that */
};

struct rj_watch {
	struct rj_watch_args args;
	int sock;	   /* from PID 1; the supervisor's until the watch is started, then -1 */
	bool disk_armed;   /* there was more than args.disk left when it was prepared */
	bool inodes_armed; /* and more inodes than the same share */
	bool failed;	   /* it could not be started, and the jail ends */
	int wait_ms;	   /* after which it has to be started at the latest */
	pid_t pid;	   /* 0 none */
	int pidfd;
	struct rj_watch_result *result; /* shared with it */
};

#define RJ_WATCH_NONE                   \
	{                               \
		.sock = -1, .pidfd = -1 \
	}

/* Before the jail's first process is. *ret_inside is the socket for rj_watch_inside, which the
 * caller closes once that has it. */
int rj_watch_open(struct rj_watch *ret, int *ret_inside, struct rj_err *err);

/* Before the jail is started. */
void rj_watch_prepare(struct rj_watch *watch, const struct rj_watch_args *args);

/* Start it, unless it was. On failure the jail ends by itself: its socket is closed. */
int rj_watch_start(struct rj_watch *watch, struct rj_err *err);

/* In PID 1, once its "/" is as it will be: the command must not start before. `trees` has the mount
 * of each step of the plan. */
int rj_watch_inside(int inside, const struct rj_plan *plan, const int *trees, struct rj_err *err);

/* In PID 1 later: the watch, which has been started, does not end with the supervisor any more,
 * only with the jail. 0 or -errno. */
int rj_watch_keep(int inside);

/* After the jail's end: wait for it, also in another process than the one that started it, or look
 * once where it was not needed. Safe when nothing was prepared; *ret is then all zero. */
void rj_watch_end(struct rj_watch *watch, struct rj_watch_result *ret);

#endif
