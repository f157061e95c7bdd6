#ifndef RJ_ENGINE_HOME_H
#define RJ_ENGINE_HOME_H

#include "core/base/err.h"

/*
 * The private home of a jail, on the host. Made when it is missing, with start files for bash, zsh
 * and sh: a prompt that names the jail, a history of its own, no first-start wizard. They are
 * written only into a home that this call makes; afterwards they are the jail's, and so is every
 * name in it: nothing here follows a link or replaces a file.
 */
int rj_home_make(const char *path, struct rj_err *err);

/* One more start file, in a home just made; a name that is taken stays as it is. */
int rj_home_add(const char *path, const char *name, const char *text, struct rj_err *err);

/* The same, as a descriptor (O_PATH) of it. */
int rj_home_open(const char *path, struct rj_err *err);

#endif
