/*
 * treerm: remove a tree that a hostile process wrote.
 *
 * It goes by descriptor, one directory at a time and never by a path, so depth costs neither stack
 * nor descriptors. Down is openat2(2) without symlinks and without mount points, up is ".." that
 * must be the very directory we came from: whatever is moved around meanwhile, nothing outside of
 * the tree is touched.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/treelevels.h"
#include "core/git/worktree.h"
#include "core/sys/file.h"
#include "core/sys/names.h"
#include "core/sys/pool.h"
#include "core/sys/uapi.h"

enum {
	DIRS_PER_THREAD = 2, /* fewer are not worth the start of one */
	BATCH = 1 << 15,     /* bytes of names read at a time */
	NAME_LEAST = 24,     /* bytes that one takes, getdents64(2) */
	RETRIES = 100,	     /* a directory that is not empty again and again has a living writer */
};

struct place { /* a directory on the way down */
	char *name;
	dev_t dev;
	ino_t ino;
};

struct walk {
	const char *top;
	int fd; /* of the last place */
	struct place *v;
	size_t n, cap;
	unsigned retries;
};

static void walk_release(struct walk *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].name);
	free(w->v);
	rj_close(&w->fd);
}

/* Name what is in the way. */
static int stuck(const struct walk *w, const char *name, int num, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};

	rj_buf_puts(&path, w->top);
	for (size_t i = 1; i < w->n; i++)
		rj_buf_printf(&path, "/%s", w->v[i].name);
	if (name)
		rj_buf_printf(&path, "/%s", name);
	rj_fail(err, num, "cannot remove %s", path.s);
	if (num == EXDEV || num == EBUSY)
		rj_hint(err, "something is mounted there: unmount it and try again");
	else if (num == EACCES || num == EPERM)
		rj_hint(err, "it belongs to another user or is immutable (lsattr): remove it as "
			     "root and try again");
	else if (num == ENOTEMPTY)
		rj_hint(err, "something keeps writing there: stop it and try again");
	return -num;
}

/* The directory's owner may have taken his own rights away. Others' directories are left alone, the
 * removal says so when it fails. */
static void give_rights(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && (st.st_mode & 0700) != 0700)
		(void)fchmod(fd, 0700);
}

/* Open a directory for reading, even one with mode 000. A descriptor or -errno. */
static int open_dir(int at, const char *name, unsigned resolve)
{
	const int flags = O_DIRECTORY | O_NOFOLLOW;
	int fd = rj_openat2(at, name, O_RDONLY | flags, resolve);
	char self[64];

	if (fd == -EACCES) {
		RJ_AUTO(rj_close) int handle = rj_openat2(at, name, O_PATH | flags, resolve);

		if (handle < 0)
			return handle;
		/* fchmod(2) does not take an O_PATH descriptor. */
		(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", handle);
		if (chmod(self, 0700) < 0)
			return -EACCES;
		fd = rj_openat2(handle, ".", O_RDONLY | O_DIRECTORY, 0);
	}
	if (fd >= 0)
		give_rights(fd);
	return fd;
}

/* Make `fd` the place to work in. Takes name and descriptor. */
static int enter(struct walk *w, char *name, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0) {
		int saved = errno;

		free(name);
		(void)close(fd);
		return -saved;
	}
	w->v = rj_grow(w->v, &w->cap, w->n + 1, sizeof(*w->v));
	w->v[w->n++] = (struct place){.name = name, .dev = st.st_dev, .ino = st.st_ino};
	rj_close(&w->fd);
	w->fd = fd;
	return 0;
}

/* 0 removed, 1 it is a directory with something in it, -errno. */
static int remove_one(int dir, const struct dirent *e)
{
	bool is_dir = e->d_type == DT_DIR;

	if (!is_dir) {
		if (unlinkat(dir, e->d_name, 0) == 0 || errno == ENOENT)
			return 0;
		if (errno != EISDIR)
			return -errno;
	}
	if (unlinkat(dir, e->d_name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return errno == ENOTEMPTY || errno == EEXIST ? 1 : -errno;
}

static int by_inode(const void *a, const void *b)
{
	ino_t x = (*(const struct dirent *const *)a)->d_ino;
	ino_t y = (*(const struct dirent *const *)b)->d_ino;

	return (x > y) - (x < y);
}

/* The names of one reading. Inodes that were made together lie together, in memory as on disk, and
 * ext4 lists in the order of hashes: those of 50,000 files go faster in their own order. */
static size_t sorted(char *batch, long len, const struct dirent **v)
{
	size_t n = 0;

	for (long at = 0; at < len;) {
		const struct dirent *e = (const struct dirent *)(void *)(batch + at);

		at += e->d_reclen;
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			v[n++] = e;
	}
	if (n)
		qsort(v, n, sizeof(*v), by_inode);
	return n;
}

/* Empty the present directory up to its first full subdirectory, whose name is *ret_sub. */
static int clear(const struct walk *w, char **ret_sub, struct rj_err *err)
{
	_Alignas(struct dirent) char batch[BATCH];
	const struct dirent *v[BATCH / NAME_LEAST];
	RJ_AUTO(rj_close) int fd = rj_openat2(w->fd, ".", O_RDONLY | O_DIRECTORY, 0);
	long len;

	if (fd < 0)
		return stuck(w, NULL, -fd, err);
	while ((len = syscall(SYS_getdents64, fd, batch, BATCH)) > 0) {
		size_t n = sorted(batch, len, v);

		for (size_t i = 0; i < n; i++) {
			int rc = remove_one(w->fd, v[i]);

			if (rc < 0)
				return stuck(w, v[i]->d_name, -rc, err);
			if (rc == 1) {
				*ret_sub = rj_strdup(v[i]->d_name);
				return 0;
			}
		}
	}
	return len < 0 ? stuck(w, NULL, errno, err) : 0;
}

static int down(struct walk *w, char *sub, struct rj_err *err)
{
	int fd = open_dir(w->fd, sub, RJ_RESOLVE_NO_XDEV | RJ_RESOLVE_NO_SYMLINKS);
	int rc;

	if (fd == -ENOENT || fd == -ENOTDIR) {
		free(sub); /* replaced meanwhile; the next reading sees what it is now */
		return ++w->retries > RETRIES ? stuck(w, NULL, ENOTEMPTY, err) : 0;
	}
	if (fd < 0) {
		rc = stuck(w, sub, -fd, err);
		free(sub);
		return rc;
	}
	rc = enter(w, sub, fd);
	return rc < 0 ? stuck(w, NULL, -rc, err) : 0;
}

/* The present directory is empty: go up and remove it. */
static int up(struct walk *w, struct rj_err *err)
{
	struct place *parent = &w->v[w->n - 2];
	RJ_AUTO(rj_free) char *name = w->v[w->n - 1].name;
	int fd = rj_openat2(w->fd, "..", O_RDONLY | O_DIRECTORY, 0);
	struct stat st;

	w->v[--w->n].name = NULL;
	if (fd < 0)
		return stuck(w, name, -fd, err);
	rj_close(&w->fd);
	w->fd = fd;
	if (fstat(fd, &st) < 0 || st.st_dev != parent->dev || st.st_ino != parent->ino)
		return stuck(w, name, EBUSY, err);
	if (unlinkat(fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return stuck(w, name, errno, err);
	return ++w->retries > RETRIES ? stuck(w, name, ENOTEMPTY, err) : 0;
}

/* Remove everything below the place that was entered first. */
static int empty(struct walk *w, struct rj_err *err)
{
	for (;;) {
		char *sub = NULL;
		int rc = clear(w, &sub, err);

		if (rc < 0)
			return rc;
		if (!sub && w->n == 1)
			return 0;
		rc = sub ? down(w, sub, err) : up(w, err);
		if (rc < 0)
			return rc;
	}
}

/* One level of a tree whose directories several threads empty. */
struct share {
	int top;
	const struct rj_tree_level *dirs;
};

static int empty_dirs(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	const struct share *s = arg;
	size_t i;

	while (rj_pool_take_apart(pool, worker, &i)) {
		const char *path = s->dirs->v[i].path;
		RJ_AUTO(walk_release) struct walk w = {.top = path, .fd = -1};
		int fd = open_dir(s->top, path,
				  RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_XDEV | RJ_RESOLVE_NO_SYMLINKS);

		if (fd >= 0 && enter(&w, rj_strdup(path), fd) == 0)
			(void)empty(&w, err);
	}
	return 0;
}

/* A subvolume of btrfs is one tree: two threads take twice as long there as one (Linux 6.18). */
static bool has_one_lock(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == BTRFS_SUPER_MAGIC;
}

/*
 * Empty the upper directories with all processors, the lowest level first. That only runs ahead:
 * what is left, for whatever reason, is for the walk that follows, which also tells of it.
 */
static void run_ahead(const struct walk *w)
{
	RJ_AUTO(rj_tree_levels_release) struct rj_tree_levels levels;
	struct rj_err ignored;

	rj_tree_levels(w->fd, &levels);
	for (size_t i = levels.n; i-- > 0;) {
		struct share s = {.top = w->fd, .dirs = &levels.v[i]};
		unsigned workers = rj_pool_size(s.dirs->n, DIRS_PER_THREAD);

		if (workers > 1)
			(void)rj_pool_run(s.dirs->n, workers, empty_dirs, &s, &ignored);
	}
}

int rj_tree_remove(const char *path, struct rj_err *err)
{
	RJ_AUTO(walk_release) struct walk w = {.top = path, .fd = -1};
	RJ_AUTO(rj_free) char *parent = rj_path_parent(path);
	RJ_AUTO(rj_close) int at = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *name = rj_path_base(path);
	int fd, rc;

	if (at < 0)
		return errno == ENOENT ? 0 : rj_fail(err, errno, "cannot open %s", parent);
	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return stuck(&w, NULL, errno, err);
	fd = open_dir(at, name, RJ_RESOLVE_NO_XDEV | RJ_RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return fd == -ENOENT ? 0 : stuck(&w, NULL, -fd, err);
	rc = enter(&w, rj_strdup(name), fd);
	if (rc < 0)
		return stuck(&w, NULL, -rc, err);
	if (!has_one_lock(w.fd))
		run_ahead(&w);
	rc = empty(&w, err);
	if (rc < 0)
		return rc;
	if (unlinkat(at, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return stuck(&w, NULL, errno, err);
	return 0;
}

void rj_tree_remove_like(const char *dir, const char *prefix)
{
	RJ_AUTO(rj_close) int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};
	const struct dirent *e;
	struct rj_err ignored;

	while (fd >= 0 && (e = rj_names_next(&names))) {
		RJ_AUTO(rj_free) char *path = rj_path_join(dir, e->d_name);

		if (!strncmp(e->d_name, prefix, strlen(prefix)))
			(void)rj_tree_remove(path, &ignored);
	}
}
