#include "core/sys/children.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"

/* The numbers in another namespace's /proc are other processes'. */
static bool is_own_proc(void)
{
	char text[16];
	ssize_t n = readlink("/proc/self", text, sizeof(text) - 1);

	if (n <= 0)
		return false;
	text[n] = '\0';
	return strtol(text, NULL, 10) == getpid();
}

/* PID (NAME) STATE PPID ...: a name may hold anything but its end is the last bracket (proc(5)). */
static bool is_living_child(int proc, const char *pid)
{
	char path[32], text[512];
	RJ_AUTO(rj_close) int fd = -1;
	const char *end;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%.16s/stat", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	end = strrchr(text, ')');
	if (!end || strlen(end) < 5 || end[2] == 'Z' || end[2] == 'X')
		return false;
	return strtol(end + 4, NULL, 10) == getpid();
}

int rj_children_kill(bool (*spare)(const void *arg, pid_t pid), const void *arg)
{
	const struct dirent *e;
	DIR *dir;
	int n = 0;

	if (!is_own_proc())
		return -EXDEV;
	dir = opendir("/proc");
	if (!dir)
		return -errno;
	while ((e = readdir(dir))) {
		const pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid <= 0 || spare(arg, pid) || !is_living_child(dirfd(dir), e->d_name))
			continue;
		n += kill(pid, SIGKILL) == 0;
	}
	(void)closedir(dir);
	return n;
}
