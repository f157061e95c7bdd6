#include "core/git/gitlock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

enum {
	PACKED_MAX = 1 << 30,
	LOCK_MS = 15,
	PATIENCE_MS = 4000,
	OURS_MS = 600, /* for a reference that nobody but RoboJail writes */
};

#define MARK "robojail\n"

bool rj_gitlock_is_name(const char *name)
{
	const size_t len = strlen(name);

	return len > 5 && !strcmp(name + len - 5, ".lock");
}

void rj_gitlock_release(struct rj_gitlock *l)
{
	/* Before it is closed: an unlocked one that is still there looks left behind. */
	if (l->path)
		(void)unlink(l->path);
	rj_free(&l->path);
	rj_close(&l->fd);
	l->fd = -1;
}

/*
 * A lock file stays when its holder is killed, and stops every git command. Ours says that it is
 * ours, and is locked by fcntl(2) as long as its holder lives: the next command can tell, and
 * breaks it.
 */
static void mark(int fd)
{
	struct rj_err none;

	if (rj_lock_try(fd, RJ_LOCK_EXCLUSIVE, &none) == 0)
		(void)rj_write_all(fd, MARK, strlen(MARK));
}

static void break_left(const char *name)
{
	RJ_AUTO(rj_close) int fd = open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	char text[sizeof(MARK)] = "";
	struct rj_err none;
	struct stat held, now;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0 || strcmp(text, MARK) != 0 ||
	    rj_lock_try(fd, RJ_LOCK_EXCLUSIVE, &none) < 0)
		return;
	if (fstat(fd, &held) == 0 && lstat(name, &now) == 0 && held.st_ino == now.st_ino)
		(void)unlink(name);
}

/* The file, marked before it has its name, so that no kill leaves one that is not. Without
 * O_TMPFILE, or /proc, it is marked a moment later. */
static int make(const char *name)
{
	int fd = rj_file_unnamed(name, 0666);

	if (fd >= 0) {
		int rc;

		mark(fd);
		rc = rj_file_name(fd, name);
		if (rc == 0)
			return fd;
		rj_close(&fd);
		if (rc == -EEXIST)
			return rc;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	mark(fd);
	return fd;
}

/* Once, and again where that one was left. 0 and *name is the lock's, -EEXIST, or -errno with *err.
 */
static int attempt(const char *path, char **name, struct rj_gitlock *l, struct rj_err *err)
{
	for (int i = 0; i < 2; i++) {
		const int fd = make(*name);

		if (fd >= 0) {
			l->fd = fd;
			l->path = *name;
			*name = NULL;
			return 0;
		}
		if (fd != -EEXIST)
			return rj_fail(err, -fd, "cannot lock %s", path);
		break_left(*name);
	}
	return -EEXIST;
}

static char *name_of(const char *path)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s.lock", path);
	return rj_buf_take(&b);
}

int rj_gitlock_refuse(const char *path, struct rj_err *err)
{
	rj_refuse(err, EBUSY, "cannot lock %s: %s.lock exists", path, path);
	return rj_hint(err,
		       "another git command may be at work: try again when it is done; if none "
		       "runs, remove that file");
}

int rj_gitlock_try(const char *path, struct rj_gitlock *l, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *name = name_of(path);
	int rc = attempt(path, &name, l, err);

	return rc == -EEXIST ? rj_gitlock_refuse(path, err) : rc;
}

int rj_gitlock_take(const char *path, bool ours, struct rj_gitlock *l, struct rj_err *err)
{
	int patience = ours ? OURS_MS : PATIENCE_MS;
	const struct timespec nap = {.tv_nsec = LOCK_MS * 1000000};
	RJ_AUTO(rj_free) char *name = name_of(path);
	struct stat seen = {0}, st;

	for (int waited = 0; waited < patience || ours; waited += LOCK_MS) {
		int rc;

		if (waited >= patience) {
			(void)unlink(name);
			ours = false;
		}
		rc = attempt(path, &name, l, err);
		if (rc != -EEXIST)
			return rc;
		if (lstat(name, &st) == 0 &&
		    (st.st_ino != seen.st_ino || st.st_ctim.tv_sec != seen.st_ctim.tv_sec ||
		     st.st_ctim.tv_nsec != seen.st_ctim.tv_nsec)) {
			seen = st;
			waited = 0;
		}
		(void)nanosleep(&nap, NULL);
	}
	return rj_gitlock_refuse(path, err);
}

const char *rj_packed_find(const char *text, const char *name, size_t *ret_len)
{
	size_t len = strlen(name);

	for (const char *line = text; *line;) {
		size_t n = strcspn(line, "\n");
		const char *next = line + n + (line[n] == '\n');

		if (*line != '#' && n > len + 1 && line[n - len - 1] == ' ' &&
		    !strncmp(line + n - len, name, len)) {
			if (*next == '^') {
				n = strcspn(next, "\n");
				next += n + (next[n] == '\n');
			}
			*ret_len = (size_t)(next - line);
			return line;
		}
		line = next;
	}
	return NULL;
}

/* As git writes it: beside, under the lock, then in place. */
static int write_packed(const char *path, const struct rj_buf *text, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf tmp = {0};
	RJ_AUTO(rj_close) int fd = -1;
	struct stat st;
	int rc;

	rj_buf_printf(&tmp, "%s.new", path);
	fd = open(tmp.s, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return rj_fail(err, errno, "cannot write %s", tmp.s);
	if (stat(path, &st) == 0)
		(void)fchmod(fd, st.st_mode & 0777);
	rc = rj_write_all(fd, rj_buf_str(text), text->len);
	if (rc == 0)
		rc = rj_file_order(fd); /* all references of the user's are in it */
	if (rc == 0 && rename(tmp.s, path) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)unlink(tmp.s);
		return rj_fail(err, -rc, "cannot write %s", path);
	}
	return 0;
}

int rj_packed_read(const char *common, struct rj_buf *ret_text, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(common, "packed-refs");

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	return rj_file_read(AT_FDCWD, path, PACKED_MAX, ret_text, err);
}

int rj_packed_edit(const char *common, rj_packed_fn *fn, int (*then)(void *arg, struct rj_err *err),
		   void *arg, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(common, "packed-refs");
	RJ_AUTO(rj_gitlock_release) struct rj_gitlock lock = RJ_GITLOCK_INIT;
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	int rc = rj_gitlock_take(path, false, &lock, err);

	if (rc == 0)
		rc = rj_packed_read(common, &text, err);
	if (rc == 0)
		rc = fn(arg, rj_buf_str(&text), text.len, &out, err);
	if (rc == 1)
		rc = write_packed(path, &out, err);
	return rc == 0 && then ? then(arg, err) : rc;
}
