#include "core/git/objread.h"

#include "core/base/mem.h"

/* Packs first, as they are asked without a system call. */
int rj_objread_open(struct rj_objread *from, const char *objects)
{
	git_odb_backend *packs = NULL, *loose = NULL;
	int r;

	from->packs = rj_packs_open(objects);
	from->commits = rj_packread_new(from->packs, GIT_OBJECT_COMMIT, RJ_OBJECT_LARGE);
	from->trees = rj_packread_new(from->packs, GIT_OBJECT_TREE, RJ_OBJECT_LARGE);
	from->blobs = rj_packread_new(from->packs, GIT_OBJECT_BLOB, RJ_OBJECT_LARGE);
	r = git_odb_new(&from->odb);
	if (r == 0)
		r = git_odb_backend_pack(&packs, objects);
	if (r == 0)
		r = git_odb_add_backend(from->odb, packs, 2);
	if (r == 0)
		r = git_odb_backend_loose(&loose, objects, -1, 0, 0, 0);
	return r == 0 ? git_odb_add_backend(from->odb, loose, 1) : r;
}

void rj_objread_release(struct rj_objread *from)
{
	git_odb_free(from->odb);
	rj_packread_free(from->commits);
	rj_packread_free(from->trees);
	rj_packread_free(from->blobs);
	if (from->packs)
		rj_packs_free(from->packs);
	*from = (struct rj_objread){0};
}

bool rj_objread_has(const struct rj_objread *from, const git_oid *id)
{
	return from->odb && git_odb_exists_ext(from->odb, id, GIT_ODB_LOOKUP_NO_REFRESH);
}

static struct rj_packread *reader(const struct rj_objread *from, git_object_t type)
{
	return type == GIT_OBJECT_COMMIT ? from->commits
	       : type == GIT_OBJECT_TREE ? from->trees
	       : type == GIT_OBJECT_BLOB ? from->blobs
					 : NULL;
}

bool rj_objread_packed(const struct rj_objread *from, const git_oid *id, git_object_t type,
		       struct rj_object *ret)
{
	struct rj_packread *r = reader(from, type);

	*ret = (struct rj_object){.type = type};
	return r && rj_packread(r, id, &ret->s, &ret->len);
}

int rj_objread(const struct rj_objread *from, const git_oid *id, git_object_t type,
	       struct rj_object *ret)
{
	int r;

	if (rj_objread_packed(from, id, type, ret))
		return 0;
	r = git_odb_read(&ret->obj, from->odb, id);
	if (r < 0)
		return r;
	ret->s = git_odb_object_data(ret->obj);
	ret->len = git_odb_object_size(ret->obj);
	ret->type = git_odb_object_type(ret->obj);
	return 0;
}

void rj_object_release(struct rj_object *e)
{
	git_odb_object_free(e->obj);
	e->obj = NULL;
}
