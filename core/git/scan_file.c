/* scan_file: one file or link of a worktree. Is it what the index says, or has it to be read? */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/git/giterr.h"
#include "core/git/scanner.h"

enum {
	LATER_BYTES = 64 << 20, /* that wait to be read */
	FILES_PER_THREAD = 8,	/* fewer are not worth the start of one */
};

static uint16_t mode_of(const struct rj_scanner *s, const struct stat *st,
			const struct rj_index_entry *entry)
{
	unsigned known = entry ? rj_index_mode(entry) : 0;

	if (S_ISLNK(st->st_mode))
		return GIT_FILEMODE_LINK;
	if (known == GIT_FILEMODE_LINK && !s->src->attrs->symlinks)
		return GIT_FILEMODE_LINK;
	if (!s->src->attrs->filemode)
		return known == GIT_FILEMODE_BLOB_EXECUTABLE ? GIT_FILEMODE_BLOB_EXECUTABLE
							     : GIT_FILEMODE_BLOB;
	return st->st_mode & S_IXUSR ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
}

bool rj_scan_unchanged(const struct rj_scanner *s, const struct stat *st,
		       const struct rj_index_entry *entry)
{
	return st->st_mode != 0 && rj_index_is_fresh(s->src->index, entry, st) &&
	       mode_of(s, st, entry) == rj_index_mode(entry);
}

/* Keep the content for a diff if all that is kept is not too much. */
static void keep(struct rj_scanner *s, struct rj_scan_entry *e)
{
	e->kept = e->content && e->len <= RJ_SCAN_KEEP_ALL_MAX - s->kept_bytes;
	if (e->kept)
		s->kept_bytes += e->len;
	else
		rj_free(&e->content);
}

/* Record what a job found out, at s->path; its content is taken. */
static int settle(struct rj_scanner *s, struct rj_scan_job *job, bool *ret_clean)
{
	struct rj_scan_entry *e = &job->e;
	int r = job->r;

	if (r == -ENOENT) {
		e->now = (struct rj_side){0};
	} else if (r == -EMFILE || r == -ENFILE) {
		return rj_fail(s->err, -r, "cannot open '%s' of the worktree", s->path.s);
	} else if (r < 0) {
		e->unknown = true;
		e->too_large = r == -EFBIG;
		e->now.id = (git_oid){0};
	}
	*ret_clean = r == 0 && !e->unknown && rj_side_same(&e->now, &e->index);
	if (*ret_clean || (!e->now.mode && !e->index.mode)) {
		rj_free(&e->content);
		return 0;
	}
	if (job->store_failed)
		return rj_git_fail(s->err, GIT_ERROR, "cannot keep the content of '%s'", s->path.s);
	keep(s, e);
	r = r < 0 && e->now.mode ? rj_scan_unreadable(s, false) : 0;
	if (r == 0)
		r = rj_scan_add(s, e);
	if (r == 0)
		e->content = NULL;
	return r;
}

static void release_job(struct rj_scan_job *job)
{
	rj_close(&job->fd);
	rj_free(&job->e.content);
	rj_buf_release(&job->path);
	*job = (struct rj_scan_job){.fd = -1};
}

void rj_scan_later_release(struct rj_scan_later *later)
{
	for (size_t i = 0; i < later->n; i++)
		release_job(&later->v[i]);
	rj_free(&later->v);
	for (size_t i = 0; i < RJ_COUNT(later->attrs); i++)
		rj_attrs_release(&later->attrs[i]);
}

/* The attributes for one thread; NULL when there is no handle to be had for it. */
static const struct rj_attrs *attrs_of(struct rj_scanner *s, unsigned worker)
{
	const struct rj_attrs *a = s->src->attrs;
	struct rj_attrs *own = &s->later.attrs[worker];
	struct rj_err ignored;

	if (worker == 0 || !a->active)
		return a;
	if (!own->git && rj_attrs_open(s->src->repo, &a->base, a->has_files, own, &ignored) < 0)
		return NULL;
	return own;
}

static int read_jobs(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct rj_scanner *s = arg;
	const struct rj_attrs *attrs = attrs_of(s, worker);
	size_t i;

	(void)err;
	while (attrs && rj_pool_take(pool, &i)) /* what is not taken here the first one does */
		rj_scan_read_job(s, attrs, &s->later.v[i]);
	return 0;
}

int rj_scan_finish(struct rj_scanner *s)
{
	struct rj_scan_later *later = &s->later;
	unsigned workers = s->src->store ? 1 : rj_pool_size(later->n, FILES_PER_THREAD);
	int r = later->n ? rj_pool_run(later->n, workers, read_jobs, s, s->err) : 0;
	struct rj_buf here = s->path;
	bool clean;

	for (size_t i = 0; i < later->n; i++) {
		s->path = later->v[i].path;
		if (r == 0)
			r = settle(s, &later->v[i], &clean);
		release_job(&later->v[i]);
	}
	s->path = here;
	later->n = 0;
	later->bytes = 0;
	return r;
}

int rj_scan_open(struct rj_scanner *s, int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags);

	if (fd >= 0 || (errno != EMFILE && errno != ENFILE) || !s->later.n)
		return fd;
	if (rj_scan_finish(s) == 0)
		return openat(dir, name, flags);
	errno = EMFILE; /* nothing that a caller takes for an answer about the file */
	return -1;
}

/* Open it, and get the job ready to be read. */
static int open_file(struct rj_scanner *s, const char *name, struct rj_scan_job *job)
{
	struct stat st;

	job->fd = rj_scan_open(s, rj_scan_here(s)->fd, name, RJ_SCAN_READ);
	if (job->fd < 0 || fstat(job->fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ESTALE;
	if (s->src->store && (uint64_t)st.st_size > RJ_SCAN_STORE_MAX)
		return -EFBIG;
	job->size = (uint64_t)st.st_size;
	rj_buf_add(&job->path, s->path.s, s->path.len);
	return 0;
}

static int read_link(struct rj_scanner *s, const char *name, struct rj_scan_job *job)
{
	RJ_AUTO(rj_free) char *target = rj_alloc(PATH_MAX + 1, 1);
	ssize_t n = readlinkat(rj_scan_here(s)->fd, name, target, PATH_MAX);

	if (n < 0)
		return -errno;
	rj_scan_hash_job(s, job, &target, (size_t)n);
	return job->r;
}

/* Takes the job. */
static int put_off(struct rj_scanner *s, struct rj_scan_job *job)
{
	struct rj_scan_later *later = &s->later;

	if (!later->v)
		later->v = rj_alloc(RJ_SCAN_LATER, sizeof(*later->v));
	later->v[later->n++] = *job;
	later->bytes += job->size;
	return later->n == RJ_SCAN_LATER || later->bytes > LATER_BYTES ? rj_scan_finish(s) : 0;
}

int rj_scan_file(struct rj_scanner *s, const struct rj_scan_name *name,
		 const struct rj_index_entry *entry, bool *ret_clean)
{
	struct rj_scan_job job = {.entry = entry, .e.index = rj_side_of_entry(entry), .fd = -1};
	bool clean = true;
	int r = 0;

	job.e.now.mode = mode_of(s, &name->st, entry);
	if (!entry || !rj_scan_unchanged(s, &name->st, entry)) {
		if (name->st.st_mode == 0)
			job.r = -EACCES;
		else if (S_ISLNK(name->st.st_mode))
			job.r = read_link(s, name->name, &job);
		else
			job.r = open_file(s, name->name, &job);
		if (job.path.len && !ret_clean)
			return put_off(s, &job);
		if (job.path.len)
			rj_scan_read_job(s, s->src->attrs, &job);
		r = settle(s, &job, &clean);
		release_job(&job);
	}
	if (ret_clean)
		*ret_clean = clean;
	return r;
}
