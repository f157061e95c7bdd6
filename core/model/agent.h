#ifndef RJ_MODEL_AGENT_H
#define RJ_MODEL_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/toml.h"
#include "core/model/config.h"
#include "core/model/facts.h"

struct json_t;

/*
 * Agent presets: what a coding agent needs of its user's home and environment. One TOML file each:
 * ours are core/model/agents/NAME.toml, compiled in; the user's lie beside config.toml. The name is
 * the file's. Pure.
 *
 *   extends   a preset of ours that this one adds to (the user's only)
 *   summary   one line
 *   programs  it is chosen for entrypoints of these names
 *   env       variables that pass into the jail, when they are set
 *   persist   directories of the jail's home that the agent keeps things in; made at create
 *   flags     options that make sense inside of a jail; offered, never added
 *   domains   whom it talks to; told, not enforced
 *   [[file]]  path    below the home
 *             kind    "login", "settings", "memory"
 *             when    "create", "start": copied once, or again when the user's own has changed
 *             format  "json", "toml", "text"; by the path's end when left out
 *             keep    keys that are copied, and nothing else; see rj_agent_pick
 *             back    those of a login that login-sync may bring back; all of keep when left out
 *
 * A file is copied, never shown: what the jail does to its copy, the user's own does not see.
 */
enum rj_agent_kind { RJ_AGENT_LOGIN, RJ_AGENT_SETTINGS, RJ_AGENT_MEMORY };
enum rj_agent_when { RJ_AGENT_AT_CREATE, RJ_AGENT_AT_START };
enum rj_agent_format { RJ_AGENT_JSON, RJ_AGENT_TOML, RJ_AGENT_TEXT };

struct rj_agent_file {
	char *path; /* relative, without "." and ".." */
	enum rj_agent_kind kind;
	enum rj_agent_when when;
	enum rj_agent_format format;
	struct rj_strv keep, back;
	struct rj_toml_pos at; /* of the path in the preset */
};

struct rj_agent {
	char *name;
	char *origin; /* the file, or NULL for one of ours */
	char *extends, *summary;
	struct rj_strv programs, env, persist, flags, domains;
	struct rj_agent_file *files;
	size_t n_files, cap;
};

/* The presets of ours as they were compiled in, sorted; ends with a NULL name. */
struct rj_agent_text {
	const char *name, *text;
};
extern const struct rj_agent_text rj_agent_texts[];

/* "login", "settings", "memory"; "create", "start". */
const char *rj_agent_kind_name(enum rj_agent_kind kind);
const char *rj_agent_when_name(enum rj_agent_when when);

/*
 * Read a preset. `origin` is the file, NULL for one of ours. What it extends is read first, so the
 * result is whole. -EINVAL says "FILE:LINE:COL: what"; *ret is set on success only.
 */
int rj_agent_parse(const char *name, const char *text, size_t len, const char *origin,
		   struct rj_agent *ret, struct rj_err *err);
void rj_agent_release(struct rj_agent *a);

/* Letters, digits, '-', '_' and '.', not in front; 64 at most; not "none". */
int rj_agent_check_name(const char *name, struct rj_err *err);

/* No file or directory of a preset of the user's may be hidden: -EPERM with the place. `hidden`
 * holds absolute paths. */
int rj_agent_check_hidden(const struct rj_agent *a, const char *home, const struct rj_strv *hidden,
			  struct rj_err *err);

/*
 * A key of keep and back: parts with dots between, each one a name as in TOML, bare or between
 * double quotes. A part that ends with `*` stands for all names that begin so. -EINVAL when it is
 * none.
 */
int rj_agent_key_split(const char *key, struct rj_strv *ret_parts, struct rj_err *err);

/*
 * Of a JSON document the values that `keys` name, and nothing else: a new object, the caller's.
 * `plain` leaves out what is neither a string, a number, a boolean, null, nor a list of these:
 * what came from a jail must not bring a tree of its own.
 */
struct json_t *rj_agent_pick(const struct rj_strv *keys, const struct json_t *doc, bool plain);

/* The same of a TOML document, as text: single values and lists of them only. */
void rj_agent_pick_toml(const struct rj_strv *keys, const struct rj_toml *doc, struct rj_buf *out);

/* Set in *doc what `picked` holds; all else stays as it is. */
void rj_agent_merge(struct json_t *doc, const struct json_t *picked);

/* What of a file's text is for a jail; nothing is appended when nothing is. Equal documents give
 * equal text. `name` is for errors: a text that is not what the preset says is -EINVAL. */
int rj_agent_filter(const struct rj_agent_file *f, const char *text, size_t len, const char *name,
		    struct rj_buf *out, struct rj_err *err);

/* Each value of `theirs` that `mine` has not, or has otherwise (then `mine` is not NULL), until
 * `each` returns false. Below a few levels an object counts as one value, and long names are cut in
 * `key`: theirs may be made to take for ever. */
typedef bool rj_agent_diff_fn(void *arg, const char *key, const struct json_t *mine,
			      const struct json_t *theirs);
void rj_agent_diff(const struct json_t *mine, const struct json_t *theirs, rj_agent_diff_fn *each,
		   void *arg);

/* A value for people: of a text longer than 12 characters only the first four and how long it is.
 * Not yet harmless (core/base/term.h). */
void rj_agent_show(const struct json_t *value, struct rj_buf *out);

/*
 * Where a path of the user's really lies: symlinks are resolved one by one. -ENOENT without *err
 * when there is nothing. Refused are a hidden place, and any link or end below one of `writable`,
 * real directories that jails can write: those must not choose what of the host is copied.
 */
int rj_agent_locate(const struct rj_facts *facts, const char *path, const struct rj_strv *hidden,
		    const struct rj_strv *writable, char **ret_real, struct rj_err *err);

#endif
