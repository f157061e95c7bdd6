/* scan_file: one file or link of a worktree. Is it what the index says, and if not, what is it? */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/scanner.h"

enum { READ_FLAGS = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };

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

/* Keep the content for a diff if it is wanted and not too much; takes it. */
static void keep(struct rj_scanner *s, struct rj_scan_entry *e, char **content, size_t len)
{
	if (!(s->flags & RJ_SCAN_KEEP) || len > RJ_SCAN_KEEP_MAX ||
	    len > RJ_SCAN_KEEP_ALL_MAX - s->kept_bytes)
		return;
	s->kept_bytes += len;
	e->content = *content;
	e->len = len;
	e->kept = true;
	*content = NULL;
}

static int hash(struct rj_scanner *s, struct rj_scan_entry *e, char **content, size_t len)
{
	if (git_odb_hash(&e->now.id, *content, len, GIT_OBJECT_BLOB) < 0)
		return -EIO;
	if (rj_side_same(&e->now, &e->index))
		return 0;
	if (s->src->store &&
	    git_odb_write(&e->now.id, s->src->store, *content, len, GIT_OBJECT_BLOB) < 0)
		s->store_failed = true;
	keep(s, e, content, len);
	return 0;
}

/* Convert to what git stores, and hash. Content that is just what the index has is not converted:
 * with attributes of its own, the agent may have committed line endings as they are. */
static int hash_file(struct rj_scanner *s, struct rj_scan_entry *e, char **content, size_t len)
{
	RJ_AUTO(rj_git_buf_free) git_buf clean = GIT_BUF_INIT;
	RJ_AUTO(rj_free) char *copy = NULL;
	git_oid raw;

	if (!rj_attrs_clean(s->src->attrs, s->path.s, &e->index, *content, len, &clean))
		return hash(s, e, content, len);
	if (git_odb_hash(&raw, *content, len, GIT_OBJECT_BLOB) == 0 &&
	    git_oid_equal(&raw, &e->index.id))
		return hash(s, e, content, len);
	copy = rj_alloc(clean.size + 1, 1);
	memcpy(copy, clean.ptr, clean.size);
	return hash(s, e, &copy, clean.size);
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
 * A huge file (a sparse one costs nothing to make) that no reading can show to be unchanged. What
 * is so large is hashed as it is, whatever its attributes say. The index has only the low 32 bits
 * of a size, in which terabytes look like a few bytes.
 */
static bool differs_for_sure(const struct rj_scanner *s, const struct rj_index_entry *entry,
			     const struct stat *st)
{
	uint64_t size;

	if (entry && size_of(s, entry, &size))
		return size != (uint64_t)st->st_size;
	return !entry ||
	       (rj_index_size(entry) != 0 && rj_index_size(entry) != (uint32_t)st->st_size);
}

static int read_file(struct rj_scanner *s, const char *name, const struct rj_index_entry *entry,
		     struct rj_scan_entry *e)
{
	RJ_AUTO(rj_close) int fd = openat(rj_scan_here(s)->fd, name, READ_FLAGS);
	RJ_AUTO(rj_free) char *content = NULL;
	struct stat st;
	size_t len = 0, max = RJ_SCAN_KEEP_MAX;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ESTALE;
	if (s->src->store && (uint64_t)st.st_size > RJ_SCAN_STORE_MAX)
		return -EFBIG;
	if (st.st_size > RJ_SCAN_READ_MAX && !s->src->store && differs_for_sure(s, entry, &st)) {
		e->unknown = true;
		return 0;
	}
	if (st.st_size > RJ_SCAN_KEEP_MAX && st.st_size <= RJ_SCAN_READ_MAX &&
	    rj_attrs_converts(s->src->attrs, s->path.s))
		max = RJ_SCAN_READ_MAX;
	if ((uint64_t)st.st_size > max)
		return rj_attrs_hash_stream(fd, (uint64_t)st.st_size, s->src->store, &e->now.id);
	content = rj_alloc((size_t)st.st_size + 1, 1);
	r = read_bytes(fd, content, (size_t)st.st_size, &len);
	return r < 0 ? r : hash_file(s, e, &content, len);
}

int rj_scan_slurp(int dir, const char *name, size_t max, char **ret, size_t *ret_len)
{
	RJ_AUTO(rj_close) int fd = openat(dir, name, READ_FLAGS);
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

static int read_link(struct rj_scanner *s, const char *name, struct rj_scan_entry *e)
{
	RJ_AUTO(rj_free) char *target = rj_alloc(PATH_MAX + 1, 1);
	ssize_t n = readlinkat(rj_scan_here(s)->fd, name, target, PATH_MAX);

	return n < 0 ? -errno : hash(s, e, &target, (size_t)n);
}

bool rj_scan_unchanged(const struct rj_scanner *s, const struct stat *st,
		       const struct rj_index_entry *entry)
{
	return st->st_mode != 0 && mode_of(s, st, entry) == rj_side_of_entry(entry).mode &&
	       rj_index_is_fresh(s->src->index, entry, st);
}

int rj_scan_file(struct rj_scanner *s, const struct rj_scan_name *name,
		 const struct rj_index_entry *entry, bool *ret_clean)
{
	struct rj_scan_entry e = {.index = rj_side_of_entry(entry)};
	int r;

	e.now.mode = mode_of(s, &name->st, entry);
	if (entry && rj_scan_unchanged(s, &name->st, entry)) {
		*ret_clean = true;
		return 0;
	}
	if (name->st.st_mode == 0)
		r = -EACCES;
	else if (S_ISLNK(name->st.st_mode))
		r = read_link(s, name->name, &e);
	else
		r = read_file(s, name->name, entry, &e);
	if (r == -ENOENT) {
		e.now = (struct rj_side){0};
	} else if (r == -EMFILE || r == -ENFILE) {
		return rj_fail(s->err, -r, "cannot open '%s' of the worktree", s->path.s);
	} else if (r < 0) {
		e.unknown = true;
		e.now.id = (git_oid){0};
	}
	*ret_clean = r == 0 && !e.unknown && rj_side_same(&e.now, &e.index);
	if (*ret_clean || (!e.now.mode && !e.index.mode)) {
		rj_free(&e.content);
		return 0;
	}
	if (s->store_failed)
		return rj_git_fail(s->err, GIT_ERROR, "cannot keep the content of '%s'", s->path.s);
	r = r < 0 && e.now.mode ? rj_scan_unreadable(s, false) : 0;
	return r < 0 ? r : rj_scan_add(s, &e);
}
