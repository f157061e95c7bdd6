#include "core/sys/seccomp.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "core/sys/uapi.h"

int rj_seccomp_load(const struct sock_filter *code, unsigned short n, struct rj_err *err)
{
	const struct sock_fprog program = {
		.len = n,
		.filter = (struct sock_filter *)(uintptr_t)code, /* the kernel only reads it */
	};

	if (syscall(SYS_seccomp, RJ_SECCOMP_SET_MODE_FILTER, RJ_SECCOMP_FILTER_FLAG_SPEC_ALLOW,
		    &program) == 0)
		return 0;
	rj_fail(err, errno, "cannot filter the jail's system calls (seccomp)");
	if (err->num == ENOSYS || err->num == EINVAL) {
		rj_exit_with(err, RJ_EXIT_NO_FEATURE);
		return rj_hint(err, "the kernel must be Linux itself, built with "
				    "CONFIG_SECCOMP_FILTER: zgrep SECCOMP /proc/config.gz");
	}
	if (err->num == EPERM) {
		rj_exit_with(err, RJ_EXIT_NO_FEATURE);
		return rj_hint(err, "a container's own filter forbids it: with docker or podman, "
				    "--security-opt seccomp=unconfined");
	}
	if (err->num == ENOMEM)
		return rj_hint(err, "memory is short, or too many filters are already at work here "
				    "(see Seccomp_filters in /proc/self/status)");
	return -err->num;
}
