/* The jail's end of an import: what G has and main lacks. Runs in the locked child only. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/git/auto.h"
#include "core/git/exportrefs.h"
#include "core/git/exportstaged.h"
#include "core/git/exporttip.h"
#include "core/git/exportwalk.h"
#include "core/git/import.h"

enum {
	AHEAD_MAX = 10000,    /* commits counted for one ref */
	AHEAD_WORK = 1000000, /* and for all of them */
};

/* An annotated tag stands for what it names; a tag of a tag is not followed. */
static void add_target(struct rj_exportwalk *w, struct rj_oidset *set, const git_oid *id)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	const char *text;
	git_oid target;

	if (w->left && rj_oidset_has(w->left, id)) { /* G may have it from main alone */
		(void)rj_oidset_add(set, id);
		return;
	}
	if (git_odb_read(&obj, w->own.odb, id) < 0)
		return;
	if (git_odb_object_type(obj) == GIT_OBJECT_COMMIT) {
		(void)rj_oidset_add(set, id);
		return;
	}
	text = git_odb_object_data(obj);
	if (git_odb_object_type(obj) == GIT_OBJECT_TAG && !strncmp(text, "object ", 7) &&
	    git_oid_fromstrn(&target, text + 7, GIT_OID_SHA1_HEXSIZE) == 0 &&
	    !rj_exportwalk_main_holds(w, &target) && !rj_oidset_has(&w->pack.commits, &target))
		(void)rj_oidset_add(set, &target);
}

/* Commits behind `set` that neither main nor HEAD holds. What is damaged ends the count there: it
 * is not what gets imported, and must not keep the rest from it. */
static uint64_t count_ahead(struct rj_exportwalk *w, struct rj_oidset *set)
{
	struct rj_err ignored;

	for (size_t i = 0; i < set->n && set->n < AHEAD_MAX && w->work < AHEAD_WORK; i++) {
		git_oid id = set->v[i];

		w->work++;
		if (rj_exportwalk_commit(w, &id, &ignored) < 0)
			continue;
		for (size_t k = 0; k < w->commit.parents_n; k++)
			if (!rj_exportwalk_main_holds(w, &w->commit.parents[k]) &&
			    !rj_oidset_has(&w->pack.commits, &w->commit.parents[k]))
				(void)rj_oidset_add(set, &w->commit.parents[k]);
	}
	return set->n;
}

static bool is_news(struct rj_exportwalk *w, const git_oid *id)
{
	return !rj_exportwalk_main_holds(w, id) && !rj_oidset_has(&w->pack.commits, id);
}

/* Tell of one ref when it holds something that neither main nor HEAD has. */
static int send_ref(struct rj_exportwalk *w, const struct rj_exportref *ref,
		    const struct rj_exportrefs *stash, uint64_t *left_out,
		    struct rj_stream_writer *out, struct rj_err *err)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset set = {0};
	const bool is_head = !strcmp(ref->name, RJ_EXPORT_HEAD);
	bool news = is_news(w, &ref->id);
	uint64_t ahead;

	if (news)
		add_target(w, &set, &ref->id);
	if (!strcmp(ref->name, "refs/stash"))
		for (size_t i = 0; i < stash->n; i++)
			if (is_news(w, &stash->v[i].id))
				add_target(w, &set, &stash->v[i].id);
	if (!news && !set.n && !is_head)
		return 0;
	if (out->refs == RJ_STREAM_REFS_MAX) {
		++*left_out;
		return 0;
	}
	ahead = count_ahead(w, &set);
	if (!ahead && news && rj_objread_has(&w->own, &ref->id))
		ahead = 1; /* a tag's own object, or a file that a ref names */
	return ahead || is_head ? rj_stream_write_ref(out, ref->id.id, ahead, ref->name, err) : 0;
}

/* The refs beside HEAD, for an import: those with news. */
static int send_refs(struct rj_exportwalk *w, const char *head, const struct rj_exportrefs *refs,
		     const struct rj_exportrefs *stash, uint64_t *left_out,
		     struct rj_stream_writer *out, struct rj_err *err)
{
	int r = 0;

	for (size_t i = 0; i < refs->n && r == 0; i++)
		if (strcmp(refs->v[i].name, head) != 0)
			r = send_ref(w, &refs->v[i], stash, left_out, out, err);
	return r;
}

/* Main's branches of remotes came with G; `host` does not tell of them, and they may be others in
 * main by now. What somebody fetched inside main has not. */
static bool is_mains(struct rj_exportwalk *w, const struct rj_exportref *ref)
{
	return !strncmp(ref->name, "refs/remotes/", 13) && rj_exportwalk_in_main(w, &ref->id);
}

/* What of the refs is the jail's own, sorted into `refs`: not what it got from the host, and stash
 * entries behind the newest by names of their own. */
static void keep_own(const struct rj_export *ex, struct rj_exportwalk *w, const char *head,
		     const struct rj_exportrefs *stash, struct rj_exportrefs *refs)
{
	RJ_AUTO(rj_exportrefs_release) struct rj_exportrefs host = {0};
	size_t n = 0;

	rj_exportrefs_parse(ex->host_refs ? ex->host_refs : "", &host);
	for (size_t i = 0; i < refs->n; i++)
		if (!strcmp(refs->v[i].name, head) || rj_exportrefs_has(&host, &refs->v[i]) ||
		    is_mains(w, &refs->v[i]))
			rj_free(&refs->v[i].name);
		else
			refs->v[n++] = refs->v[i];
	refs->n = n;
	for (size_t i = 1; i < stash->n; i++) {
		struct rj_buf b = {0};

		rj_buf_printf(&b, RJ_EXPORT_STASH "%zu", i);
		refs->v = rj_grow(refs->v, &refs->cap, refs->n + 1, sizeof(*refs->v));
		refs->v[refs->n++] = (struct rj_exportref){.name = rj_buf_take(&b),
							   .id = stash->v[stash->n - 1 - i].id};
	}
}

/* The same, for a bundle: all of them. */
static int send_everything(const struct rj_exportrefs *refs, struct rj_stream_writer *out,
			   struct rj_err *err)
{
	int r = 0;

	if (refs->n > RJ_STREAM_REFS_MAX) {
		(void)rj_refuse(err, E2BIG, "it has more than %d refs of its own",
				RJ_STREAM_REFS_MAX);
		return rj_hint(err, "inside the jail: `git for-each-ref` lists them");
	}
	for (size_t i = 0; i < refs->n && r == 0; i++)
		r = rj_stream_write_ref(out, refs->v[i].id.id, 0, refs->v[i].name, err);
	return r;
}

static int send_staged(const struct rj_export *ex, struct rj_exportwalk *w,
		       struct rj_stream_writer *out, struct rj_err *err)
{
	RJ_AUTO(rj_exportstaged_release) struct rj_exportstaged staged = {0};
	int r = rj_exportstaged_find(w, ex->git_dir, &staged, err);

	return r < 0 || !staged.n ? r : rj_stream_write_staged(out, staged.n, staged.path, err);
}

static int list_refs(int g, struct rj_exportrefs *refs, struct rj_exportrefs *stash,
		     struct rj_err *err)
{
	int r = rj_exportrefs_list(g, refs, err);

	return r < 0 ? r : rj_exportrefs_stash(g, stash, err);
}

static int add_starts(struct rj_exportwalk *w, const struct rj_exportrefs *refs, struct rj_err *err)
{
	for (size_t i = 0; i < refs->n; i++)
		if (rj_exportwalk_start(w, &refs->v[i].id, err) < 0) {
			char show[200];

			return rj_wrap(err, "%s",
				       rj_stream_show(show, sizeof(show), refs->v[i].name,
						      strlen(refs->v[i].name)));
		}
	return 0;
}

static int run(const struct rj_export *ex, struct rj_stream_writer *out, struct rj_err *err)
{
	RJ_AUTO(rj_exportwalk_release) struct rj_exportwalk w = {0};
	RJ_AUTO(rj_exportrefs_release) struct rj_exportrefs refs = {0};
	RJ_AUTO(rj_exportrefs_release) struct rj_exportrefs stash = {0};
	RJ_AUTO(rj_close) int g = open(ex->git_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	RJ_AUTO(rj_exporttip_release) struct rj_exporttip tip = {.kind = RJ_STREAM_UNBORN};
	uint64_t left_out = 0;
	int r;

	if (g < 0)
		return rj_fail(err, errno, "cannot open the jail's git directory");
	r = rj_exportwalk_open(&w, ex, err);
	if (r == 0)
		r = list_refs(g, &refs, &stash, err);
	if (r == 0)
		r = rj_exporttip_find(g, ex, &w, &refs, &tip, err);
	if (r < 0)
		return r;
	left_out = refs.left_out;
	if (tip.kind != RJ_STREAM_UNBORN && !rj_exportwalk_in_main(&w, &tip.id))
		(void)rj_oidset_add(&w.pack.commits, &tip.id);
	if (ex->everything) {
		keep_own(ex, &w, tip.name, &stash, &refs);
		r = add_starts(&w, &refs, err);
	}
	if (r == 0)
		r = rj_exportwalk_run(&w, err);
	if (r == 0)
		r = rj_stream_write_head(out, tip.kind, tip.id.id, tip.name, err);
	if (r == 0)
		r = ex->everything ? send_everything(&refs, out, err)
				   : send_refs(&w, tip.name, &refs, &stash, &left_out, out, err);
	if (r == 0 && w.pack.tags.n + w.pack.commits.n + w.pack.trees.n + w.pack.blobs.n)
		r = rj_exportpack_write(&w.pack, &w.own, out, err);
	if (r == 0 && ex->staged)
		r = send_staged(ex, &w, out, err);
	return r < 0 ? r : rj_stream_write_end(out, left_out, err);
}

int rj_export_write(int out, const struct rj_export *ex, struct rj_err *err)
{
	struct rj_stream_writer w = {.fd = out};
	struct rj_err ignored;
	int r = run(ex, &w, err);

	if (r < 0)
		(void)rj_stream_write_error(&w, err, &ignored);
	return r;
}
