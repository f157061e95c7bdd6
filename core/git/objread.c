#include "core/git/objread.h"

#include "core/base/mem.h"

/* Packs first, as they are asked without a system call. */
int rj_objread_add(git_odb *odb, const char *objects)
{
	git_odb_backend *packs = NULL, *loose = NULL;
	int r = git_odb_backend_pack(&packs, objects);

	if (r == 0)
		r = git_odb_add_backend(odb, packs, 2);
	if (r == 0)
		r = git_odb_backend_loose(&loose, objects, -1, 0, 0, 0);
	return r == 0 ? git_odb_add_backend(odb, loose, 1) : r;
}

int rj_objread_open(struct rj_objread *from, const char *objects)
{
	int r;

	from->packs = rj_packs_open(objects);
	r = git_odb_new(&from->odb);
	return r == 0 ? rj_objread_add(from->odb, objects) : r;
}

void rj_objread_release(struct rj_objread *from)
{
	git_odb_free(from->odb);
	for (size_t i = 0; i < RJ_COUNT(from->readers); i++)
		rj_packread_free(from->readers[i]);
	rj_packs_free(&from->packs);
	*from = (struct rj_objread){0};
}

bool rj_objread_has(const struct rj_objread *from, const git_oid *id)
{
	return from->odb && git_odb_exists_ext(from->odb, id, GIT_ODB_LOOKUP_NO_REFRESH);
}

bool rj_objread_packed(struct rj_objread *from, const git_oid *id, git_object_t type,
		       struct rj_object *ret)
{
	struct rj_packread **r;

	*ret = (struct rj_object){.type = type};
	if (type < GIT_OBJECT_COMMIT || type > GIT_OBJECT_BLOB)
		return false;
	r = &from->readers[type];
	if (!*r)
		*r = rj_packread_new(from->packs, type, RJ_OBJECT_LARGE);
	return rj_packread(*r, id, &ret->s, &ret->len);
}

int rj_object_read(git_odb *odb, const git_oid *id, struct rj_object *ret)
{
	int r = git_odb_read(&ret->obj, odb, id);

	if (r < 0)
		return r;
	ret->s = git_odb_object_data(ret->obj);
	ret->len = git_odb_object_size(ret->obj);
	ret->type = git_odb_object_type(ret->obj);
	return 0;
}

int rj_objread(struct rj_objread *from, const git_oid *id, git_object_t type, struct rj_object *ret)
{
	return rj_objread_packed(from, id, type, ret) ? 0 : rj_object_read(from->odb, id, ret);
}

void rj_object_release(struct rj_object *e)
{
	git_odb_object_free(e->obj);
	e->obj = NULL;
}
