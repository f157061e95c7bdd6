#include "core/sys/usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/proc.h"

/* A small file of /proc as text; its length, or -1. */
static ssize_t slurp(int proc, int pid, const char *name, char *text, size_t size)
{
	char path[48];
	RJ_AUTO(rj_close) int fd = -1;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%d/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = fd < 0 ? -1 : read(fd, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* The number in the line "\nKEY:   N kB"; 0 when there is none. A name cannot hold a newline that
 * is not written as "\n" (proc(5)), so a process cannot make up a line. */
static uint64_t field(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void dir_close(DIR *const *dir)
{
	if (*dir)
		(void)closedir(*dir);
}

static uint64_t proportional(int proc, int pid)
{
	char text[2048];

	if (slurp(proc, pid, "smaps_rollup", text, sizeof(text)) <= 0)
		return 0;
	return field(text, "\nPss_Anon:") + field(text, "\nPss_Shmem:") +
	       field(text, "\nSwapPss:") +
	       least(field(text, "\nPss_File:"), field(text, "\nLocked:"));
}

/* Pages of files are the cache's, which gives them back, unless they are locked. */
static uint64_t resident(const char *text)
{
	return field(text, "\nRssAnon:") + field(text, "\nRssShmem:") + field(text, "\nVmSwap:") +
	       least(field(text, "\nRssFile:"), field(text, "\nVmLck:"));
}

/*
 * The status of a process with its memory, or what there is. One whose first thread has ended is a
 * zombie that shows no memory, while the others go on with it: then one of those is asked.
 */
static ssize_t read_status(int proc, int pid, char *text, size_t size, int *ret_task)
{
	ssize_t n = slurp(proc, pid, "status", text, size);
	RJ_AUTO(dir_close) DIR *tasks = NULL;
	const struct dirent *e;
	char path[48];
	int fd;

	*ret_task = pid;
	if (n <= 0 || strstr(text, "\nVmSize:") || field(text, "\nThreads:") < 2)
		return n;
	(void)snprintf(path, sizeof(path), "%d/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tasks = fd < 0 ? NULL : fdopendir(fd);
	if (!tasks)
		rj_close(&fd);
	while (tasks && (e = readdir(tasks))) {
		/* /proc/TID is there too, though it is not listed (proc(5)) */
		*ret_task = (int)strtol(e->d_name, NULL, 10);
		n = *ret_task > 0 ? slurp(proc, *ret_task, "status", text, size) : 0;
		if (n > 0 && strstr(text, "\nVmSize:"))
			return n;
	}
	*ret_task = pid;
	return slurp(proc, pid, "status", text, size);
}

static void add_process(int proc, int pid, bool shared_once, struct rj_usage *u, uint64_t *most)
{
	char text[4096];
	uint64_t kib, tables, pss;
	int task;

	if (read_status(proc, pid, text, sizeof(text), &task) <= 0)
		return; /* it ended meanwhile */
	u->tasks += field(text, "\nThreads:");
	tables = field(text, "\nVmPTE:");
	kib = resident(text);
	pss = shared_once ? proportional(proc, task) : 0;
	if (pss)
		kib = pss;
	kib += tables;
	u->memory += kib << 10;
	if (pid == 1 || kib <= *most)
		return;
	*most = kib;
	u->biggest = pid;
	(void)snprintf(u->name, sizeof(u->name), "%.*s",
		       (int)strcspn(text + strlen("Name:\t"), "\n"), text + strlen("Name:\t"));
}

int rj_usage_read(int proc, bool shared_once, struct rj_usage *ret)
{
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	struct rj_usage u = {0};
	uint64_t most = 0;
	int num = errno;

	if (!d) {
		rj_close(&fd);
		return -num;
	}
	while ((e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
			add_process(fd, (int)strtol(e->d_name, NULL, 10), shared_once, &u, &most);
	(void)closedir(d);
	*ret = u;
	return 0;
}

int rj_usage_kill(int proc, int pid)
{
	char name[16];
	RJ_AUTO(rj_close) int fd = -1;

	/* Such a directory is as good as a pidfd (pidfd_send_signal(2)). */
	(void)snprintf(name, sizeof(name), "%d", pid);
	fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : rj_pidfd_kill(fd, SIGKILL);
}
