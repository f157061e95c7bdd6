#include "core/sys/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/uapi.h"

int rj_pidfd_open(pid_t pid)
{
	long fd = syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : (int)fd;
}

int rj_own_namespace(int request, const char *path)
{
	RJ_AUTO(rj_close) int self = rj_pidfd_open(getpid());
	/* ioctl(2) itself: the C libraries do not agree on the type of `request` */
	const long fd = self < 0 ? -1 : syscall(SYS_ioctl, self, request, 0);

	return fd >= 0 ? (int)fd : open(path, O_RDONLY | O_CLOEXEC);
}

int rj_pidfd_kill(int pidfd, int sig)
{
	return syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0) < 0 ? -errno : 0;
}

int rj_pidfd_status(int pidfd)
{
	siginfo_t info = {.si_pid = 0};

	/* P_PIDFD, Linux 5.4; musl has no name for it */
	if (waitid((idtype_t)3, (id_t)pidfd, &info, WEXITED | WNOWAIT | WNOHANG) < 0)
		return -errno;
	if (info.si_pid == 0)
		return -EAGAIN;
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

pid_t rj_clone(uint64_t namespaces, int *ret_pidfd)
{
	int pidfd = -1;
	struct rj_clone_args args = {
		.flags = namespaces | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	long pid = syscall(SYS_clone3, &args, sizeof(args));

	/* EPERM may come from a filter that is older than the call; one that means it says it
	 * again. parent_tid is where clone(2) puts the pidfd. */
	if (pid < 0 && (errno == ENOSYS || errno == EPERM))
		pid = syscall(SYS_clone, namespaces | CLONE_PIDFD | SIGCHLD, 0, &pidfd, 0, 0);
	if (pid < 0)
		return -errno;
	if (pid > 0)
		*ret_pidfd = pidfd;
	return (pid_t)pid;
}

pid_t rj_start_apart(void (*child)(void *arg), void *arg)
{
	/* It runs below this frame, which waits and is as it was then. */
	const pid_t pid = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork) */

	if (pid == 0) {
		child(arg); /* NOLINT(clang-analyzer-unix.Vfork) */
		_exit(RJ_EXIT_FAILED);
	}
	return pid < 0 ? -errno : pid;
}

int rj_wait(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

void rj_err_send(int fd, const struct rj_err *err)
{
	ssize_t n;

	do
		n = write(fd, err, sizeof(*err));
	while (n < 0 && errno == EINTR);
}

int rj_err_receive(int fd, struct rj_err *err)
{
	struct rj_err got;
	ssize_t n;

	do
		n = read(fd, &got, sizeof(got));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(got) || got.num <= 0)
		return rj_refuse(err, EPROTO, "the jail's first process sent no usable error");
	got.msg[sizeof(got.msg) - 1] = '\0';
	got.hint[sizeof(got.hint) - 1] = '\0';
	*err = got;
	return -err->num;
}

enum { SIGNALS = 31 }; /* without those of real time, which nobody ignores for others */

uint64_t rj_signals_ignored(void)
{
	struct sigaction a;
	uint64_t ret = 0;

	for (int sig = 1; sig <= SIGNALS; sig++)
		if (sig != SIGCHLD && sigaction(sig, NULL, &a) == 0 && a.sa_handler == SIG_IGN)
			ret |= 1ull << (sig - 1);
	return ret;
}

void rj_signals_ignore(uint64_t ignored)
{
	for (int sig = 1; sig <= SIGNALS; sig++) {
		const uint64_t ign = ignored >> (sig - 1) & 1;
		const struct sigaction a = {.sa_handler = ign ? SIG_IGN : SIG_DFL};

		(void)sigaction(sig, &a, NULL);
	}
}

static const int ending[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

void rj_signals_hold(sigset_t *ret_before)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < RJ_COUNT(ending); i++)
		(void)sigaddset(&set, ending[i]);
	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

bool rj_signals_came(void)
{
	sigset_t come;

	(void)sigemptyset(&come);
	(void)sigpending(&come);
	for (size_t i = 0; i < RJ_COUNT(ending); i++)
		if (sigismember(&come, ending[i]))
			return true;
	return false;
}

void rj_signals_resume(const sigset_t *before)
{
	(void)sigprocmask(SIG_SETMASK, before, NULL);
}

bool rj_proc_follow(pid_t parent)
{
	const struct sigaction sa = {.sa_handler = SIG_DFL};
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	return sigaction(SIGTERM, &sa, NULL) == 0 &&
	       prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) == 0 && getppid() == parent &&
	       sigprocmask(SIG_UNBLOCK, &set, NULL) == 0;
}

int rj_proc_background(struct rj_err *err)
{
	RJ_AUTO(rj_close) int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	for (int fd = 0; fd <= 2; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			return rj_fail(err, errno, "cannot open /dev/null");
	return 0;
}

void rj_close_all_but(const int *keep, size_t n)
{
	unsigned from = 3;

	for (;;) {
		unsigned next = UINT_MAX; /* the lowest kept descriptor at or above `from` */

		for (size_t i = 0; i < n; i++)
			if (keep[i] >= 0 && (unsigned)keep[i] >= from && (unsigned)keep[i] < next)
				next = (unsigned)keep[i];
		if (next > from)
			(void)syscall(SYS_close_range, from, next == UINT_MAX ? next : next - 1, 0);
		if (next == UINT_MAX)
			return;
		from = next + 1;
	}
}

enum {
	PAGE = 4096, /* at least; a larger one only makes madvise(2) fail */
	STACK = 256 * 1024,
};

static struct {
	char *at;
	size_t size;
} args;

void rj_proc_own_args(char *const *argv)
{
	args.at = argv[0];
	args.size = 0;
	/* the kernel puts them one behind the other (execve) */
	for (; *argv && *argv == args.at + args.size; argv++)
		args.size += strlen(*argv) + 1;
}

void rj_proc_set_title(const char *title)
{
	(void)prctl(PR_SET_NAME, title, 0, 0, 0);
	if (args.size == 0)
		return;
	memset(args.at, 0, args.size);
	(void)snprintf(args.at, args.size, "%s", title);
}

/*
 * The first object is the program itself. What is written to (.data) stays; so do constants that
 * had to be relocated, which a program at a fixed address has none of.
 */
RJ_IDLE static int let_go(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		const uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(uintptr_t)(PAGE - 1);
		uintptr_t to = info->dlpi_addr + p->p_vaddr + p->p_memsz;

		if (p->p_type == PT_GNU_RELRO && info->dlpi_addr == 0)
			to &= ~(uintptr_t)(PAGE - 1);
		else if (p->p_type != PT_LOAD || (p->p_flags & PF_W))
			continue;
		(void)madvise((void *)from, to - from, MADV_RANDOM);
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 1;
}

RJ_IDLE void rj_proc_slim(void)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)(PAGE - 1);

	/* The frames of the calls that follow lie in the page that is left out. What is not mapped
	 * so far down is passed over (madvise(2): ENOMEM). */
	(void)madvise((void *)(here - PAGE - STACK), STACK, MADV_DONTNEED);
	(void)dl_iterate_phdr(let_go, NULL);
}

bool rj_proc_elsewhere(cpu_set_t *ret_all, cpu_set_t *ret_others)
{
	unsigned here;

	/* The C library's way to getcpu(2) costs more the first time than it ever saves. */
	if (syscall(SYS_getcpu, &here, NULL, NULL) < 0 || here >= CPU_SETSIZE ||
	    sched_getaffinity(0, sizeof(*ret_all), ret_all) < 0)
		return false;
	*ret_others = *ret_all;
	CPU_CLR(here, ret_others);
	return CPU_COUNT(ret_others) > 0;
}

long rj_proc_running(void)
{
	char text[64];
	const char *at = text;
	RJ_AUTO(rj_close) int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return -1;
	text[n] = '\0';
	for (int i = 0; i < 3 && at; i++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at ? strtol(at, NULL, 10) : -1;
}

void rj_proc_send_away(pid_t pid)
{
	enum { BOTH_OF_US = 2 };
	cpu_set_t all, others;
	const long running = rj_proc_running();

	if (running < 0 || running > BOTH_OF_US)
		return;
	if (rj_proc_elsewhere(&all, &others) &&
	    sched_setaffinity(pid, sizeof(others), &others) == 0)
		(void)sched_setaffinity(pid, sizeof(all), &all);
}
