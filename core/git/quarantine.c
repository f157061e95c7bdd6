#include "core/git/quarantine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <git2/sys/odb_backend.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/sys/file.h"

#define PREFIX "tmp_objdir-robojail-"

static void empty(int dir)
{
	int list = dir < 0 ? -1 : openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = list < 0 ? NULL : fdopendir(list);
	struct dirent *e;

	while (d && (e = readdir(d)))
		(void)unlinkat(dir, e->d_name, 0);
	if (d)
		(void)closedir(d);
	else
		rj_close(&list);
}

/* All that a quarantine ever is: files in its directory "pack", and once right in it. */
static void remove_dir(const char *path, int fd)
{
	RJ_AUTO(rj_close)
	int pack = openat(fd, "pack", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	empty(pack);
	(void)unlinkat(fd, "pack", AT_REMOVEDIR);
	empty(fd);
	(void)rmdir(path);
}

static void remove_if_dead(const char *objects, const char *name)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(objects, name);
	RJ_AUTO(rj_close)
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		remove_dir(path, fd);
}

static void remove_dead(const char *objects)
{
	DIR *d = opendir(objects);
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (!strncmp(e->d_name, PREFIX, strlen(PREFIX)))
			remove_if_dead(objects, e->d_name);
	if (d)
		(void)closedir(d);
}

/* Make the directory and lock it. Between the two, another import may take it for a dead one. */
static int make_dir(struct rj_quarantine *q, struct rj_err *err)
{
	struct stat st = {0};

	while (!st.st_nlink) {
		rj_close(&q->lock);
		rj_free(&q->dir);
		q->dir = rj_path_join(q->objects, PREFIX "XXXXXX");
		if (!mkdtemp(q->dir)) {
			int r = rj_fail(err, errno, "cannot make a directory in %s", q->objects);

			rj_free(&q->dir);
			return r;
		}
		q->lock = open(q->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (q->lock < 0 && errno == ENOENT)
			continue;
		if (q->lock < 0) {
			int r = rj_fail(err, errno, "cannot open %s", q->dir);

			(void)rmdir(q->dir);
			return r;
		}
		while (flock(q->lock, LOCK_EX) < 0 && errno == EINTR)
			;
		if (fstat(q->lock, &st) < 0)
			return rj_fail(err, errno, "cannot stat %s", q->dir);
	}
	return 0;
}

int rj_quarantine_begin(struct rj_quarantine *q, const char *objects,
			const struct rj_import_limits *limits, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *pack = NULL;
	int r;

	*q = (struct rj_quarantine){.objects = rj_strdup(objects), .lock = -1};
	rj_packscan_init(&q->scan, limits);
	remove_dead(objects);
	r = make_dir(q, err);
	if (r < 0)
		return r;
	pack = rj_path_join(q->dir, "pack");
	if (mkdir(pack, 0700) < 0)
		return rj_fail(err, errno, "cannot make %s", pack);
	/* it would sync the directory, which is to go, with each of the two files: see move() */
	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0);
	r = git_indexer_new(&q->indexer, pack, 0, NULL, NULL);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
	return r < 0 ? rj_git_fail(err, r, "cannot begin a pack in %s", q->dir) : 0;
}

/* libgit2 does not like the pack, unless the host is to blame. */
static int fault(int rc, struct rj_err *err)
{
	(void)rj_git_fail(err, rc, "bad pack");
	if (err->num == EIO)
		err->num = EBADMSG;
	return -err->num;
}

int rj_quarantine_feed(struct rj_quarantine *q, const unsigned char *bytes, size_t len,
		       struct rj_err *err)
{
	int r = rj_packscan_feed(&q->scan, bytes, len, err);

	if (r < 0)
		return r;
	r = git_indexer_append(q->indexer, bytes, len, &q->stats);
	return r < 0 ? fault(r, err) : 0;
}

/* The text of "<objects>/pack/pack-<name><suffix>". */
static char *pack_path(const struct rj_quarantine *q, const char *dir, const char *suffix)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s/pack/pack-%s%s", dir, q->name, suffix);
	return rj_buf_take(&b);
}

int rj_quarantine_end(struct rj_quarantine *q, struct rj_err *err)
{
	int r = rj_packscan_end(&q->scan, err);

	if (r < 0)
		return r;
	r = git_indexer_commit(q->indexer, &q->stats);
	if (r < 0)
		return fault(r, err);
	(void)snprintf(q->name, sizeof(q->name), "%s", git_indexer_name(q->indexer));
	git_indexer_free(q->indexer);
	q->indexer = NULL;
	r = rj_objread_open(&q->read, q->dir);
	return r < 0 ? rj_git_fail(err, r, "cannot read the pack in %s", q->dir) : 0;
}

static int move(const char *from, const char *to, struct rj_err *err)
{
	return rename(from, to) < 0 ? rj_fail(err, errno, "cannot move the pack to %s", to) : 0;
}

/* On the disk before they have their names. A pack without its index is no use to anybody; where
 * there is one, the same pack was there before. */
static int move_both(const struct rj_quarantine *q, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *pack = pack_path(q, q->dir, ".pack");
	RJ_AUTO(rj_free) char *idx = pack_path(q, q->dir, ".idx");
	RJ_AUTO(rj_free) char *to_pack = pack_path(q, q->objects, ".pack");
	RJ_AUTO(rj_free) char *to_idx = pack_path(q, q->objects, ".idx");

	if (rj_sync_path(pack, err) < 0 || rj_sync_path(idx, err) < 0 ||
	    move(pack, to_pack, err) < 0)
		return -err->num;
	if (move(idx, to_idx, err) == 0)
		return 0;
	if (access(to_idx, F_OK) < 0 && errno == ENOENT)
		(void)unlink(to_pack);
	return -err->num;
}

int rj_quarantine_accept(struct rj_quarantine *q, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *to = rj_path_join(q->objects, "pack");

	if (mkdir(to, 0777) < 0 && errno != EEXIST)
		return rj_fail(err, errno, "cannot make %s", to);
	return move_both(q, err) < 0 ? -err->num : rj_sync_path(to, err);
}

void rj_quarantine_release(struct rj_quarantine *q)
{
	rj_objread_release(&q->read);
	git_indexer_free(q->indexer);
	rj_packscan_release(&q->scan);
	if (q->dir && q->lock >= 0)
		remove_dir(q->dir, q->lock);
	rj_close(&q->lock);
	rj_free(&q->dir);
	rj_free(&q->objects);
	*q = (struct rj_quarantine){.lock = -1};
}
