#include "core/engine/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"
#include "core/sys/mnt.h"
#include "core/sys/uapi.h"

#define INSIDE (RJ_RESOLVE_IN_ROOT | RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_MAGICLINKS)

struct apply {
	const struct rj_plan *plan;
	int *trees; /* one a step; -1 where the step has none */
	int root;
	int null; /* /dev/null of the host, for masks */
};

static uint64_t attributes(const struct rj_step *s)
{
	uint64_t attr = RJ_MOUNT_ATTR_NOSUID;

	attr |= s->flags & RJ_STEP_DEVICE ? RJ_MOUNT_ATTR_NOEXEC : RJ_MOUNT_ATTR_NODEV;
	if (!(s->flags & RJ_STEP_WRITABLE))
		attr |= RJ_MOUNT_ATTR_RDONLY;
	return attr;
}

static int open_source(const struct rj_step *s, struct rj_err *err)
{
	int fd = rj_openat2(AT_FDCWD, s->src, O_PATH | O_NOFOLLOW,
			    RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_MAGICLINKS);
	struct stat st;

	if (fd < 0)
		return rj_fail(err, -fd, "cannot open %s", s->src);
	if (fstat(fd, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino)
		return fd;
	rj_close(&fd);
	rj_refuse(err, ESTALE, "%s was replaced while the jail was made", s->src);
	return rj_hint(err, "try again");
}

static int clone_source(const struct rj_step *s, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = open_source(s, err);

	if (fd < 0)
		return fd;
	return rj_mnt_clone(fd, s->src, attributes(s), err);
}

/* All host trees are cloned before the new root covers anything. */
static int clone_sources(struct apply *a, struct rj_err *err)
{
	for (size_t i = 0; i < a->plan->n; i++) {
		const struct rj_step *s = &a->plan->v[i];

		if (s->kind == RJ_STEP_PROC_OUTER)
			a->trees[i] = rj_mnt_outer_proc(err);
		else if (s->kind == RJ_STEP_BIND || s->kind == RJ_STEP_ROOT_BIND)
			a->trees[i] = clone_source(s, err);
		else
			continue;
		if (a->trees[i] < 0)
			return a->trees[i];
	}
	a->null = open("/dev/null", O_PATH | O_CLOEXEC);
	return a->null < 0 ? rj_fail(err, errno, "cannot open /dev/null") : 0;
}

static int new_tmpfs(const struct rj_step *s, struct rj_err *err)
{
	char mode[8], inodes[24];
	struct rj_mnt_option opts[4] = {{"mode", mode}};
	size_t n = 1;

	(void)snprintf(mode, sizeof(mode), "%o", s->mode);
	(void)snprintf(inodes, sizeof(inodes), "%llu", (unsigned long long)s->inodes);
	if (s->size)
		opts[n++] = (struct rj_mnt_option){"size", s->size};
	if (s->inodes)
		opts[n] = (struct rj_mnt_option){"nr_inodes", inodes};
	return rj_mnt_new("tmpfs", opts, RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NODEV, err);
}

/* The new root is attached on top of the old one, where pivot_root wants it. */
static int make_root(struct apply *a, struct rj_err *err)
{
	const struct rj_step *s = &a->plan->v[0];
	RJ_AUTO(rj_close) int old = open("/", O_PATH | O_CLOEXEC);

	if (s->kind == RJ_STEP_ROOT_TMPFS)
		a->trees[0] = new_tmpfs(s, err);
	if (a->trees[0] < 0)
		return a->trees[0];
	a->root = a->trees[0];
	return rj_mnt_attach(a->root, old, "/", err);
}

/* One part of a path below the new root, made when missing. */
static int enter_dir(int dir, const char *part, const char *path, struct rj_err *err)
{
	int next = rj_openat2(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW, INSIDE);

	if (next == -ENOENT) {
		if (mkdirat(dir, part, 0755) < 0 && errno != EEXIST)
			return rj_fail(err, errno, "cannot make the mountpoint %s inside", path);
		next = rj_openat2(dir, part, O_PATH | O_DIRECTORY | O_NOFOLLOW, INSIDE);
	}
	if (next >= 0)
		return next;
	rj_fail(err, -next, "cannot enter '%s' on the way to %s inside", part, path);
	return rj_hint(err,
		       "a directory is needed there; a symlink or a file in the jail's home or "
		       "worktree is in the way");
}

/*
 * The mount that holds `path` when step `s` is at work, and the rest of the path below it: the
 * deepest of those attached so far. What lies in between may be the jail's home, where another
 * session renames directories, so a path is never walked from the root to a mount of ours again:
 * the pointer over W/.git would go to a directory that took W's place.
 */
static int mount_of(const struct apply *a, const struct rj_step *s, const char *path,
		    const char **ret_rest)
{
	size_t best = 0, len = 0;

	for (size_t i = 1; strchr(path + 1, '/') && i < (size_t)(s - a->plan->v); i++) {
		const char *dst = a->plan->v[i].dst;

		if (a->trees[i] < 0 || !rj_path_contains(dst, path) || !strcmp(dst, path) ||
		    strlen(dst) < len)
			continue;
		best = i;
		len = strlen(dst);
	}
	*ret_rest = path + len + 1;
	return best ? a->trees[best] : a->root;
}

/* The directory that holds the step's place inside; *ret_name is the last part of that. */
static int open_parent(const struct apply *a, const struct rj_step *s, const char **ret_name,
		       struct rj_err *err)
{
	const char *path = s->dst, *rest;
	int dir = fcntl(mount_of(a, s, path, &rest), F_DUPFD_CLOEXEC, 3);
	RJ_AUTO(rj_free) char *copy = rj_strdup(rest);
	char *part = copy;

	if (dir < 0)
		return rj_fail(err, errno, "cannot open the jail's root");
	for (char *slash; (slash = strchr(part, '/')); part = slash + 1) {
		int next;

		*slash = '\0';
		next = enter_dir(dir, part, path, err);
		rj_close(&dir);
		if (next < 0)
			return next;
		dir = next;
	}
	*ret_name = rest + (part - copy);
	return dir;
}

static int open_target(const struct apply *a, const struct rj_step *s, bool is_dir,
		       struct rj_err *err)
{
	const char *name;
	RJ_AUTO(rj_close) int parent = open_parent(a, s, &name, err);
	struct stat st;
	int fd, rc;

	if (parent < 0)
		return parent;
	fd = rj_openat2(parent, name, O_PATH | O_NOFOLLOW, INSIDE);
	if (fd == -ENOENT) {
		if (is_dir)
			rc = mkdirat(parent, name, 0755);
		else
			rc = mknodat(parent, name, S_IFREG | 0644, 0);
		if (rc < 0 && errno != EEXIST)
			return rj_fail(err, errno, "cannot make the mountpoint %s inside", s->dst);
		fd = rj_openat2(parent, name, O_PATH | O_NOFOLLOW, INSIDE);
	}
	if (fd < 0)
		return rj_fail(err, -fd, "cannot open the mountpoint %s inside", s->dst);
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) == is_dir && !S_ISLNK(st.st_mode))
		return fd;
	rj_close(&fd);
	rj_refuse(err, ENOTDIR, "cannot mount on %s inside: a %s is needed there", s->dst,
		  is_dir ? "directory" : "file");
	return rj_hint(err, "a symlink or something else in the jail's home or worktree is in the "
			    "way");
}

static int attach(const struct apply *a, size_t i, bool is_dir, struct rj_err *err)
{
	const struct rj_step *s = &a->plan->v[i];
	RJ_AUTO(rj_close) int target = open_target(a, s, is_dir, err);

	if (target < 0)
		return target;
	return rj_mnt_attach(a->trees[i], target, s->dst, err);
}

/* What is there already, cloned read-only over itself, or replaced by nothing. */
static int cover(struct apply *a, size_t i, struct rj_err *err)
{
	const struct rj_step *s = &a->plan->v[i];
	const char *rest;
	const int in = mount_of(a, s, s->dst, &rest);
	RJ_AUTO(rj_close) int there = rj_openat2(in, rest, O_PATH | O_NOFOLLOW, INSIDE);
	struct stat st;
	int tree;

	if (there == -ENOENT || there == -ENOTDIR || there == -EACCES)
		return 0;
	if (there < 0 || fstat(there, &st) < 0)
		return rj_fail(err, there < 0 ? -there : errno, "cannot open %s inside", s->dst);
	if (s->kind == RJ_STEP_READONLY)
		tree = rj_mnt_clone(there, s->dst, RJ_MOUNT_ATTR_RDONLY, err);
	else if (!S_ISDIR(st.st_mode))
		tree = rj_mnt_clone(
			a->null, "/dev/null",
			RJ_MOUNT_ATTR_RDONLY | RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NOEXEC, err);
	else
		tree = rj_mnt_new(
			"tmpfs",
			(const struct rj_mnt_option[]){{"size", "4k"}, {"mode", "0555"}, {0}},
			RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NODEV, err);
	if (tree < 0)
		return tree;
	a->trees[i] = tree;
	return rj_mnt_attach(tree, there, s->dst, err);
}

static int make_file(const struct apply *a, const struct rj_step *s, struct rj_err *err)
{
	const char *name;
	RJ_AUTO(rj_close) int parent = open_parent(a, s, &name, err);
	RJ_AUTO(rj_close) int fd = -1;
	int rc;

	if (parent < 0)
		return parent;
	fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	rc = fd < 0 ? -errno : rj_write_all(fd, s->src, strlen(s->src));
	return rc < 0 ? rj_fail(err, -rc, "cannot write %s inside", s->dst) : 0;
}

static int make_symlink(const struct apply *a, const struct rj_step *s, struct rj_err *err)
{
	const char *name;
	RJ_AUTO(rj_close) int parent = open_parent(a, s, &name, err);

	if (parent < 0)
		return parent;
	if (symlinkat(s->src, parent, name) == 0)
		return 0;
	/* An earlier session's, or the agent's own file, in the jail's home. */
	if (errno == EEXIST && unlinkat(parent, name, 0) == 0 &&
	    symlinkat(s->src, parent, name) == 0)
		return 0;
	return rj_fail(err, errno, "cannot make the symlink %s inside", s->dst);
}

static int bind_inside(struct apply *a, size_t i, struct rj_err *err)
{
	const struct rj_step *s = &a->plan->v[i];
	const char *rest;
	const int in = mount_of(a, s, s->src, &rest);
	RJ_AUTO(rj_close) int fd = rj_openat2(in, rest, O_PATH | O_NOFOLLOW, INSIDE);

	if (fd < 0)
		return rj_fail(err, -fd, "cannot open %s inside", s->src);
	a->trees[i] = rj_mnt_clone(fd, s->src, attributes(s), err);
	return a->trees[i] < 0 ? -err->num : attach(a, i, s->flags & RJ_STEP_IS_DIR, err);
}

static int make_dir(const struct apply *a, const struct rj_step *s, struct rj_err *err)
{
	const char *name;
	RJ_AUTO(rj_close) int parent = open_parent(a, s, &name, err);

	if (parent < 0)
		return parent;
	if (mkdirat(parent, name, s->mode) < 0 && errno != EEXIST)
		return rj_fail(err, errno, "cannot make directory %s inside", s->dst);
	return 0;
}

static int run_step(struct apply *a, size_t i, struct rj_err *err)
{
	static const struct rj_mnt_option pts[] = {
		{"newinstance", NULL}, {"ptmxmode", "0666"}, {"mode", "620"}, {NULL, NULL}};
	const struct rj_step *s = &a->plan->v[i];
	const uint64_t quiet = RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NOEXEC;

	switch (s->kind) {
	case RJ_STEP_ROOT_TMPFS:
	case RJ_STEP_ROOT_BIND:
		return 0;
	case RJ_STEP_BIND:
		return attach(a, i, s->flags & RJ_STEP_IS_DIR, err);
	case RJ_STEP_BIND_INSIDE:
		return bind_inside(a, i, err);
	case RJ_STEP_TMPFS:
		a->trees[i] = new_tmpfs(s, err);
		break;
	case RJ_STEP_PROC:
		a->trees[i] = rj_mnt_new("proc", NULL, quiet | RJ_MOUNT_ATTR_NODEV, err);
		break;
	case RJ_STEP_PROC_OUTER:
		break;
	case RJ_STEP_DEVPTS:
		a->trees[i] = rj_mnt_new("devpts", pts, quiet, err);
		break;
	case RJ_STEP_DIR:
		return make_dir(a, s, err);
	case RJ_STEP_FILE:
		return make_file(a, s, err);
	case RJ_STEP_SYMLINK:
		return make_symlink(a, s, err);
	case RJ_STEP_READONLY:
	case RJ_STEP_MASK:
		return cover(a, i, err);
	}
	return a->trees[i] < 0 ? -err->num : attach(a, i, true, err);
}

/* What later steps had to write into becomes read-only at the end. */
static int seal(const struct apply *a, struct rj_err *err)
{
	for (size_t i = 0; i < a->plan->n; i++) {
		const struct rj_step *s = &a->plan->v[i];

		if (s->flags & RJ_STEP_WRITABLE || a->trees[i] < 0)
			continue;
		if ((s->kind == RJ_STEP_TMPFS || s->kind == RJ_STEP_ROOT_TMPFS ||
		     s->kind == RJ_STEP_MASK) &&
		    rj_mnt_set(a->trees[i], s->dst, RJ_MOUNT_ATTR_RDONLY, 0, err) < 0)
			return -err->num;
	}
	return 0;
}

int rj_apply(const struct rj_plan *plan, struct rj_err *err)
{
	struct apply a = {.plan = plan, .root = -1, .null = -1};
	mode_t mask = umask(0);

	a.trees = rj_alloc(plan->n, sizeof(*a.trees));
	for (size_t i = 0; i < plan->n; i++)
		a.trees[i] = -1;
	if (rj_mnt_make_private(err) < 0 || clone_sources(&a, err) < 0 || make_root(&a, err) < 0)
		return -err->num;
	for (size_t i = 0; i < plan->n; i++)
		if (run_step(&a, i, err) < 0)
			return -err->num;
	if (seal(&a, err) < 0 || rj_mnt_pivot(a.root, err) < 0)
		return -err->num;
	for (size_t i = 0; i < plan->n; i++)
		rj_close(&a.trees[i]);
	rj_close(&a.null);
	rj_free(&a.trees);
	(void)umask(mask);
	return 0;
}
