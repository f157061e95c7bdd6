#include "core/git/exportwalk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/giterr.h"
#include "core/git/private.h"
#include "core/sys/names.h"

void rj_exportwalk_release(struct rj_exportwalk *w)
{
	rj_objread_release(&w->own);
	git_odb_free(w->main);
	git_odb_free(w->main_loose);
	rj_oidset_release(&w->in_main);
	rj_exportpack_release(&w->pack);
	rj_commit_release(&w->commit);
	rj_tree_release(&w->tree);
}

bool rj_exportwalk_in_main(struct rj_exportwalk *w, const git_oid *id)
{
	if (rj_oidset_has(&w->in_main, id))
		return true;
	if (!git_odb_exists_ext(w->main, id, GIT_ODB_LOOKUP_NO_REFRESH) &&
	    !(w->has_loose[id->id[0]] &&
	      git_odb_exists_ext(w->main_loose, id, GIT_ODB_LOOKUP_NO_REFRESH)))
		return false;
	(void)rj_oidset_add(&w->in_main, id);
	return true;
}

bool rj_exportwalk_main_holds(struct rj_exportwalk *w, const git_oid *id)
{
	return rj_exportwalk_in_main(w, id) && !(w->left && rj_oidset_has(w->left, id));
}

/* Read one of G's objects. It must be of that type. */
static int read_own(struct rj_exportwalk *w, const git_oid *id, git_object_t type,
		    struct rj_object *ret, struct rj_err *err)
{
	int r = rj_objread(&w->own, id, type, ret);

	if (r == GIT_ENOTFOUND) {
		(void)rj_refuse(err, ENOENT, "the %s %s is missing", git_object_type2string(type),
				git_oid_tostr_s(id));
		return rj_hint(err, "inside the jail: `git fsck` names what is missing, `git fetch "
				    "--unshallow` completes a shallow history");
	}
	if (r < 0)
		return rj_git_fail(err, r, "cannot read the %s %s", git_object_type2string(type),
				   git_oid_tostr_s(id));
	if (ret->type != type)
		return rj_refuse(err, EBADMSG, "%s is not a %s", git_oid_tostr_s(id),
				 git_object_type2string(type));
	return 0;
}

int rj_exportwalk_commit(struct rj_exportwalk *w, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object obj = {0};
	int r = read_own(w, id, GIT_OBJECT_COMMIT, &obj, err);

	if (r < 0)
		return r;
	r = rj_commit_read(obj.s, obj.len, &w->commit, err);
	return r < 0 ? rj_wrap(err, "commit %s", git_oid_tostr_s(id)) : 0;
}

/* Add what main lacks. Most entries of a tree were in the one before, and asking main for what it
 * has not costs a look into each of its object directories. */
static void want(struct rj_exportwalk *w, struct rj_oidset *set, const git_oid *id)
{
	if (!rj_oidset_has(set, id) && !rj_exportwalk_in_main(w, id))
		(void)rj_oidset_add(set, id);
}

static int walk_tree(struct rj_exportwalk *w, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object obj = {0};
	int r = read_own(w, id, GIT_OBJECT_TREE, &obj, err);

	if (r < 0)
		return r;
	r = rj_tree_read(obj.s, obj.len, &w->tree, err);
	if (r < 0)
		return rj_wrap(err, "tree %s", git_oid_tostr_s(id));
	for (size_t i = 0; i < w->tree.n; i++) {
		const struct rj_tree_entry *e = &w->tree.v[i];

		if (e->mode != RJ_MODE_GITLINK)
			want(w, e->mode == RJ_MODE_TREE ? &w->pack.trees : &w->pack.blobs, &e->id);
	}
	return 0;
}

/* A starting point: what a ref or a tag names, of whatever type. */
int rj_exportwalk_start(struct rj_exportwalk *w, const git_oid *id, struct rj_err *err)
{
	git_object_t type;
	size_t size;
	int r;

	if (rj_exportwalk_in_main(w, id))
		return 0;
	r = git_odb_read_header(&size, &type, w->own.odb, id);
	if (r == GIT_ENOTFOUND)
		return rj_refuse(err, ENOENT, "object %s is missing", git_oid_tostr_s(id));
	if (r < 0)
		return rj_git_fail(err, r, "cannot read object %s", git_oid_tostr_s(id));
	(void)rj_oidset_add(type == GIT_OBJECT_COMMIT ? &w->pack.commits
			    : type == GIT_OBJECT_TAG  ? &w->pack.tags
			    : type == GIT_OBJECT_TREE ? &w->pack.trees
						      : &w->pack.blobs,
			    id);
	return 0;
}

static int walk_tag(struct rj_exportwalk *w, const git_oid *id, struct rj_err *err)
{
	RJ_AUTO(rj_object_release) struct rj_object obj = {0};
	git_object_t type;
	git_oid target;
	int r = read_own(w, id, GIT_OBJECT_TAG, &obj, err);

	if (r == 0)
		r = rj_tag_read(obj.s, obj.len, &target, &type, err);
	if (r == 0)
		r = rj_exportwalk_start(w, &target, err);
	return r < 0 ? rj_wrap(err, "tag %s", git_oid_tostr_s(id)) : 0;
}

/* Collect what the starting points reach and main lacks. The sets keep their order and so are the
 * queues. */
int rj_exportwalk_run(struct rj_exportwalk *w, struct rj_err *err)
{
	struct rj_exportpack *p = &w->pack;
	int r = 0;

	for (size_t i = 0; i < p->tags.n && r == 0; i++) {
		git_oid id = p->tags.v[i];

		r = walk_tag(w, &id, err);
	}
	for (size_t i = 0; i < p->commits.n && r == 0; i++) {
		git_oid id = p->commits.v[i];

		r = rj_exportwalk_commit(w, &id, err);
		for (size_t k = 0; r == 0 && k < w->commit.parents_n; k++)
			want(w, &p->commits, &w->commit.parents[k]);
		if (r == 0)
			want(w, &p->trees, &w->commit.tree);
	}
	for (size_t i = 0; i < p->trees.n && r == 0; i++) {
		git_oid id = p->trees.v[i];

		r = walk_tree(w, &id, err);
	}
	return r;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In a directory that cannot be listed there may be any. */
static void look_for_loose(struct rj_exportwalk *w, const char *objects)
{
	RJ_AUTO(rj_close) int fd = open(objects, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};
	const struct dirent *e;

	if (fd < 0)
		memset(w->has_loose, 1, sizeof(w->has_loose));
	while (fd >= 0 && (e = rj_names_next(&names))) {
		const int high = hex(e->d_name[0]), low = high < 0 ? -1 : hex(e->d_name[1]);

		if (low >= 0 && !e->d_name[2])
			w->has_loose[16 * high + low] = true;
	}
}

/* One of main's object directories. */
static int add_main(struct rj_exportwalk *w, const char *objects)
{
	git_odb_backend *packs = NULL, *loose = NULL;
	int r = git_odb_backend_pack(&packs, objects);

	if (r == 0)
		r = git_odb_add_backend(w->main, packs, 1);
	if (r == 0)
		r = git_odb_backend_loose(&loose, objects, -1, 0, 0, 0);
	if (r == 0)
		r = git_odb_add_backend(w->main_loose, loose, 1);
	if (r == 0)
		look_for_loose(w, objects);
	return r;
}

const char *rj_export_objects(const struct rj_export *ex, size_t i, char *buf, size_t size)
{
	if (ex->main_objects)
		return ex->main_objects[i];
	(void)snprintf(buf, size, RJ_INSIDE_OBJECTS "/%zu", i);
	return access(buf, F_OK) == 0 ? buf : NULL;
}

static int open_main(struct rj_exportwalk *w, const struct rj_export *ex, struct rj_err *err)
{
	const char *objects;
	char buf[64];
	git_oid base;
	int r = git_odb_new(&w->main);

	if (r == 0)
		r = git_odb_new(&w->main_loose);
	for (size_t i = 0; r == 0 && (objects = rj_export_objects(ex, i, buf, sizeof(buf))); i++)
		r = add_main(w, objects);
	if (r < 0)
		return rj_git_fail(err, r, "cannot open the main repository's objects");
	/* else the whole history would be sent */
	if (git_oid_fromstr(&base, ex->base) < 0 || !rj_exportwalk_in_main(w, &base))
		return rj_refuse(err, ENOENT,
				 "the main repository's objects lack %s, where the jail began",
				 ex->base);
	return 0;
}

int rj_exportwalk_open(struct rj_exportwalk *w, const struct rj_export *ex, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *objects = NULL;
	int r = rj_git_init(err);

	if (r < 0)
		return r;
	w->left = ex->left;
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0); /* objread.h */
	objects = rj_path_join(ex->git_dir, "objects");
	r = rj_objread_open(&w->own, objects);
	return r < 0 ? rj_git_fail(err, r, "cannot open the jail's objects")
		     : open_main(w, ex, err);
}
