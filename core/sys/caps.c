#include "core/sys/caps.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/sys/uapi.h"

/* noroot, no_setuid_fixup, no_cap_ambient_raise and the locks of these and of keep_caps */
#define SECBITS_NO_ROOT 0xefu

int rj_caps_bound(struct rj_err *err)
{
	unsigned long cap = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return rj_fail(err, errno, "cannot set no_new_privs");
	while (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
		cap++;
	/* EINVAL: the kernel has no more (capabilities(7)); it has one at least. */
	if (errno != EINVAL || cap == 0)
		return rj_fail(err, errno, "cannot drop capability %lu", cap);
	return 0;
}

int rj_caps_drop(struct rj_err *err)
{
	const struct {
		uint32_t version;
		int pid;
	} head = {.version = RJ_CAP_VERSION_3};
	const struct {
		uint32_t effective, permitted, inheritable;
	} none[2] = {{0}};

	if (prctl(PR_SET_SECUREBITS, SECBITS_NO_ROOT, 0, 0, 0) < 0)
		return rj_fail(err, errno, "cannot set securebits");
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return rj_fail(err, errno, "cannot clear ambient capabilities");
	if (syscall(SYS_capset, &head, none) < 0)
		return rj_fail(err, errno, "cannot drop capabilities");
	return 0;
}

int rj_keyring_new(struct rj_err *err)
{
	if (syscall(SYS_keyctl, RJ_KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS) {
		rj_fail(err, errno, "cannot leave the session keyring");
		if (err->num != EPERM)
			return -err->num;
		rj_exit_with(err, RJ_EXIT_NO_FEATURE);
		return rj_hint(err, "a container's seccomp filter forbids keyctl(2): docker, "
				    "podman: --security-opt seccomp=unconfined");
	}
	return 0;
}
