#ifndef RJ_GIT_GITCONF_H
#define RJ_GIT_GITCONF_H

#include "core/base/buf.h"

/* A git configuration file, written line by line. */
struct rj_gitconf {
	struct rj_buf text;
	struct rj_buf section; /* header that the last line stands under */
};

/* Add `name` (section.key or section.subsection.key, as `git config -l` prints it) with a value;
 * any bytes but NUL. A name may come again and again. */
void rj_gitconf_add(struct rj_gitconf *conf, const char *name, const char *value);

void rj_gitconf_release(struct rj_gitconf *conf);

#endif
