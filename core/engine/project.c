#include "core/engine/project.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/copyin.h"
#include "core/engine/host.h"
#include "core/git/blob.h"
#include "core/model/layout.h"
#include "core/sys/file.h"

enum { NAMED_MAX = 4 }; /* things that a message names */

void rj_project_file_release(struct rj_project_file *f)
{
	rj_buf_release(&f->text);
	rj_project_release(&f->project);
	rj_strv_release(&f->loosens);
	*f = (struct rj_project_file){0};
}

struct tree {
	const struct rj_repo *repo;
	const char *commit;
};

static bool in_tree(void *arg, const char *path)
{
	const struct tree *t = arg;

	return rj_blob_has(t->repo, t->commit, path);
}

static int read_file(const struct rj_ctx *ctx, const struct rj_repo *repo, const char *commit,
		     struct rj_project_file *f, struct rj_err *err)
{
	struct tree tree = {.repo = repo, .commit = commit};
	struct rj_buf name = {0};
	RJ_AUTO(rj_free) char *file = NULL;
	int rc = rj_blob_read(repo, commit, RJ_PROJECT_FILE, RJ_PROJECT_MAX, &f->text, err);

	if (rc <= 0)
		return rc;
	f->found = true;
	rj_buf_printf(&name, "%.12s:" RJ_PROJECT_FILE, commit);
	file = rj_buf_take(&name);
	if (rj_project_parse(rj_buf_str(&f->text), f->text.len, file, &f->project, err) < 0)
		return -err->num;
	rj_trust_hash(rj_buf_str(&f->text), f->text.len, f->hash);
	rj_project_loosens(&f->project, &ctx->config, in_tree, &tree, &f->loosens);
	return f->loosens.n > 0 ? rj_trust_has(ctx, repo->common, f->hash, &f->trusted, err) : 0;
}

int rj_project_read(const struct rj_ctx *ctx, const struct rj_repo *repo, const char *commit,
		    struct rj_project_file *ret, struct rj_err *err)
{
	struct rj_project_file f = {0};
	RJ_AUTO(rj_free) char *why = NULL;

	if (read_file(ctx, repo, commit, &f, err) == 0) {
		*ret = f;
		return 0;
	}
	rj_project_file_release(&f);
	why = rj_strdup(err->hint);
	rj_hint(err, "%s%sto do without it: robojail create --no-project", why,
		!*why			      ? ""
		: why[strlen(why) - 1] == '?' ? " "
					      : "; ");
	return rj_wrap(err, "the project's file");
}

/* "a; b; and 3 more" */
static void list(const struct rj_strv *things, struct rj_buf *ret)
{
	for (size_t i = 0; i < things->n && i < NAMED_MAX; i++)
		rj_buf_printf(ret, "%s%.100s", i ? "; " : "", things->v[i]);
	if (things->n > NAMED_MAX)
		rj_buf_printf(ret, "; and %zu more", things->n - NAMED_MAX);
}

int rj_project_allow(const struct rj_project_file *f, const struct rj_repo *repo,
		     const char *commit, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

	if (f->loosens.n == 0 || f->trusted)
		return 0;
	list(&f->loosens, &what);
	rj_refuse(err, EPERM, RJ_PROJECT_FILE " of this project needs your trust: it %s",
		  rj_buf_str(&what));
	return rj_hint(err,
		       "look at it and decide: robojail trust %s --branch %.12s; or do without it: "
		       "robojail create --no-project",
		       repo->top, commit);
}

/* Not even a trusted file brings in what no jail may see. */
static int check_hidden(const struct rj_ctx *ctx, const char *top, const char *src,
			struct rj_err *err)
{
	const char *const ours[] = {ctx->dirs.data, ctx->dirs.state, ctx->dirs.config_dir, NULL};
	RJ_AUTO(rj_host_release) struct rj_host host;
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0};
	RJ_AUTO(rj_free) char *path = rj_path_join(top, src);
	struct rj_layout_in in = {.config = &ctx->config, .hidden = ours};

	rj_host_init(&host, &ctx->dirs, &ctx->config);
	in.facts = &host.facts;
	rj_layout_hidden(&in, &hidden);
	for (size_t i = 0; i < hidden.n; i++)
		if (rj_path_contains(hidden.v[i], path) || rj_path_contains(path, hidden.v[i]))
			return rj_refuse(err, EPERM, "copy '%s' would bring in %s, which is hidden",
					 src, hidden.v[i]);
	return 0;
}

static void note(struct rj_strv *notes, const char *what, const char *src, const char *why)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s '%s': %s", what, src, why);
	rj_strv_give(notes, rj_buf_take(&b));
}

static int copy_one(const struct rj_ctx *ctx, const struct rj_jail *jail,
		    const struct rj_repo *repo, const char *item, struct rj_copy_room *room,
		    struct rj_strv *notes, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *src = NULL;
	RJ_AUTO(rj_free) char *dst = NULL;
	bool tracked, bare = !strcmp(repo->top, repo->common);
	const char *from;
	int rc;

	if (rj_project_item(item, &src, &dst, err) < 0)
		return -err->num;
	tracked = rj_blob_has(repo, jail->base, src);
	if (tracked && !strcmp(src, dst))
		return 0;
	from = tracked ? jail->worktree_path : repo->top;
	if (!tracked && bare) {
		note(notes, "copy", src, "left out, a bare repository has no worktree");
		return 0;
	}
	if (!tracked && check_hidden(ctx, repo->top, src, err) < 0)
		return -err->num;
	rc = rj_copy_in(from, src, jail->worktree_path, dst, room, err);
	if (rc < 0)
		return rj_wrap(err, RJ_PROJECT_FILE);
	if (rc > 0)
		note(notes, "copy", src, "left out, your worktree has none");
	return 0;
}

int rj_project_install(const struct rj_ctx *ctx, const struct rj_jail *jail,
		       const struct rj_repo *repo, const struct rj_project_file *f,
		       struct rj_strv *notes, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *kept = rj_ctx_private(ctx, jail->name, "project.toml");
	struct rj_copy_room room = RJ_COPY_ROOM;

	if (!f->found)
		return 0;
	for (size_t i = 0; i < f->project.copy.n; i++)
		if (copy_one(ctx, jail, repo, f->project.copy.v[i], &room, notes, err) < 0)
			return -err->num;
	for (size_t i = 0; i < f->project.link.n; i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(repo->top, f->project.link.v[i]);

		if (!strcmp(repo->top, repo->common) || access(path, F_OK) < 0)
			note(notes, "link", f->project.link.v[i], "your worktree has none yet");
	}
	return rj_file_replace(kept, rj_buf_str(&f->text), f->text.len, 0600, err);
}

static int refuse_kept(const struct rj_jail *jail, const struct rj_strv *loosens,
		       struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

	list(loosens, &what);
	rj_refuse(err, EPERM, RJ_PROJECT_FILE " that jail '%s' was made with is not trusted: it %s",
		  jail->name, rj_buf_str(&what));
	return rj_hint(err, "look at it and decide: robojail trust %s --branch %.12s",
		       jail->repo_path, jail->base ? jail->base : "COMMIT");
}

int rj_project_load(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *kept = rj_ctx_private(ctx, jail->name, "project.toml");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv loosens = {0};
	char hash[RJ_TRUST_HASH];
	bool trusted = false;
	struct sysinfo machine;
	uint64_t ram = 0;

	if (ctx->project_loaded || (access(kept, F_OK) < 0 && errno == ENOENT))
		return 0;
	if (rj_file_read(AT_FDCWD, kept, RJ_PROJECT_MAX, &text, err) < 0 ||
	    rj_project_parse(rj_buf_str(&text), text.len, kept, &ctx->project, err) < 0)
		return -err->num;
	rj_trust_hash(rj_buf_str(&text), text.len, hash);
	rj_project_loosens(&ctx->project, &ctx->config, NULL, NULL, &loosens);
	if (loosens.n > 0) {
		if (rj_trust_has(ctx, jail->git_dir ? jail->git_dir : "", hash, &trusted, err) < 0)
			return -err->num;
		if (!trusted)
			return refuse_kept(jail, &loosens, err);
	}
	if (sysinfo(&machine) == 0)
		ram = (uint64_t)machine.totalram * machine.mem_unit;
	rj_project_apply(&ctx->project, trusted, ram, &ctx->config);
	ctx->project_loaded = true;
	return 0;
}
