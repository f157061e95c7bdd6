#include "core/git/exportstaged.h"

#include <errno.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/hostindex.h"

static bool is_only_here(struct rj_exportwalk *w, const struct rj_index_entry *e)
{
	git_oid id;

	if (e->staged || e->intended || rj_index_mode(e) == RJ_MODE_GITLINK)
		return false;
	rj_index_id(e, &id);
	return !rj_exportwalk_in_main(w, &id) && !rj_oidset_has(&w->pack.blobs, &id) &&
	       rj_objread_has(&w->own, &id);
}

int rj_exportstaged_find(struct rj_exportwalk *w, const char *git_dir, struct rj_exportstaged *ret,
			 struct rj_err *err)
{
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex ix = {0};
	RJ_AUTO(rj_free) char *path = rj_path_join(git_dir, "index");
	const int rc = rj_hostindex_load(path, &ix, err);

	*ret = (struct rj_exportstaged){0};
	if (rc == -ENOENT || rc == -ENOTSUP || rc == -EBADMSG || rc == -EINVAL)
		return 0;
	for (size_t i = 0; rc == 0 && i < ix.n; i++)
		if (is_only_here(w, &ix.v[i]) && ret->n++ == 0)
			ret->path = rj_strdup(ix.v[i].path);
	return rc;
}

void rj_exportstaged_release(struct rj_exportstaged *s)
{
	rj_free(&s->path);
}
