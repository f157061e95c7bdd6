#ifndef RJ_ENGINE_AGENTGIVE_H
#define RJ_ENGINE_AGENTGIVE_H

#include "core/engine/agents.h"
#include "core/model/jail.h"

/*
 * Copies of the user's files in a jail's home.
 *
 * private/N/agent.json, which no jail sees, remembers what each file held when it was given. While
 * the jail's copy is still that, a change of the user's own follows at the next start. When the
 * agent has changed its copy, which it does whenever it refreshes a login, that copy stays:
 * rj_login_compare (login.h) brings it back. A copy that was removed inside is given again.
 */
enum rj_gift_state {
	RJ_GIFT_NOTHING, /* the user has no such file, or nothing in it is for a jail */
	RJ_GIFT_GIVEN,	 /* now */
	RJ_GIFT_KEPT,	 /* as it is in the jail */
	RJ_GIFT_REFUSED, /* `why` says it; the jail does without */
};

struct rj_gift {
	enum rj_gift_state state;
	struct rj_err why;
};

struct rj_gifts {
	struct rj_agent agent;
	struct rj_gift *v; /* of each of agent.files */
};

/* Everything that the jail's preset names, for the first time. A file that cannot be given is
 * RJ_GIFT_REFUSED; an error is what is no single file's. Does nothing for a jail without one. */
int rj_agent_give_first(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_gifts *ret,
			struct rj_err *err);
void rj_gifts_release(struct rj_gifts *g);

/*
 * At the start of a session: load the jail's preset into *ret_agent, and bring the files for each
 * start up to date, unless `tell` is NULL: then nothing is changed. What could not be given is told
 * to `tell`; so is a preset that is gone, which leaves *ret_agent empty.
 */
typedef void rj_tell_fn(const struct rj_err *why);
int rj_agent_at_start(const struct rj_ctx *ctx, const struct rj_jail *jail, rj_tell_fn *tell,
		      struct rj_agent *ret_agent, struct rj_err *err);

/* Remember that the jail's copy of `f`, whose text this is, is what the user has. */
int rj_agent_given(const struct rj_ctx *ctx, const char *jail, const struct rj_agent_file *f,
		   const struct rj_buf *text, struct rj_err *err);

enum { RJ_AGENT_FILE_MAX = 16 << 20 };

/* The user's own file: *ret_real is its real path, -ENOENT without *err when there is none. */
int rj_agent_read_own(const struct rj_ctx *ctx, const struct rj_agent_file *f, char **ret_real,
		      struct rj_buf *ret_text, struct rj_err *err);

/* The jail's home: an O_PATH descriptor. */
int rj_agent_open_home(const struct rj_ctx *ctx, const char *jail, struct rj_err *err);

#endif
