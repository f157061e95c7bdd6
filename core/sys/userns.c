#include "core/sys/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/file.h"

static int put(const char *path, const char *text)
{
	RJ_AUTO(rj_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : rj_write_all(fd, text, strlen(text));
}

int rj_userns_map(uid_t inside_uid, uid_t outside_uid, gid_t inside_gid, gid_t outside_gid,
		  struct rj_err *err)
{
	char line[64];
	int rc;

	rc = put("/proc/self/setgroups", "deny");
	if (rc < 0)
		return rj_fail(err, -rc, "cannot deny setgroups in the user namespace");
	(void)snprintf(line, sizeof(line), "%u %u 1\n", inside_uid, outside_uid);
	rc = put("/proc/self/uid_map", line);
	if (rc == 0) {
		(void)snprintf(line, sizeof(line), "%u %u 1\n", inside_gid, outside_gid);
		rc = put("/proc/self/gid_map", line);
	}
	if (rc == -EPERM || rc == -EACCES)
		return rj_userns_explain(-rc, err);
	return rc < 0 ? rj_fail(err, -rc, "cannot write the id map") : 0;
}

int rj_userns_forbid_nested(struct rj_err *err)
{
	int rc = put("/proc/sys/user/max_user_namespaces", "0");

	if (rc == 0)
		return 0;
	rj_fail(err, -rc, "cannot forbid nested user namespaces (user.max_user_namespaces)");
	return rj_hint(
		err, "is /proc/sys writable here? In a container, start it with an unmasked /proc");
}

/* The number in a one-line sysctl file, or -1. */
static long sysctl(const char *path)
{
	char text[32];
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return -1;
	text[n] = '\0';
	return strtol(text, NULL, 10);
}

int rj_userns_explain(int num, struct rj_err *err)
{
	rj_fail(err, num, "cannot make a user namespace");
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	if (sysctl("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return rj_hint(err, "unprivileged user namespaces are switched off: "
				    "sudo sysctl -w kernel.unprivileged_userns_clone=1");
	if (sysctl("/proc/sys/user/max_user_namespaces") == 0)
		return rj_hint(err, "user namespaces are switched off (or this is inside a jail): "
				    "sudo sysctl -w user.max_user_namespaces=15000");
	if (sysctl("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		return rj_hint(
			err, "AppArmor keeps programs without a profile from user namespaces: "
			     "install packaging/apparmor/robojail as /etc/apparmor.d/robojail and "
			     "load it (sudo apparmor_parser -r /etc/apparmor.d/robojail), or sudo "
			     "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0");
	if (num == ENOSPC || num == EUSERS)
		return rj_hint(err, "the limit on (nested) user namespaces is reached: "
				    "see sysctl user.max_user_namespaces");
	if (num == EINVAL)
		return rj_hint(err, "this kernel is built without user namespaces "
				    "(CONFIG_USER_NS): another kernel is needed");
	return rj_hint(err,
		       "a container's seccomp filter or a chroot forbids it: with docker or "
		       "podman, --security-opt seccomp=unconfined; in a chroot, use pivot_root");
}
