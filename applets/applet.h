#ifndef RJ_APPLETS_APPLET_H
#define RJ_APPLETS_APPLET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/opt.h"

struct rj_ctx;
struct rj_doc_section;
struct rj_err;

/*
 * One command of robojail: its words, its options, and a call into the engine. A command is one
 * file of this folder, applets/NAME.c, that defines rj_applet_NAME; table.c lists them all.
 *
 * Help, manual page and completions are made from these fields (core/base/optdoc.h). In
 * `details`, an empty line ends a paragraph and a line that begins with a space is shown as
 * it is. `operands` is written with the placeholders of core/base/opt.h (JAIL, PATH, ...).
 */
struct rj_applet {
	char name[12], alias[8]; /* "" for none; in here, so that a search looks at nothing else */
	const char *summary;	 /* one line, no capital, no full stop */
	const char *operands;	 /* as in the usage line, NULL for none */
	int min, max;		 /* operands; max may be RJ_MANY */
	int command_at;		 /* see struct rj_opt_spec; 0 for most */
	const char *details;
	const char *example;		       /* command lines, one a line */
	const struct rj_doc_section *sections; /* of the manual page alone; NULL for none */
	const struct rj_opt *opts;
	size_t args_size;
	const void *defaults; /* what *args begins as; NULL for all zero */

	bool hidden;	    /* not in help, manual and completions */
	bool no_ctx;	    /* run without a context (ctx is NULL), so also with HOME unset */
	bool passes_status; /* gives a command's exit status: own failures are 125, not 1 */

	/*
	 * args: args_size bytes, filled by the parser. operands: ends with NULL.
	 * Returns 0; or -errno with *err filled, err->status is then the exit status; or a
	 * positive exit status that is passed on as it is (run, enter, init). May print to
	 * stdout without checking: main flushes, and fails if that fails. Prints no errors.
	 */
	int (*run)(struct rj_ctx *ctx, const void *args, char *const *operands, struct rj_err *err);
};

/* All commands, sorted by name; ends with NULL. */
extern const struct rj_applet *const rj_applets[];

/* The command of this name or alias, or NULL. */
const struct rj_applet *rj_applet_find(const char *name);

/*
 * Does it go on, with a warning and the defaults, when the configuration cannot be read? A mistake
 * in that file shall keep nobody from ending an agent that runs. What starts, makes or gives
 * something refuses: there the file may say what keeps a jail in.
 */
bool rj_applet_spares_config(const struct rj_applet *a);

extern const struct rj_applet rj_applet_agents;
extern const struct rj_applet rj_applet_attach;
extern const struct rj_applet rj_applet_config;
extern const struct rj_applet rj_applet_create;
extern const struct rj_applet rj_applet_destroy;
extern const struct rj_applet rj_applet_doctor;
extern const struct rj_applet rj_applet_enter;
extern const struct rj_applet rj_applet_export;
extern const struct rj_applet rj_applet_help;
extern const struct rj_applet rj_applet_init;
extern const struct rj_applet rj_applet_install;
extern const struct rj_applet rj_applet_list;
extern const struct rj_applet rj_applet_log;
extern const struct rj_applet rj_applet_login_sync;
extern const struct rj_applet rj_applet_ps;
extern const struct rj_applet rj_applet_run;
extern const struct rj_applet rj_applet_selftest;
extern const struct rj_applet rj_applet_setup;
extern const struct rj_applet rj_applet_status;
extern const struct rj_applet rj_applet_stop;
extern const struct rj_applet rj_applet_sync;
extern const struct rj_applet rj_applet_trust;
extern const struct rj_applet rj_applet_version;
extern const struct rj_applet rj_applet_watch;

#endif
