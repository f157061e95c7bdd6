#ifndef RJ_SYS_CAPS_H
#define RJ_SYS_CAPS_H

#include "core/base/err.h"

/*
 * Give up every way to privilege, for this process and all it will ever start. First those that
 * exec would give, while it still needs its own: no_new_privs, and an empty bounding set
 * (capabilities(7)). Then its own: no ambient, inheritable, permitted or effective capability, and
 * uid 0 without special rights at exec (SECBIT_NOROOT, locked).
 */
int rj_caps_bound(struct rj_err *err);
int rj_caps_drop(struct rj_err *err);

/* Leave the user's session keyring for a new, empty one (session-keyring(7)): keys of the user are
 * otherwise readable in every namespace. */
int rj_keyring_new(struct rj_err *err);

#endif
