/* layout: directories of the user's own worktree that a trusted project file links */
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/layout.h"

/*
 * A read-only bind, not a symlink: nothing outside is named inside, and the worktree can be used as
 * it is. Below the top of the user's worktree no link is followed; the jail may have had commits
 * merged that hold one.
 */
static int add_one(struct rj_plan *p, const struct rj_layout_in *in, const struct rj_strv *hidden,
		   const char *path, struct rj_err *err)
{
	const struct rj_facts *facts = in->facts;
	const struct rj_path_fact *top = facts->look(facts->arg, in->jail->repo_path);
	RJ_AUTO(rj_free) char *src = rj_path_join(top->real ? top->real : "/", path);
	RJ_AUTO(rj_free) char *dst = rj_path_join(rj_layout_workdir(in), path);
	const struct rj_path_fact *f = facts->look(facts->arg, src);

	if (!top->real || f->kind == RJ_PATH_NONE)
		return 0;
	if (strcmp(f->real, src) != 0) {
		rj_refuse(err, ELOOP, "link '%s' of the project leads to %s by a symlink", path,
			  f->real);
		return rj_hint(err,
			       "a link shows what lies in your worktree %s itself; bind other "
			       "places with extra_ro_binds in config.toml",
			       top->real);
	}
	if (f->kind != RJ_PATH_DIR) {
		rj_refuse(err, ENOTDIR, "link '%s' of the project is no directory", path);
		return rj_hint(err, "a single file is for copy");
	}
	for (size_t i = 0; i < hidden->n; i++)
		if (rj_path_contains(hidden->v[i], src) || rj_path_contains(src, hidden->v[i]))
			return rj_refuse(err, EPERM,
					 "link '%s' of the project would show %s, which is hidden",
					 path, hidden->v[i]);
	return rj_layout_add_bind(p, facts, src, dst, 0, err);
}

int rj_layout_add_project(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0};
	const struct rj_jail *j = in->jail;

	/* a bare repository has no worktree: what lies there is git's */
	if (!in->links || in->links->n == 0 || !j->git_dir || !strcmp(j->git_dir, j->repo_path))
		return 0;
	rj_layout_hidden(in, &hidden);
	for (size_t i = 0; i < in->links->n; i++)
		if (add_one(p, in, &hidden, in->links->v[i], err) < 0)
			return -err->num;
	return 0;
}
