#include "core/engine/mountpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/apply.h"
#include "core/model/facts.h"
#include "core/sys/file.h"
#include "core/sys/mnt.h"

/* `what` at dst cannot be made. */
static int not_made(int num, const char *what, const char *dst, struct rj_err *err)
{
	rj_fail(err, num, "cannot make %s %s inside", what, dst);
	return num == EROFS ? rj_hint(err, "what it lies in is read-only for the jail: make it "
					   "there yourself, or, when a bind of yours leads there, "
					   "give that another place as SRC:DST in config.toml")
			    : -num;
}

/* One part of a path below the new root, made when missing. */
static int enter_dir(int dir, const char *part, const char *path, struct rj_err *err)
{
	int next = rj_openat2(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW, RJ_APPLY_INSIDE);

	if (next == -ENOENT) {
		if (mkdirat(dir, part, 0755) < 0 && errno != EEXIST)
			return not_made(errno, "the mountpoint", path, err);
		next = rj_openat2(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW, RJ_APPLY_INSIDE);
	}
	if (next >= 0)
		return next;
	rj_fail(err, -next, "cannot enter '%s' on the way to %s inside", part, path);
	return rj_hint(err,
		       "a directory is needed there; a symlink or a file in the jail's home or "
		       "worktree is in the way");
}

/* The step whose mount it is. */
static size_t step_of(const struct rj_mountpoints *m, size_t i, const char *path,
		      const char **ret_rest)
{
	size_t best = 0, len = 0;

	for (size_t k = 1; strchr(path + 1, '/') && k < i; k++) {
		const char *dst = m->plan->v[k].dst;

		if (m->trees[k] < 0 || !rj_path_contains(dst, path) || !strcmp(dst, path) ||
		    strlen(dst) < len)
			continue;
		best = k;
		len = strlen(dst);
	}
	*ret_rest = path + len + 1;
	return best;
}

int rj_mountpoint_mount(const struct rj_mountpoints *m, size_t i, const char *path,
			const char **ret_rest)
{
	const size_t step = step_of(m, i, path, ret_rest);

	return step ? m->trees[step] : m->root;
}

void rj_mountpoint_forget(struct rj_mountpoints *m, const char *dst)
{
	if (!m->path || !rj_path_contains(dst, m->path))
		return;
	if (m->owned)
		rj_close(&m->dir);
	rj_free(&m->path);
	m->dir = -1;
}

/* All of `parts` below a mount: at once where it is there, else part by part. */
static int enter(int mount, char *parts, const char *path, struct rj_err *err)
{
	int dir = rj_openat2(mount, parts, O_PATH | O_DIRECTORY | O_NOFOLLOW, RJ_APPLY_INSIDE);

	if (dir >= 0)
		return dir;
	for (dir = mount; parts;) {
		int next = enter_dir(dir, strsep(&parts, "/"), path, err);

		if (dir != mount)
			rj_close(&dir);
		if (next < 0)
			return next;
		dir = next;
	}
	return dir;
}

/* Is the step's place in the directory that is kept? */
static bool is_kept(const struct rj_mountpoints *m, const char *dst, const char *name)
{
	const size_t len = (size_t)(name - dst) - 1;

	return m->path && !strncmp(m->path, dst, len) && m->path[len] == '\0';
}

int rj_mountpoint_parent(struct rj_mountpoints *m, size_t i, const char **ret_name,
			 struct rj_err *err)
{
	const char *dst = m->plan->v[i].dst, *rest, *name = strrchr(dst, '/') + 1;
	enum rj_step_kind kind;
	size_t step;
	int dir;

	*ret_name = name;
	if (is_kept(m, dst, name))
		return m->dir;
	rj_mountpoint_forget(m, "/");
	step = step_of(m, i, dst, &rest);
	dir = step ? m->trees[step] : m->root;
	m->owned = rest != name;
	if (m->owned) {
		RJ_AUTO(rj_free) char *parts = rj_strndup(rest, (size_t)(name - rest) - 1);

		dir = enter(dir, parts, dst, err);
		if (dir < 0)
			return dir;
	}
	kind = m->plan->v[step].kind;
	m->dir = dir;
	m->path = rj_strndup(dst, (size_t)(name - dst) - 1);
	m->fresh = kind == RJ_STEP_ROOT_TMPFS || kind == RJ_STEP_TMPFS;
	return dir;
}

/* A file with these bytes, and their times unless NULL. */
static int write_file(int parent, const char *name, mode_t mode, const void *bytes, size_t len,
		      const struct stat *times)
{
	RJ_AUTO(rj_close)
	int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	int rc = fd < 0 ? -errno : rj_write_all(fd, bytes, len);

	if (rc == 0 && times)
		(void)futimens(fd, (struct timespec[]){times->st_atim, times->st_mtim});
	return rc;
}

static int make_symlink(int parent, const char *name, const char *target)
{
	if (symlinkat(target, parent, name) == 0)
		return 0;
	/* An earlier session's, or the agent's own file, in the jail's home. */
	if (errno == EEXIST && unlinkat(parent, name, 0) == 0 &&
	    symlinkat(target, parent, name) == 0)
		return 0;
	return -errno;
}

/* A directory, or an empty file to mount on. */
static int make(int parent, const char *name, bool is_dir, mode_t mode)
{
	int rc = is_dir ? mkdirat(parent, name, mode) : mknodat(parent, name, S_IFREG | 0644, 0);

	return rc < 0 ? -errno : 0;
}

/* What is there may be anything, and may change. */
static int open_target(int parent, const char *name, const char *dst, bool is_dir,
		       struct rj_err *err)
{
	int fd = rj_openat2(parent, name, O_PATH | O_NOFOLLOW, RJ_APPLY_INSIDE);
	struct stat st;

	if (fd == -ENOENT) {
		int rc = make(parent, name, is_dir, 0755);

		if (rc < 0 && rc != -EEXIST)
			return not_made(-rc, "the mountpoint", dst, err);
		fd = rj_openat2(parent, name, O_PATH | O_NOFOLLOW, RJ_APPLY_INSIDE);
	}
	if (fd < 0)
		return rj_fail(err, -fd, "cannot open the mountpoint %s inside", dst);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) == is_dir && !S_ISLNK(st.st_mode))
		return fd;
	rj_close(&fd);
	rj_refuse(err, ENOTDIR, "cannot mount on %s inside: a %s is needed there", dst,
		  is_dir ? "directory" : "file");
	return rj_hint(err, "a symlink or something else in the jail's home or worktree is in the "
			    "way");
}

/* The very file that the plan saw; its bytes may be newer, and then its ctime is too. */
static int copy_file(int parent, const char *name, const struct rj_step *s, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct stat st;
	int rc;

	if (rj_file_read_stat(AT_FDCWD, s->src, RJ_PATH_SMALL, &text, &st, err) < 0)
		return -err->num;
	if (st.st_dev != s->dev || st.st_ino != s->ino)
		return rj_refuse(err, ESTALE, "%s was replaced meanwhile", s->src);
	rc = write_file(parent, name, st.st_mode & 0777, text.s, text.len, &st);
	return rc < 0 ? rj_fail(err, -rc, "cannot write %s inside", s->dst) : 0;
}

int rj_mountpoint_make(struct rj_mountpoints *m, size_t i, struct rj_err *err)
{
	const struct rj_step *s = &m->plan->v[i];
	const char *name;
	int parent = rj_mountpoint_parent(m, i, &name, err);
	int rc;

	if (parent < 0)
		return parent;
	if (rj_step_is_copied(s))
		return copy_file(parent, name, s, err);
	if (s->kind == RJ_STEP_FILE) {
		rc = write_file(parent, name, 0644, s->src, strlen(s->src), NULL);
		return rc < 0 ? rj_fail(err, -rc, "cannot write %s inside", s->dst) : 0;
	}
	if (s->kind == RJ_STEP_SYMLINK) {
		rc = make_symlink(parent, name, s->src);
		return rc < 0 ? rj_fail(err, -rc, "cannot make the symlink %s inside", s->dst) : 0;
	}
	rc = make(parent, name, rj_step_is_dir(s), s->kind == RJ_STEP_DIR ? s->mode : 0755);
	if (rc == 0 || rc == -EEXIST)
		return 0;
	return not_made(-rc, s->kind == RJ_STEP_DIR ? "directory" : "the mountpoint", s->dst, err);
}

/* What was kept is ours alone, so its path may be walked. */
static int attach_kept(const struct rj_mountpoints *m, size_t i, struct rj_err *err)
{
	const char *dst = m->plan->v[i].dst;

	return rj_mnt_attach_at(m->trees[i], m->root, dst + 1, dst, err);
}

int rj_mountpoint_attach(struct rj_mountpoints *m, size_t i, struct rj_err *err)
{
	const struct rj_step *s = &m->plan->v[i];
	const char *dst = s->dst, *name;
	const bool is_dir = rj_step_is_dir(s);
	RJ_AUTO(rj_close) int target = -1;
	int parent, rc;

	if (s->flags & RJ_STEP_KEPT)
		return attach_kept(m, i, err);
	parent = rj_mountpoint_parent(m, i, &name, err);
	if (parent < 0)
		return parent;
	/* What was made just now, where nobody else is, is what was made. */
	if (m->fresh && make(parent, name, is_dir, 0755) == 0) {
		rc = rj_mnt_attach_at(m->trees[i], parent, name, dst, err);
	} else {
		target = open_target(parent, name, dst, is_dir, err);
		rc = target < 0 ? target : rj_mnt_attach(m->trees[i], target, dst, err);
	}
	rj_mountpoint_forget(m, dst);
	return rc;
}

void rj_mountpoints_release(struct rj_mountpoints *m)
{
	rj_mountpoint_forget(m, "/");
}
