#ifndef RJ_ENGINE_AGENTS_H
#define RJ_ENGINE_AGENTS_H

#include "core/engine/ctx.h"
#include "core/model/agent.h"
#include "core/model/facts.h"

/*
 * The presets of this machine: ours, and those of the user, $XDG_CONFIG_HOME/robojail/agents/
 * NAME.toml, which take the place of ours by the same name.
 */
struct rj_agents {
	struct rj_agent *v;
	size_t n, cap;
};

/* All of them, by name. One that cannot be read is an error that names file, line and column. */
int rj_agents_load(const struct rj_ctx *ctx, struct rj_agents *ret, struct rj_err *err);
void rj_agents_release(struct rj_agents *a);

/* One; -ENOENT with the nearest name when there is none. */
int rj_agent_load(const struct rj_ctx *ctx, const char *name, struct rj_agent *ret,
		  struct rj_err *err);

/*
 * Which preset a new jail gets: `asked` ("none" for none), or else the one for the program of the
 * entrypoint, the user's before ours. *ret_name is malloc'd, NULL for none.
 */
int rj_agent_choose(const struct rj_ctx *ctx, const char *asked, const struct rj_strv *entrypoint,
		    char **ret_name, struct rj_err *err);

/* What rj_agent_locate needs besides: hidden places, and those that jails can write. */
int rj_agent_places(const struct rj_ctx *ctx, const struct rj_facts *facts,
		    struct rj_strv *ret_hidden, struct rj_strv *ret_writable, struct rj_err *err);

#endif
