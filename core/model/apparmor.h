#ifndef RJ_MODEL_APPARMOR_H
#define RJ_MODEL_APPARMOR_H

#include "core/base/buf.h"

/*
 * The AppArmor profile that lets `program`, an absolute path without symlinks, make user namespaces
 * where kernel.apparmor_restrict_unprivileged_userns keeps all others from them (Ubuntu 23.10 and
 * newer; AppArmor 4.0). It confines nothing. -EINVAL for a path that no profile can name.
 * packaging/apparmor/robojail is the same for the usual places.
 */
int rj_apparmor_profile(const char *program, struct rj_buf *out, struct rj_err *err);

#endif
