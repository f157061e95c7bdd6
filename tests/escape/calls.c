/*
 * calls - tries system calls that a jail is refused, and prints "NAME ERRNO" for each, or "NAME ok"
 *
 *   calls kernel      parts of the kernel, sockets, personalities, other tables of system calls
 *   calls spaces      namespaces and mounts; run in a user namespace it may do all of them
 *   calls terminal    input typed into a terminal, and line disciplines, on one of its own
 *   calls tracer      a traced child asks for its number, and its tracer makes another call of it
 *
 * Outside of a jail it shows which of them reach the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GET_KEYRING_ID = 0, SESSION_KEYRING = -3, PROCESS_KEYRING = -2, HIGH_BIT = 32 };

#ifndef SYS_open_tree_attr
#define SYS_open_tree_attr 467
#endif

static void tell(const char *what, long rc)
{
	(void)printf("%s %s\n", what, rc >= 0 ? "ok" : strerrorname_np(errno));
	(void)fflush(stdout);
}

/* In a child of its own, for calls that change their caller. */
static void tell_apart(const char *what, long nr, uint64_t a, uint64_t b)
{
	pid_t pid = fork();

	if (pid == 0) {
		tell(what, syscall(nr, a, b, 0, 0, 0));
		_exit(0);
	}
	(void)waitpid(pid, NULL, 0);
}

/* fork by clone or clone3: both parent and child come back from the call. */
static void tell_fork(const char *what, long nr, uint64_t a, uint64_t b)
{
	long rc = syscall(nr, a, b, 0, 0, 0);

	if (rc == 0)
		_exit(0);
	tell(what, rc);
	if (rc > 0)
		(void)waitpid((pid_t)rc, NULL, 0);
}

static void *nothing(void *arg)
{
	return arg;
}

static void other_tables(void)
{
#ifdef __x86_64__
	long rc;

	tell("x32", syscall(0x40000000L | SYS_getpid));
	/* the table of i386, where getpid is 20 */
	__asm__ volatile("int $0x80" : "=a"(rc) : "a"(20L) : "memory", "r8", "r9", "r10", "r11");
	errno = rc < 0 ? (int)-rc : 0;
	tell("i386", rc);
	tell("modify_ldt", syscall(SYS_modify_ldt, 0, (char[16]){0}, 16));
#endif
}

static void sockets(void)
{
	static const struct {
		const char *name;
		int family, type, protocol;
	} row[] = {
		{"unix", AF_UNIX, SOCK_STREAM, 0},     {"inet", AF_INET, SOCK_STREAM, 0},
		{"inet6", AF_INET6, SOCK_STREAM, 0},   {"route", AF_NETLINK, SOCK_RAW, 0},
		{"audit", AF_NETLINK, SOCK_RAW, 9},    {"netfilter", AF_NETLINK, SOCK_RAW, 12},
		{"generic", AF_NETLINK, SOCK_RAW, 16}, {"packet", AF_PACKET, SOCK_RAW, 0},
		{"vsock", AF_VSOCK, SOCK_STREAM, 0},   {"alg", AF_ALG, SOCK_SEQPACKET, 0},
		{"key", AF_KEY, SOCK_RAW, 2},	       {"bluetooth", AF_BLUETOOTH, SOCK_RAW, 1},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		int fd = socket(row[i].family, row[i].type, row[i].protocol);

		tell(row[i].name, fd);
		if (fd >= 0)
			(void)close(fd);
	}
}

static void kernel(void)
{
	static char zero[256];
	pthread_t thread;

	tell("keyctl", syscall(SYS_keyctl, GET_KEYRING_ID, SESSION_KEYRING, 0));
	tell("add_key", syscall(SYS_add_key, "user", "rj", "x", 1, PROCESS_KEYRING));
	tell("request_key", syscall(SYS_request_key, "user", "rj-none", NULL, 0));
	tell("bpf", syscall(SYS_bpf, 0, zero, 1 << 20));
	tell("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	tell("userfaultfd", syscall(SYS_userfaultfd, 1)); /* UFFD_USER_MODE_ONLY */
	tell("io_uring_setup", syscall(SYS_io_uring_setup, 1, zero));
	tell("io_uring_enter", syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0));
	tell("io_uring_register", syscall(SYS_io_uring_register, -1, 0, NULL, 0));
	tell("open_by_handle_at", syscall(SYS_open_by_handle_at, -1, NULL, 0));
	tell("fanotify_init", syscall(SYS_fanotify_init, 0x200, 0)); /* FAN_REPORT_FID */
	tell("not-yet-invented", syscall(9999));
	tell_apart("personality-exec", SYS_personality, 0x400000, 0);
	tell_apart("personality-gdb", SYS_personality, 0x40000, 0);
	errno = pthread_create(&thread, NULL, nothing, NULL);
	tell("thread", errno ? -1 : 0);
	sockets();
	other_tables();
}

static void spaces(void)
{
	static const struct {
		const char *name;
		uint64_t flag;
	} row[] = {
		{"user", CLONE_NEWUSER},     {"mount", CLONE_NEWNS}, {"pid", CLONE_NEWPID},
		{"net", CLONE_NEWNET},	     {"ipc", CLONE_NEWIPC},  {"uts", CLONE_NEWUTS},
		{"cgroup", CLONE_NEWCGROUP},
	};
	uint64_t fork_args[8] = {0};
	uint64_t user_args[8] = {CLONE_NEWUSER};
	char name[64];

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		(void)snprintf(name, sizeof(name), "unshare-%s", row[i].name);
		tell_apart(name, SYS_unshare, row[i].flag, 0);
		(void)snprintf(name, sizeof(name), "clone-%s", row[i].name);
		tell_fork(name, SYS_clone, row[i].flag | SIGCHLD, 0);
		(void)snprintf(name, sizeof(name), "clone-high-%s", row[i].name);
		tell_fork(name, SYS_clone, 1ull << HIGH_BIT | row[i].flag | SIGCHLD, 0);
	}
	tell_apart("unshare-fs", SYS_unshare, CLONE_FS, 0);
	fork_args[4] = SIGCHLD;
	user_args[4] = SIGCHLD;
	tell_fork("clone3", SYS_clone3, (uintptr_t)fork_args, sizeof(fork_args));
	tell_fork("clone3-user", SYS_clone3, (uintptr_t)user_args, sizeof(user_args));
	tell("setns", syscall(SYS_setns, -1, 0));
	tell("fsopen", syscall(SYS_fsopen, "tmpfs", 0));
	tell("fsconfig", syscall(SYS_fsconfig, -1, 6, NULL, NULL, 0));
	tell("fsmount", syscall(SYS_fsmount, -1, 0, 0));
	tell("fspick", syscall(SYS_fspick, AT_FDCWD, "/no-such-place", 0));
	tell("open_tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1)); /* OPEN_TREE_CLONE */
	tell("move_mount", syscall(SYS_move_mount, -1, "", -1, "", 4));
	tell("mount_setattr", syscall(SYS_mount_setattr, -1, "", 0, (char[32]){0}, 32));
}

static void terminal(void)
{
	static const struct {
		const char *name;
		uint64_t cmd;
	} row[] = {{"sti", 0x5412}, {"linux", 0x541c}, {"setd", 0x5423}};
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	char text[64], name[64];
	int slave;

	if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || setsid() < 0)
		tell("terminal", -1);
	slave = open(ptsname(master), O_RDWR);
	tell("own-terminal", ioctl(slave, TIOCSCTTY, 0));
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		for (unsigned bit = HIGH_BIT - 1; bit < 64; bit += 16) {
			uint64_t high = bit < HIGH_BIT ? 0 : 1ull << bit;
			int zero = 0; /* N_TTY */

			(void)snprintf(name, sizeof(name), "%s-%u", row[i].name, bit);
			tell(name, syscall(SYS_ioctl, slave, row[i].cmd | high,
					   row[i].cmd == 0x5412 ? (void *)"\n" : (void *)&zero));
		}
	tell("input", fcntl(slave, F_SETFL, O_NONBLOCK));
	tell("typed", read(slave, text, sizeof(text)));
}

#ifdef __x86_64__
static int asks_for_its_number(void)
{
	long rc;

	(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	(void)raise(SIGSTOP);
	rc = syscall(SYS_gettid, GET_KEYRING_ID, SESSION_KEYRING, 0);
	tell("tracer-keyctl", rc);
	return 0;
}

/* At the entry of the child's gettid, put keyctl in its place. */
static void tracer(void)
{
	struct user_regs_struct regs;
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(asks_for_its_number());
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0 && regs.orig_rax == SYS_gettid &&
		    (long)regs.rax == -ENOSYS && regs.rdi == GET_KEYRING_ID &&
		    (int)regs.rsi == SESSION_KEYRING) {
			regs.orig_rax = SYS_keyctl;
			(void)ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		}
		(void)ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
	}
}
#else
static void tracer(void)
{
	(void)puts("tracer-keyctl unsupported");
}
#endif

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!strcmp(what, "kernel"))
		kernel();
	else if (!strcmp(what, "spaces"))
		spaces();
	else if (!strcmp(what, "terminal"))
		terminal();
	else if (!strcmp(what, "tracer"))
		tracer();
	else
		return 2;
	return 0;
}
