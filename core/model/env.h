#ifndef RJ_MODEL_ENV_H
#define RJ_MODEL_ENV_H

#include "core/model/layout.h"

/*
 * The environment of every command in a jail: what config.env_passthrough lets through of `outer`
 * (NULL ends), then HOME, USER, LOGNAME, SHELL, PATH, ROBOJAIL=1, ROBOJAIL_NAME, IS_SANDBOX=1 and
 * XDG_RUNTIME_DIR, which nothing overrides. The other directories of the basedir specification are
 * never taken from outside: inside they are those of HOME. `exclude` is a file of more rules for
 * git's core.excludesFile, or NULL.
 */
void rj_env_build(const struct rj_config *config, const struct rj_identity *id, const char *jail,
		  const char *exclude, const char *hooks, char *const *outer,
		  struct rj_strv *ret_env);

/* The environment of what joins a running jail: what `outer` (rj_env_pass) brings, and those of
 * `inner`, the jail's first command, that are not the user's to choose. */
void rj_env_pass(const struct rj_config *config, char *const *outer, struct rj_strv *ret_env);
void rj_env_join(char *const *outer, char *const *inner, struct rj_strv *ret_env);
/* Add the variables of these names that `outer` has, unless they are there already. */
void rj_env_add_named(struct rj_strv *env, const struct rj_strv *names, char *const *outer);

/* Put directories before and behind those of PATH. */
void rj_env_add_path(struct rj_strv *env, const struct rj_strv *first, const struct rj_strv *last);

#endif
