/* The host's end of an import: one stream in, checked objects and one moved ref out. */
#include "core/git/import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/importcheck.h"
#include "core/git/importindex.h"
#include "core/git/importpaths.h"
#include "core/git/importread.h"
#include "core/git/importref.h"
#include "core/git/pins.h"
#include "core/sys/proc.h"

/* One import at work. */
struct import {
	const struct rj_repo *repo;
	const struct rj_worktree *wt;
	const char *jail_name;
	struct rj_incoming in;
	struct rj_importref ref;
	git_odb *odb;	/* main's */
	uint64_t fresh; /* commits that came */
};

static void release_import(struct import *im)
{
	rj_incoming_release(&im->in);
	rj_importref_release(&im->ref);
	git_odb_free(im->odb);
}

static int check(struct import *im, struct rj_oidset *ret_edge, struct rj_err *err)
{
	static const git_oid none;
	struct rj_importcheck in = {
		.repo = im->repo,
		.main = im->odb,
		.fresh = &im->in.pack.read,
		.fresh_n = im->in.out.objects,
		.tips = &im->in.tip,
		.tips_n = 1,
		.cur = im->ref.has_cur ? &im->ref.cur : NULL,
	};
	int r = rj_importcheck(&in, ret_edge, &im->fresh, err);

	return r < 0 ? r
		     : rj_importpaths(&im->in.pack.read, im->odb, &im->in.tip,
				      im->ref.has_cur ? &im->ref.cur : &none, err);
}

static void reset_index(struct import *im, const git_oid *commit)
{
	struct rj_err ignored;

	rj_importindex_reset(im->repo, im->wt, commit, &im->in.out.index_note);
	if (!im->in.out.index_note)
		(void)rj_importref_set_index_waits(&im->ref, false, &ignored);
}

/* How many commits came, and how many of the old ones are not behind them. */
static int count(struct import *im, const struct rj_oidset *edge, struct rj_err *err)
{
	size_t ahead = 0, behind = 0;
	git_oid from = im->ref.cur;
	int r = 0;

	if (!im->ref.has_cur && git_oid_fromstr(&from, im->wt->base) < 0)
		return rj_refuse(err, EINVAL, "'%s' is no commit id", im->wt->base);
	if (edge->n == 1 && git_oid_equal(&edge->v[0], &from)) { /* all stand on where it is */
		im->in.out.commits = im->fresh;
		return 0;
	}
	r = git_graph_ahead_behind(&ahead, &behind, im->repo->git, &im->in.tip, &from);
	if (r < 0)
		return rj_git_fail(err, r, "cannot count the new commits");
	im->in.out.commits = ahead;
	im->in.out.dropped = im->ref.has_cur ? behind : 0;
	return 0;
}

/*
 * The checks are passed: objects in, ref moved, index reset. Once the ref has moved the import is
 * done, whatever follows: what cannot be done now waits in a file for the next one. Signals that
 * end us wait: a lock file that we left would stop every git command that needs it.
 */
static int commit(struct import *im, const struct rj_oidset *edge, struct rj_err *err)
{
	struct rj_err ignored;
	int r = 0;

	if (im->in.pack.read.odb) {
		r = rj_quarantine_accept(&im->in.pack, err);
		if (r == 0 && git_odb_refresh(im->odb) < 0)
			r = rj_git_fail(err, GIT_ERROR, "cannot see the new objects");
	}
	if (r == 0)
		r = count(im, edge, err);
	if (r == 0 && im->in.out.dropped)
		r = rj_pins_add_left(im->repo->common, im->wt->admin, git_oid_tostr_s(&im->ref.cur),
				     err);
	if (r == 0)
		r = rj_importref_set_index_waits(&im->ref, true, err);
	if (r == 0)
		r = rj_importref_move(&im->ref, &im->in.tip, im->jail_name, &im->in.out.ref_note,
				      err);
	if (r < 0)
		return r;
	im->in.out.moved = true;
	reset_index(im, &im->in.tip);
	(void)rj_importref_settle(&im->ref, &im->in.tip, &ignored);
	return 0;
}

/* An import is refused. What came last may be no more on the branch, or that gone, by the host; and
 * G, after a gc inside, has it from main alone. */
static void keep_last(const struct import *im)
{
	const git_oid *last = &im->ref.last, *cur = &im->ref.cur;
	struct rj_err ignored;

	if (git_oid_is_zero(last) || rj_objread_has(&im->in.pack.read, last) ||
	    !git_odb_exists(im->odb, last) ||
	    (im->ref.has_cur &&
	     (git_oid_equal(cur, last) || git_graph_descendant_of(im->repo->git, cur, last) == 1)))
		return;
	(void)rj_pins_add_left(im->repo->common, im->wt->admin, git_oid_tostr_s(last), &ignored);
}

/* G has a commit that the branch does not name yet. */
static int take_over(struct import *im, struct rj_err *err)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset edge = {0};
	sigset_t before;
	int r = check(im, &edge, err);

	if (r == 0)
		r = rj_importref_lock(&im->ref, err);
	if (r == 0) {
		r = rj_importref_decide(&im->ref, &im->in.tip, &edge, err);
		if (r < 0)
			keep_last(im);
	}
	if (r == 1) {
		rj_signals_hold(&before);
		r = commit(im, &edge, err);
		rj_signals_resume(&before);
		return r;
	}
	return r;
}

/* G stands where the branch is. Finish what an earlier import may have left. */
static int finish(struct import *im, struct rj_err *err)
{
	bool waits = rj_importref_index_waits(&im->ref);
	sigset_t before;
	int r = 0;

	if (git_oid_equal(&im->ref.last, &im->in.tip) && git_oid_is_zero(&im->ref.next) && !waits)
		return 0;
	if (access(im->ref.admin, F_OK) < 0 && errno == ENOENT)
		return 0; /* `git worktree remove`: there is nothing to remember it in */
	r = rj_importref_lock(&im->ref, err);
	if (r < 0 || !im->ref.has_cur || !git_oid_equal(&im->ref.cur, &im->in.tip))
		return r;
	rj_signals_hold(&before);
	if (waits)
		reset_index(im, &im->in.tip);
	r = rj_importref_settle(&im->ref, &im->in.tip, err);
	rj_signals_resume(&before);
	return r;
}

static int run(struct import *im, struct rj_err *err)
{
	const git_oid *at = &im->ref.cur;
	int r = rj_git_init(err);

	if (r == 0)
		r = rj_importref_open(&im->ref, im->repo, im->wt, err);
	if (r == 0)
		r = rj_incoming_read(&im->in, err);
	if (r < 0)
		return r;
	if (git_repository_odb(&im->odb, im->repo->git) < 0)
		return rj_git_fail(err, GIT_ERROR, "cannot open the objects of %s", im->repo->top);
	if (!im->in.has_tip)
		r = 0;
	else if (im->ref.has_cur && git_oid_equal(&im->ref.cur, &im->in.tip))
		r = finish(im, err);
	else
		r = take_over(im, err);
	if (r == 0 && im->in.out.moved)
		at = &im->in.tip;
	if (im->ref.has_cur || im->in.out.moved)
		(void)git_oid_tostr(im->in.out.tip, sizeof(im->in.out.tip), at);
	return r;
}

int rj_import_read(int in, const struct rj_repo *repo, const struct rj_worktree *wt,
		   const char *jail_name, const struct rj_import_limits *limits,
		   struct rj_import_result *ret, struct rj_err *err)
{
	static const struct rj_import_limits standard = RJ_IMPORT_LIMITS_DEFAULT;
	RJ_AUTO(rj_free) char *objects = rj_path_join(repo->common, "objects");
	struct import *im = rj_alloc(1, sizeof(*im));
	int r;

	*im = (struct import){
		.repo = repo,
		.wt = wt,
		.jail_name = jail_name,
		.in = {.limits = limits ? limits : &standard, .stream.fd = in, .pack.lock = -1},
		.ref.lock = -1,
	};
	im->in.dir = objects;
	r = run(im, err);
	if (r == 0) {
		*ret = im->in.out;
		im->in.out = (struct rj_import_result){0};
	} else {
		r = rj_wrap(err, "nothing was imported from jail %s", jail_name);
	}
	release_import(im);
	free(im);
	return r;
}

int rj_import_last(const struct rj_repo *repo, const struct rj_worktree *wt, char ret[RJ_OID_HEX],
		   struct rj_err *err)
{
	RJ_AUTO(rj_importref_release) struct rj_importref ref;

	if (rj_importref_open(&ref, repo, wt, err) < 0)
		return -err->num;
	(void)git_oid_tostr(ret, RJ_OID_HEX, &ref.last);
	return 0;
}

int rj_import_mark(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_buf *ret,
		   struct rj_err *err)
{
	RJ_AUTO(rj_importref_release) struct rj_importref ref;
	int rc = rj_importref_open(&ref, repo, wt, err);

	if (rc < 0)
		return rc;
	rj_buf_putc(ret, ref.has_cur ? 'b' : '-');
	rj_buf_add(ret, ref.cur.id, sizeof(ref.cur.id));
	rj_buf_add(ret, ref.last.id, sizeof(ref.last.id));
	rj_buf_add(ret, ref.next.id, sizeof(ref.next.id));
	rj_buf_putc(ret, rj_importref_index_waits(&ref) ? 'w' : '-');
	return 0;
}
