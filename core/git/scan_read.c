/* scan_read: the content of a file of a worktree, and its id. Any thread may call this. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/git/auto.h"
#include "core/git/scanner.h"

/* Hash; content that may be wanted stays with the job. */
void rj_scan_hash_job(const struct rj_scanner *s, struct rj_scan_job *job, char **content,
		      size_t len)
{
	struct rj_scan_entry *e = &job->e;

	job->r = git_odb_hash(&e->now.id, *content, len, GIT_OBJECT_BLOB) < 0 ? -EIO : 0;
	if (job->r < 0 || rj_side_same(&e->now, &e->index))
		return;
	job->store_failed = s->src->store && git_odb_write(&e->now.id, s->src->store, *content, len,
							   GIT_OBJECT_BLOB) < 0;
	if (!(s->flags & RJ_SCAN_KEEP) || len > RJ_SCAN_KEEP_MAX)
		return;
	e->content = *content;
	e->len = len;
	*content = NULL;
}

/* Convert to what git stores, and hash. Content that is just what the index has is not converted:
 * with attributes of its own, the agent may have committed line endings as they are. */
static void hash_file(const struct rj_scanner *s, const struct rj_attrs *attrs,
		      struct rj_scan_job *job, char **content, size_t len)
{
	RJ_AUTO(rj_git_buf_free) git_buf clean = GIT_BUF_INIT;
	RJ_AUTO(rj_free) char *copy = NULL;
	const struct rj_side *index = &job->e.index;
	git_oid raw;

	if (!rj_attrs_clean(attrs, job->path.s, index, *content, len, &clean) ||
	    (git_odb_hash(&raw, *content, len, GIT_OBJECT_BLOB) == 0 &&
	     git_oid_equal(&raw, &index->id))) {
		rj_scan_hash_job(s, job, content, len);
		return;
	}
	copy = rj_alloc(clean.size + 1, 1);
	memcpy(copy, clean.ptr, clean.size);
	rj_scan_hash_job(s, job, &copy, clean.size);
}

/* Read as many bytes as the file had at first, fewer if it shrank: a file that grows is not
 * followed. */
static int read_bytes(int fd, char *to, size_t size, size_t *ret_len)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, to + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_len = got;
	return 0;
}

/* The size of the content that the entry names; false when main has it not, or cannot say. */
static bool size_of(const struct rj_scanner *s, const struct rj_index_entry *entry, uint64_t *ret)
{
	RJ_AUTO(rj_git_odb_free) git_odb *odb = NULL;
	git_object_t type;
	size_t size;
	git_oid id;

	rj_index_id(entry, &id);
	if (git_repository_odb(&odb, s->src->repo->git) < 0 ||
	    git_odb_read_header(&size, &type, odb, &id) < 0)
		return false;
	*ret = size;
	return true;
}

/*
 * A huge file, or one of very many (sparse ones cost nothing to make), that no reading can show to
 * be unchanged. What
 * is so large is hashed as it is, whatever its attributes say. The index has only the low 32 bits
 * of a size, in which terabytes look like a few bytes.
 */
static bool differs_for_sure(const struct rj_scanner *s, const struct rj_scan_job *job)
{
	const struct rj_index_entry *entry = job->entry;
	uint64_t size;

	if (entry && size_of(s, entry, &size))
		return size != job->size;
	return !entry || (rj_index_size(entry) != 0 && rj_index_size(entry) != (uint32_t)job->size);
}

static bool is_too_much(struct rj_scanner *s, const struct rj_scan_job *job)
{
	const uint64_t all = atomic_fetch_add(&s->read_bytes, job->size);

	return job->size > RJ_SCAN_READ_MAX || all >> 30 >= RJ_SCAN_READ_ALL_GIB;
}

void rj_scan_read_job(struct rj_scanner *s, const struct rj_attrs *attrs, struct rj_scan_job *job)
{
	RJ_AUTO(rj_free) char *content = NULL;
	size_t len = 0, max = RJ_SCAN_KEEP_MAX;

	if (!s->src->store && is_too_much(s, job) && differs_for_sure(s, job)) {
		job->e.unknown = true;
		return;
	}
	if (job->size > RJ_SCAN_KEEP_MAX && job->size <= RJ_SCAN_READ_MAX &&
	    rj_attrs_converts(attrs, job->path.s))
		max = RJ_SCAN_READ_MAX;
	if (job->size > max) {
		job->r = rj_attrs_hash_stream(job->fd, job->size, s->src->store, &job->e.now.id);
		return;
	}
	content = rj_alloc((size_t)job->size + 1, 1);
	job->r = read_bytes(job->fd, content, (size_t)job->size, &len);
	if (job->r == 0)
		hash_file(s, attrs, job, &content, len);
}

int rj_scan_slurp(int dir, const char *name, size_t max, char **ret, size_t *ret_len)
{
	RJ_AUTO(rj_close) int fd = openat(dir, name, RJ_SCAN_READ);
	RJ_AUTO(rj_free) char *content = NULL;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > max)
		return -EFBIG;
	content = rj_alloc((size_t)st.st_size + 1, 1);
	r = read_bytes(fd, content, (size_t)st.st_size, ret_len);
	if (r < 0)
		return r;
	*ret = content;
	content = NULL;
	return 0;
}
