#ifndef RJ_ENGINE_VIEW_H
#define RJ_ENGINE_VIEW_H

#include "core/engine/refresh.h"
#include "core/engine/sandbox.h"
#include "core/engine/session.h"
#include "core/model/entrypoint.h"
#include "core/model/layout.h"

/* Everything a session's first process will be given, prepared on the host before it exists. */
struct rj_view {
	const struct rj_jail *jail;
	const struct rj_config *config; /* with what the command line changed */
	struct rj_identity id;
	struct rj_plan plan;
	struct rj_entrypoint entry; /* what the entrypoint's program needs, all in the plan */
	struct rj_strv words;	    /* the command */
	char *const *argv;
	struct rj_strv env;
	struct rj_refresh refresh;
	char *dir;	   /* working directory inside */
	uint64_t settings; /* rj_config_settings */
	bool outer_proc;
	struct rj_view_state *state;
};

/*
 * First what the sandbox has to be made with: configuration, identity, settings and the private
 * home. On failure nothing is held.
 */
int rj_view_open(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		 struct rj_view *ret_view, struct rj_err *err);
/* Then the plan; `begun`, unless NULL, is called whenever a part of it is there. Here and on
 * failure the view stays the caller's to release. */
int rj_view_fill(struct rj_view *view, struct rj_ctx *ctx, const struct rj_session_args *args,
		 void (*begun)(void *arg), void *arg, struct rj_err *err);
/* Then the environment. */
void rj_view_finish(struct rj_view *view);
/* All at once. */
int rj_view_make(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		 struct rj_view *ret_view, struct rj_err *err);
/* The same for a command that joins the running jail: only words, environment, directory, identity
 * and settings; nothing is written. */
int rj_view_join(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		 struct rj_view *ret_view, struct rj_err *err);

/* The sandbox has its copy, and lasts: gives back what only that needs. Facts of the host and the
 * environment are gone then. */
void rj_view_started(struct rj_view *view);

void rj_view_release(struct rj_view *view);

/* What the sandbox of the session is made of; limits, descriptors and body are the caller's to add.
 */
struct rj_sandbox rj_view_sandbox(const struct rj_view *view);

/* layout = "root": remove the mountpoints in the worktree, unless another session uses them. The
 * session's lock is gone after it (rj_lock_holder, core/sys/file.h), so call it last. */
void rj_view_clean(const struct rj_ctx *ctx, const struct rj_view *view);

#endif
