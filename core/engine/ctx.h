#ifndef RJ_ENGINE_CTX_H
#define RJ_ENGINE_CTX_H

#include "core/model/config.h"
#include "core/model/project.h"

/*
 * What a command knows before it begins: where things lie, and the configuration.
 *
 *   config_file    $XDG_CONFIG_HOME/robojail/config.toml
 *   jails          $XDG_DATA_HOME/robojail/jails       jails/N: the worktree of jail N
 *   private        $XDG_DATA_HOME/robojail/private     private/N: git (G), home, cache, lock,
 *                                                      owner, log, project.toml, agent.json,
 *                                                      root, root.text (skeleton.h)
 *   mirrors        $XDG_DATA_HOME/robojail/mirrors     of repositories given as URL
 *   state_file     $XDG_STATE_HOME/robojail/jails.json    beside it trust.json
 *
 * All paths are absolute and normal. Directories are made when first needed.
 */
struct rj_dirs {
	char *home;
	char *config_dir, *config_file;
	char *data, *jails, *private, *mirrors;
	char *state, *state_file;
};

struct rj_ctx {
	struct rj_dirs dirs;
	struct rj_config config;
	struct rj_project project; /* of the jail at work, see core/engine/project.h */
	bool project_loaded;
};

/* Reads the configuration, if there is one. *ctx is filled on success only; release it. */
int rj_ctx_init(struct rj_ctx *ctx, struct rj_err *err);

/* The two halves of it, for who goes on without the second: places, with a configuration that is
 * all default; and the file, which on failure leaves the defaults. */
int rj_ctx_init_dirs(struct rj_ctx *ctx, struct rj_err *err);
int rj_ctx_load_config(struct rj_ctx *ctx, struct rj_err *err);
void rj_ctx_release(struct rj_ctx *ctx);

/* private/NAME/PART, or private/NAME when part is NULL; malloc'd. */
char *rj_ctx_private(const struct rj_ctx *ctx, const char *name, const char *part);

#endif
