#ifndef RJ_MODEL_CONFIG_H
#define RJ_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

struct json_t;
struct rj_err;

/*
 * What the user's config.toml says, or the default where it says nothing.
 *
 * Pure: the text comes in as an argument, nothing here asks the system. One
 * table of rows (rj_config_rows) drives defaults, parsing, checks, printing and
 * documentation: a new key is one row there and one field below.
 */

enum rj_user {
	RJ_USER_ROOT, /* number 0 inside, in name only */
	RJ_USER_SELF, /* the user's own name and number */
};

enum rj_layout {
	RJ_LAYOUT_PATH, /* the worktree keeps its host path inside */
	RJ_LAYOUT_ROOT, /* the worktree is the root directory inside */
};

enum rj_sysfs {
	RJ_SYSFS_NONE,
	RJ_SYSFS_RO, /* the host's /sys, read-only, without firmware, kernel/debug, cgroups ... */
};

enum { RJ_CONFIG_MAX_KEYS = 32 };

struct rj_config {
	char *default_shell; /* absolute and normal, without `:` */
	bool network_enabled;
	struct rj_strv extra_ro_binds;	/* as written; rj_config_bind_parse reads one */
	struct rj_strv extra_rw_binds;	/* the same */
	struct rj_strv hidden_paths;	/* below the home, or absolute: see rj_path_absolute */
	struct rj_strv env_passthrough; /* names; one that ends with `*` is a beginning */
	enum rj_user user;
	enum rj_layout layout;
	bool nested; /* of jails made from now on: programs inside may make user namespaces */
	enum rj_sysfs sysfs;
	struct rj_strv caches; /* names that core/model/caches.c knows */
	bool git_hooks;
	bool allow_host_proc;
	uint64_t import_max_mib;
	uint64_t import_max_objects;
	uint64_t import_max_seconds;
	/* Limits of a session; core/model/limits.h reads them */
	char *memory_max, *cpu_max, *tmp_size, *home_size, *disk_reserve;
	uint64_t pids_max, open_files;
	bool record; /* sessions on a terminal are recorded: core/engine/tape.h */
	uint64_t record_max_mib;

	/* Where the value of each row comes from; line 0 is the default. */
	char *file; /* as given to rj_config_parse, NULL before */
	size_t lines[RJ_CONFIG_MAX_KEYS];
};

/* Fill in the defaults. *c holds nothing before; release it afterwards. */
void rj_config_init(struct rj_config *c);

/* Free what it owns; accepts a zeroed one, and a second time. */
void rj_config_release(struct rj_config *c);

/*
 * Read `text` (TOML 1.0, `len` bytes): *c, which rj_config_init has filled,
 * becomes the defaults and what the text says. A key that the text sets replaces
 * its default, lists too: `hidden_paths = []` hides nothing. Errors are -EINVAL
 * and say "FILE:LINE:COL: what"; `file` is used for them and remembered. On
 * failure *c is as before. Strings never hold control characters.
 */
int rj_config_parse(const char *text, size_t len, const char *file, struct rj_config *c,
		    struct rj_err *err);

/*
 * Read one entry of extra_ro_binds or extra_rw_binds: PATH or SRC:DST. `~` and
 * `~/x` stand for `home`, which is normal, on both sides; other paths must be
 * absolute, and ".." is refused, because what it means depends on symlinks. `\:`
 * is a colon and `\\` a backslash that belong to the path. The results are
 * malloc'd normal paths; DST is SRC when it is left out and never "/". -EINVAL
 * otherwise, with a message that names the entry.
 */
int rj_config_bind_parse(const char *text, const char *home, char **ret_src, char **ret_dst,
			 struct rj_err *err);

/* Which of extra_rw_binds opens the whole home to a jail, as written; or NULL. */
const char *rj_config_opens_home(const struct rj_config *c, const char *home);

/* May the variable `name` pass into the jail? */
bool rj_config_env_passes(const struct rj_config *c, const char *name);

enum rj_config_type {
	RJ_CONFIG_STRING,  /* char * */
	RJ_CONFIG_BOOL,	   /* bool */
	RJ_CONFIG_CHOICE,  /* an enum; `choices` names its values from 0 on */
	RJ_CONFIG_STRINGS, /* struct rj_strv */
	RJ_CONFIG_NUMBER,  /* uint64_t, from `least` to `most` */
};

/* One key. */
struct rj_config_row {
	const char *name;
	enum rj_config_type type;
	size_t off;		    /* in struct rj_config */
	const char *standard;	    /* the default, as TOML text */
	const char *const *choices; /* RJ_CONFIG_CHOICE: ended by NULL */
	/* Strings: is `value` good? *ret is what to keep, malloc'd; NULL keeps it as it is. */
	int (*read)(const char *value, char **ret, struct rj_err *err);
	uint64_t least, most; /* RJ_CONFIG_NUMBER */
	const char *help;     /* sentences for the documentation */
};

/* All keys in the order of the documentation; ended by a row without a name. */
const struct rj_config_row *rj_config_rows(void);

/* The effective configuration as TOML, each line with a comment: "default" or FILE:LINE. */
void rj_config_print(const struct rj_config *c, struct rj_buf *out);

/* A number for those settings that a running jail keeps until it ends; never 0. Not for secrets. */
uint64_t rj_config_settings(const struct rj_config *c);

/* A file for the user to start from: every key explained, its default in a comment. */
void rj_config_print_template(struct rj_buf *out);

/* {KEY: {"value": ..., "origin": "default" or "FILE:LINE"}, ...}; the caller owns it. */
struct json_t *rj_config_json(const struct rj_config *c);

#endif
