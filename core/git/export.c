/* The jail's end of an import: what G has and main lacks. Runs in the locked child only. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/git/auto.h"
#include "core/git/exportpack.h"
#include "core/git/exportrefs.h"
#include "core/git/giterr.h"
#include "core/git/import.h"
#include "core/git/private.h"
#include "core/git/treefmt.h"

enum {
	AHEAD_MAX = 10000,    /* commits counted for one ref */
	AHEAD_WORK = 1000000, /* and for all of them */
};

struct walk {
	git_odb *own;		  /* G's objects alone */
	git_odb *main;		  /* main's object directories alone */
	struct rj_oidset in_main; /* what was found there */
	struct rj_exportpack pack;
	struct rj_commit commit;
	struct rj_tree tree;
	size_t work;
};

static void release_walk(struct walk *w)
{
	git_odb_free(w->own);
	git_odb_free(w->main);
	rj_oidset_release(&w->in_main);
	rj_exportpack_release(&w->pack);
	rj_commit_release(&w->commit);
	rj_tree_release(&w->tree);
}

static bool in_main(struct walk *w, const git_oid *id)
{
	if (rj_oidset_has(&w->in_main, id))
		return true;
	if (!git_odb_exists_ext(w->main, id, GIT_ODB_LOOKUP_NO_REFRESH))
		return false;
	(void)rj_oidset_add(&w->in_main, id);
	return true;
}

/* Read one of G's objects. It must be of that type. */
static int read_own(struct walk *w, const git_oid *id, git_object_t type, git_odb_object **ret,
		    struct rj_err *err)
{
	int r = git_odb_read(ret, w->own, id);

	if (r == GIT_ENOTFOUND) {
		(void)rj_refuse(err, ENOENT, "the %s %s is missing", git_object_type2string(type),
				git_oid_tostr_s(id));
		return rj_hint(err, "inside the jail: `git fsck` names what is missing, `git fetch "
				    "--unshallow` completes a shallow history");
	}
	if (r < 0)
		return rj_git_fail(err, r, "cannot read the %s %s", git_object_type2string(type),
				   git_oid_tostr_s(id));
	if (git_odb_object_type(*ret) != type)
		return rj_refuse(err, EBADMSG, "%s is not a %s", git_oid_tostr_s(id),
				 git_object_type2string(type));
	return 0;
}

static int read_commit(struct walk *w, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	int r = read_own(w, id, GIT_OBJECT_COMMIT, &obj, err);

	if (r < 0)
		return r;
	r = rj_commit_read(git_odb_object_data(obj), git_odb_object_size(obj), &w->commit, err);
	return r < 0 ? rj_wrap(err, "commit %s", git_oid_tostr_s(id)) : 0;
}

static int walk_tree(struct walk *w, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	int r = read_own(w, id, GIT_OBJECT_TREE, &obj, err);

	if (r < 0)
		return r;
	r = rj_tree_read(git_odb_object_data(obj), git_odb_object_size(obj), &w->tree, err);
	if (r < 0)
		return rj_wrap(err, "tree %s", git_oid_tostr_s(id));
	for (size_t i = 0; i < w->tree.n; i++) {
		const struct rj_tree_entry *e = &w->tree.v[i];

		if (e->mode == RJ_MODE_GITLINK || in_main(w, &e->id))
			continue;
		(void)rj_oidset_add(e->mode == RJ_MODE_TREE ? &w->pack.trees : &w->pack.blobs,
				    &e->id);
	}
	return 0;
}

/* Collect what HEAD reaches and main lacks. The sets keep their order and so are the queues. */
static int walk_head(struct walk *w, const git_oid *tip, struct rj_err *err)
{
	struct rj_exportpack *p = &w->pack;
	int r = 0;

	if (!in_main(w, tip))
		(void)rj_oidset_add(&p->commits, tip);
	for (size_t i = 0; i < p->commits.n && r == 0; i++) {
		git_oid id = p->commits.v[i];

		r = read_commit(w, &id, err);
		for (size_t k = 0; r == 0 && k < w->commit.parents_n; k++)
			if (!in_main(w, &w->commit.parents[k]))
				(void)rj_oidset_add(&p->commits, &w->commit.parents[k]);
		if (r == 0 && !in_main(w, &w->commit.tree))
			(void)rj_oidset_add(&p->trees, &w->commit.tree);
	}
	for (size_t i = 0; i < p->trees.n && r == 0; i++) {
		git_oid id = p->trees.v[i];

		r = walk_tree(w, &id, err);
	}
	return r;
}

/* An annotated tag stands for what it names; a tag of a tag is not followed. */
static void add_target(struct walk *w, struct rj_oidset *set, const git_oid *id)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *obj = NULL;
	const char *text;
	git_oid target;

	if (git_odb_read(&obj, w->own, id) < 0)
		return;
	if (git_odb_object_type(obj) == GIT_OBJECT_COMMIT) {
		(void)rj_oidset_add(set, id);
		return;
	}
	text = git_odb_object_data(obj);
	if (git_odb_object_type(obj) == GIT_OBJECT_TAG && !strncmp(text, "object ", 7) &&
	    git_oid_fromstrn(&target, text + 7, GIT_OID_SHA1_HEXSIZE) == 0 &&
	    !in_main(w, &target) && !rj_oidset_has(&w->pack.commits, &target))
		(void)rj_oidset_add(set, &target);
}

/* Commits behind `set` that neither main nor HEAD has. What is damaged ends the count there: it is
 * not what gets imported, and must not keep the rest from it. */
static uint64_t count_ahead(struct walk *w, struct rj_oidset *set)
{
	struct rj_err ignored;

	for (size_t i = 0; i < set->n && set->n < AHEAD_MAX && w->work < AHEAD_WORK; i++) {
		git_oid id = set->v[i];

		w->work++;
		if (read_commit(w, &id, &ignored) < 0)
			continue;
		for (size_t k = 0; k < w->commit.parents_n; k++)
			if (!in_main(w, &w->commit.parents[k]) &&
			    !rj_oidset_has(&w->pack.commits, &w->commit.parents[k]))
				(void)rj_oidset_add(set, &w->commit.parents[k]);
	}
	return set->n;
}

static bool is_news(struct walk *w, const git_oid *id)
{
	return !in_main(w, id) && !rj_oidset_has(&w->pack.commits, id);
}

/* Tell of one ref when it holds something that neither main nor HEAD has. */
static int send_ref(struct walk *w, const struct rj_exportref *ref,
		    const struct rj_exportrefs *stash, uint64_t *left_out,
		    struct rj_stream_writer *out, struct rj_err *err)
{
	RJ_AUTO(rj_oidset_release) struct rj_oidset set = {0};
	bool news = is_news(w, &ref->id);

	if (news)
		add_target(w, &set, &ref->id);
	if (!strcmp(ref->name, "refs/stash"))
		for (size_t i = 0; i < stash->n; i++)
			if (is_news(w, &stash->v[i].id))
				add_target(w, &set, &stash->v[i].id);
	if (!news && !set.n)
		return 0;
	if (out->refs == RJ_STREAM_REFS_MAX) {
		++*left_out;
		return 0;
	}
	return rj_stream_write_ref(out, ref->id.id, count_ahead(w, &set), ref->name, err);
}

static int send_refs(struct walk *w, int g, const char *head, uint64_t *left_out,
		     struct rj_stream_writer *out, struct rj_err *err)
{
	RJ_AUTO(rj_exportrefs_release) struct rj_exportrefs refs = {0};
	RJ_AUTO(rj_exportrefs_release) struct rj_exportrefs stash = {0};
	int r = rj_exportrefs_list(g, &refs, err);

	if (r == 0)
		r = rj_exportrefs_stash(g, &stash, err);
	*left_out = refs.left_out;
	for (size_t i = 0; i < refs.n && r == 0; i++)
		if (strcmp(refs.v[i].name, head) != 0)
			r = send_ref(w, &refs.v[i], &stash, left_out, out, err);
	return r;
}

static int open_own(struct walk *w, const char *git_dir, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *objects = NULL;
	git_odb_backend *packs = NULL, *loose = NULL;
	struct rj_buf b = {0};
	int r;

	rj_buf_printf(&b, "%s/objects", git_dir);
	objects = rj_buf_take(&b);
	r = git_odb_new(&w->own);
	if (r == 0)
		r = git_odb_backend_pack(&packs, objects);
	if (r == 0)
		r = git_odb_add_backend(w->own, packs, 1);
	if (r == 0)
		r = git_odb_backend_loose(&loose, objects, -1, 0, 0, 0);
	if (r == 0)
		r = git_odb_add_backend(w->own, loose, 2);
	return r < 0 ? rj_git_fail(err, r, "cannot open the jail's objects") : 0;
}

static int open_main(struct walk *w, const struct rj_export *ex, struct rj_err *err)
{
	char path[64];
	git_oid base;
	int r = git_odb_new(&w->main);

	for (size_t i = 0; r == 0 && ex->main_objects && ex->main_objects[i]; i++)
		r = git_odb_add_disk_alternate(w->main, ex->main_objects[i]);
	for (unsigned i = 0; r == 0 && !ex->main_objects; i++) {
		(void)snprintf(path, sizeof(path), RJ_INSIDE_OBJECTS "/%u", i);
		if (access(path, F_OK) < 0)
			break;
		r = git_odb_add_disk_alternate(w->main, path);
	}
	if (r < 0)
		return rj_git_fail(err, r, "cannot open the main repository's objects");
	/* else the whole history would be sent */
	if (git_oid_fromstr(&base, ex->base) < 0 || !in_main(w, &base))
		return rj_refuse(err, ENOENT,
				 "the main repository's objects lack %s, where the jail began",
				 ex->base);
	return 0;
}

static int run(const struct rj_export *ex, struct rj_stream_writer *out, struct rj_err *err)
{
	RJ_AUTO(release_walk) struct walk w = {0};
	RJ_AUTO(rj_close) int g = open(ex->git_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	RJ_AUTO(rj_free) char *head = NULL;
	enum rj_stream_kind kind = RJ_STREAM_UNBORN;
	uint64_t left_out = 0;
	git_oid tip = {0};
	int r;

	if (g < 0)
		return rj_fail(err, errno, "cannot open the jail's git directory");
	r = rj_git_init(err);
	if (r == 0)
		r = open_own(&w, ex->git_dir, err);
	if (r == 0)
		r = open_main(&w, ex, err);
	if (r == 0)
		r = rj_exportrefs_head(g, &kind, &head, &tip, err);
	if (r == 0 && kind != RJ_STREAM_UNBORN)
		r = walk_head(&w, &tip, err);
	if (r == 0)
		r = rj_stream_write_head(out, kind, tip.id, head, err);
	if (r == 0)
		r = send_refs(&w, g, head, &left_out, out, err);
	if (r == 0 && w.pack.commits.n)
		r = rj_exportpack_write(&w.pack, w.own, out, err);
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
