#ifndef RJ_APPLETS_CHANGES_H
#define RJ_APPLETS_CHANGES_H

#include <stdbool.h>
#include <stdio.h>

#include "core/git/import.h"
#include "core/git/status.h"
#include "core/model/jail.h"

struct rj_err;

/* What `status` knows, and how it says it: to people, to programs, as a diff. All borrowed. */
struct rj_changes {
	const struct rj_jail *jail;
	const struct rj_status *status;
	const struct rj_import_result
		*import;		   /* NULL: the agent's commits could not be looked at */
	const struct rj_err *import_error; /* then this says why */
	bool running;
	bool restored; /* W/.git had been changed and was put back */
};

/* The whole report. `all`: see below; `ignored`: name what only the agent's ignore rules hide. */
void rj_changes_print(const struct rj_changes *c, bool all, bool ignored, FILE *f);

/* Its list of changes. Where a directory has many entries that are new and in no commit, and no
 * other change, one line stands for them, unless `all` are to be named. */
void rj_changes_print_list(const struct rj_status *st, bool all, FILE *f);

/* What a reader must know besides the changes, a line each, each line after `prefix`. */
void rj_changes_print_dangers(const struct rj_changes *c, bool ignored, const char *prefix,
			      FILE *f);

/* The unified diff. Exact bytes, unless f is a terminal: then harmless and, if it may be, in
 * colour. A write that fails is seen with ferror(f). */
int rj_changes_print_diff(const struct rj_changes *c, FILE *f, struct rj_err *err);

/* One JSON document; `diff` adds the unified diff to it. */
int rj_changes_print_json(const struct rj_changes *c, bool diff, FILE *f, struct rj_err *err);

#endif
