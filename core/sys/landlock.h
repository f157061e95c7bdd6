#ifndef RJ_SYS_LANDLOCK_H
#define RJ_SYS_LANDLOCK_H

#include <stdint.h>

#include "core/base/err.h"

/*
 * Landlock (landlock(7)): a domain that a process puts itself in, and from which it and all it will
 * ever start cannot get out.
 *
 * What a kernel can restrict is told by its ABI: 0 none; 1 files (5.13); 2 also renames and links
 * between directories (5.19); 3 truncation (6.2); 4 TCP (6.7); 5 ioctls of devices (6.10); 6 scopes
 * (6.12). What it cannot is left out here, and `doctor` says what that loses; what it can and then
 * refuses is an error.
 *
 * Two facts that shape its use. A domain with files forbids every mount(2) and pivot_root(2), also
 * in namespaces made later (security/landlock/fs.c: hook_sb_mount). And below ABI 2 it forbids
 * every rename and link between directories, which breaks git: there is no domain of files then.
 */
enum rj_landlock_flags {
	RJ_LANDLOCK_FILES = 1u << 0,  /* only what rules allow; needs ABI 2 */
	RJ_LANDLOCK_NO_TCP = 1u << 1, /* neither bind nor connect; needs ABI 4 */
	/* no abstract unix socket and no process outside can be connected to, or signalled;
	 * needs ABI 6 */
	RJ_LANDLOCK_SCOPE = 1u << 2,
};

/* What a rule allows beneath a directory, or for a file. */
enum rj_landlock_right {
	RJ_LANDLOCK_READ = 1u << 0,  /* and list */
	RJ_LANDLOCK_EXEC = 1u << 1,  /* execute, and rename or link as far as CHANGE lets */
	RJ_LANDLOCK_WRITE = 1u << 2, /* write to and truncate what is there */
	RJ_LANDLOCK_CHANGE = 1u << 3 /* make and remove; never a device node */,
	RJ_LANDLOCK_IOCTL = 1u << 4, /* of devices */
	RJ_LANDLOCK_BELOW = 1u << 5, /* it is a directory: what only such a one can have, too */
	RJ_LANDLOCK_LIST = 1u << 6,  /* list, and read nothing */
};

/* 0 when the kernel has none, or it is switched off at boot. */
int rj_landlock_abi(void);

/* Of `flags`, those that an ABI has. */
unsigned rj_landlock_supported(unsigned flags, int abi);

/* A rule set for what the kernel has of `flags`: a descriptor, close on exec, or -errno. *ret_flags
 * tells what it covers; when that is nothing, the result is -ENOTSUP and *err is as it was. */
int rj_landlock_new(unsigned flags, unsigned *ret_flags, struct rj_err *err);

/*
 * Allow `rights` (enum rj_landlock_right) beneath `fd`, which may be O_PATH; `name` is for errors.
 * EINVAL where BELOW is said of something else. Pipes, sockets and the like need no rule: nothing
 * is done for them.
 */
int rj_landlock_allow(int ruleset, int fd, unsigned rights, const char *name, struct rj_err *err);

/* Enter the domain. Needs no_new_privs, which the caller has set. */
int rj_landlock_enter(int ruleset, struct rj_err *err);

#endif
