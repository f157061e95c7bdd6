#ifndef RJ_GIT_MODULES_H
#define RJ_GIT_MODULES_H

#include <stddef.h>

#include "core/base/err.h"

enum { RJ_MODULES_MAX = 1 << 20 };

/*
 * Is this a .gitmodules that a later `git submodule update` may be given? A submodule's name and
 * path must not leave their directory, none of name, path and url may look like an option, a url
 * may hide no newline, and no command may be named. -EBADMSG says which. Pure: the text is read
 * from memory, nothing it names is opened.
 */
int rj_modules_check(const char *text, size_t len, struct rj_err *err);

#endif
