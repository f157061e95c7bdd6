/* indexcopy: the jail's index, which is the host's but for the owners of files. */
#include <string.h>

#include "core/base/mem.h"
#include "core/git/hostindex.h"
#include "core/git/hostindex_raw.h"
#include "core/git/indexfile.h"
#include "core/git/indexout.h"

/* Is every entry what the tree says, and nothing else? */
static bool is_image(const struct rj_hostindex *ix, const git_oid *tree)
{
	const struct rj_index_dir *top = ix->dirs;

	if (!top || !top->id || top->entries != ix->n ||
	    memcmp(top->id, tree->id, GIT_OID_SHA1_SIZE) != 0)
		return false;
	for (size_t i = 0; i < ix->n; i++)
		if (ix->v[i].staged || ix->v[i].intended)
			return false;
	return true;
}

int rj_index_copy(const char *to, const char *from, const git_oid *tree,
		  const struct rj_index_owner *owner, struct rj_err *err)
{
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex ix = {0};
	RJ_AUTO(rj_indexfile_release) struct rj_indexfile f = {0};
	struct rj_err why;

	if (rj_hostindex_load(from, &ix, &why) < 0 || !is_image(&ix, tree))
		return 1;
	rj_indexfile_begin(&f, ix.n, false, owner);
	for (size_t i = 0; i < ix.n; i++) {
		const struct rj_index_entry *e = &ix.v[i];
		git_oid id;

		rj_index_id(e, &id);
		rj_indexfile_add(&f, e->raw, &id, e->path, e->len, RJ_INDEX_PLAIN);
	}
	rj_indexfile_trees(&f, ix.trees, ix.trees_len);
	return rj_indexfile_write(&f, to, err);
}
