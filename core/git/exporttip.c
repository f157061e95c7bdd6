#include "core/git/exporttip.h"

#include <git2/sys/repository.h>
#include <stdio.h>
#include <string.h>

#include "core/base/path.h"
#include "core/git/auto.h"

void rj_exporttip_release(struct rj_exporttip *tip)
{
	rj_free(&tip->name);
}

/* G's objects and main's. */
static int open_all(const struct rj_export *ex, git_repository **ret)
{
	RJ_AUTO(rj_free) char *own = rj_path_join(ex->git_dir, "objects");
	RJ_AUTO(rj_git_odb_free) git_odb *odb = NULL;
	char buf[64];
	const char *dir;
	int r = git_odb_new(&odb);

	if (r == 0)
		r = git_odb_add_disk_alternate(odb, own);
	for (size_t i = 0; r == 0 && (dir = rj_export_objects(ex, i, buf, sizeof(buf))); i++)
		r = git_odb_add_disk_alternate(odb, dir);
	return r < 0 ? r : git_repository_wrap_odb(ret, odb);
}

/* Where the history is damaged or ends too early, nobody can tell. */
static bool holds(git_repository *all, const git_oid *id, const git_oid *what)
{
	return git_oid_equal(id, what) || git_graph_descendant_of(all, id, what) == 1;
}

/* The branch that was at work: the jail's, unless another one is where the last import was. */
static const struct rj_exportref *find_line(git_repository *all, const struct rj_exportrefs *refs,
					    const char *name, const git_oid *last)
{
	const struct rj_exportref *own = NULL, *other = NULL;

	for (size_t i = 0; i < refs->n; i++)
		if (!strcmp(refs->v[i].name, name))
			own = &refs->v[i];
		else if (!strncmp(refs->v[i].name, "refs/heads/", 11) &&
			 git_oid_equal(&refs->v[i].id, last))
			other = &refs->v[i];
	return own && (!other || holds(all, &own->id, last)) ? own : other;
}

static bool is_aside(git_repository *all, const struct rj_exporttip *head, const git_oid *line,
		     const git_oid *last)
{
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;

	if (head->kind == RJ_STREAM_UNBORN)
		return holds(all, line, last);
	if (git_oid_equal(line, &head->id) || git_commit_lookup(&commit, all, &head->id) < 0)
		return false;
	return holds(all, line, &head->id) || (head->kind == RJ_STREAM_DETACHED &&
					       git_graph_descendant_of(all, &head->id, line) == 0);
}

int rj_exporttip_find(int g, const struct rj_export *ex, struct rj_exportrefs *refs,
		      struct rj_exporttip *ret, struct rj_err *err)
{
	RJ_AUTO(rj_git_repo_free) git_repository *all = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};
	RJ_AUTO(rj_exporttip_release) struct rj_exporttip head = {0};
	const struct rj_exportref *line;
	git_oid last;
	int r = rj_exportrefs_head(g, &ret->kind, &ret->name, &ret->id, err);

	if (r < 0 || !ex->branch || git_oid_fromstr(&last, ex->last) < 0)
		return r;
	rj_buf_printf(&name, "refs/heads/%s", ex->branch);
	if (!strcmp(ret->name, name.s) || open_all(ex, &all) < 0)
		return 0;
	line = find_line(all, refs, name.s, &last);
	if (!line || !is_aside(all, ret, &line->id, &last))
		return 0;
	head = *ret;
	*ret = (struct rj_exporttip){
		.kind = RJ_STREAM_ASIDE, .name = rj_strdup(line->name), .id = line->id};
	if (head.kind == RJ_STREAM_DETACHED)
		rj_exportrefs_add(refs, RJ_EXPORT_HEAD, &head.id);
	return 0;
}
