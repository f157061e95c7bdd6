/*
 * checkoutwrite: the files of a commit, written by several threads.
 *
 * A thread takes a run of files that lie together in the index, so most of the time each works in a
 * directory of its own. It has objects of its own: libgit2 locks those of a shared one for as long
 * as it inflates.
 */
#include "core/git/checkoutwrite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/attrs.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/packread.h"
#include "core/git/treefmt.h"
#include "core/sys/file.h"
#include "core/sys/pool.h"
#include "core/sys/uapi.h"

enum {
	RUN = 32,	       /* files that a thread takes at a time, at least, */
	RUN_MAX = 256,	       /* even in one directory, */
	RUNS_LEFT = 16,	       /* and at the end less, so many runs of what is left: */
	RUN_MIN = 4,	       /* all threads are to end at one time */
	FILES_PER_THREAD = 64, /* fewer are not worth the start of one */
};

struct writer {
	const struct rj_checkout_job *job;
	struct rj_packread *packs;
	git_odb *odb; /* opened when it is needed */
	int top, dir;
	struct rj_buf dir_name; /* of `dir`, without '/' at the end */
	struct rj_err *err;
};

/* What all threads have in common. */
struct shared {
	const struct rj_checkout_job *job;
	size_t *ends; /* of each run */
	size_t runs, cap;
	atomic_size_t done;
};

static void close_writer(struct writer *w)
{
	rj_close(&w->dir);
	rj_close(&w->top);
	rj_buf_release(&w->dir_name);
	rj_packread_free(w->packs);
	git_odb_free(w->odb);
}

static int open_writer(struct writer *w, struct rj_err *err)
{
	const struct rj_checkout_job *job = w->job;

	w->top = open(job->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return w->top < 0 ? rj_fail(err, errno, "cannot open %s", job->path) : 0;
}

/* The last part of the path. */
static const char *base(const struct rj_checkout_file *f)
{
	return rj_path_base(f->path);
}

/* Go down to `name` in the directory at hand, which is made unless it is there. */
static int go_down(struct writer *w, const char *name)
{
	int fd;

	if (mkdirat(w->dir, name, 0777) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(w->dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rj_close(&w->dir);
	w->dir = fd;
	if (w->dir_name.len)
		rj_buf_putc(&w->dir_name, '/');
	rj_buf_puts(&w->dir_name, name);
	return 0;
}

/* Go to the first `len` bytes of `path`, a directory that is there. */
static int go_back(struct writer *w, const char *path, size_t len)
{
	int fd;

	w->dir_name.len = 0;
	rj_buf_add(&w->dir_name, path, len);
	fd = rj_openat2(w->top, len ? w->dir_name.s : ".", O_PATH | O_DIRECTORY,
			RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return fd;
	rj_close(&w->dir);
	w->dir = fd;
	return 0;
}

/* Go to the directory of `path`, made as far as it is not there. */
static int go(struct writer *w, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0, same = 0, at = 0;
	const char *here = rj_buf_str(&w->dir_name);
	int rc = 0;

	if (w->dir >= 0 && w->dir_name.len == len && !memcmp(here, path, len))
		return 0;
	for (; at < len && at < w->dir_name.len && here[at] == path[at]; at++)
		if (path[at] == '/')
			same = at;
	if (at && (at == w->dir_name.len || here[at] == '/') && (at == len || path[at] == '/'))
		same = at;
	if (w->dir < 0 || same != w->dir_name.len)
		rc = go_back(w, path, w->dir < 0 ? 0 : same);
	while (rc == 0 && w->dir_name.len < len) {
		const char *part = path + w->dir_name.len + (w->dir_name.len != 0);
		RJ_AUTO(rj_free) char *name = rj_strndup(part, strcspn(part, "/"));

		rc = go_down(w, name);
	}
	return rc;
}

static int settle(struct writer *w, struct rj_checkout_file *f, int fd, const char *name)
{
	const struct timespec when[2] = {{.tv_sec = w->job->mtime}, {.tv_sec = w->job->mtime}};
	struct stat st;

	if (fd >= 0) {
		if (futimens(fd, when) < 0 || fstat(fd, &st) < 0)
			return -errno;
	} else {
		if (utimensat(w->dir, name, when, AT_SYMLINK_NOFOLLOW) < 0 ||
		    fstatat(w->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
	}
	rj_indexfile_stat(f->stat, &st, f->mode);
	return 0;
}

static int make_regular(const struct writer *w, const struct rj_checkout_file *f)
{
	const mode_t mode = f->mode == RJ_MODE_EXEC ? 0777 : 0666;
	int fd =
		openat(w->dir, base(f), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	return fd < 0 ? -errno : fd;
}

static int write_regular(struct writer *w, struct rj_checkout_file *f, const void *bytes,
			 size_t len)
{
	RJ_AUTO(rj_close) int fd = make_regular(w, f);
	int rc;

	if (fd < 0)
		return fd;
	rc = len ? rj_write_all(fd, bytes, len) : 0;
	return rc < 0 ? rc : settle(w, f, fd, base(f));
}

static int write_link(struct writer *w, struct rj_checkout_file *f, const char *bytes, size_t len)
{
	RJ_AUTO(rj_free) char *target = rj_strndup(bytes, len);
	const char *name = base(f);

	if (!w->job->list->attrs->symlinks)
		return write_regular(w, f, bytes, len);
	return symlinkat(target, w->dir, name) < 0 ? -errno : settle(w, f, -1, name);
}

static int write_gitlink(struct writer *w, struct rj_checkout_file *f)
{
	const char *name = base(f);

	if (mkdirat(w->dir, name, 0777) < 0 && errno != EEXIST)
		return -errno;
	return settle(w, f, -1, name);
}

static int cannot_write(const struct writer *w, const struct rj_checkout_file *f, int rc)
{
	rj_fail(w->err, -rc, "cannot write %s/%s", w->job->path, f->path);
	if (rc == -EEXIST || rc == -ENOTDIR || rc == -ELOOP)
		return rj_hint(w->err, "does another path of the commit differ from it in letter "
				       "case or in its form of Unicode only? This file system "
				       "takes the two for one");
	return rj_hint_room(w->err);
}

static int open_odb(struct writer *w)
{
	RJ_AUTO(rj_free) char *objects = rj_path_join(w->job->repo->common, "objects");

	return w->odb ? 0 : git_odb_open(&w->odb, objects);
}

/* What is not in a pack, or not in a common form. */
static int read_odb(struct writer *w, const git_oid *id, git_odb_object **ret_blob)
{
	int rc = open_odb(w);

	if (rc == 0)
		rc = git_odb_read(ret_blob, w->odb, id);
	return rc == 0 && git_odb_object_type(*ret_blob) != GIT_OBJECT_BLOB ? GIT_ENOTFOUND : rc;
}

/* The content of the file; *ret_blob, if it is set, holds it. */
static int read_blob(struct writer *w, const struct rj_checkout_file *f, git_odb_object **ret_blob,
		     const char **ret, size_t *ret_len)
{
	int rc;

	if (rj_packread(w->packs, &f->id, ret, ret_len))
		return 0;
	rc = read_odb(w, &f->id, ret_blob);
	if (rc < 0) {
		(void)rj_git_fail(w->err, rc, "cannot read the content of '%s'", f->path);
		return rj_hint(w->err, "is the repository whole? run: git fsck");
	}
	*ret = git_odb_object_data(*ret_blob);
	*ret_len = git_odb_object_size(*ret_blob);
	return 0;
}

/* Like main's file, if that can be. 1: it is done; 0: it is to be written. */
static int share_file(struct writer *w, struct rj_checkout_file *f)
{
	const struct rj_index_entry *e = rj_reflinks_find(w->job->reflinks, f->path, &f->id);
	RJ_AUTO(rj_close) int fd = -1;
	git_object_t type;
	size_t size;
	int rc;

	if (!e || rj_attrs_converts(w->job->list->attrs, f->path) || open_odb(w) < 0 ||
	    git_odb_read_header(&size, &type, w->odb, &f->id) < 0 || type != GIT_OBJECT_BLOB)
		return 0;
	fd = make_regular(w, f);
	if (fd < 0)
		return fd;
	if (!rj_reflinks_share(w->job->reflinks, e, size, fd))
		return unlinkat(w->dir, base(f), 0) < 0 ? -errno : 0;
	rc = settle(w, f, fd, base(f));
	return rc < 0 ? rc : 1;
}

static int write_file(struct writer *w, struct rj_checkout_file *f)
{
	RJ_AUTO(rj_git_odb_object_free) git_odb_object *blob = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf made = {0};
	const char *bytes, *unencoded = NULL;
	size_t len;
	int rc = go(w, f->path);

	if (rc < 0)
		return cannot_write(w, f, rc);
	if (f->mode == RJ_MODE_GITLINK) {
		rc = write_gitlink(w, f);
		return rc < 0 ? cannot_write(w, f, rc) : 0;
	}
	rc = f->mode == RJ_MODE_LINK ? 0 : share_file(w, f);
	if (rc != 0)
		return rc < 0 ? cannot_write(w, f, rc) : 0;
	rc = read_blob(w, f, &blob, &bytes, &len);
	if (rc < 0)
		return rc;
	if (f->mode == RJ_MODE_LINK) {
		rc = write_link(w, f, bytes, len);
		return rc < 0 ? cannot_write(w, f, rc) : 0;
	}
	if (rj_attrs_smudge(w->job->list->attrs, f->path, &f->id, bytes, len, &made, &unencoded)) {
		bytes = made.s;
		len = made.len;
	}
	if (unencoded)
		rj_unencoded_add(w->job->unencoded, unencoded, f->path);
	rc = write_regular(w, f, bytes, len);
	return rc < 0 ? cannot_write(w, f, rc) : 0;
}

static int write_runs(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct shared *s = arg;
	const struct rj_checkout_job *job = s->job;
	RJ_AUTO(close_writer) struct writer w = {.job = job, .top = -1, .dir = -1, .err = err};
	int rc;
	size_t run;

	rc = worker == 0 && job->draft ? rj_private_begin(job->draft, err) : 0;
	if (rc < 0)
		return rc;
	w.packs = rj_packread_new(job->packs, GIT_OBJECT_BLOB, 0);
	rc = open_writer(&w, err);
	while (rc == 0 && rj_pool_take(pool, &run)) {
		size_t from = run ? s->ends[run - 1] : 0, to = s->ends[run];

		for (size_t i = from; i < to && rc == 0; i++)
			rc = write_file(&w, &job->list->v[i]);
		(void)atomic_fetch_add(&s->done, to - from);
		if (worker == 0 && rc == 0 && job->progress &&
		    !job->progress(job->arg, atomic_load(&s->done), job->list->n))
			rc = rj_refuse(err, EINTR, "stopped while the files were written");
	}
	return rc;
}

static bool same_dir(const struct rj_checkout_file *a, const struct rj_checkout_file *b)
{
	size_t len = (size_t)(base(a) - a->path);

	return (size_t)(base(b) - b->path) == len && !memcmp(a->path, b->path, len);
}

/* Cut the list into runs, between directories where that is possible. */
static void cut(struct shared *s)
{
	const struct rj_checkout_list *list = s->job->list;
	size_t begin = 0;

	for (size_t i = 1; i <= list->n; i++) {
		bool between = i == list->n || !same_dir(&list->v[i - 1], &list->v[i]);
		size_t most = between ? RUN : RUN_MAX, part = (list->n - begin) / RUNS_LEFT;

		if (most > part)
			most = part < RUN_MIN ? RUN_MIN : part;
		if (i < list->n && i - begin < most)
			continue;
		s->ends = rj_grow(s->ends, &s->cap, s->runs + 1, sizeof(*s->ends));
		s->ends[s->runs++] = begin = i;
	}
}

int rj_checkout_files(const struct rj_checkout_job *job, struct rj_err *err)
{
	struct shared s = {.job = job};
	int rc;

	cut(&s);
	/* git does not compare them either; a damaged pack does not inflate */
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	rc = rj_pool_run(s.runs, rj_pool_size(job->list->n, FILES_PER_THREAD), write_runs, &s, err);
	(void)git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	rj_free(&s.ends);
	return rc;
}
