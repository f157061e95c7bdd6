/* scan_seen: what need not be listed again. */
#include "core/git/scan_seen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/sys/file.h"

enum { QUIET_SECONDS = 3 }; /* some file systems count whole seconds */

/* statfs(2): where a name that comes or goes moves the ctime of its directory at once. */
static bool is_local(int fd)
{
	static const uint64_t known[] = {
		0xef53,	    /* ext4 */
		0x58465342, /* xfs */
		0x9123683e, /* btrfs */
		0xca451a4e, /* bcachefs */
		0xf2f52010, /* f2fs */
		0x01021994, /* tmpfs */
	};
	struct statfs fs;

	for (size_t i = 0; fstatfs(fd, &fs) == 0 && i < RJ_COUNT(known); i++)
		if ((uint32_t)fs.f_type == known[i])
			return true;
	return false;
}

/* One form, one worktree, one index. Numbers are this machine's. */
static void fill_head(struct rj_seen *s, const struct stat *ix)
{
	const uint64_t head[RJ_SEEN_HEAD] = {
		0x316e6565736a7200, /* the form */
		s->n,
		s->dev,
		ix->st_ino,
		(uint64_t)ix->st_size,
		(uint64_t)ix->st_mtim.tv_sec,
		(uint64_t)ix->st_mtim.tv_nsec,
		(uint64_t)ix->st_ctim.tv_sec,
		(uint64_t)ix->st_ctim.tv_nsec,
	};

	memcpy(s->head, head, sizeof(head));
}

static void load(struct rj_seen *s)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	size_t size = s->n * sizeof(*s->old);
	struct rj_err ignored;

	if (rj_file_read(AT_FDCWD, s->path, sizeof(s->head) + size, &text, &ignored) == 0 &&
	    text.len == sizeof(s->head) + size && !memcmp(text.s, s->head, sizeof(s->head)))
		memcpy(s->old, text.s + sizeof(s->head), size);
}

void rj_seen_open(const char *path, int top, const struct rj_hostindex *ix, size_t dirs,
		  struct rj_seen *ret)
{
	struct rj_seen s = {.path = path, .n = dirs};
	struct timespec now;
	struct stat st;

	*ret = (struct rj_seen){0};
	if (!path || !ix->file.st_ino || fstat(top, &st) < 0 || !is_local(top) ||
	    clock_gettime(CLOCK_REALTIME, &now) < 0)
		return;
	s.dev = st.st_dev;
	s.quiet = now.tv_sec - QUIET_SECONDS;
	s.old = rj_alloc(dirs, sizeof(*s.old));
	s.now = rj_alloc(dirs, sizeof(*s.now));
	fill_head(&s, &ix->file);
	load(&s);
	*ret = s;
}

bool rj_seen_same(struct rj_seen *s, size_t dir, const struct stat *st)
{
	const struct rj_seen_dir *d = s->path ? &s->old[dir] : NULL;

	if (!d || !d->ino || d->ino != st->st_ino || st->st_dev != s->dev ||
	    d->sec != st->st_ctim.tv_sec || d->nsec != st->st_ctim.tv_nsec)
		return false;
	s->now[dir] = *d;
	return true;
}

void rj_seen_note(struct rj_seen *s, size_t dir, const struct stat *st)
{
	if (s->path && st->st_dev == s->dev && st->st_ctim.tv_sec < s->quiet)
		s->now[dir] = (struct rj_seen_dir){
			.ino = st->st_ino,
			.sec = st->st_ctim.tv_sec,
			.nsec = st->st_ctim.tv_nsec,
		};
}

/* Whoever reads it meanwhile has the old one or the new one. */
static void save(const struct rj_seen *s)
{
	struct rj_buf name = {0};
	RJ_AUTO(rj_free) char *part = NULL;
	RJ_AUTO(rj_close) int fd = -1;

	rj_buf_printf(&name, "%s.XXXXXX", s->path);
	part = rj_buf_take(&name);
	fd = mkostemp(part, O_CLOEXEC);
	if (fd >= 0 &&
	    (rj_write_all(fd, s->head, sizeof(s->head)) < 0 ||
	     rj_write_all(fd, s->now, s->n * sizeof(*s->now)) < 0 || rename(part, s->path) < 0))
		(void)unlink(part);
}

void rj_seen_close(struct rj_seen *s)
{
	if (s->path && memcmp(s->old, s->now, s->n * sizeof(*s->now)) != 0)
		save(s);
	rj_free(&s->old);
	rj_free(&s->now);
	*s = (struct rj_seen){0};
}
