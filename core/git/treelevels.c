/* treelevels: the upper directories of a tree. */
#include "core/git/treelevels.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

/* Append the directories in `path`. What cannot be read has none. */
static void list(int top, const char *path, struct rj_tree_level *to)
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
	while (to->n < RJ_TREE_LEVEL_MAX && (de = readdir(dir))) {
		if (de->d_type != DT_DIR || !strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		to->v = rj_grow(to->v, &to->cap, to->n + 1, sizeof(*to->v));
		to->v[to->n++] = (struct rj_tree_dir){.path = *path ? rj_path_join(path, de->d_name)
								    : rj_strdup(de->d_name),
						      .ino = de->d_ino};
	}
	(void)closedir(dir);
}

static int by_inode(const void *a, const void *b)
{
	const ino_t x = ((const struct rj_tree_dir *)a)->ino;
	const ino_t y = ((const struct rj_tree_dir *)b)->ino;

	return (x > y) - (x < y);
}

static void sort(struct rj_tree_level *level)
{
	if (level->n)
		qsort(level->v, level->n, sizeof(*level->v), by_inode);
}

void rj_tree_levels(int top, struct rj_tree_levels *ret)
{
	*ret = (struct rj_tree_levels){0};
	list(top, "", &ret->v[ret->n]);
	sort(&ret->v[ret->n++]);
	while (ret->n < RJ_TREE_LEVELS && ret->v[ret->n - 1].n < RJ_TREE_WIDE) {
		const struct rj_tree_level *up = &ret->v[ret->n - 1];

		for (size_t i = 0; i < up->n; i++)
			list(top, up->v[i].path, &ret->v[ret->n]);
		if (ret->v[ret->n].n == 0)
			break;
		sort(&ret->v[ret->n++]);
	}
}

void rj_tree_levels_release(struct rj_tree_levels *levels)
{
	for (size_t i = 0; i < RJ_TREE_LEVELS; i++) {
		struct rj_tree_level *level = &levels->v[i];

		while (level->n > 0)
			free(level->v[--level->n].path);
		rj_free(&level->v);
	}
	levels->n = 0;
}
