#ifndef RJ_ENGINE_SANDBOX_H
#define RJ_ENGINE_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "core/engine/wall.h"
#include "core/model/filter.h"
#include "core/sys/userns.h"

/*
 * One process in namespaces of its own: the only way from the host into a jail.
 *
 *   parent (supervisor)                child (PID 1 of the new PID namespace)
 *   rj_sandbox_start ----clone3---->   dies with the parent, own session, id maps, nested
 *                                      user namespaces off, host name, session keyring,
 *   planned(arg)                       no_new_privs, bounding set empty, the plan's own mounts
 *                                      once they are known, pivot, mounted(arg), limits,
 *   rj_netns_offer --------------->    Landlock, network namespace, capabilities gone,
 *   cloned(arg)                        not dumpable, seccomp
 *   waits on the error pipe            body(arg)
 *
 * There is no exec in between, so the child is not a way to the host's binary, and it is not
 * dumpable, so nothing in the jail can look into it (proc(5): /proc/PID/exe, root, fd, mem).
 */
/* What bounds the child and all that comes from it; a number of 0 sets nothing. */
struct rj_sandbox_limits {
	bool group;	    /* it was put into a control group, the top of what it shall see */
	uint64_t processes; /* RLIMIT_NPROC */
	uint64_t pid_max;   /* processes, by kernel.pid_max; Linux 6.14 or newer only */
	uint64_t files;	    /* RLIMIT_NOFILE */
	struct rj_userns_inotify inotify;
	int oom_score;
};

struct rj_sandbox {
	const struct rj_plan *plan;
	const struct rj_plan *parts;		/* the beginning of it: see `planned` */
	const struct rj_sandbox_limits *limits; /* or NULL; see `planned` */
	uid_t inside_uid;			/* what the caller's own ids are inside */
	gid_t inside_gid;
	const char *hostname;
	unsigned wall;	       /* enum rj_wall_flags; RJ_WALL_NESTED also allows user namespaces */
	enum rj_filter filter; /* of system calls */
	bool own_network;      /* an empty network namespace with loopback up */
	const int *keep;       /* descriptors that the child needs, beyond 0, 1 and 2 */
	size_t keep_n;
	/*
	 * NULL, or called in the parent while the child, `pid`, sets up its namespaces: it makes
	 * limits and plan. `limits`, `plan`, `parts` and what they point to then lie in memory that
	 * both see (rj_shared_new), and so does what the body needs of it. With each
	 * rj_sandbox_part(feed) the child takes the next of `parts`, each with more steps than the
	 * last, and with the first one the limits; these and the mounts do not change from then on.
	 * When it fails, the child is ended.
	 */
	int (*planned)(void *arg, pid_t pid, int feed, struct rj_err *err);
	/* Called in the parent with the child's pidfd while the child sets itself up and works; or
	 * NULL. The body does not begin before it has returned. When it fails, the child is ended.
	 */
	int (*cloned)(void *arg, int pidfd, struct rj_err *err);
	/* NULL, or called in the child when its "/" is as it will be, with the mount of each step
	 * of the plan (apply.h): descriptors that are closed after it. */
	int (*mounted)(void *arg, const int *trees, struct rj_err *err);
	/*
	 * The child's work. `report` is the error pipe, close-on-exec: the parent's start returns
	 * when every copy is closed. What it returns becomes the exit status; when negative, *err
	 * is sent.
	 */
	int (*body)(void *arg, int report, struct rj_err *err);
	void *arg;
};

struct rj_child {
	pid_t pid;
	int pidfd;
	int alive; /* when the last copy of it closes, the child knows that its parent is gone */
};

/*
 * Start it. Returns when the child's body has closed `report` (0), or with the child's error, and
 * then the child is gone. The caller waits with rj_child_wait.
 */
int rj_sandbox_start(const struct rj_sandbox *sb, struct rj_child *ret_child, struct rj_err *err);

/* See `planned`. A failure shows when the plan is done. */
void rj_sandbox_part(int feed);

/* Its namespaces, ids, Landlock and filter, a line each, in a stable format. */
void rj_sandbox_print(const struct rj_sandbox *sb, FILE *out);

/* Wait for the end: exit code, or 128 + signal. Closes the descriptors. */
int rj_child_wait(struct rj_child *child);

#endif
