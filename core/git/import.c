/* The host's end of an import: one stream in, checked objects and one moved ref out. */
#include "core/git/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/importcheck.h"
#include "core/git/importindex.h"
#include "core/git/importpaths.h"
#include "core/git/importref.h"
#include "core/git/quarantine.h"
#include "core/git/stream.h"

/* One import at work. */
struct import {
	const struct rj_repo *repo;
	const struct rj_worktree *wt;
	const char *jail_name;
	const struct rj_import_limits *limits;
	struct rj_stream_reader in;
	struct rj_quarantine pack;
	struct rj_importref ref;
	struct rj_import_result out;
	git_odb *odb; /* main's */
	bool has_tip;
	git_oid tip; /* of G */
};

static void release_import(struct import *im)
{
	rj_quarantine_release(&im->pack);
	rj_importref_release(&im->ref);
	rj_import_result_release(&im->out);
	git_odb_free(im->odb);
}

void rj_import_result_release(struct rj_import_result *r)
{
	free(r->head_name);
	for (size_t i = 0; i < r->others_n; i++)
		free(r->others[i].name);
	free(r->others);
	rj_strv_release(&r->gitlinks);
	free(r->index_note);
	*r = (struct rj_import_result){0};
}

static void take_head(struct import *im, const struct rj_stream_record *rec)
{
	if (rec->kind != RJ_STREAM_DETACHED)
		im->out.head_name = rj_strdup(rec->name);
	im->has_tip = rec->kind != RJ_STREAM_UNBORN;
	memcpy(im->tip.id, rec->oid, sizeof(rec->oid));
}

static void take_ref(struct import *im, const struct rj_stream_record *rec)
{
	struct rj_other_ref *o;
	git_oid id;

	/* as many as the stream may hold, so that no capacity need be kept */
	if (!im->out.others)
		im->out.others = rj_alloc(RJ_STREAM_REFS_MAX, sizeof(*im->out.others));
	o = &im->out.others[im->out.others_n++];
	o->name = rj_strdup(rec->name);
	o->ahead = rec->ahead;
	memcpy(id.id, rec->oid, sizeof(rec->oid));
	(void)git_oid_tostr(o->oid, sizeof(o->oid), &id);
}

static int take_pack(struct import *im, const struct rj_stream_record *rec, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *objects = rj_path_join(im->repo->common, "objects");
	int r = 0;

	if (!im->has_tip)
		return rj_refuse(err, EBADMSG,
				 "bad import stream: it has a pack, but no commit that needs one");
	if (!im->pack.dir)
		r = rj_quarantine_begin(&im->pack, objects, im->limits, err);
	return r < 0 ? r : rj_quarantine_feed(&im->pack, rec->bytes, rec->len, err);
}

static int read_stream(struct import *im, struct rj_err *err)
{
	struct rj_stream_record rec = {0};
	int r = 0;

	while (r == 0 && rec.type != RJ_STREAM_END) {
		r = rj_stream_read(&im->in, &rec, err);
		if (r < 0)
			return r;
		if (rec.type == RJ_STREAM_HEAD)
			take_head(im, &rec);
		else if (rec.type == RJ_STREAM_REF)
			take_ref(im, &rec);
		else if (rec.type == RJ_STREAM_PACK)
			r = take_pack(im, &rec, err);
		else
			im->out.others_left_out = rec.left_out;
	}
	if (r == 0 && im->pack.dir)
		r = rj_quarantine_end(&im->pack, err);
	im->out.objects = im->pack.scan.objects;
	im->out.bytes = im->pack.scan.bytes;
	return r;
}

static int check(struct import *im, struct rj_oidset *ret_edge, struct rj_err *err)
{
	static const git_oid none;
	struct rj_importcheck in = {
		.repo = im->repo,
		.main = im->odb,
		.fresh = im->pack.odb,
		.fresh_n = im->out.objects,
		.tip = &im->tip,
		.cur = im->ref.has_cur ? &im->ref.cur : NULL,
	};
	int r = rj_importcheck(&in, ret_edge, err);

	return r < 0 ? r
		     : rj_importpaths(im->pack.odb, im->odb, &im->tip,
				      im->ref.has_cur ? &im->ref.cur : &none, &im->out.gitlinks,
				      err);
}

static void reset_index(struct import *im, const git_oid *commit)
{
	struct rj_err ignored;

	rj_importindex_reset(im->repo, im->wt, commit, &im->out.index_note);
	if (!im->out.index_note)
		(void)rj_importref_set_index_waits(&im->ref, false, &ignored);
}

/* How many commits came, and whether the old ones are still behind them. */
static int count(struct import *im, struct rj_err *err)
{
	size_t ahead = 0, behind = 0;
	git_oid from = im->ref.cur;
	int r = 0;

	if (!im->ref.has_cur && git_oid_fromstr(&from, im->wt->base) < 0)
		return rj_refuse(err, EINVAL, "'%s' is no commit id", im->wt->base);
	r = git_graph_ahead_behind(&ahead, &behind, im->repo->git, &im->tip, &from);
	if (r < 0)
		return rj_git_fail(err, r, "cannot count the new commits");
	im->out.commits = ahead;
	im->out.rewritten = behind > 0;
	return 0;
}

/*
 * The checks are passed: objects in, ref moved, index reset. Once the ref has moved the import is
 * done, whatever follows: what cannot be done now waits in a file for the next one.
 */
static int commit(struct import *im, struct rj_err *err)
{
	struct rj_err ignored;
	int r = 0;

	if (im->pack.odb) {
		r = rj_quarantine_accept(&im->pack, err);
		if (r == 0 && git_odb_refresh(im->odb) < 0)
			r = rj_git_fail(err, GIT_ERROR, "cannot see the new objects");
	}
	if (r == 0)
		r = count(im, err);
	if (r == 0)
		r = rj_importref_set_index_waits(&im->ref, true, err);
	if (r == 0)
		r = rj_importref_move(&im->ref, &im->tip, im->jail_name, err);
	if (r < 0)
		return r;
	im->out.moved = true;
	reset_index(im, &im->tip);
	(void)rj_importref_settle(&im->ref, &im->tip, &ignored);
	return 0;
}

/* G has a commit that the branch does not name yet. */
static int take_over(struct import *im, struct rj_err *err)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset edge = {0};
	int r = check(im, &edge, err);

	if (r == 0)
		r = rj_importref_lock(&im->ref, err);
	if (r == 0)
		r = rj_importref_decide(&im->ref, &im->tip, &edge, err);
	if (r == 1)
		return commit(im, err);
	if (r == 0)
		rj_strv_release(&im->out.gitlinks);
	return r;
}

/* G stands where the branch is. Finish what an earlier import may have left. */
static int finish(struct import *im, struct rj_err *err)
{
	bool waits = rj_importref_index_waits(&im->ref);
	int r = 0;

	if (git_oid_equal(&im->ref.last, &im->tip) && git_oid_is_zero(&im->ref.next) && !waits)
		return 0;
	r = rj_importref_lock(&im->ref, err);
	if (r < 0 || !im->ref.has_cur || !git_oid_equal(&im->ref.cur, &im->tip))
		return r;
	if (waits)
		reset_index(im, &im->tip);
	return rj_importref_settle(&im->ref, &im->tip, err);
}

static int run(struct import *im, struct rj_err *err)
{
	const git_oid *at = &im->ref.cur;
	int r = rj_git_init(err);

	if (r == 0)
		r = rj_importref_open(&im->ref, im->repo, im->wt, err);
	if (r == 0)
		r = read_stream(im, err);
	if (r < 0)
		return r;
	if (git_repository_odb(&im->odb, im->repo->git) < 0)
		return rj_git_fail(err, GIT_ERROR, "cannot open the objects of %s", im->repo->top);
	if (!im->has_tip)
		r = 0;
	else if (im->ref.has_cur && git_oid_equal(&im->ref.cur, &im->tip))
		r = finish(im, err);
	else
		r = take_over(im, err);
	if (r == 0 && im->out.moved)
		at = &im->tip;
	if (im->ref.has_cur || im->out.moved)
		(void)git_oid_tostr(im->out.tip, sizeof(im->out.tip), at);
	return r;
}

int rj_import_read(int in, const struct rj_repo *repo, const struct rj_worktree *wt,
		   const char *jail_name, const struct rj_import_limits *limits,
		   struct rj_import_result *ret, struct rj_err *err)
{
	static const struct rj_import_limits standard = RJ_IMPORT_LIMITS_DEFAULT;
	struct import *im = rj_alloc(1, sizeof(*im));
	int r;

	*im = (struct import){
		.repo = repo,
		.wt = wt,
		.jail_name = jail_name,
		.limits = limits ? limits : &standard,
		.in.fd = in,
		.pack.lock = -1,
		.ref.lock = -1,
	};
	r = run(im, err);
	if (r == 0) {
		*ret = im->out;
		im->out = (struct rj_import_result){0};
	} else {
		r = rj_wrap(err, "nothing was imported from jail %s", jail_name);
	}
	release_import(im);
	free(im);
	return r;
}
