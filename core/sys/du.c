#include "core/sys/du.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"

enum {
	DEPTH_MAX = 500,
	BLOCK = 512, /* of st_blocks, inode(7) */
};

struct rj_du {
	DIR *v[DEPTH_MAX]; /* from the top to where we stand */
	size_t depth;
	uint64_t sum;
	int rc;
};

/* Go down one level. */
static int descend(struct rj_du *du, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		return 0; /* it vanished, or something else took its place */
	if (fd < 0)
		return errno == EACCES ? -EACCES
				       : -ELOOP; /* no descriptors left is too deep, too */
	if (du->depth == DEPTH_MAX || !(du->v[du->depth] = fdopendir(fd))) {
		rj_close(&fd);
		return -ELOOP;
	}
	du->depth++;
	return 0;
}

struct rj_du *rj_du_new(int dir)
{
	struct rj_du *du = rj_alloc(1, sizeof(*du));

	du->rc = descend(du, dir, ".");
	return du;
}

static int visit(struct rj_du *du, const char *name)
{
	int dir = dirfd(du->v[du->depth - 1]);
	struct stat st;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == EACCES ? -EACCES : 0;
	/* an empty file has an inode, too */
	du->sum += (uint64_t)(st.st_blocks + 1) * BLOCK /
		   (S_ISDIR(st.st_mode) || st.st_nlink == 0 ? 1 : st.st_nlink);
	return S_ISDIR(st.st_mode) ? descend(du, dir, name) : 0;
}

int rj_du_step(struct rj_du *du, size_t entries, uint64_t *ret)
{
	for (; du->rc == 0 && du->depth > 0 && entries > 0; entries--) {
		const struct dirent *e = readdir(du->v[du->depth - 1]);

		if (e)
			du->rc = visit(du, e->d_name);
		else
			(void)closedir(du->v[--du->depth]);
	}
	*ret = du->sum;
	return du->rc < 0 ? du->rc : du->depth == 0;
}

void rj_du_free(struct rj_du **du)
{
	if (!*du)
		return;
	while ((*du)->depth > 0)
		(void)closedir((*du)->v[--(*du)->depth]);
	rj_free(du);
}
