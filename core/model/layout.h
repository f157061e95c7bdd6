#ifndef RJ_MODEL_LAYOUT_H
#define RJ_MODEL_LAYOUT_H

#include <stdbool.h>

#include "core/model/config.h"
#include "core/model/facts.h"
#include "core/model/jail.h"
#include "core/model/plan.h"

/*
 * What a jail looks like from inside: from the jail, the configuration and facts of the host to the
 * mount plan. Pure; every string is borrowed.
 */

/* Where things lie inside. G's own places are in core/git/private.h and come in as arguments. */
#define RJ_LAYOUT_WORK	  "/work"
#define RJ_LAYOUT_RUNTIME "/run/user" /* below it a directory for the user, by number */

struct rj_entrypoint;

struct rj_layout_in {
	const struct rj_jail *jail;
	const struct rj_config *config;
	const struct rj_facts *facts;
	/*
	 * Show the /proc of outside, because the kernel refuses a fresh one (its own is masked, in
	 * a container). Tried against Linux 6.18 without Yama and Landlock, from a child user
	 * namespace without capabilities, on a process of the same user outside:
	 *
	 *   refused   environ, mem, maps, auxv, stack, syscall, io, and exe, cwd, root, fd/N, ns/N:
	 *             all ask ptrace_may_access(), where the same uid is not enough. A process in
	 *             another user namespace needs CAP_SYS_PTRACE over it (cap_ptrace_access_check
	 *             in security/commoncap.c), which no jail has; a signal through an open
	 *             /proc/PID, as pidfd_send_signal(2) takes it, is refused by the PID namespace.
	 *   written   oom_score_adj, clear_refs, coredump_filter, autogroup, sched: those ask for
	 *             the owner alone. So all of it is read-only, as one mount that no process
	 *             inside can change: no capability, no nested user namespace.
	 *   read      cmdline, comm, status, stat, limits, cgroup, mountinfo, net/ and the numbers
	 *             of open descriptors. That is what is lost, and what the user is told.
	 *
	 * /proc/self works, by the number that the process has outside; getpid() is another one.
	 */
	bool outer_proc;
	/* What the entrypoint's program was found to need, filled in by the build; may be NULL. A
	 * program that is missing is left out when `entry_optional`. */
	struct rj_entrypoint *ret_entry;
	bool entry_optional;
	const char *home;	     /* the private home on the host; shown at facts->home */
	const char *cache;	     /* on the host: holds the writable halves of caches */
	const struct rj_strv *links; /* of a trusted project file; NULL for none */
	const char *const
		*hidden; /* RoboJail's own directories: no extra bind may show them; NULL ends */
	/* Names at the top of the worktree, NULL ends. For layout = "root" without those of empty
	 * directories, which may be mountpoints of another session. */
	char *const *top;
	struct {
		const char *pointer;	    /* text of the file mounted over W/.git */
		const char *dir;	    /* inside: "/.robojail" */
		const char *host_git, *git; /* G on the host, G inside */
		char *const *host_objects;  /* NULL ends */
		const char *objects;	    /* inside; /0, /1 ... are below */
		const char *host_hooks;	    /* a copy of main\'s hooks on the host, or NULL */
		const char *remote;	 /* inside: a bare repository that offers main's branches */
		const char *remote_refs; /* its packed-refs, as text */
		const char *remote_head; /* its HEAD */
	} git;
};

/*
 * Fill *plan, which is empty, in three parts: the system's directories and what is new in every
 * jail, which takes much to make and little to plan; then /etc, the other way around, both of the
 * jail, the configuration, the facts and `outer_proc` alone; then what is this jail's own. The
 * caller checks it with rj_plan_check and releases it.
 */
int rj_layout_begin(const struct rj_layout_in *in, struct rj_plan *plan, struct rj_err *err);
void rj_layout_etc(const struct rj_layout_in *in, struct rj_plan *plan);
int rj_layout_end(const struct rj_layout_in *in, struct rj_plan *plan, struct rj_err *err);

/* The directory of the worktree inside: its own host path, or "/" for layout = "root". */
const char *rj_layout_workdir(const struct rj_layout_in *in);

/* layout = "root": a file inside with exclude rules for the mountpoints, which git status would
 * show otherwise (core.excludesFile, set through the environment). */
#define RJ_LAYOUT_EXCLUDE "exclude" /* below git.dir */
#define RJ_LAYOUT_HOOKS	  "hooks"   /* below git.dir: git_hooks = true */

/*
 * The names in "/" that the plan mounts on. With layout = "root" they are directories that must be
 * made in the worktree, and that are removed afterwards.
 */
void rj_layout_mountpoints(const struct rj_plan *p, struct rj_strv *ret_names);

/* Parts, each of which appends to the plan. */
int rj_layout_add_bind(struct rj_plan *p, const struct rj_facts *facts, const char *src,
		       const char *dst, unsigned flags,
		       struct rj_err *err); /* -ENOENT: no source */
void rj_layout_add_kernel(struct rj_plan *p, const struct rj_layout_in *in);
void rj_layout_add_scratch(struct rj_plan *p, const struct rj_layout_in *in);
/* A directory of the jail's own that ends up read-only. Where the root is the worktree that is a
 * tmpfs of `size`; elsewhere the root is a tmpfs already. */
void rj_layout_add_dir(struct rj_plan *p, const struct rj_layout_in *in, const char *dst,
		       const char *size);
/* layout = "root": a tmpfs at the first part of dst, unless something is mounted there. */
void rj_layout_ensure_top(struct rj_plan *p, const struct rj_layout_in *in, const char *dst);
int rj_layout_add_project(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err);
int rj_layout_add_binds(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err);

/* Hidden paths, as written and as they really are; those of RoboJail among them. */
void rj_layout_hidden(const struct rj_layout_in *in, struct rj_strv *ret);

/* The program of an entrypoint (argv[0], absolute) with all that it needs: core/model/entrypoint.h.
 */
int rj_layout_add_program(struct rj_plan *p, const struct rj_layout_in *in, const char *program,
			  struct rj_err *err);

/* Is the path in one of the system directories that every jail shows? */
bool rj_layout_is_system(const char *path);

/* The number of real root in a nested jail, where nobody can be 0: see core/engine/view.c. */
#define RJ_LAYOUT_NESTED_ROOT 1000

/* The user's name, numbers and places inside. */
struct rj_identity {
	uid_t uid;
	gid_t gid;
	const char *user, *group;
	const char *home;
	const char *shell;
};
struct rj_identity rj_layout_identity(const struct rj_config *config, const struct rj_facts *facts);

#endif
