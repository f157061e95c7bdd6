/* exportheads: commits that git counts as in use, and that are no refs. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/git/exportrefs.h"
#include "core/sys/file.h"

enum {
	HEX = GIT_OID_SHA1_HEXSIZE,
	WORKTREES_MAX = 4096,
	STASH_LOG_MAX = 64 << 20,
};

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
	add_file(g, "rebase-merge/orig-head", "refs/robojail/rebase", ret);
	add_file(g, "rebase-apply/orig-head", "refs/robojail/rebase-apply", ret);
	add_file(g, "BISECT_START", "refs/robojail/bisect", ret); /* of a detached HEAD */
	add_file(g, "MERGE_AUTOSTASH", "refs/robojail/autostash/merge", ret);
	for (int i = 0; d && i < WORKTREES_MAX && (e = readdir(d)); i++)
		if (e->d_name[0] != '.')
			add_worktree(g, e->d_name, ret);
	if (d)
		(void)closedir(d);
}

int rj_exportrefs_stash(int g, struct rj_exportrefs *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct stat st;
	git_oid id;
	int r;

	if (fstatat(g, "logs/refs/stash", &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
		return 0;
	r = rj_file_read(g, "logs/refs/stash", STASH_LOG_MAX, &text, err);
	/* each line: old id, new id, who and when, tab, message */
	for (char *line = text.s, *end; r == 0 && line && *line; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		if (strlen(line) > 2 * (HEX + 1) &&
		    git_oid_fromstrn(&id, line + HEX + 1, HEX) == 0 && !git_oid_is_zero(&id))
			rj_exportrefs_add(ret, "refs/stash", &id);
	}
	return r;
}
