#ifndef RJ_BASE_HOSTFACTS_H
#define RJ_BASE_HOSTFACTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/remedy.h"

/*
 * What `robojail doctor` knows about a host. core/sys/probe.c fills it in from the kernel,
 * core/model/health.c judges it, and unit tests write it down for hosts that they do not have. It
 * stands here because those two floors do not know each other. Plain data; paths are borrowed.
 */

/* What is tried for real, each in a short-lived child. */
enum rj_try {
	RJ_TRY_USER, /* a user namespace; in it each of the next */
	RJ_TRY_MNT,
	RJ_TRY_PID,
	RJ_TRY_IPC,
	RJ_TRY_UTS,
	RJ_TRY_CGROUP,
	RJ_TRY_NET,
	RJ_TRY_MAP,   /* the id maps */
	RJ_TRY_MOUNT, /* private mounts, a tmpfs, mount_setattr(2) */
	RJ_TRY_PROC,  /* a fresh proc */
	RJ_TRY_OVERLAY,
	RJ_TRY_N,
};

#define RJ_UNTRIED (-1) /* what it needs has failed already */

struct rj_fs_facts {
	const char *path;
	bool exists;   /* or else all but `owner` and `mode` are of its nearest parent */
	int num;       /* errno of looking; the rest is empty then */
	int closed;    /* errno of making a file there, or its nearest parent; 0 when it can be */
	char type[24]; /* "ext4", or the magic number in hex */
	bool network;  /* another machine may have it mounted, or a daemon serves it */
	bool read_only, noexec, casefold;
	uint64_t free_mib, free_inodes; /* UINT64_MAX: it does not count them */
	uid_t owner;
	mode_t mode;
};

struct rj_hostfacts {
	char release[65], machine[65]; /* uname(2) */
	unsigned major, minor;
	uid_t uid;
	long long now;	    /* seconds since 1970 */
	char container[24]; /* what engine seems to be around us; "" for none */
	char label[96];	    /* of the security module that confines us (AppArmor); "" for none */

	int tried[RJ_TRY_N]; /* 0, errno, or RJ_UNTRIED */
	struct rj_userns_switches switches;
	long max_ns[RJ_TRY_N]; /* user.max_*_namespaces; -1: not there */
	long legacy_tiocsti, ptrace_scope, kptr_restrict;

	int landlock;	      /* ABI, or -errno */
	int seccomp, keyring; /* 0 or errno */

	struct {
		bool v2;
		bool delegated; /* this user may make groups below his own */
		char path[200];
		char controllers[120]; /* separated by spaces */
	} cgroup;

	struct {
		bool in, out;
		unsigned rows, cols;
		char term[48];
		bool colors;
	} tty;

	char git[128]; /* "git version 2.39.5"; "" for none */

	struct rj_fs_facts data, state, config;
	bool allow_host_proc; /* of the configuration */
};

#endif
