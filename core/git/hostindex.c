/* hostindex: the host's own index of a worktree, read without libgit2. */
#include "core/git/hostindex.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/hostindex_raw.h"
#include "core/sys/file.h"

enum {
	INDEX_MAX = 1 << 30, /* bytes */
	MAP_LEAST = 1 << 20, /* bytes; small ones are read faster than mapped */
	HEAD_SIZE = 12,
	SUM_SIZE = 20,
};

uint32_t rj_index_u32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static unsigned u16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* A number of version 4: seven bits a byte, each longer form counted on from the last shorter. */
static const unsigned char *varint(const unsigned char *p, const unsigned char *end, size_t *ret)
{
	size_t n = 0;

	for (unsigned i = 0; p < end && i < 4; i++, p++) {
		n = (i ? (n + 1) << 7 : 0) | (*p & 0x7f);
		if (!(*p & 0x80)) {
			*ret = n;
			return p + 1;
		}
	}
	return NULL;
}

/* The path of version 4: what the last path keeps, and a new end. */
static const unsigned char *read_path4(const unsigned char *p, const unsigned char *end,
				       struct rj_buf *paths, size_t last, size_t *ret_len)
{
	const unsigned char *nul;
	size_t drop, keep;

	p = varint(p, end, &drop);
	nul = p ? memchr(p, '\0', (size_t)(end - p)) : NULL;
	if (!nul || drop > last)
		return NULL;
	keep = last - drop;
	if (keep) {
		RJ_AUTO(rj_free) char *head = rj_strndup(paths->s + paths->len - last - 1, keep);

		rj_buf_add(paths, head, keep);
	}
	rj_buf_add(paths, p, (size_t)(nul - p) + 1);
	*ret_len = keep + (size_t)(nul - p);
	return nul + 1;
}

/* Read the entry at `p`; returns the place behind it, NULL when it is damaged. */
static const unsigned char *read_entry(struct rj_hostindex *ix, const unsigned char *p,
				       const unsigned char *end, unsigned version,
				       struct rj_buf *paths)
{
	size_t last = ix->n ? ix->v[ix->n - 1].len : 0, len, head = RJ_INDEX_FIXED;
	struct rj_index_entry e = {.raw = p};
	unsigned flags;

	if ((size_t)(end - p) < head + 2)
		return NULL;
	flags = u16(p + RJ_INDEX_FLAGS);
	e.staged = flags & 0x3000;
	e.assumed = flags & 0x8000;
	if (flags & 0x4000) {
		unsigned more = u16(p + head);

		if (version < 3)
			return NULL;
		head += 2;
		e.skipped = more & 0x4000;
		e.intended = more & 0x2000;
	}
	if (version == 4) {
		p = read_path4(p + head, end, paths, last, &len);
	} else {
		const unsigned char *nul = memchr(p + head, '\0', (size_t)(end - p) - head);

		e.path = (const char *)(p + head);
		len = nul ? (size_t)(nul - p) - head : 0;
		p = nul && (head + len + 8) / 8 * 8 <= (size_t)(end - p)
			    ? p + (head + len + 8) / 8 * 8
			    : NULL;
	}
	if (!p)
		return NULL;
	e.len = (uint32_t)len;
	ix->v[ix->n++] = e;
	return p;
}

/* In the order of paths, none of them empty (as those are that a split index replaces). */
static bool is_sorted(const struct rj_hostindex *ix)
{
	if (ix->n && !ix->v[0].len)
		return false;
	for (size_t i = 1; i < ix->n; i++) {
		const struct rj_index_entry *a = &ix->v[i - 1], *b = &ix->v[i];
		/* with the NUL of the shorter one */
		int cmp = memcmp(a->path, b->path, (a->len < b->len ? a->len : b->len) + 1);

		if (cmp > 0 || (cmp == 0 && !(a->staged && b->staged)))
			return false;
	}
	return true;
}

static int damaged(const char *path, struct rj_err *err)
{
	(void)rj_refuse(err, EBADMSG, "the index %s is damaged", path);
	return rj_hint(err, "make a new one: remove it, then run `git reset` in the worktree");
}

static int read_extensions(struct rj_hostindex *ix, const unsigned char *p,
			   const unsigned char *end, const char *path, struct rj_err *err)
{
	while (end - p >= 8) {
		size_t len = rj_index_u32(p + 4);
		const char *feature = !memcmp(p, "link", 4)   ? "a split index (core.splitIndex)"
				      : !memcmp(p, "sdir", 4) ? "a sparse index (index.sparse)"
							      : "an extension unknown here";

		if (len > (size_t)(end - p) - 8)
			return damaged(path, err);
		if (!memcmp(p, "TREE", 4)) {
			if (!rj_index_read_dirs(ix, p + 8, len))
				return damaged(path, err);
			ix->trees = p + 8;
			ix->trees_len = len;
		} else if (p[0] < 'A' || p[0] > 'Z') {
			(void)rj_refuse(err, ENOTSUP, "the index %s uses %s", path, feature);
			return rj_hint(err,
				       "turn the feature off, then run `git update-index "
				       "--no-split-index --force-write-index` in the worktree");
		}
		p += 8 + len;
	}
	return 0;
}

static int parse(struct rj_hostindex *ix, size_t size, const char *path, struct rj_err *err)
{
	const unsigned char *p = (const unsigned char *)ix->bytes, *end;
	struct rj_buf paths = {0};
	size_t n, version, at = 0;
	int r;

	if (size < HEAD_SIZE + SUM_SIZE || memcmp(p, "DIRC", 4))
		return damaged(path, err);
	end = p + size - SUM_SIZE;
	version = rj_index_u32(p + 4);
	if (version < 2 || version > 4)
		return rj_refuse(err, ENOTSUP, "the index %s has format version %zu", path,
				 version);
	n = rj_index_u32(p + 8);
	if (n > size / RJ_INDEX_FIXED)
		return damaged(path, err);
	ix->v = rj_grow(NULL, &ix->cap, n, sizeof(*ix->v));
	for (p += HEAD_SIZE; p && ix->n < n;)
		p = read_entry(ix, p, end, (unsigned)version, &paths);
	ix->paths = version == 4 ? rj_buf_take(&paths) : NULL;
	for (size_t i = 0; version == 4 && i < ix->n; i++) {
		ix->v[i].path = ix->paths + at;
		at += ix->v[i].len + 1u;
	}
	if (!p)
		return damaged(path, err);
	r = read_extensions(ix, p, end, path, err);
	if (r < 0)
		return r;
	return is_sorted(ix) ? 0 : damaged(path, err);
}

/* A large one is mapped, which saves a copy and most of the page faults. git does so, too: nobody
 * writes over an index, a new one is renamed to its place. */
static bool map(int fd, struct rj_hostindex *ix)
{
	void *p;

	if (ix->file.st_size < MAP_LEAST || ix->file.st_size > INDEX_MAX)
		return false;
	p = mmap(NULL, (size_t)ix->file.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (p == MAP_FAILED)
		return false;
	ix->bytes = p;
	ix->mapped = (size_t)ix->file.st_size;
	return true;
}

int rj_hostindex_load(const char *path, struct rj_hostindex *ret, struct rj_err *err)
{
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex ix = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf bytes = {0};
	RJ_AUTO(rj_close) int fd = rj_file_open(AT_FDCWD, path, &ix.file, err);
	size_t size;
	int r;

	if (fd < 0 ||
	    (!map(fd, &ix) && rj_file_read_open(fd, &ix.file, path, INDEX_MAX, &bytes, err) < 0))
		return rj_wrap(err, "cannot read the index");
	size = ix.mapped ? ix.mapped : bytes.len;
	if (!ix.mapped)
		ix.bytes = rj_buf_take(&bytes);
	ix.made = ix.written = ix.file.st_mtim;
	r = parse(&ix, size, path, err);
	if (r < 0)
		return r;
	*ret = ix;
	ix = (struct rj_hostindex){0};
	return 0;
}

void rj_hostindex_release(struct rj_hostindex *ix)
{
	rj_free(&ix->v);
	rj_free(&ix->dirs);
	if (ix->mapped)
		(void)munmap(ix->bytes, ix->mapped);
	else
		rj_free(&ix->bytes);
	rj_free(&ix->paths);
	*ix = (struct rj_hostindex){0};
}

/* What rj_hostindex_from_tree gathers: entries without stat data, in the form of version 2. */
struct gather {
	struct rj_buf raw, paths;
	size_t n;
};

static int gather_entry(const char *root, const git_tree_entry *te, void *arg)
{
	unsigned char raw[RJ_INDEX_FIXED] = {0};
	struct gather *g = arg;
	unsigned mode = git_tree_entry_filemode(te);

	if (git_tree_entry_type(te) == GIT_OBJECT_TREE)
		return 0;
	raw[RJ_INDEX_MODE + 2] = (unsigned char)(mode >> 8);
	raw[RJ_INDEX_MODE + 3] = (unsigned char)mode;
	memcpy(raw + RJ_INDEX_ID, git_tree_entry_id(te)->id, GIT_OID_SHA1_SIZE);
	rj_buf_add(&g->raw, raw, sizeof(raw));
	rj_buf_puts(&g->paths, root);
	rj_buf_add(&g->paths, git_tree_entry_name(te), strlen(git_tree_entry_name(te)) + 1);
	g->n++;
	return 0;
}

int rj_hostindex_from_tree(git_repository *git, const git_oid *id, struct rj_hostindex *ret,
			   struct rj_err *err)
{
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	struct rj_hostindex ix = {0};
	struct gather g = {0};
	size_t at = 0;
	int rc;

	rc = git_tree_lookup(&tree, git, id);
	if (rc == 0)
		rc = git_tree_walk(tree, GIT_TREEWALK_PRE, gather_entry, &g);
	ix.bytes = rj_buf_take(&g.raw);
	ix.paths = rj_buf_take(&g.paths);
	if (rc < 0) {
		rj_hostindex_release(&ix);
		return rj_git_fail(err, rc, "cannot read a tree of the repository");
	}
	ix.v = rj_grow(NULL, &ix.cap, g.n, sizeof(*ix.v));
	for (; ix.n < g.n; ix.n++) {
		ix.v[ix.n] = (struct rj_index_entry){
			.path = ix.paths + at,
			.raw = (unsigned char *)ix.bytes + ix.n * RJ_INDEX_FIXED,
			.len = (uint32_t)strlen(ix.paths + at),
		};
		at += ix.v[ix.n].len + 1u;
	}
	*ret = ix;
	return 0;
}
