/*
 * refdel: delete a reference the way git does it.
 *
 * libgit2 reads packed-refs, and locks it only later to write what it read: references that
 * `git gc` packs in between are lost. Here the file is read under its lock, and only the one
 * line goes, with a hundred thousand others left as they are.
 *
 * What remains is git's own race: a name that is deleted and at once made again with the same
 * value can be pruned by a `git pack-refs` that saw the first one. Jails' names carry eight
 * random digits and do not come back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/refs.h"
#include "core/sys/file.h"

enum {
	PACKED_MAX = 1 << 30,
	LOCK_MS = 15,
	PATIENCE_MS = 4000,
	OURS_MS = 600, /* for a reference that nobody but RoboJail writes */
};

/* A lock file of git: made exclusively, away at the end. */
struct lock {
	char *path; /* of the lock file; NULL while not held */
	int fd;
};

static void lock_release(struct lock *l)
{
	rj_close(&l->fd);
	if (l->path)
		(void)unlink(l->path);
	rj_free(&l->path);
}

/*
 * Patience is counted from when the present holder took the lock: many commands at once may well
 * hold it a minute long, one after the other. With `ours`, the lock that stays is one that a killed
 * command left, and is broken: only one command at a time works on a jail's references, and a
 * `git pack-refs` holds it for a moment only.
 */
static int lock_take(const char *path, bool ours, struct lock *l, struct rj_err *err)
{
	int patience = ours ? OURS_MS : PATIENCE_MS;
	const struct timespec nap = {.tv_nsec = LOCK_MS * 1000000};
	RJ_AUTO(rj_free) char *name = NULL;
	struct rj_buf b = {0};
	struct stat seen = {0}, st;

	rj_buf_printf(&b, "%s.lock", path);
	name = rj_buf_take(&b);
	for (int waited = 0; waited < patience || ours; waited += LOCK_MS) {
		if (waited >= patience) {
			(void)unlink(name);
			ours = false;
		}
		l->fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (l->fd >= 0) {
			l->path = name;
			name = NULL;
			return 0;
		}
		if (errno != EEXIST)
			return rj_fail(err, errno, "cannot lock %s", path);
		if (lstat(name, &st) == 0 &&
		    (st.st_ino != seen.st_ino || st.st_ctim.tv_sec != seen.st_ctim.tv_sec ||
		     st.st_ctim.tv_nsec != seen.st_ctim.tv_nsec)) {
			seen = st;
			waited = 0;
		}
		(void)nanosleep(&nap, NULL);
	}
	rj_refuse(err, EBUSY, "cannot lock %s: %s exists", path, name);
	return rj_hint(err,
		       "another git command may be at work: try again when it is done; if none "
		       "runs, remove that file");
}

/* The line of `name` ("<id> <name>\n", and "^<id>\n" of what a tag peels to); NULL when there is
 * none. */
static const char *find_line(const char *text, const char *name, size_t *ret_len)
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
static int write_packed(const char *path, const char *head, size_t head_len, const char *tail,
			size_t tail_len, struct rj_err *err)
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
	rc = rj_write_all(fd, head, head_len);
	if (rc == 0)
		rc = rj_write_all(fd, tail, tail_len);
	if (rc == 0 && (fsync(fd) < 0 || rename(tmp.s, path) < 0))
		rc = -errno;
	if (rc < 0) {
		(void)unlink(tmp.s);
		return rj_fail(err, -rc, "cannot write %s", path);
	}
	return 0;
}

/* The lock on packed-refs is held. */
static int delete_packed(const char *path, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	const char *line;
	size_t len, before;

	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	if (rj_file_read(AT_FDCWD, path, PACKED_MAX, &text, err) < 0)
		return -err->num;
	line = find_line(rj_buf_str(&text), name, &len);
	if (!line)
		return 0;
	before = (size_t)(line - text.s);
	return write_packed(path, text.s, before, line + len, text.len - before - len, err);
}

/* Directories that became empty go, but git's own. */
static void prune(const char *common, const char *below, const char *name)
{
	static const char *const keep[] = {"refs", "refs/heads", "refs/tags", "refs/remotes"};
	RJ_AUTO(rj_free) char *root = rj_path_join(common, below);
	RJ_AUTO(rj_free) char *dir = rj_strdup(name);
	char *slash;

	while ((slash = strrchr(dir, '/'))) {
		RJ_AUTO(rj_free) char *path = NULL;

		*slash = '\0';
		for (size_t i = 0; i < RJ_COUNT(keep); i++)
			if (!strcmp(dir, keep[i]))
				return;
		path = rj_path_join(root, dir);
		if (rmdir(path) < 0)
			return;
	}
}

static int delete_file(const char *path, struct rj_err *err)
{
	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		return rj_fail(err, errno, "cannot remove %s", path);
	return 0;
}

/* Neither loose nor packed: nothing to lock, so that what cannot be written need not be. */
static int is_gone(const char *loose, const char *packed, const char *name, bool *ret_gone,
		   struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_buf lock = {0};
	RJ_AUTO(rj_free) char *lock_name = NULL;
	struct stat st;
	size_t len;

	rj_buf_printf(&lock, "%s.lock", loose);
	lock_name = rj_buf_take(&lock);
	if (lstat(loose, &st) == 0 || lstat(lock_name, &st) == 0)
		return 0;
	if (access(packed, F_OK) == 0) {
		if (rj_file_read(AT_FDCWD, packed, PACKED_MAX, &text, err) < 0)
			return -err->num;
		*ret_gone = !find_line(rj_buf_str(&text), name, &len);
	} else {
		*ret_gone = errno == ENOENT;
	}
	return 0;
}

/*
 * Packed first: the loose file hides the packed line until both are gone. The lock on packed-refs
 * is held until then, or a `git pack-refs` that has just read the loose file would bring it back.
 */
static int delete_both(const struct rj_repo *repo, const char *name, struct rj_err *err)
{
	bool ours =
		!strncmp(name, "refs/heads/robojail/", 20) || !strncmp(name, "refs/robojail/", 14);
	RJ_AUTO(rj_free) char *loose = rj_path_join(repo->common, name);
	RJ_AUTO(rj_free) char *packed = rj_path_join(repo->common, "packed-refs");
	RJ_AUTO(lock_release) struct lock lock = {.fd = -1};
	RJ_AUTO(lock_release) struct lock packed_lock = {.fd = -1};
	bool gone = false;
	int rc = is_gone(loose, packed, name, &gone, err);

	if (rc < 0 || gone)
		return rc;
	rc = lock_take(loose, ours, &lock, err);

	/* Without its directory there is no loose file, and nobody to race with but a new one of
	 * the same name, which stays. */
	if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR)
		return rc;
	rc = lock_take(packed, false, &packed_lock, err);
	if (rc == 0)
		rc = delete_packed(packed, name, err);
	return rc < 0 ? rc : delete_file(loose, err);
}

int rj_ref_delete(const struct rj_repo *repo, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *logs = rj_path_join(repo->common, "logs");
	RJ_AUTO(rj_free) char *log = rj_path_join(logs, name);
	int rc = delete_both(repo, name, err);

	if (rc == 0)
		rc = delete_file(log, err);
	if (rc < 0)
		return rj_wrap(err, "cannot delete %s of repository %s", name, repo->top);
	prune(repo->common, ".", name);
	prune(repo->common, "logs", name);
	return 0;
}
