/*
 * The table of system calls. What it is for: to keep from the jail the parts of the kernel that act
 * beyond its namespaces, that have no use without privileges, or that have a history of holes; and
 * to let everything else work, compilers, debuggers and other sandboxes inside included.
 *
 * Allowed on purpose:
 * - ptrace, process_vm_*, pidfd_getfd, kcmp: debuggers. They reach the jail's own processes only.
 * - seccomp, landlock_*: agents have sandboxes of their own. A filter that is added can only refuse
 *   more; neither a tracer nor SECCOMP_RET_USER_NOTIF overrides an errno of ours (seccomp(2)).
 * - setuid and setgid bits: every mount inside is nosuid, and tar, dpkg and install stop where they
 *   cannot set them. On the host, such a file runs as the user that owns the jail: other users of
 *   the machine must be kept from the jails' folder by its mode.
 * - setuid, setgroups and the like are the kernel's to refuse: only one user exists inside. Daemons
 *   that begin as root and become somebody else stop there; as the user (`self`) they do not try.
 *   To pretend would be worse than for chown: some check, and others would trust it.
 * - adjtimex, clock_adjtime: reading the clock's state; to set it takes a capability.
 * - name_to_handle_at: gives a number that only open_by_handle_at, which is refused, turns back.
 */
#include <errno.h>

#include "core/model/filter.h"

#define BIT(f) (1u << (f))

enum {
	FLAT = BIT(RJ_FILTER_ROOT) | BIT(RJ_FILTER_SELF),
	NESTED = BIT(RJ_FILTER_ROOT_NESTED) | BIT(RJ_FILTER_SELF_NESTED),
	JAILS = FLAT | NESTED,
	ROOT = BIT(RJ_FILTER_ROOT) | BIT(RJ_FILTER_ROOT_NESTED),
	SELF = JAILS & ~ROOT,
	LOCKED = BIT(RJ_FILTER_LOCKED),
	ALL = JAILS | LOCKED,
};

#define ALLOW RJ_FILTER_ALLOW

#define CALLS(filters, what, names)                           \
	{                                                     \
		.calls = names, .in = filters, .answer = what \
	}
#define CALL_IF(filters, what, name, ...)                                             \
	{                                                                             \
		.calls = name, .in = filters, .answer = what, .when = { __VA_ARGS__ } \
	}

/* Conditions on argument a. */
#define ALL_BITS     0xffffffffu
#define IS(a, value) BETWEEN(a, value, value)
#define BETWEEN(a, low, hi)                             \
	{                                               \
		RJ_FILTER_BETWEEN, a, ALL_BITS, low, hi \
	}
#define NONE_OF(a, bits)                         \
	{                                        \
		RJ_FILTER_BETWEEN, a, bits, 0, 0 \
	}
#define ANY_OF(a, bits)                      \
	{                                    \
		RJ_FILTER_ANY, a, bits, 0, 0 \
	}

/* ioctl_tty(2); the same on both architectures. */
#define SET_LEASE 1024 /* F_SETLEASE */
#define TTY_STI	  0x5412
#define TTY_LINUX 0x541c
#define TTY_SETD  0x5423

/* fs/ext4/ext4.h, fs/xfs/libxfs/xfs_fs.h, linux/f2fs.h: blocks go from one file to another.
 * linux/btrfs.h: what makes a subvolume read-only, from its start or later. */
#define EXT4_MOVE_EXT	      0xc028660fu
#define XFS_SWAPEXT	      0xc0c0586du
#define F2FS_MOVE_RANGE	      0xc020f509u
#define BTRFS_SNAP_CREATE_V2  0x50009417u
#define BTRFS_SUBVOL_SETFLAGS 0x4008941au

/* clone(2), unshare(2). CLONE_NEWTIME shares its bit with clone's exit signal. */
#define CLONE_NAMESPACES   0x7e020000u
#define UNSHARE_NAMESPACES 0x7e020080u
/* CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM */
#define UNSHARE_HARMLESS 0x00050f00u

/* personality(2): the native one, PER_LINUX32 (`setarch`), UNAME26, and ADDR_NO_RANDOMIZE, which
 * gdb sets. Not READ_IMPLIES_EXEC, MMAP_PAGE_ZERO, or emulations of other systems. */
#define PERSONALITIES 0x00060008u

/* socket(2), netlink(7) */
#define UNIX	       1
#define INET	       2
#define INET6	       10
#define NETLINK	       16
#define LAST_FAMILY    45
#define NETLINK_ROUTE  0
#define NETLINK_UEVENT 15
#define LAST_NETLINK   31

/* ip(7), protocols */
#define ICMP   1
#define TCP    6
#define UDP    17
#define ICMPV6 58
#define MPTCP  262
/* The families between the two are refused before. */
#define INTERNET_NOT(low, hi) \
	CALL_IF(JAILS, EPROTONOSUPPORT, "socket", BETWEEN(2, low, hi), BETWEEN(0, INET, INET6))

const struct rj_filter_row rj_filter_rows[] = {
	/* ---- what every program does */
	CALLS(JAILS, ALLOW,
	      "read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek "
	      "close "
	      "close_range dup dup2 dup3 fcntl flock pipe pipe2 poll ppoll select pselect6 "
	      "sendfile "
	      "splice tee vmsplice copy_file_range readahead fadvise64 sync_file_range sync syncfs "
	      "fsync fdatasync ftruncate truncate fallocate ioctl"),
	CALLS(JAILS, ALLOW,
	      "open openat openat2 creat stat lstat fstat newfstatat statx access faccessat "
	      "faccessat2 "
	      "readlink readlinkat getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir "
	      "unlink "
	      "unlinkat rename renameat renameat2 link linkat symlink symlinkat mknod mknodat "
	      "chmod "
	      "fchmod fchmodat fchmodat2 utime utimes utimensat futimesat umask statfs fstatfs "
	      "statmount listmount cachestat name_to_handle_at inotify_init inotify_init1 "
	      "inotify_add_watch inotify_rm_watch file_getattr file_setattr"),
	CALLS(JAILS, ALLOW,
	      "getxattr lgetxattr fgetxattr setxattr lsetxattr fsetxattr listxattr llistxattr "
	      "flistxattr removexattr lremovexattr fremovexattr getxattrat setxattrat listxattrat "
	      "removexattrat"),
	CALLS(JAILS, ALLOW,
	      "mmap munmap mremap mprotect msync madvise mincore brk mlock mlock2 munlock mlockall "
	      "munlockall remap_file_pages memfd_create mseal pkey_alloc pkey_free "
	      "pkey_mprotect map_shadow_stack membarrier process_madvise process_mrelease mbind "
	      "get_mempolicy set_mempolicy set_mempolicy_home_node migrate_pages move_pages"),
	CALLS(JAILS, ALLOW,
	      "fork vfork clone execve execveat exit exit_group wait4 waitid getpid getppid gettid "
	      "getpgid getpgrp setpgid getsid setsid prctl arch_prctl set_tid_address rseq "
	      "prlimit64 "
	      "getrlimit setrlimit getrusage getpriority setpriority ioprio_get ioprio_set times "
	      "sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr "
	      "sched_getparam sched_setparam sched_getscheduler sched_setscheduler "
	      "sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu uname "
	      "sysinfo getrandom pidfd_open pidfd_send_signal pidfd_getfd kcmp ptrace "
	      "process_vm_readv process_vm_writev uretprobe restart_syscall"),
	CALLS(JAILS, ALLOW,
	      "futex futex_waitv futex_wait futex_wake futex_requeue get_robust_list "
	      "set_robust_list"),
	CALLS(JAILS, ALLOW,
	      "rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend "
	      "rt_sigtimedwait "
	      "rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack kill tkill tgkill pause signalfd "
	      "signalfd4 eventfd eventfd2 epoll_create epoll_create1 epoll_ctl epoll_wait "
	      "epoll_pwait "
	      "epoll_pwait2"),
	CALLS(JAILS, ALLOW,
	      "time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep adjtimex "
	      "clock_adjtime alarm getitimer setitimer timer_create timer_settime timer_gettime "
	      "timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime"),
	CALLS(JAILS, ALLOW,
	      "getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid "
	      "setregid setresuid setresgid setfsuid setfsgid setgroups capget capset"),
	CALLS(JAILS, ALLOW,
	      "socketpair bind listen accept accept4 connect shutdown getsockname getpeername "
	      "getsockopt setsockopt sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg"),
	CALLS(JAILS, ALLOW,
	      "shmget shmat shmdt shmctl semget semop semtimedop semctl msgget msgsnd msgrcv "
	      "msgctl "
	      "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr"),
	CALLS(JAILS, ALLOW,
	      "seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self "
	      "lsm_get_self_attr lsm_set_self_attr lsm_list_modules"),

	/* a lease on what the host reads makes it wait, or fail (fcntl(2)) */
	CALL_IF(JAILS, EINVAL, "fcntl", IS(1, SET_LEASE)),

	/* ---- the terminal: nothing is typed into it, no line discipline is loaded */
	CALL_IF(JAILS, EPERM, "ioctl", IS(1, TTY_STI)),
	CALL_IF(JAILS, EPERM, "ioctl", IS(1, TTY_LINUX)),
	CALL_IF(JAILS, EPERM, "ioctl", IS(1, TTY_SETD)),

	/* ---- files: no content that changes while no time of its file moves (git and status go by
	 * these), and no directory that its owner cannot remove */
	CALL_IF(JAILS, EOPNOTSUPP, "ioctl", IS(1, EXT4_MOVE_EXT)),
	CALL_IF(JAILS, EOPNOTSUPP, "ioctl", IS(1, XFS_SWAPEXT)),
	CALL_IF(JAILS, EOPNOTSUPP, "ioctl", IS(1, F2FS_MOVE_RANGE)),
	CALL_IF(JAILS, EPERM, "ioctl", IS(1, BTRFS_SNAP_CREATE_V2)),
	CALL_IF(JAILS, EPERM, "ioctl", IS(1, BTRFS_SUBVOL_SETFLAGS)),

	/* ---- namespaces and mounts. clone3 has its flags where no filter can see them; the C
	 * library takes clone instead. */
	CALL_IF(FLAT, EPERM, "clone", ANY_OF(0, CLONE_NAMESPACES)),
	CALLS(FLAT, ENOSYS, "clone3"),
	CALLS(NESTED, ALLOW, "clone3"),
	CALL_IF(FLAT, ALLOW, "unshare", NONE_OF(0, ~(UNSHARE_HARMLESS | UNSHARE_NAMESPACES))),
	CALL_IF(FLAT, EPERM, "unshare", ANY_OF(0, UNSHARE_NAMESPACES)),
	CALLS(NESTED, ALLOW, "unshare"),
	CALLS(FLAT, EPERM, "setns mount umount2 pivot_root chroot sethostname setdomainname"),
	CALLS(NESTED, ALLOW, "setns mount umount2 pivot_root chroot sethostname setdomainname"),
	CALLS(FLAT, ENOSYS,
	      "open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr"),
	CALLS(NESTED, ALLOW,
	      "open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick mount_setattr"),

	/* ---- owners: there is one user inside, so root in name cannot give files away. That it
	 * seems to succeed is what tar, cpio, dpkg, npm and install need, and is what tools that
	 * build container images without privileges do. */
	CALLS(ROOT, 0, "chown fchown lchown fchownat"),
	CALLS(SELF, ALLOW, "chown fchown lchown fchownat"),

	/* ---- sockets: local, internet, and what lists interfaces. Not vsock, which leads to the
	 * hypervisor, not packets, crypto, bluetooth or the rarer protocols. */
	CALL_IF(JAILS, ALLOW, "socket", BETWEEN(0, UNIX, INET)),
	CALL_IF(JAILS, ALLOW, "socket", IS(0, INET6)),
	CALL_IF(JAILS, ALLOW, "socket", IS(0, NETLINK), IS(2, NETLINK_ROUTE)),
	CALL_IF(JAILS, ALLOW, "socket", IS(0, NETLINK), IS(2, NETLINK_UEVENT)),
	CALL_IF(JAILS, EAFNOSUPPORT, "socket", IS(0, UNIX - 1)),
	CALL_IF(JAILS, EAFNOSUPPORT, "socket", BETWEEN(0, INET + 1, INET6 - 1)),
	CALL_IF(JAILS, EAFNOSUPPORT, "socket", BETWEEN(0, INET6 + 1, NETLINK - 1)),
	CALL_IF(JAILS, EAFNOSUPPORT, "socket", BETWEEN(0, NETLINK + 1, LAST_FAMILY)),
	CALL_IF(JAILS, EPROTONOSUPPORT, "socket", IS(0, NETLINK),
		BETWEEN(2, 1, NETLINK_UEVENT - 1)),
	CALL_IF(JAILS, EPROTONOSUPPORT, "socket", IS(0, NETLINK),
		BETWEEN(2, NETLINK_UEVENT + 1, LAST_NETLINK)),

	/* of the internet protocols TCP, UDP, ICMP for ping, and MPTCP; not SCTP, DCCP, L2TP, SMC
	 */
	INTERNET_NOT(ICMP + 1, TCP - 1),
	INTERNET_NOT(TCP + 1, UDP - 1),
	INTERNET_NOT(UDP + 1, ICMPV6 - 1),
	INTERNET_NOT(ICMPV6 + 1, MPTCP - 1),

	CALL_IF(JAILS, ALLOW, "personality", NONE_OF(0, ~PERSONALITIES)),
	CALL_IF(JAILS, ALLOW, "personality", IS(0, ALL_BITS)), /* asks */

	/* ---- the kernel's large and much attacked parts; programs have other ways */
	CALLS(ALL, ENOSYS, "io_uring_setup io_uring_enter io_uring_register"),
	CALLS(ALL, ENOSYS, "add_key request_key keyctl"),
	/* locked, and counted as a file's; kernels may be without (secretmem.enable) */
	CALLS(ALL, ENOSYS, "memfd_secret"),
	/* one count for the whole machine, fs.aio-max-nr, which a single process can use up */
	CALLS(ALL, ENOSYS, "io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents"),
	CALLS(ALL, EPERM, "bpf perf_event_open userfaultfd fanotify_init fanotify_mark"),
	/* vm86 and 16-bit segments; kernels may be built without (CONFIG_MODIFY_LDT_SYSCALL) */
	CALLS(ALL, ENOSYS, "modify_ldt"),

	/* ---- the machine's administration */
	CALLS(ALL, EPERM,
	      "init_module finit_module delete_module kexec_load kexec_file_load reboot swapon "
	      "swapoff "
	      "acct quotactl quotactl_fd settimeofday clock_settime syslog vhangup iopl ioperm "
	      "open_by_handle_at"),

	/* ---- calls that Linux does not have any more, or has for others than us */
	CALLS(ALL, ENOSYS,
	      "_sysctl sysfs ustat uselib nfsservctl lookup_dcookie create_module get_kernel_syms "
	      "query_module afs_syscall getpmsg putpmsg security tuxcall vserver epoll_ctl_old "
	      "epoll_wait_old get_thread_area set_thread_area"),

	/* ---- the child that reads a jail's git directory: files and memory, no more */
	CALLS(LOCKED, ALLOW,
	      "read write readv writev pread64 pwrite64 lseek close dup dup2 dup3 fcntl poll ppoll "
	      "open "
	      "openat stat lstat fstat newfstatat statx access faccessat faccessat2 readlink "
	      "readlinkat "
	      "getdents getdents64 getcwd statfs fstatfs fadvise64 umask"),
	CALLS(LOCKED, ALLOW,
	      "mmap munmap mremap mprotect madvise brk futex sched_yield sched_getaffinity "
	      "getrandom "
	      "uname getpid getppid gettid getuid geteuid getgid getegid prlimit64 getrlimit "
	      "setrlimit "
	      "getrusage sysinfo exit exit_group restart_syscall"),
	CALLS(LOCKED, ALLOW,
	      "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack tkill tgkill alarm setitimer "
	      "timer_create timer_settime timer_gettime timer_delete clock_gettime clock_getres "
	      "clock_nanosleep nanosleep gettimeofday time"),
	{.calls = NULL},
};
