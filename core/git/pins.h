#ifndef RJ_GIT_PINS_H
#define RJ_GIT_PINS_H

#include "core/base/buf.h"

/*
 * Pins: references of the main repository that keep what a jail was given.
 *
 * G borrows main's objects (alternates), and git in main knows nothing of G: a branch that the user
 * deletes would take its commits away at the next gc, and the jail's own branches, tags and
 * remote-tracking branches would name what is not there. So everything G was given is kept by
 * refs/robojail/given/<admin>/<id>, which `git branch`, `git tag` and fetches do not show. All of a
 * jail's pins are written, and removed, by one change of packed-refs.
 */
#define RJ_PINS "refs/robojail/given/"

/*
 * And what a jail gave and took back: the tip that the branch had before an import that dropped
 * commits of it. Refs of G may still hold them, and G may have them from main alone.
 */
#define RJ_PINS_LEFT "refs/robojail/left/"

/* Pin every object that `packed` names, the text of a packed-refs file, but for `held` (hex), which
 * something else holds; what was pinned stays so. */
int rj_pins_add(const char *common, const char *admin, const char *held, const char *packed,
		struct rj_err *err);

int rj_pins_add_left(const char *common, const char *admin, const char *id, struct rj_err *err);

/* The ids (hex) of those. */
int rj_pins_left(const char *common, const char *admin, struct rj_strv *ret, struct rj_err *err);

/* Remove all pins of a jail, of both kinds; none is no error. */
int rj_pins_remove(const char *common, const char *admin, struct rj_err *err);

#endif
