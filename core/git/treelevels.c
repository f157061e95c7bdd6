/* treelevels: the upper directories of a tree. */
#include "core/git/treelevels.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

/* Append the directories in `path`. What cannot be read has none. */
static void list(int top, const char *path, struct rj_strv *to)
{
	int fd = rj_openat2(top, *path ? path : ".",
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK,
			    RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_XDEV);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *de;

	if (!dir) {
		rj_close(&fd);
		return;
	}
	while (to->n < RJ_TREE_LEVEL_MAX && (de = readdir(dir)))
		if (de->d_type == DT_DIR && strcmp(de->d_name, ".") != 0 &&
		    strcmp(de->d_name, "..") != 0)
			rj_strv_give(to, *path ? rj_path_join(path, de->d_name)
					       : rj_strdup(de->d_name));
	(void)closedir(dir);
}

void rj_tree_levels(int top, struct rj_tree_levels *ret)
{
	*ret = (struct rj_tree_levels){0};
	list(top, "", &ret->v[ret->n++]);
	while (ret->n < RJ_TREE_LEVELS && ret->v[ret->n - 1].n < RJ_TREE_WIDE) {
		const struct rj_strv *up = &ret->v[ret->n - 1];

		for (size_t i = 0; i < up->n; i++)
			list(top, up->v[i], &ret->v[ret->n]);
		if (ret->v[ret->n].n == 0)
			break;
		ret->n++;
	}
}

void rj_tree_levels_release(struct rj_tree_levels *levels)
{
	for (size_t i = 0; i < RJ_TREE_LEVELS; i++)
		rj_strv_release(&levels->v[i]);
	levels->n = 0;
}
