#include "core/sys/below.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

#define BENEATH                                                                   \
	(RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_MAGICLINKS | \
	 RJ_RESOLVE_NO_XDEV)

static int cannot_open(int num, const char *path, struct rj_err *err)
{
	if (num == ELOOP)
		return rj_refuse(err, ELOOP, "%s is a symlink, or lies behind one: not followed",
				 path);
	if (num == EXDEV)
		return rj_refuse(err, EXDEV, "%s leads to another place: not followed", path);
	if (num == ENXIO)
		return rj_refuse(err, EINVAL, "%s is not a regular file", path);
	return rj_fail(err, num, "cannot open %s", path);
}

int rj_below_read_fd(int fd, const char *name, size_t max, struct rj_buf *ret_text,
		     struct rj_err *err)
{
	char chunk[16384];
	struct stat st;
	size_t got = 0;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return rj_fail(err, errno, "cannot stat %s", name);
	if (!S_ISREG(st.st_mode))
		return rj_refuse(err, EINVAL, "%s is not a regular file", name);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rj_fail(err, errno, "cannot read %s", name);
		got += (size_t)n;
		if (got > max || st.st_size > (off_t)max)
			return rj_refuse(err, EFBIG, "%s is larger than %zu bytes", name, max);
		rj_buf_add(ret_text, chunk, (size_t)n);
	}
	return 0;
}

int rj_below_read(int dir, const char *path, size_t max, struct rj_buf *ret_text,
		  struct rj_err *err)
{
	RJ_AUTO(rj_close)
	int fd = rj_openat2(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, BENEATH);

	if (fd == -ENOENT)
		return fd;
	return fd < 0 ? cannot_open(-fd, path, err)
		      : rj_below_read_fd(fd, path, max, ret_text, err);
}

/* The directory of the first `len` bytes of path, made if need be: a descriptor of the caller's. */
static int open_dir(int dir, const char *path, size_t len, struct rj_err *err)
{
	int at = rj_openat2(dir, ".", O_PATH | O_DIRECTORY, BENEATH);

	if (at < 0)
		return rj_fail(err, -at, "cannot open the directory of %s", path);
	for (const char *s = path, *end = path + len; s < end; s += s < end) {
		size_t n = strcspn(s, "/");
		RJ_AUTO(rj_free) char *part = rj_strndup(s, n);
		int next;

		s += n;
		if (mkdirat(at, part, 0700) < 0 && errno != EEXIST) {
			rj_fail(err, errno, "cannot make the directory %.*s", (int)(s - path),
				path);
			rj_close(&at);
			return -err->num;
		}
		next = rj_openat2(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW, BENEATH);
		rj_close(&at);
		if (next < 0) {
			RJ_AUTO(rj_free) char *whole = rj_strndup(path, (size_t)(s - path));

			return cannot_open(-next, whole, err);
		}
		at = next;
	}
	return at;
}

int rj_below_mkdirs(int dir, const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_close) int at = open_dir(dir, path, strlen(path), err);

	return at < 0 ? at : 0;
}

static int fill(int fd, const void *text, size_t len, mode_t mode)
{
	int rc = rj_write_all(fd, text, len);

	if (rc < 0)
		return rc;
	return fchmod(fd, mode) < 0 || fsync(fd) < 0 ? -errno : 0;
}

int rj_below_write(int dir, const char *path, const void *text, size_t len, mode_t mode,
		   struct rj_err *err)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	RJ_AUTO(rj_close) int at = open_dir(dir, path, slash ? (size_t)(slash - path) : 0, err);
	RJ_AUTO(rj_close) int fd = -1;
	uint64_t nonce;
	char tmp[48];
	int rc;

	if (at < 0)
		return at;
	if (getrandom(&nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		return rj_fail(err, errno, "cannot get a random number");
	(void)snprintf(tmp, sizeof(tmp), ".robojail.%016" PRIx64, nonce);
	fd = openat(at, tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return rj_fail(err, errno, "cannot make a temporary file beside %s", path);
	rc = fill(fd, text, len, mode);
	if (rc == 0 && renameat(at, tmp, at, name) < 0)
		rc = -errno;
	if (rc == 0)
		return 0;
	(void)unlinkat(at, tmp, 0);
	if (rc == -EISDIR)
		return rj_refuse(err, EISDIR, "%s is a directory", path);
	return rj_fail(err, -rc, "cannot write %s", path);
}
