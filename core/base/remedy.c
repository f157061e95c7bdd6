/* remedy - what to do about a host that lacks something */
#include "core/base/remedy.h"

#include <errno.h>

const char *rj_remedy_userns(const struct rj_userns_switches *s, int num)
{
	if (s->debian == 0)
		return "unprivileged user namespaces are switched off: "
		       "sudo sysctl -w kernel.unprivileged_userns_clone=1";
	if (s->max == 0)
		return "user namespaces are switched off (or this is inside a jail): "
		       "sudo sysctl -w user.max_user_namespaces=15000";
	if (num == ENOSPC || num == EUSERS)
		return "the limit on (nested) user namespaces is reached: "
		       "see sysctl user.max_user_namespaces";
	if (num == EINVAL)
		return "this kernel is built without user namespaces (CONFIG_USER_NS): another "
		       "kernel is needed";
	if (s->apparmor == 1)
		return "AppArmor keeps programs without a profile from user namespaces: load one "
		       "(robojail doctor --apparmor-profile | sudo tee /etc/apparmor.d/robojail, "
		       "then sudo apparmor_parser -r /etc/apparmor.d/robojail; packages bring it "
		       "as packaging/apparmor/robojail), or sudo sysctl -w "
		       "kernel.apparmor_restrict_unprivileged_userns=0";
	return "a container's seccomp filter, a security module or a chroot forbids it. docker, "
	       "podman: --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
	       "--security-opt systempaths=unconfined; kubernetes: seccompProfile of type "
	       "Unconfined; lxc, incus: security.nesting=true; in a chroot, use pivot_root";
}
