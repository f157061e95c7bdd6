#include "core/sys/rlimit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/file.h"

int rj_rlimit_lower(int resource, const char *name, uint64_t value, struct rj_err *err)
{
	struct rlimit r;

	if (getrlimit(resource, &r) < 0)
		return rj_fail(err, errno, "cannot read the limit %s", name);
	if (r.rlim_max > value)
		r.rlim_max = value;
	if (r.rlim_cur > r.rlim_max)
		r.rlim_cur = r.rlim_max;
	if (setrlimit(resource, &r) < 0)
		return rj_fail(err, errno, "cannot set the limit %s to %llu", name,
			       (unsigned long long)value);
	return 0;
}

/* A number into a one-line file. */
static int put(const char *path, unsigned long long n)
{
	char text[24];
	RJ_AUTO(rj_close) int fd = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);

	(void)snprintf(text, sizeof(text), "%llu", n);
	return fd < 0 ? -errno : rj_write_all(fd, text, strlen(text));
}

int rj_pid_max_set(uint64_t processes, struct rj_err *err)
{
	int rc = put("/proc/sys/kernel/pid_max", processes + RJ_PID_MAX_MORE);

	return rc < 0 ? rj_fail(err, -rc, "cannot set kernel.pid_max of the PID namespace") : 0;
}

int rj_oom_score_raise(int adj, struct rj_err *err)
{
	static const char path[] = "/proc/self/oom_score_adj";
	char text[16];
	RJ_AUTO(rj_close) int fd = openat(AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	int rc;

	if (n < 0)
		return rj_fail(err, errno, "cannot read %s", path);
	text[n] = '\0';
	if (strtol(text, NULL, 10) >= adj)
		return 0;
	(void)snprintf(text, sizeof(text), "%d", adj);
	rc = rj_write_all(fd, text, strlen(text));
	return rc < 0 ? rj_fail(err, -rc, "cannot raise %s", path) : 0;
}
