#ifndef RJ_BASE_REMEDY_H
#define RJ_BASE_REMEDY_H

/*
 * What to do about a host that lacks something. The words stand here because an error that a system
 * call gave (core/sys) and a finding of `robojail doctor` (core/model) must say the same.
 */

/* sysctls that can keep user namespaces away. -1: this kernel does not have it. */
struct rj_userns_switches {
	long debian;   /* kernel.unprivileged_userns_clone, a patch of Debian's: 0 forbids */
	long max;      /* user.max_user_namespaces */
	long apparmor; /* kernel.apparmor_restrict_unprivileged_userns, Ubuntu: 1 forbids */
};

/*
 * Why can no user namespace be made, when clone, or the id map after it, fails with the errno
 * `num`? A sentence with the remedy.
 */
const char *rj_remedy_userns(const struct rj_userns_switches *s, int num);

/* A fresh proc is refused with EPERM: mount_too_revealing() of fs/namespace.c, since Linux 4.4. */
#define RJ_REMEDY_PROC                                                                        \
	"parts of the outer /proc are masked, as container engines do, and the kernel then "  \
	"refuses a fresh one. docker: --security-opt systempaths=unconfined; podman: "        \
	"--security-opt unmask=ALL; kubernetes: procMount: Unmasked with hostUsers: false; "  \
	"lxc, incus: security.nesting=true. Where that cannot be had, --allow-host-proc (or " \
	"allow_host_proc = true) shows the outer /proc read-only, and says what is lost"

/* mount(2) and its kin with EPERM or EACCES in a mount namespace of our own. */
#define RJ_REMEDY_MOUNT                                                                      \
	"a container's AppArmor profile or seccomp filter forbids mounts. docker: "          \
	"--security-opt apparmor=unconfined --security-opt seccomp=unconfined; kubernetes: " \
	"appArmorProfile and seccompProfile of type Unconfined; lxc, incus: "                \
	"security.nesting=true"

#define RJ_REMEDY_KERNEL                                                                      \
	"RoboJail needs Linux 5.12 or newer, and a container that does not filter the mount " \
	"calls"

#endif
