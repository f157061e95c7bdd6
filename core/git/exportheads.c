/* exportheads: commits that git counts as in use, and that are no refs. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/git/exportrefs.h"

enum { WORKTREES_MAX = 4096 };

static void add_file(int g, const char *path, const char *name, struct rj_exportrefs *ret)
{
	git_oid id;

	if (rj_exportrefs_id(g, path, &id))
		rj_exportrefs_add(ret, name, &id);
}

/* A worktree that somebody made inside may stand on a commit that no branch has. */
static void add_worktree(int g, const char *worktree, struct rj_exportrefs *ret)
{
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0}, name = {0};

	rj_buf_printf(&path, "worktrees/%s/HEAD", worktree);
	rj_buf_printf(&name, "refs/robojail/worktrees/%s", worktree);
	add_file(g, path.s, name.s, ret);
}

void rj_exportrefs_heads(int g, struct rj_exportrefs *ret)
{
	const int fd = openat(g, "worktrees", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	add_file(g, "rebase-merge/autostash", "refs/robojail/autostash/rebase", ret);
	add_file(g, "rebase-apply/autostash", "refs/robojail/autostash/apply", ret);
	add_file(g, "MERGE_AUTOSTASH", "refs/robojail/autostash/merge", ret);
	for (int i = 0; d && i < WORKTREES_MAX && (e = readdir(d)); i++)
		if (e->d_name[0] != '.')
			add_worktree(g, e->d_name, ret);
	if (d)
		(void)closedir(d);
}
