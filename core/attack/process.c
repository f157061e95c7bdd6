/* Attempts on processes: rows P2 to P5, P9. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/attack/attack.h"
#include "core/base/mem.h"
#include "core/base/path.h"

enum { DAEMON_SECONDS = 20 };

/* Ways to harm a program file: its bytes, its mode. */
static bool can_change(const char *path)
{
	RJ_AUTO(rj_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 || chmod(path, 0755) == 0;
}

RJ_ATTEMPT(own_program)
{
	(void)site;
	if (can_change("/proc/1/exe"))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "PID 1's");
	if (can_change("/proc/self/exe"))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "its own");
	return rj_attack_refused(note, "chmod");
}

RJ_ATTEMPT(inherited)
{
	char text[256];
	ssize_t n = pread(RJ_ATTACK_FD, text, sizeof(text), 0);

	(void)site;
	if (n > 0 && memmem(text, (size_t)n, RJ_ATTACK_SECRET, strlen(RJ_ATTACK_SECRET)))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "read descriptor %d", RJ_ATTACK_FD);
	if (getenv(RJ_ATTACK_ENV))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "found the variable");
	return rj_attack_say(note, RJ_ATTACK_REFUSED, "closed, and not set");
}

/* Inside, the same number may be somebody else. */
static bool is_target(long pid)
{
	char path[64], name[32] = "";
	RJ_AUTO(rj_close) int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, name, sizeof(name) - 1) > 0 &&
	       !strncmp(name, RJ_ATTACK_TARGET, strlen(RJ_ATTACK_TARGET));
}

/* Stop it, and let it go. */
static bool can_trace(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
		return false;
	(void)waitpid(pid, &status, __WALL);
	(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return true;
}

RJ_ATTEMPT(host_process)
{
	char path[64];
	bool known = is_target(site->pid);

	(void)snprintf(path, sizeof(path), "/proc/%ld/environ", site->pid);
	if (rj_attack_reads(path))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "read its environment");
	if (known && kill((pid_t)site->pid, 0) == 0)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "may signal it");
	if (known && can_trace((pid_t)site->pid))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "traced it");
	/* where its number is not seen, any that is seen might be the host's */
	if (!known && kill((pid_t)site->pid, 0) < 0 && errno == EPERM)
		return rj_attack_say(note, RJ_ATTACK_REFUSED, "it is seen, and out of reach");
	return rj_attack_say(note, RJ_ATTACK_REFUSED, "no such process");
}

RJ_ATTEMPT(first_process)
{
	static const char *const links[] = {"/proc/1/root/", "/proc/1/cwd/"};
	RJ_AUTO(rj_close) int mem = -1;

	(void)site;
	/* unprotected, the parent stands for what started us */
	if (getppid() != 1 && can_trace(getppid()))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "traced what started it");
	if (can_trace(1))
		return rj_attack_say(note, RJ_ATTACK_WORKED, "traced it");
	mem = open("/proc/1/mem", O_RDWR | O_CLOEXEC);
	if (mem >= 0)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "opened its memory");
	for (size_t i = 0; i < RJ_COUNT(links); i++)
		if (access(links[i], F_OK) == 0)
			return rj_attack_say(note, RJ_ATTACK_WORKED, "followed %s", links[i]);
	return rj_attack_refused(note, "its memory");
}

/* A grandchild in a session of its own that ignores every signal it can and holds a lock. */
static void be_daemon(const char *path, int ready)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	int fd;

	for (int sig = 1; sig < 32; sig++)
		(void)sigaction(sig, &ignore, NULL);
	(void)setsid();
	if (fork() != 0)
		_exit(0);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || fcntl(fd, F_SETLK, &lock) < 0 || write(ready, "x", 1) != 1)
		_exit(1);
	for (int i = 0; i <= 2; i++)
		(void)close(i);
	(void)close(ready);
	(void)sleep(DAEMON_SECONDS);
	_exit(0);
}

RJ_ATTEMPT(outlive)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(site->work, "daemon.lock");
	int ready[2];
	char byte;
	pid_t pid;
	ssize_t n;

	if (pipe(ready) < 0)
		return rj_attack_refused(note, "pipe");
	pid = fork();
	if (pid == 0)
		be_daemon(path, ready[1]);
	(void)close(ready[1]);
	n = read(ready[0], &byte, 1);
	(void)close(ready[0]);
	return pid > 0 && n == 1 ? rj_attack_say(note, RJ_ATTACK_WORKED, "it holds a lock")
				 : rj_attack_refused(note, "fork");
}

/* Children that wait for the pipe to close, so all end with this process. */
RJ_ATTEMPT(processes)
{
	int wait_for[2];
	long n = 0;
	int num = 0;

	if (site->most <= 0)
		return rj_attack_say(note, RJ_ATTACK_MOOT, "no limit is set");
	if (pipe(wait_for) < 0)
		return rj_attack_refused(note, "pipe");
	for (; n <= site->most; n++) {
		char byte;
		pid_t pid = fork();

		if (pid < 0) {
			num = errno;
			break;
		}
		if (pid == 0) {
			(void)close(wait_for[1]);
			_exit(read(wait_for[0], &byte, 1) < 0 ? 1 : 0);
		}
	}
	(void)close(wait_for[1]);
	(void)close(wait_for[0]);
	while (wait(NULL) > 0)
		;
	errno = num;
	return num ? rj_attack_say(note, RJ_ATTACK_REFUSED, "%ld, then %s", n, strerror(num))
		   : rj_attack_say(note, RJ_ATTACK_WORKED, "%ld and more", n);
}
