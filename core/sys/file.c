#include "core/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/uapi.h"

int rj_openat2(int dir, const char *path, int flags, unsigned resolve)
{
	struct rj_open_how how = {
		.flags = (uint64_t)(unsigned)flags | O_CLOEXEC,
		.mode = flags & O_CREAT ? 0600 : 0,
		.resolve = resolve,
	};
	long fd;

	do
		fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return fd < 0 ? -errno : (int)fd;
}

/* Append what is in the file. Its size says how much comes as a rule, in one read and another one
 * for the end; more, or less, is as good. */
static int read_all(int fd, off_t size, size_t max, struct rj_buf *text)
{
	const size_t unknown = 4096, most = 16 << 20; /* a size is not to be trusted with memory */
	size_t got = 0, want = size > 0 ? (size_t)size + 1 : unknown;
	ssize_t n;

	if (want > most)
		want = most;
	while ((n = read(fd, rj_buf_room(text, want), want)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text->len += (size_t)n;
		got += (size_t)n;
		if (got > max)
			return -EFBIG;
		want = (size_t)n < want ? want - (size_t)n : want < unknown ? unknown : want;
	}
	text->s[text->len] = '\0';
	return 0;
}

int rj_file_open(int dir, const char *path, struct stat *ret_st, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int keep = fd;

	if (fd < 0)
		return rj_fail(err, errno, "cannot open %s", path);
	if (fstat(fd, ret_st) < 0)
		return rj_fail(err, errno, "cannot stat %s", path);
	if (!S_ISREG(ret_st->st_mode))
		return rj_refuse(err, EINVAL, "%s is not a regular file", path);
	fd = -1;
	return keep;
}

int rj_file_read_open(int fd, const struct stat *st, const char *path, size_t max,
		      struct rj_buf *ret_text, struct rj_err *err)
{
	int rc = read_all(fd, st->st_size, max, ret_text);

	if (rc == -EFBIG)
		return rj_refuse(err, EFBIG, "%s is larger than %zu bytes", path, max);
	return rc < 0 ? rj_fail(err, -rc, "cannot read %s", path) : 0;
}

int rj_file_read_stat(int dir, const char *path, size_t max, struct rj_buf *ret_text,
		      struct stat *ret_st, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = rj_file_open(dir, path, ret_st, err);

	return fd < 0 ? fd : rj_file_read_open(fd, ret_st, path, max, ret_text, err);
}

int rj_file_read(int dir, const char *path, size_t max, struct rj_buf *ret_text, struct rj_err *err)
{
	struct stat st;

	return rj_file_read_stat(dir, path, max, ret_text, &st, err);
}

int rj_write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

bool rj_readable_by(int fd, int64_t until)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;

	do {
		const int64_t left = until - rj_now_ms();

		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	return n == 1;
}

int rj_file_order(int fd)
{
	const unsigned wait =
		SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

	if (sync_file_range(fd, 0, 0, wait) == 0)
		return 0;
	/* a sandbox or a file system that knows only the strong form */
	return (errno != ENOSYS && errno != EINVAL && errno != EPERM) || fsync(fd) < 0 ? -errno : 0;
}

static int fill(int fd, const void *text, size_t len, mode_t mode)
{
	int rc = rj_write_all(fd, text, len);

	if (rc < 0)
		return rc;
	return fchmod(fd, mode) < 0 ? -errno : rj_file_order(fd);
}

static int replace(const char *path, const void *text, size_t len, mode_t mode, bool sync,
		   struct rj_err *err)
{
	struct rj_buf name = {0};
	RJ_AUTO(rj_free) char *tmp = NULL;
	RJ_AUTO(rj_close) int fd = -1;
	int rc;

	rj_buf_printf(&name, "%s.XXXXXX", path);
	tmp = rj_buf_take(&name);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return rj_fail(err, errno, "cannot make a temporary file beside %s", path);
	rc = fill(fd, text, len, mode);
	if (rc == 0 && rename(tmp, path) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)unlink(tmp);
		rj_fail(err, -rc, "cannot write %s", path);
		if (rc == -ENOSPC || rc == -EDQUOT)
			rj_hint(err, "make room on that file system; the old file is untouched");
		return rc;
	}
	/* The rename is among what the journal knows of this inode. */
	return sync && fsync(fd) < 0 ? rj_fail(err, errno, "cannot sync %s", path) : 0;
}

int rj_file_replace(const char *path, const void *text, size_t len, mode_t mode, struct rj_err *err)
{
	return replace(path, text, len, mode, true, err);
}

int rj_file_put(const char *path, const void *text, size_t len, mode_t mode, struct rj_err *err)
{
	return replace(path, text, len, mode, false, err);
}

char *rj_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? rj_strndup(path, (size_t)(slash - path) + 1) : rj_strdup(".");
}

int rj_file_unnamed(const char *path, mode_t mode)
{
	RJ_AUTO(rj_free) char *dir = rj_dir_of(path);
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);

	return fd < 0 ? -errno : fd;
}

int rj_file_name(int fd, const char *path)
{
	char at[32];

	(void)snprintf(at, sizeof(at), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, at, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0 ? -errno : 0;
}

int rj_sync_path(const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 || fsync(fd) < 0 ? rj_fail(err, errno, "cannot sync %s", path) : 0;
}

char *rj_absolute(const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *cwd = path[0] == '/' ? rj_strdup("/") : getcwd(NULL, 0);

	if (cwd)
		return rj_path_absolute(cwd, path);
	rj_fail(err, errno, "cannot find the current directory");
	rj_hint(err, "was it deleted? Go to another one, or name an absolute path");
	return NULL;
}

bool rj_is_gone(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

int rj_mkdirs(const char *path, mode_t mode, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *p = rj_strdup(path);

	/* mostly it is there */
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return 0;
	for (char *s = p + 1;; s++) {
		char c = *s;

		if (c != '/' && c != '\0')
			continue;
		*s = '\0';
		if (mkdir(p, mode) < 0 && errno != EEXIST)
			return rj_fail(err, errno, "cannot make directory %s", p);
		*s = c;
		if (c == '\0')
			break;
	}
	return 0;
}

char *rj_real_path(const char *path, struct rj_err *err)
{
	char *real = realpath(path, NULL);

	if (!real)
		rj_fail(err, errno, "cannot resolve %s", path);
	return real;
}

int rj_lock_open(const char *path, struct rj_err *err)
{
	int fd = openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	return fd < 0 ? rj_fail(err, errno, "cannot open lock file %s", path) : fd;
}

static struct flock whole(enum rj_lock_kind kind)
{
	return (struct flock){
		.l_type = kind == RJ_LOCK_SHARED ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
	};
}

int rj_lock_wait(int fd, enum rj_lock_kind kind, struct rj_err *err)
{
	struct flock fl = whole(kind);

	while (fcntl(fd, F_SETLKW, &fl) < 0)
		if (errno != EINTR)
			return rj_fail(err, errno, "cannot lock");
	return 0;
}

int rj_lock_try(int fd, enum rj_lock_kind kind, struct rj_err *err)
{
	struct flock fl = whole(kind);

	if (fcntl(fd, F_SETLK, &fl) == 0)
		return 0;
	if (errno == EAGAIN || errno == EACCES)
		return -EAGAIN;
	return rj_fail(err, errno, "cannot lock");
}

pid_t rj_lock_holder(int dir, const char *path)
{
	RJ_AUTO(rj_close) int fd = openat(dir, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	struct flock fl = whole(RJ_LOCK_EXCLUSIVE);

	if (fd < 0 || fcntl(fd, F_GETLK, &fl) < 0 || fl.l_type == F_UNLCK)
		return 0;
	return fl.l_pid > 0 ? fl.l_pid : -1;
}
