#ifndef RJ_SYS_CGROUP_H
#define RJ_SYS_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/err.h"

/*
 * Control groups, version 2 (cgroups(7), Documentation/admin-guide/cgroup-v2.rst). The hierarchy is
 * a descriptor of its root and paths below it, so a directory tree can stand for it in a test.
 *
 * A group with processes in it cannot hand controllers to groups below it. So a place for sessions
 * is one of these:
 *
 *   - our own group, when it is delegated to us: all processes of it go to a group of their own
 *     below it, PLACE/robojail-host, and stay there when the session is over. "Delegated" is what
 *     systemd marks so (the attribute user.delegate, Delegate=yes), or where only we are;
 *   - the parent of our own group, when that is such a robojail-host.
 *
 *   PLACE/robojail-host          the supervisor, and who was with it
 *   PLACE/robojail-NAME-PID      a session of jail NAME; PID is its supervisor's
 */
enum rj_cgroup_controllers {
	RJ_CGROUP_CPU = 1u << 0,
	RJ_CGROUP_MEMORY = 1u << 1,
	RJ_CGROUP_PIDS = 1u << 2,
	RJ_CGROUP_ALL = RJ_CGROUP_CPU | RJ_CGROUP_MEMORY | RJ_CGROUP_PIDS,
};

/* Read where we are: a descriptor of the hierarchy's root, and the malloc'd path of process `pid`
 * (0: our own) below it, "/" or "/a/b". -ENOENT when version 2 is not mounted, or the process's
 * group is not below the mount; -ENOTSUP when it has none of `any_of` to give, unless
 * that is 0. */
int rj_cgroup_open(pid_t pid, unsigned any_of, char **ret_path);

/* The line "0::PATH" of /proc/PID/cgroup; malloc'd, or NULL. */
char *rj_cgroup_path_of(const char *proc_cgroup);

/* The first mount of cgroup2 in the text of /proc/self/mountinfo: its directory, malloc'd, with
 * what of the hierarchy it shows in *ret_top. NULL when there is none. */
char *rj_cgroup_mount_of(const char *mountinfo, char **ret_top);

struct rj_cgroup_place {
	char *path;	      /* of the place; NULL when there is none */
	unsigned controllers; /* that a session's group would have */
	bool make_host;	      /* processes have to be moved first */
	const char *why;      /* why there is none, or not all controllers: the end of a sentence */
};

/* Find a place; changes nothing. `own` is the path of the caller's group, `self` its PID, `child`
 * that of the process which it has made for the session, or 0. */
void rj_cgroup_look(int root, const char *own, pid_t self, pid_t child,
		    struct rj_cgroup_place *ret);
void rj_cgroup_place_release(struct rj_cgroup_place *place);

struct rj_cgroup {
	int parent; /* descriptor of the place, -1 when there is no group */
	int dir;    /* of the group */
	unsigned controllers;
	char name[128];
};

/*
 * Make the group of a session there, moving processes if need be; empty groups of dead supervisors
 * are removed. On failure nothing is left of it, but robojail-host may be. *ret has -1 before.
 */
int rj_cgroup_make(int root, const struct rj_cgroup_place *place, const char *jail, pid_t self,
		   struct rj_cgroup *ret, struct rj_err *err);

/* Write one of its files, as "memory.max". */
int rj_cgroup_set(const struct rj_cgroup *g, const char *file, const char *text,
		  struct rj_err *err);

/* A process goes into it, with all its threads. 0 or -errno. */
int rj_cgroup_add(const struct rj_cgroup *g, pid_t pid);

/* The number of the line "KEY N" of a file such as "memory.events"; with `key` NULL the file's only
 * number. 0 when there is none. */
uint64_t rj_cgroup_read(const struct rj_cgroup *g, const char *file, const char *key);

/* End all processes of a group at once (cgroup.kill, Linux 5.14), or one by one. */
void rj_cgroup_kill(const struct rj_cgroup *g);

/* The group of another supervisor's session, whose own group is `path`. -ENOENT: it has none. */
int rj_cgroup_find(int root, const char *path, const char *jail, pid_t supervisor,
		   struct rj_cgroup *ret);

/* Close; with `remove` end what is in it, and remove it: waits up to a second for the dying. */
void rj_cgroup_release(struct rj_cgroup *g, bool remove);

#endif
