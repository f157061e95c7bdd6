/* indexout: write an index with stat data of our own. */
#include "core/git/indexout.h"

#include <string.h>
#include <sys/stat.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"

static uint32_t canonical(uint32_t mode)
{
	if (S_ISREG(mode))
		return mode & 0100 ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
	return mode;
}

static int add_all(git_index *to, git_index *from, rj_index_fix_fn *fix, void *arg,
		   struct rj_err *err)
{
	size_t n = git_index_entrycount(from);

	for (size_t i = 0; i < n; i++) {
		git_index_entry e = *git_index_get_byindex(from, i);
		int rc = fix(arg, &e, err);

		if (rc < 0)
			return rc;
		e.mode = canonical(e.mode);
		e.flags &= (uint16_t)~GIT_INDEX_ENTRY_VALID;
		e.flags_extended &= (uint16_t)~GIT_INDEX_ENTRY_SKIP_WORKTREE;
		rc = git_index_add(to, &e);
		if (rc < 0)
			return rj_git_fail(err, rc, "cannot put %s into the index", e.path);
	}
	return 0;
}

/* Is the index the tree's image, so that libgit2 keeps the stat data of each entry when it reads
 * the tree into it? */
static bool is_image(const git_tree *tree, git_index *index)
{
	RJ_AUTO(rj_git_index_free) git_index *image = NULL;
	size_t n = git_index_entrycount(index);

	if (git_index_new(&image) < 0 || git_index_read_tree(image, tree) < 0 ||
	    git_index_entrycount(image) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const git_index_entry *a = git_index_get_byindex(image, i);
		const git_index_entry *b = git_index_get_byindex(index, i);

		if (a->mode != b->mode || !git_oid_equal(&a->id, &b->id) ||
		    git_index_entry_stage(b) != 0 || strcmp(a->path, b->path) != 0)
			return false;
	}
	return true;
}

void rj_index_close_gitlinks(git_index *index)
{
	size_t n = git_index_entrycount(index);

	for (size_t i = 0; i < n; i++) {
		const git_index_entry *e = git_index_get_byindex(index, i);
		git_index_entry *own = (git_index_entry *)(uintptr_t)e; /* the index's, in place */

		if (e->mode != GIT_FILEMODE_COMMIT)
			continue;
		own->flags |= GIT_INDEX_ENTRY_VALID;
		own->flags_extended |= GIT_INDEX_ENTRY_SKIP_WORKTREE;
	}
}

int rj_index_out(const char *path, git_index *from, git_tree *tree, bool closed,
		 rj_index_fix_fn *fix, void *arg, struct rj_err *err)
{
	RJ_AUTO(rj_git_index_free) git_index *to = NULL;
	int rc = git_index_open(&to, path);

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot make %s", path);
	rc = add_all(to, from, fix, arg, err);
	if (rc < 0)
		return rc;
	if (is_image(tree, to))
		rc = git_index_read_tree(to, tree);
	if (closed)
		rj_index_close_gitlinks(to);
	if (rc == 0)
		rc = git_index_write(to);
	return rc < 0 ? rj_git_fail(err, rc, "cannot write %s", path) : 0;
}
