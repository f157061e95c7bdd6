/*
 * nonest - no user namespace inside of a jail
 *
 * The filter is the smallest that does it, and not the jail's own: it stands where the sysctl
 * cannot be written.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"
#include "core/sys/userns.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef ARCH
#define FIELD(name)	 (unsigned)offsetof(struct seccomp_data, name)
#define LOAD(at)	 BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at)
#define UNLESS(k, skip)	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip)
#define WHEN(k, skip)	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, skip, 0)
#define ANSWER(num)	 BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (num))
#define X32		 0x40000000u	      /* the bit of x86-64's second table of calls */
#define FLAGS_LOW_HALF() LOAD(FIELD(args[0])) /* little-endian on all of these */

static int forbid_by_filter(void)
{
	struct sock_filter code[] = {
		LOAD(FIELD(arch)),
		WHEN(ARCH, 1),
		ANSWER(ENOSYS),
		LOAD(FIELD(nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1),
		ANSWER(ENOSYS),
		UNLESS(SYS_clone3, 1),
		ANSWER(ENOSYS), /* the C library then uses clone */
		WHEN(SYS_clone, 2),
		WHEN(SYS_unshare, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		FLAGS_LOW_HALF(),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWUSER, 0, 1),
		ANSWER(EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {.len = RJ_COUNT(code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		return -errno;
	return 0;
}
#else
static int forbid_by_filter(void)
{
	return -ENOSYS;
}
#endif

int rj_userns_forbid_nested(struct rj_err *err)
{
	static const char path[] = "/proc/sys/user/max_user_namespaces";
	RJ_AUTO(rj_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	int rc = fd < 0 ? -errno : rj_write_all(fd, "0", 1);

	if (rc == 0 || forbid_by_filter() == 0)
		return 0;
	rj_fail(err, -rc, "cannot forbid nested user namespaces: cannot write %s", path);
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "nor can a seccomp filter be set here. In a container, start it with a "
			    "writable /proc/sys (docker: --security-opt systempaths=unconfined)");
}
