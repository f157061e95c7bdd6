#ifndef RJ_ENGINE_PROJECT_H
#define RJ_ENGINE_PROJECT_H

#include "core/engine/ctx.h"
#include "core/engine/trust.h"
#include "core/git/repo.h"
#include "core/model/jail.h"
#include "core/model/project.h"

/*
 * The project file of a jail (core/model/project.h).
 *
 * It is read once, at create, from the commit that the jail begins from, out of the main
 * repository's objects; what lies in a worktree, the user's or the jail's, never counts. The very
 * bytes are kept as private/N/project.toml, where no jail reaches, and each session uses those.
 */
struct rj_project_file {
	bool found;
	struct rj_buf text;
	char hash[RJ_TRUST_HASH];
	struct rj_project project;
	struct rj_strv loosens; /* what needs the user's trust */
	bool trusted;
};
void rj_project_file_release(struct rj_project_file *f);

/* Read the file of a commit and whether it is trusted. A file that is no project file is an error.
 */
int rj_project_read(const struct rj_ctx *ctx, const struct rj_repo *repo, const char *commit,
		    struct rj_project_file *ret, struct rj_err *err);

/* -EPERM, naming what it loosens, for a file that needs trust and has none. */
int rj_project_allow(const struct rj_project_file *f, const struct rj_repo *repo,
		     const char *commit, struct rj_err *err);

/* At create, once the worktree and the private directory are there: keep the file, copy what it
 * says. *notes gets a line for each thing that was left out. */
int rj_project_install(const struct rj_ctx *ctx, const struct rj_jail *jail,
		       const struct rj_repo *repo, const struct rj_project_file *f,
		       struct rj_strv *notes, struct rj_err *err);

/* Before a view of the jail is made: put what was kept into ctx->config and ctx->project. Once a
 * context. */
int rj_project_load(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err);

#endif
