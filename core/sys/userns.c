#include "core/sys/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/remedy.h"
#include "core/sys/file.h"

static int put(const char *path, const char *text)
{
	RJ_AUTO(rj_close) int fd = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : rj_write_all(fd, text, strlen(text));
}

int rj_userns_map(uid_t inside_uid, uid_t outside_uid, gid_t inside_gid, gid_t outside_gid,
		  struct rj_err *err)
{
	char line[64];
	int rc;

	(void)snprintf(line, sizeof(line), "%u %u 1\n", inside_uid, outside_uid);
	rc = put("/proc/self/setgroups", "deny");
	if (rc == 0)
		rc = put("/proc/self/uid_map", line);
	if (rc == 0) {
		(void)snprintf(line, sizeof(line), "%u %u 1\n", inside_gid, outside_gid);
		rc = put("/proc/self/gid_map", line);
	}
	/* AppArmor and other security modules let the namespace be made, but without a capability:
	 * then the first of these files refuses. */
	if (rc == -EPERM || rc == -EACCES)
		return rj_userns_explain(-rc, err);
	if (rc == 0)
		return 0;
	rj_fail(err, -rc, "cannot write the id map of the user namespace below /proc/self");
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "is /proc mounted, and writable for you? "
			    "mount -t proc proc /proc, and not read-only");
}

/* A sysctl that the user namespace has for itself, where it may be written. */
static int limit(const char *path, long value, struct rj_err *err)
{
	char text[24];
	int rc;

	(void)snprintf(text, sizeof(text), "%ld", value);
	rc = put(path, text);
	if (rc == 0 || rc == -EROFS || rc == -EACCES || rc == -EPERM || rc == -ENOENT)
		return 0;
	return rj_fail(err, -rc, "cannot limit the user namespace: cannot write %s", path);
}

int rj_userns_forbid_nested(struct rj_err *err)
{
	return limit("/proc/sys/user/max_user_namespaces", 0, err);
}

int rj_userns_limit_inotify(const struct rj_userns_inotify *most, struct rj_err *err)
{
	if (most->instances > 0 &&
	    limit("/proc/sys/user/max_inotify_instances", most->instances, err) < 0)
		return -err->num;
	return most->watches > 0 ? limit("/proc/sys/user/max_inotify_watches", most->watches, err)
				 : 0;
}

/* The number in a one-line file below `root`, or -1. */
static long sysctl(const char *root, const char *name)
{
	char path[128], text[32], *end;
	RJ_AUTO(rj_close) int fd = -1;
	ssize_t n;
	long value;

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	value = strtol(text, &end, 10);
	return end == text ? -1 : value;
}

struct rj_userns_switches rj_userns_switches(const char *root)
{
	return (struct rj_userns_switches){
		.debian = sysctl(root, "kernel/unprivileged_userns_clone"),
		.max = sysctl(root, "user/max_user_namespaces"),
		.apparmor = sysctl(root, "kernel/apparmor_restrict_unprivileged_userns"),
	};
}

struct rj_userns_inotify rj_userns_inotify_half(const char *root)
{
	return (struct rj_userns_inotify){
		.instances = sysctl(root, "fs/inotify/max_user_instances") / 2,
		.watches = sysctl(root, "fs/inotify/max_user_watches") / 2,
	};
}

int rj_userns_explain(int num, struct rj_err *err)
{
	const struct rj_userns_switches s = rj_userns_switches("/proc/sys");

	rj_fail(err, num, "cannot make a user namespace");
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "%s", rj_remedy_userns(&s, num));
}
