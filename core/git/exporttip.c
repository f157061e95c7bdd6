#include "core/git/exporttip.h"

#include <git2/sys/repository.h>
#include <stdio.h>
#include <string.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/exportline.h"

enum {
	WALK_MAX = 100000, /* commits of one walk; what is not found in them is not there */
	WALK_ANY = 256,	   /* and without a look at their dates */
	SKEW = 86400,	   /* seconds that clocks may differ */
};

/* What there is to choose from. */
struct choice {
	int g;
	git_repository *all; /* G's objects and main's */
	struct rj_exportwalk *w;
	const struct rj_exportrefs *refs;
	struct rj_exporttip head;
	git_oid last;
};

void rj_exporttip_release(struct rj_exporttip *tip)
{
	rj_free(&tip->name);
}

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

static void add_parents(struct rj_oidset *set, const git_commit *commit)
{
	for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
		(void)rj_oidset_add(set, git_commit_parent_id(commit, i));
}

/* Is `what` the commit `id` or behind it? By ourselves: libgit2's walk fails where history ends, as
 * in a shallow repository. */
static bool holds(const struct choice *c, const git_oid *id, const git_oid *what)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset set = {0};
	RJ_AUTO(rj_git_commit_free) git_commit *goal = NULL;

	if (git_oid_equal(id, what))
		return true;
	if (git_commit_lookup(&goal, c->all, what) < 0)
		return false;
	(void)rj_oidset_add(&set, id);
	for (size_t i = 0; i < set.n && i < WALK_MAX; i++) {
		RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;

		if (git_commit_lookup(&commit, c->all, &set.v[i]) < 0)
			continue;
		if (i < WALK_ANY || git_commit_time(commit) >= git_commit_time(goal) - SKEW)
			add_parents(&set, commit);
		if (rj_oidset_has(&set, what))
			return true;
	}
	return false;
}

static const struct rj_exportref *find(const struct rj_exportrefs *refs, const char *name)
{
	for (size_t i = 0; i < refs->n; i++)
		if (!strcmp(refs->v[i].name, name))
			return &refs->v[i];
	return NULL;
}

/* In the order in which they were left; NULL: it is HEAD. */
static const struct rj_exportref *choose(const struct choice *c, const struct rj_exportline *line)
{
	const bool detached = c->head.kind == RJ_STREAM_DETACHED;
	const bool hosts = detached && rj_exportrefs_is_host(c->g, &c->head.id);
	const struct rj_exportref *beside = NULL;

	for (size_t i = 0; i < line->names.n; i++) {
		const struct rj_exportref *ref = find(c->refs, line->names.v[i]);

		if (!ref || !strcmp(ref->name, c->head.name) ||
		    git_oid_equal(&ref->id, &c->head.id))
			continue;
		if (holds(c, &ref->id, &c->head.id))
			return ref;
		if (!detached || beside || (!hosts && holds(c, &c->head.id, &ref->id)))
			continue;
		if ((i == 0 && line->what != RJ_HEAD_LOOKS) || holds(c, &ref->id, &c->last))
			beside = ref;
	}
	return beside;
}

static void stand(struct rj_exporttip *tip, enum rj_head_aside what, const char *name,
		  const git_oid *id)
{
	*tip = (struct rj_exporttip){
		.kind = RJ_STREAM_DETACHED + what, .name = rj_strdup(name), .id = *id};
}

static void decide(const struct choice *c, const struct rj_exportline *line, const char *own,
		   struct rj_exporttip *tip)
{
	const struct rj_exportref *ref = NULL;
	git_commit *commit = NULL;

	if (c->head.kind == RJ_STREAM_UNBORN) {
		ref = find(c->refs, own);
		if (ref && holds(c, &ref->id, &c->last))
			stand(tip, RJ_HEAD_LOOKS, own, &ref->id);
		return;
	}
	if (git_commit_lookup(&commit, c->all, &c->head.id) < 0)
		return; /* which is told as a fault of HEAD */
	git_commit_free(commit);
	ref = choose(c, line);
	if (ref)
		stand(tip, line->what, ref->name, &ref->id);
	else if (c->head.kind == RJ_STREAM_DETACHED && !git_oid_equal(&c->last, &c->head.id) &&
		 rj_exportwalk_in_main(c->w, &c->last) && holds(c, &c->last, &c->head.id))
		stand(tip, line->what, RJ_EXPORT_LAST, &c->last);
}

static void put_first(struct rj_exportrefs *refs, const git_oid *id)
{
	struct rj_exportref last;

	rj_exportrefs_add(refs, RJ_EXPORT_HEAD, id);
	last = refs->v[refs->n - 1];
	refs->v[refs->n - 1] = refs->v[0];
	refs->v[0] = last;
}

int rj_exporttip_find(int g, const struct rj_export *ex, struct rj_exportwalk *w,
		      struct rj_exportrefs *refs, struct rj_exporttip *ret, struct rj_err *err)
{
	RJ_AUTO(rj_exportline_release) struct rj_exportline line = {.what = RJ_HEAD_LOOKS};
	RJ_AUTO(rj_git_repo_free) git_repository *all = NULL;
	RJ_AUTO(rj_exporttip_release) struct rj_exporttip head = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf own = {0};
	struct choice c = {.g = g, .w = w, .refs = refs};
	int r = rj_exportrefs_head(g, &ret->kind, &ret->name, &ret->id, err);

	if (r < 0 || !ex->branch || git_oid_fromstr(&c.last, ex->last) < 0)
		return r;
	rj_buf_printf(&own, "refs/heads/%s", ex->branch);
	if (!strcmp(ret->name, own.s) || open_all(ex, &all) < 0)
		return 0;
	rj_exportline_read(g, &line);
	if (!rj_strv_has(&line.names, own.s))
		rj_strv_add(&line.names, own.s);
	head = *ret;
	*ret = (struct rj_exporttip){0};
	c.all = all;
	c.head = head;
	decide(&c, &line, own.s, ret);
	if (!ret->name) { /* it is HEAD */
		*ret = head;
		head = (struct rj_exporttip){0};
	} else if (head.kind != RJ_STREAM_UNBORN) {
		put_first(refs, &head.id);
	}
	return 0;
}
