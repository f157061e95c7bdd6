#include "core/engine/copyin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

enum {
	DEPTH = 100, /* two descriptors each */
	CHUNK = 1 << 18,
};

#define BELOW (RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_MAGICLINKS)

struct copy {
	struct rj_copy_room *room;
	const char *src; /* as the project names it, for messages */
	char *chunk;
};

static int no_room(const struct copy *c, struct rj_err *err)
{
	rj_refuse(err, EFBIG, "'%s' is too large to be copied", c->src);
	return rj_hint(err, "4 GiB and 500000 files are copied at most; show a directory with link "
			    "instead, or with extra_ro_binds in config.toml");
}

static int fail(const struct copy *c, const char *name, int num, struct rj_err *err)
{
	return rj_fail(err, num, "cannot copy '%s' (%s)", c->src, name);
}

/* It may grow while it is read: the room counts what comes. */
static int copy_bytes(const struct copy *c, const char *name, int in, int out, struct rj_err *err)
{
	ssize_t n;

	while ((n = read(in, c->chunk, CHUNK)) != 0) {
		int rc;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(c, name, errno, err);
		if ((uint64_t)n > c->room->bytes)
			return no_room(c, err);
		c->room->bytes -= (uint64_t)n;
		rc = rj_write_all(out, c->chunk, (size_t)n);
		if (rc < 0)
			return fail(c, name, -rc, err);
	}
	return 0;
}

static int copy_file(const struct copy *c, int from, const char *name, int to, const char *as,
		     struct rj_err *err)
{
	RJ_AUTO(rj_close)
	int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	RJ_AUTO(rj_close) int out = -1;
	struct stat st;

	if (in < 0 || fstat(in, &st) < 0)
		return fail(c, name, errno, err);
	if (!S_ISREG(st.st_mode))
		return rj_refuse(err, EINVAL, "cannot copy '%s': %s is no file any more", c->src,
				 name);
	if ((uint64_t)st.st_size > c->room->bytes)
		return no_room(c, err);
	out = openat(to, as, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		     (st.st_mode & 0777) | 0600);
	if (out < 0)
		return fail(c, as, errno, err);
	return copy_bytes(c, name, in, out, err);
}

static int copy_link(const struct copy *c, int from, const char *name, int to, const char *as,
		     struct rj_err *err)
{
	char text[PATH_MAX];
	ssize_t n = readlinkat(from, name, text, sizeof(text) - 1);

	if (n < 0)
		return fail(c, name, errno, err);
	text[n] = '\0';
	return symlinkat(text, to, as) < 0 ? fail(c, as, errno, err) : 0;
}

static int copy_any(const struct copy *c, int from, const char *name, int to, const char *as,
		    unsigned depth, struct rj_err *err);

/* NULL at the end, and with errno when it cannot be read on. */
static const struct dirent *next_entry(DIR *d)
{
	errno = 0;
	return readdir(d);
}

/* Takes `in`. */
static int copy_entries(const struct copy *c, int in, int out, unsigned depth, struct rj_err *err)
{
	DIR *d = fdopendir(in);
	const struct dirent *e;
	int rc = 0;

	if (!d) {
		rc = fail(c, "a directory", errno, err);
		rj_close(&in);
		return rc;
	}
	while (rc == 0 && (e = next_entry(d)))
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			rc = copy_any(c, dirfd(d), e->d_name, out, e->d_name, depth + 1, err);
	if (rc == 0 && errno != 0)
		rc = fail(c, "a directory", errno, err);
	(void)closedir(d);
	return rc;
}

static int copy_dir(const struct copy *c, int from, const char *name, int to, const char *as,
		    unsigned depth, struct rj_err *err)
{
	RJ_AUTO(rj_close) int out = -1;
	int in;

	if (depth > DEPTH)
		return rj_refuse(err, ELOOP, "'%s' is too deep to be copied", c->src);
	if (mkdirat(to, as, 0777) < 0)
		return fail(c, as, errno, err);
	out = openat(to, as, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (out < 0)
		return fail(c, as, errno, err);
	in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return in < 0 ? fail(c, name, errno, err) : copy_entries(c, in, out, depth, err);
}

static int copy_any(const struct copy *c, int from, const char *name, int to, const char *as,
		    unsigned depth, struct rj_err *err)
{
	struct stat st;

	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return fail(c, name, errno, err);
	if (c->room->names-- == 0) {
		c->room->names = 0;
		return no_room(c, err);
	}
	if (S_ISREG(st.st_mode))
		return copy_file(c, from, name, to, as, err);
	if (S_ISDIR(st.st_mode))
		return copy_dir(c, from, name, to, as, depth, err);
	if (S_ISLNK(st.st_mode) && depth > 0)
		return copy_link(c, from, name, to, as, err);
	rj_refuse(err, EINVAL, "cannot copy '%s': %s is %s", c->src, name,
		  S_ISLNK(st.st_mode)	 ? "a symlink"
		  : S_ISFIFO(st.st_mode) ? "a pipe"
		  : S_ISSOCK(st.st_mode) ? "a socket"
					 : "a device");
	return rj_hint(err, "files and directories are copied; take it out of copy, or use "
			    "'robojail create --no-project'");
}

/* The directory that is to hold `path` below `top`; what is missing on the way is made when `make`.
 */
static int open_parent(const char *top, const char *path, bool make, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *copy = rj_strdup(path);
	int at = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *part = copy;

	if (at < 0)
		return rj_fail(err, errno, "cannot open %s", top);
	for (char *slash; (slash = strchr(part, '/')); part = slash + 1) {
		int next, rc = 0;

		*slash = '\0';
		if (make && mkdirat(at, part, 0777) < 0 && errno != EEXIST)
			rc = -errno;
		next = rc < 0 ? rc : rj_openat2(at, part, O_PATH | O_DIRECTORY, BELOW);
		rj_close(&at);
		if (next < 0)
			return rj_fail(err, -next, "cannot enter '%s' on the way to '%s' in %s",
				       part, path, top);
		at = next;
	}
	return at;
}

int rj_copy_in(const char *from, const char *src, const char *to, const char *dst,
	       struct rj_copy_room *room, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *chunk = rj_alloc(1, CHUNK);
	const struct copy c = {.room = room, .src = src, .chunk = chunk};
	struct rj_err why;
	RJ_AUTO(rj_close) int in = open_parent(from, src, false, &why);
	RJ_AUTO(rj_close) int out = -1;
	struct stat st;
	const char *name = strrchr(src, '/') ? strrchr(src, '/') + 1 : src;
	const char *as = strrchr(dst, '/') ? strrchr(dst, '/') + 1 : dst;

	if (in == -ENOENT)
		return 1;
	if (in < 0) {
		*err = why;
		return in == -ELOOP ? rj_hint(err, "a symlink is on the way, and none is followed")
				    : in;
	}
	if (fstatat(in, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
		return 1;
	out = open_parent(to, dst, true, err);
	if (out < 0)
		return out;
	return copy_any(&c, in, name, out, as, 0, err);
}
