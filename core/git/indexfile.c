/* indexfile: an index file of our own making. */
#include "core/git/indexfile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/sha1.h"
#include "core/git/writenew.h"

enum {
	FLAG_VALID = 0x8000,
	FLAG_EXTENDED = 0x4000,
	FLAG_SKIP = 0x4000, /* in the second word */
	LENGTH_MAX = 0x0fff,
	ALIGN = 8,
	USUAL_SIZE = 112, /* bytes of an entry */
	UID_AT = 28,	  /* in the stat data */
	GID_AT = 32,
};

static void store_u32(unsigned char *p, uint32_t n)
{
	p[0] = (unsigned char)(n >> 24);
	p[1] = (unsigned char)(n >> 16);
	p[2] = (unsigned char)(n >> 8);
	p[3] = (unsigned char)n;
}

static void put_u16(struct rj_buf *b, unsigned n)
{
	const unsigned char p[] = {(unsigned char)(n >> 8), (unsigned char)n};

	rj_buf_add(b, p, sizeof(p));
}

static void put_u32(struct rj_buf *b, uint32_t n)
{
	unsigned char p[4];

	store_u32(p, n);
	rj_buf_add(b, p, sizeof(p));
}

void rj_indexfile_begin(struct rj_indexfile *f, size_t entries, bool extended,
			const struct rj_index_owner *owner)
{
	*f = (struct rj_indexfile){.extended = extended, .owner = owner};
	(void)rj_buf_room(&f->bytes, entries * USUAL_SIZE);
	rj_buf_add(&f->bytes, "DIRC", 4);
	put_u32(&f->bytes, extended ? 3 : 2);
	put_u32(&f->bytes, (uint32_t)entries);
}

void rj_indexfile_stat(unsigned char ret[RJ_INDEX_STAT_SIZE], const struct stat *st, uint32_t mode)
{
	const uint32_t v[] = {
		(uint32_t)st->st_ctim.tv_sec,
		(uint32_t)st->st_ctim.tv_nsec,
		(uint32_t)st->st_mtim.tv_sec,
		(uint32_t)st->st_mtim.tv_nsec,
		(uint32_t)st->st_dev,
		(uint32_t)st->st_ino,
		mode,
		st->st_uid,
		st->st_gid,
		(uint32_t)st->st_size,
	};

	for (size_t i = 0; i < RJ_COUNT(v); i++)
		store_u32(ret + 4 * i, v[i]);
}

void rj_indexfile_add(struct rj_indexfile *f, const unsigned char stat[RJ_INDEX_STAT_SIZE],
		      const git_oid *id, const char *path, size_t len, enum rj_index_mark mark)
{
	static const char zeroes[ALIGN];
	size_t start = f->bytes.len, size;
	unsigned flags = (unsigned)(len < LENGTH_MAX ? len : LENGTH_MAX);

	if (mark != RJ_INDEX_PLAIN)
		flags |= FLAG_VALID;
	if (mark == RJ_INDEX_CLOSED)
		flags |= FLAG_EXTENDED;
	rj_buf_add(&f->bytes, stat, RJ_INDEX_STAT_SIZE);
	if (f->owner) {
		unsigned char *bytes = (unsigned char *)f->bytes.s + start;

		store_u32(bytes + UID_AT, f->owner->uid);
		store_u32(bytes + GID_AT, f->owner->gid);
	}
	rj_buf_add(&f->bytes, id->id, GIT_OID_SHA1_SIZE);
	put_u16(&f->bytes, flags);
	if (mark == RJ_INDEX_CLOSED)
		put_u16(&f->bytes, FLAG_SKIP);
	rj_buf_add(&f->bytes, path, len);
	size = f->bytes.len - start;
	rj_buf_add(&f->bytes, zeroes, ALIGN - size % ALIGN); /* one NUL at least */
}

void rj_indexfile_trees(struct rj_indexfile *f, const void *bytes, size_t len)
{
	rj_buf_add(&f->bytes, "TREE", 4);
	put_u32(&f->bytes, (uint32_t)len);
	rj_buf_add(&f->bytes, bytes, len);
}

/*
 * The files that were written last have the time of the clock's tick, some milliseconds, and so
 * would the index: what is as young as the index is read each time, for it may have changed since
 * (rj_index_is_fresh). With Linux 6.13 a file whose time somebody has seen gets the exact time of
 * its next change, and no file an earlier one after that (multigrain timestamps; ext4, xfs, btrfs,
 * tmpfs). Elsewhere this does nothing.
 */
static void date_exactly(const char *path)
{
	const struct timespec now[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_nsec = UTIME_NOW}};
	struct stat st;

	if (lstat(path, &st) == 0)
		(void)utimensat(AT_FDCWD, path, now, AT_SYMLINK_NOFOLLOW);
}

int rj_indexfile_write(struct rj_indexfile *f, const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = rj_path_parent(path);
	unsigned char sum[RJ_SHA1_SIZE];
	struct rj_sha1 sha;

	rj_sha1_init(&sha);
	rj_sha1_update(&sha, f->bytes.s, f->bytes.len);
	rj_sha1_final(&sha, sum);
	rj_buf_add(&f->bytes, sum, sizeof(sum));
	if (rj_write_new(dir, rj_path_base(path), f->bytes.s, f->bytes.len, err) < 0)
		return -err->num;
	date_exactly(path);
	return 0;
}

void rj_indexfile_release(struct rj_indexfile *f)
{
	rj_buf_release(&f->bytes);
}
