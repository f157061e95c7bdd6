#ifndef RJ_MODEL_ENTRYPOINT_PARTS_H
#define RJ_MODEL_ENTRYPOINT_PARTS_H

#include "core/model/entrypoint.h"

/* What the parts of entrypoint share. */

/* The first 4 KiB of a file, or NULL when it is none, or cannot be read. */
const char *rj_entry_head(const struct rj_facts *facts, const char *path, size_t *ret_len);
bool rj_entry_runs(const struct rj_facts *facts, const char *path); /* an executable file */
bool rj_entry_is_dir(const struct rj_facts *facts, const char *path);

/* What a script's head says that it needs. */
struct rj_script {
	char *interp; /* as the kernel reads it; NULL: this is no script */
	char *name;   /* what starts then: for env to look up when it has no slash; or NULL */
	char *target; /* a program that it starts by a path beside itself, or NULL; relative */
};
void rj_script_parse(const char *head, size_t len, struct rj_script *ret);
void rj_script_release(struct rj_script *s);

/* PT_INTERP of a 64-bit ELF file, malloc'd; NULL: none in the head. */
char *rj_elf_interp(const char *head, size_t len);

/* The value of "KEY = VALUE" on a line of its own, malloc'd, or NULL. */
char *rj_entry_setting(const char *head, size_t len, const char *key);

/* The least directory that `path` cannot do without, malloc'd, with *ret_why; NULL: it needs none.
 * The parts of `path` before the last are no symlinks. */
char *rj_entry_tree(const struct rj_facts *facts, const char *path, const char **ret_why);

/* The directory of one version of an interpreter, with what was installed into it, that a version
 * manager made and `path` lies in: malloc'd, or NULL. */
char *rj_entry_version(const char *path);

/* The nearest directory above `path` that holds a package.json, malloc'd, or NULL. */
char *rj_entry_package(const struct rj_facts *facts, const char *path);

/* Is this a directory of too many things, whatever lies in it? `home` is normal. */
bool rj_entry_is_wide(const char *home, const char *dir);

/* One resolution at work. */
struct rj_finder {
	const struct rj_layout_in *in;
	const struct rj_facts *facts;
	const struct rj_plan *plan;
	const char *program;
	struct rj_strv hidden; /* when something is to be shown */
	struct rj_entrypoint *ret;
};

/* Is the path shown anyhow, with what it is on the host? */
bool rj_finder_shows(const struct rj_finder *f, const char *path);

/* Show it, unless it is shown already. -EPERM when it must not be. `text` is a link's. */
int rj_finder_add(struct rj_finder *f, enum rj_need_kind kind, const char *path, const char *text,
		  const char *why, struct rj_err *err);

/*
 * Follow the links of `start` and add them. *ret_real, malloc'd, is where they end; *ret_ours
 * whether the jail has a say in what is there, so that it must be taken as it is.
 */
int rj_finder_walk(struct rj_finder *f, const char *start, char **ret_real, bool *ret_ours,
		   struct rj_err *err);

#endif
