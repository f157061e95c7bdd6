#include "core/git/exporttip.h"

#include <git2/sys/repository.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/exportline.h"
#include "core/git/giterr.h"

enum {
	WALK_MAX = 100000,  /* commits of one walk; what is not found in them is not there */
	WALKS_MAX = 300000, /* and of all of them */
	MISSING = 64,
	WALK_ANY = 256, /* of one, without a look at their dates */
	SKEW = 86400,	/* seconds that clocks may differ */
};

/* What there is to choose from. */
struct choice {
	int g;
	git_odb *odb; /* G's objects and main's */
	git_repository *all;
	struct rj_exportwalk *w;
	const struct rj_exportrefs *refs;
	struct rj_exporttip head;
	git_oid last;
	size_t walked;
};

void rj_exporttip_release(struct rj_exporttip *tip)
{
	rj_free(&tip->name);
}

static int open_all(struct choice *c, const struct rj_export *ex, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *own = rj_path_join(ex->git_dir, "objects");
	char buf[64];
	const char *dir;
	int r = git_odb_new(&c->odb);

	if (r == 0)
		r = rj_objread_add(c->odb, own);
	for (size_t i = 0; r == 0 && (dir = rj_export_objects(ex, i, buf, sizeof(buf))); i++)
		r = rj_objread_add(c->odb, dir);
	if (r == 0)
		r = git_repository_wrap_odb(&c->all, c->odb);
	return r < 0 ? rj_git_fail(err, r, "cannot open the objects of the jail") : 0;
}

static void close_all(struct choice *c)
{
	git_repository_free(c->all);
	git_odb_free(c->odb);
}

/* Without a new look at the directories for each that is missing. */
static git_commit *look_up(const struct choice *c, const git_oid *id)
{
	git_commit *commit = NULL;

	if (git_odb_exists_ext(c->odb, id, GIT_ODB_LOOKUP_NO_REFRESH))
		(void)git_commit_lookup(&commit, c->all, id);
	return commit;
}

static void add_parents(struct rj_oidset *set, const git_commit *commit)
{
	for (unsigned i = 0; i < git_commit_parentcount(commit) && set->n < WALK_MAX; i++)
		(void)rj_oidset_add(set, git_commit_parent_id(commit, i));
}

/* Is `what` the commit `id` or behind it? By ourselves: libgit2's walk fails where history ends, as
 * in a shallow repository. A date that has not come yet says nothing. */
static bool holds(struct choice *c, const git_oid *id, const git_oid *what)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset set = {0};
	RJ_AUTO(rj_git_commit_free) git_commit *goal = NULL;
	git_time_t since;

	if (git_oid_equal(id, what))
		return true;
	goal = look_up(c, what);
	if (!goal)
		return false;
	since = git_commit_time(goal) - SKEW;
	if (since > time(NULL))
		since = 0;
	(void)rj_oidset_add(&set, id);
	for (size_t i = 0; i < set.n && c->walked < WALKS_MAX; i++) {
		RJ_AUTO(rj_git_commit_free) git_commit *commit = look_up(c, &set.v[i]);

		c->walked += commit ? 1 : MISSING; /* which is sought in each directory */
		if (commit && (i < WALK_ANY || git_commit_time(commit) >= since))
			add_parents(&set, commit);
		if (rj_oidset_has(&set, what))
			return true;
	}
	return false;
}

static const struct rj_exportref *find(const struct choice *c, const char *name)
{
	for (size_t i = 0; i < c->refs->n; i++)
		if (!strcmp(c->refs->v[i].name, name))
			return &c->refs->v[i];
	return NULL;
}

/* Is the last import of this branch, even if it was made anew since? */
static bool is_of(struct choice *c, const struct rj_exportref *ref)
{
	return rj_exportline_log(c->g, ref->name, git_oid_tostr_s(&c->last)).has_id ||
	       holds(c, &ref->id, &c->last);
}

/* HEAD is on a branch that somebody commits on, and that the last import was of. */
static bool is_at_work(struct choice *c)
{
	const struct rj_exportlog log =
		rj_exportline_log(c->g, c->head.name, git_oid_tostr_s(&c->last));

	return log.at_work && (log.has_id || holds(c, &c->head.id, &c->last));
}

static const struct rj_exportref *at_last(struct choice *c)
{
	for (size_t i = 0; i < c->refs->n; i++)
		if (git_oid_equal(&c->refs->v[i].id, &c->last) &&
		    rj_import_branch_of(c->refs->v[i].name))
			return holds(c, &c->last, &c->head.id) ? &c->refs->v[i] : NULL;
	return NULL;
}

/* The branch that was at work; NULL for none. `behind`: HEAD is detached behind the last import. */
static const struct rj_exportref *choose(struct choice *c, const struct rj_exportline *line,
					 bool behind)
{
	const bool detached = c->head.kind == RJ_STREAM_DETACHED;
	const struct rj_exportref *beside = NULL;

	for (size_t i = 0; i < line->names.n; i++) {
		const struct rj_exportref *ref = find(c, line->names.v[i]);
		RJ_AUTO(rj_git_commit_free) git_commit *commit = ref ? look_up(c, &ref->id) : NULL;

		if (!commit || !strcmp(ref->name, c->head.name) ||
		    git_oid_equal(&ref->id, &c->head.id))
			continue;
		if (holds(c, &ref->id, &c->head.id)) {
			if (!behind || is_of(c, ref))
				return ref;
			continue;
		}
		if (!detached || beside || (!line->looks && holds(c, &c->head.id, &ref->id)))
			continue;
		if ((i == 0 && line->what != RJ_HEAD_LOOKS) || is_of(c, ref))
			beside = ref;
	}
	return beside || detached || git_oid_equal(&c->last, &c->head.id) ? beside : at_last(c);
}

static void stand(struct rj_exporttip *tip, enum rj_head_aside what, const char *name,
		  const git_oid *id)
{
	*tip = (struct rj_exporttip){
		.kind = RJ_STREAM_DETACHED + what, .name = rj_strdup(name), .id = *id};
}

static void decide(struct choice *c, const struct rj_exportline *line, const char *own,
		   struct rj_exporttip *tip)
{
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	const struct rj_exportref *ref = NULL;
	bool behind;

	if (c->head.kind == RJ_STREAM_UNBORN) {
		ref = find(c, own);
		if (ref && holds(c, &ref->id, &c->last))
			stand(tip, RJ_HEAD_LOOKS, own, &ref->id);
		return;
	}
	commit = look_up(c, &c->head.id);
	if (!commit) /* which is told as a fault of HEAD */
		return;
	if (c->head.kind == RJ_STREAM_BRANCH && is_at_work(c))
		return;
	behind = c->head.kind == RJ_STREAM_DETACHED && !git_oid_equal(&c->last, &c->head.id) &&
		 rj_exportwalk_in_main(c->w, &c->last) && holds(c, &c->last, &c->head.id);
	ref = choose(c, line, behind);
	if (ref)
		stand(tip, line->what, ref->name, &ref->id);
	else if (behind)
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
	RJ_AUTO(rj_exporttip_release) struct rj_exporttip head = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf own = {0};
	RJ_AUTO(close_all) struct choice c = {.g = g, .w = w, .refs = refs};
	int r = rj_exportrefs_head(g, &ret->kind, &ret->name, &ret->id, err);

	if (r < 0 || !ex->branch || git_oid_fromstr(&c.last, ex->last) < 0)
		return r;
	rj_buf_printf(&own, "refs/heads/%s", ex->branch);
	if (!strcmp(ret->name, own.s))
		return 0;
	r = open_all(&c, ex, err);
	if (r < 0)
		return r;
	rj_exportline_read(g, git_oid_tostr_s(&ret->id), &line);
	if (!rj_strv_has(&line.names, own.s))
		rj_strv_add(&line.names, own.s);
	head = *ret;
	*ret = (struct rj_exporttip){0};
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
