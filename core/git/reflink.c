/* reflink: blocks that a checkout shares with the main worktree; see reflink.h */
#include "core/git/reflink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/treefmt.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

/* Tried with a file that has no name: the index itself is cloned. */
static bool can_share(const char *from, const char *dir)
{
	RJ_AUTO(rj_close) int in = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	RJ_AUTO(rj_close) int out = -1;

	if (in < 0)
		return false;
	out = open(dir, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	return out >= 0 && ioctl(out, FICLONE, in) == 0;
}

void rj_reflinks_open(const struct rj_repo *repo, const char *path, struct rj_reflinks *ret)
{
	RJ_AUTO(rj_free) char *index = rj_path_join(repo->common, "index");
	struct rj_err ignored;
	int top;

	*ret = (struct rj_reflinks)RJ_REFLINKS_NONE;
	if (!strcmp(repo->top, repo->common) || !can_share(index, path))
		return;
	top = open(repo->top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (top >= 0 && rj_hostindex_load(index, &ret->index, &ignored) == 0)
		ret->top = top;
	else
		rj_close(&top);
}

void rj_reflinks_release(struct rj_reflinks *r)
{
	if (r->top >= 0)
		rj_hostindex_release(&r->index);
	rj_close(&r->top);
	r->top = -1;
}

const struct rj_index_entry *rj_reflinks_find(const struct rj_reflinks *r, const char *path,
					      const git_oid *id)
{
	const struct rj_index_entry *e;
	git_oid has;

	if (r->top < 0 || atomic_load(&r->off))
		return NULL;
	e = rj_index_find(&r->index, path);
	if (!e || e->staged || e->assumed || e->skipped || e->intended ||
	    rj_index_size(e) < RJ_REFLINK_LEAST ||
	    (rj_index_mode(e) != RJ_MODE_FILE && rj_index_mode(e) != RJ_MODE_EXEC))
		return NULL;
	rj_index_id(e, &has);
	return git_oid_equal(&has, id) ? e : NULL;
}

static bool is_it(const struct rj_reflinks *r, const struct rj_index_entry *e, uint64_t size,
		  int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == size &&
	       rj_index_is_fresh(&r->index, e, &st);
}

bool rj_reflinks_share(struct rj_reflinks *r, const struct rj_index_entry *e, uint64_t size, int to)
{
	RJ_AUTO(rj_close)
	int from = rj_openat2(r->top, e->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
			      RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS);
	struct stat st;

	if (from < 0 || !is_it(r, e, size, from))
		return false;
	if (ioctl(to, FICLONE, from) < 0) {
		/* another file system is mounted there: so it may be for one directory alone */
		if (errno != EXDEV && errno != EINVAL && errno != EIO)
			atomic_store(&r->off, true);
		return false;
	}
	/* not changed meanwhile, and said to be done by a file system that did it */
	return is_it(r, e, size, from) && fstat(to, &st) == 0 && (uint64_t)st.st_size == size;
}
