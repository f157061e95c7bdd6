#ifndef RJ_SYS_UAPI_H
#define RJ_SYS_UAPI_H

/*
 * The kernel's own constants and structures, for calls that musl 1.2 and glibc 2.36 do not wrap or
 * wrap differently. Kept here and nowhere else: <linux/mount.h> and <sys/mount.h> cannot be
 * included together with every libc, and musl ships no kernel headers. Values are ABI and never
 * change.
 */

#include <stdint.h>
#include <sys/syscall.h>

/* The numbers are the same on every architecture since 5.1 (the "unified" table). */
#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#define SYS_fsconfig   431
#define SYS_fsmount    432
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_send_signal 424
#define SYS_pidfd_open	      434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule	    445
#define SYS_landlock_restrict_self  446
#endif
#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

/* ioctl of a pidfd, 6.11 */
#define RJ_PIDFD_GET_MNT_NAMESPACE _IO(0xff, 3)
#define RJ_PIDFD_GET_NET_NAMESPACE _IO(0xff, 4)

/* open_tree(2), 5.2; open_tree_attr takes a struct rj_mount_attr too, 6.15 */
#define RJ_OPEN_TREE_CLONE   1u
#define RJ_OPEN_TREE_CLOEXEC 02000000u
#define RJ_AT_EMPTY_PATH     0x1000u
#define RJ_AT_RECURSIVE	     0x8000u

/* move_mount(2), 5.2 */
#define RJ_MOVE_MOUNT_F_EMPTY_PATH 0x04u
#define RJ_MOVE_MOUNT_T_EMPTY_PATH 0x40u

/* renameat2(2), 3.15 */
#define RJ_RENAME_NOREPLACE 1u

/* fsopen(2), fsconfig(2), fsmount(2), 5.2 */
#define RJ_FSOPEN_CLOEXEC      1u
#define RJ_FSMOUNT_CLOEXEC     1u
#define RJ_FSCONFIG_SET_FLAG   0u
#define RJ_FSCONFIG_SET_STRING 1u
#define RJ_FSCONFIG_CMD_CREATE 6u

/* mount_setattr(2), 5.12 */
#define RJ_MOUNT_ATTR_RDONLY 0x01u
#define RJ_MOUNT_ATTR_NOSUID 0x02u
#define RJ_MOUNT_ATTR_NODEV  0x04u
#define RJ_MOUNT_ATTR_NOEXEC 0x08u

struct rj_mount_attr {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};

/* statx(2), 5.8 */
#define RJ_STATX_ATTR_MOUNT_ROOT 0x2000u

/* openat2(2), 5.6 */
#define RJ_RESOLVE_NO_XDEV	 0x01u
#define RJ_RESOLVE_NO_MAGICLINKS 0x02u
#define RJ_RESOLVE_NO_SYMLINKS	 0x04u
#define RJ_RESOLVE_BENEATH	 0x08u
#define RJ_RESOLVE_IN_ROOT	 0x10u

struct rj_open_how {
	uint64_t flags, mode, resolve;
};

/* clone3(2), 5.3 */
struct rj_clone_args {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
	uint64_t set_tid, set_tid_size, cgroup;
};

/* landlock_create_ruleset(2), landlock_add_rule(2), 5.13; the comment says since which ABI */
#define RJ_LANDLOCK_CREATE_RULESET_VERSION 1u
#define RJ_LANDLOCK_RULE_PATH_BENEATH	   1
#define RJ_LANDLOCK_FS_EXECUTE		   (1ull << 0)
#define RJ_LANDLOCK_FS_WRITE_FILE	   (1ull << 1)
#define RJ_LANDLOCK_FS_READ_FILE	   (1ull << 2)
#define RJ_LANDLOCK_FS_READ_DIR		   (1ull << 3)
#define RJ_LANDLOCK_FS_REMOVE_DIR	   (1ull << 4)
#define RJ_LANDLOCK_FS_REMOVE_FILE	   (1ull << 5)
#define RJ_LANDLOCK_FS_MAKE_CHAR	   (1ull << 6)
#define RJ_LANDLOCK_FS_MAKE_DIR		   (1ull << 7)
#define RJ_LANDLOCK_FS_MAKE_REG		   (1ull << 8)
#define RJ_LANDLOCK_FS_MAKE_SOCK	   (1ull << 9)
#define RJ_LANDLOCK_FS_MAKE_FIFO	   (1ull << 10)
#define RJ_LANDLOCK_FS_MAKE_BLOCK	   (1ull << 11)
#define RJ_LANDLOCK_FS_MAKE_SYM		   (1ull << 12)
#define RJ_LANDLOCK_FS_REFER		   (1ull << 13) /* 2 */
#define RJ_LANDLOCK_FS_TRUNCATE		   (1ull << 14) /* 3 */
#define RJ_LANDLOCK_FS_IOCTL_DEV	   (1ull << 15) /* 5 */
#define RJ_LANDLOCK_NET_BIND_TCP	   (1ull << 0)	/* 4 */
#define RJ_LANDLOCK_NET_CONNECT_TCP	   (1ull << 1)	/* 4 */
#define RJ_LANDLOCK_SCOPE_ABSTRACT_UNIX	   (1ull << 0)	/* 6 */
#define RJ_LANDLOCK_SCOPE_SIGNAL	   (1ull << 1)	/* 6 */

struct rj_landlock_attr {
	uint64_t fs, net, scoped;
};
struct rj_landlock_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

/* keyctl(2) */
#define RJ_KEYCTL_JOIN_SESSION_KEYRING 1

/* seccomp(2), 3.17; SPEC_ALLOW 4.17 */
#define RJ_SECCOMP_SET_MODE_FILTER	  1u
#define RJ_SECCOMP_GET_ACTION_AVAIL	  2u
#define RJ_SECCOMP_FILTER_FLAG_SPEC_ALLOW 4u
#define RJ_SECCOMP_RET_ERRNO		  0x00050000u

/* statfs(2), proc */
#define RJ_PROC_SUPER_MAGIC 0x9fa0

/* capget(2), version 3 */
#define RJ_CAP_VERSION_3 0x20080522u

#endif
