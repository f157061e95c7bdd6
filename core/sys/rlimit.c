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

static int get(int resource, const char *name, struct rlimit *ret, struct rj_err *err)
{
	if (getrlimit(resource, ret) == 0)
		return 0;
	return rj_fail(err, errno, "cannot read the limit %s", name);
}

static int lower(int resource, const char *name, struct rlimit r, rlim_t value, struct rj_err *err)
{
	if (r.rlim_max <= value)
		return 0;
	r.rlim_max = value;
	if (r.rlim_cur > value)
		r.rlim_cur = value;
	if (setrlimit(resource, &r) == 0)
		return 0;
	return rj_fail(err, errno, "cannot set the limit %s to %llu", name,
		       (unsigned long long)value);
}

int rj_rlimit_lower(int resource, const char *name, uint64_t value, struct rj_err *err)
{
	struct rlimit r;

	return get(resource, name, &r, err) < 0 ? -err->num : lower(resource, name, r, value, err);
}

int rj_rlimit_halve(int resource, const char *name, struct rj_err *err)
{
	struct rlimit r;

	if (get(resource, name, &r, err) < 0)
		return -err->num;
	return r.rlim_cur == RLIM_INFINITY ? 0 : lower(resource, name, r, r.rlim_cur / 2, err);
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
