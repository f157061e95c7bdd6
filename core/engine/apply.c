#include "core/engine/apply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/mountpoint.h"
#include "core/engine/overlay.h"
#include "core/model/layout.h"
#include "core/sys/file.h"
#include "core/sys/mnt.h"
#include "core/sys/uapi.h"

static uint64_t attributes(const struct rj_step *s)
{
	uint64_t attr = RJ_MOUNT_ATTR_NOSUID;

	attr |= s->flags & RJ_STEP_DEVICE ? RJ_MOUNT_ATTR_NOEXEC : RJ_MOUNT_ATTR_NODEV;
	if (!(s->flags & RJ_STEP_WRITABLE))
		attr |= RJ_MOUNT_ATTR_RDONLY;
	return attr;
}

static bool is_source(int fd, const struct rj_step *s)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == s->dev && st.st_ino == s->ino;
}

static int refuse_source(int fd, const struct rj_step *s, struct rj_err *err)
{
	rj_close(&fd);
	rj_refuse(err, ESTALE, "%s was replaced while the jail was made", s->src);
	return rj_hint(err, "try again");
}

static int open_source(const struct rj_step *s, struct rj_err *err)
{
	int fd = rj_openat2(AT_FDCWD, s->src, O_PATH | O_NOFOLLOW,
			    RJ_RESOLVE_NO_SYMLINKS | RJ_RESOLVE_NO_MAGICLINKS);

	if (fd < 0)
		return rj_fail(err, -fd, "cannot open %s", s->src);
	return is_source(fd, s) ? fd : refuse_source(fd, s, err);
}

/* A top directory of the system, or what lies right in one: nobody in a jail makes links or renames
 * there, so that no walk without links is needed, and what is there now is as good as what the plan
 * saw: an update may have come between. */
static bool is_of_system(const char *path)
{
	const char *second = strchr(path + 1, '/');

	return (!second || !strchr(second + 1, '/')) &&
	       (rj_layout_is_system(path) || rj_path_contains("/etc", path) ||
		rj_path_contains("/dev", path));
}

static int clone_source(const struct rj_step *s, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = -1;

	if (s->kind != RJ_STEP_OVERLAY && is_of_system(s->src))
		return rj_mnt_clone_at(AT_FDCWD, s->src, s->src, attributes(s), err);
	fd = open_source(s, err);
	if (fd < 0)
		return fd;
	if (s->kind == RJ_STEP_OVERLAY)
		return rj_overlay_make(s, fd, err);
	return rj_mnt_clone(fd, s->src, attributes(s), err);
}

/* What the kernel gives the root of a tmpfs (shmem_init_fs_context in mm/shmem.c). */
enum { TMPFS_MODE = 01777 };

static int new_tmpfs(const struct rj_step *s, struct rj_err *err)
{
	char mode[8], inodes[24];
	struct rj_mnt_option opts[4] = {0};
	size_t n = 0;

	if (s->mode != TMPFS_MODE) {
		(void)snprintf(mode, sizeof(mode), "%o", s->mode);
		opts[n++] = (struct rj_mnt_option){"mode", mode};
	}
	(void)snprintf(inodes, sizeof(inodes), "%llu", (unsigned long long)s->inodes);
	if (s->size)
		opts[n++] = (struct rj_mnt_option){"size", s->size};
	if (s->inodes)
		opts[n] = (struct rj_mnt_option){"nr_inodes", inodes};
	return rj_mnt_new("tmpfs", opts, RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NODEV, err);
}

/* What can be had before there is a root: mounts of the host, and new file systems; -1 for what
 * comes later, or is no mount. */
static int prepare(const struct rj_step *s, int *ret_tree, struct rj_err *err)
{
	/* All jails share what kernel.pty.max leaves to instances: 3,072 terminals (Linux). */
	static const struct rj_mnt_option pts[] = {
		{"ptmxmode", "0666"}, {"mode", "620"}, {"max", "512"}, {NULL, NULL}};
	const uint64_t quiet = RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NOEXEC;

	switch (s->kind) {
	case RJ_STEP_BIND:
	case RJ_STEP_ROOT_BIND:
	case RJ_STEP_ROOT_KEPT:
	case RJ_STEP_OVERLAY:
		*ret_tree = clone_source(s, err);
		break;
	case RJ_STEP_ROOT_TMPFS:
	case RJ_STEP_TMPFS:
		*ret_tree = new_tmpfs(s, err);
		break;
	case RJ_STEP_PROC:
		*ret_tree = rj_mnt_new("proc", NULL, quiet | RJ_MOUNT_ATTR_NODEV, err);
		break;
	case RJ_STEP_PROC_OUTER:
		*ret_tree = rj_mnt_outer_proc(err);
		break;
	case RJ_STEP_DEVPTS:
		*ret_tree = rj_mnt_new("devpts", pts, quiet, err);
		break;
	case RJ_STEP_BIND_INSIDE:
	case RJ_STEP_DIR:
	case RJ_STEP_FILE:
	case RJ_STEP_SYMLINK:
	case RJ_STEP_READONLY:
	case RJ_STEP_MASK:
		*ret_tree = -1;
		return 0;
	}
	return *ret_tree < 0 ? *ret_tree : 0;
}

/* All host trees are cloned before the new root covers anything. What the root is, the whole plan
 * says. */
static int prepare_all(struct rj_apply *a, struct rj_err *err)
{
	const struct rj_plan *plan = a->plan;

	a->trees = rj_must(reallocarray(a->trees, plan->n, sizeof(*a->trees)));
	for (; a->done < plan->n; a->done++) {
		const struct rj_step *s = &plan->v[a->done];

		a->trees[a->done] = -1;
		if (!s->changed && prepare(s, &a->trees[a->done], err) < 0)
			return -err->num;
	}
	return 0;
}

/* The root, and what would have been in it as a copy. */
static int prepare_rest(struct rj_apply *a, struct rj_err *err)
{
	for (size_t i = 0; i < a->plan->n; i++) {
		const struct rj_step *s = &a->plan->v[i];

		if ((i == 0 || (s->changed && !rj_step_is_copied(s))) &&
		    prepare(s, &a->trees[i], err) < 0)
			return -err->num;
	}
	return 0;
}

/* The new root is attached on top of the old one, where pivot_root wants it. */
static int make_root(struct rj_apply *a, struct rj_err *err)
{
	RJ_AUTO(rj_close) int old = openat(AT_FDCWD, "/", O_PATH | O_CLOEXEC);

	a->at.root = a->trees[0];
	return rj_mnt_attach(a->at.root, old, "/", err);
}

/* Does a later step put something below what this one covers? */
static bool has_more_below(const struct rj_apply *a, size_t i)
{
	const char *dst = a->plan->v[i].dst;

	for (size_t k = i + 1; k < a->plan->n; k++)
		if (rj_path_contains(dst, a->plan->v[k].dst))
			return true;
	return false;
}

/* A directory of the kept root that is there for a later mount alone, or NULL. Nobody but the user
 * can get at what it holds, and that is nothing. */
static const char *empty_place(const struct rj_apply *a, size_t i)
{
	while (++i < a->plan->n) {
		const struct rj_step *s = &a->plan->v[i];

		if (s->kind == RJ_STEP_TMPFS && s->flags & RJ_STEP_KEPT && !has_more_below(a, i))
			return s->dst + 1;
	}
	return NULL;
}

/* An empty directory, the same one over everything; an own one, which is sealed at the end, where
 * mountpoints have to be made in it. */
static int empty_dir(struct rj_apply *a, size_t i, struct rj_err *err)
{
	static const struct rj_mnt_option opts[] = {{"size", "4k"}, {"mode", "0555"}, {0}};
	const uint64_t attr = RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NODEV;
	const char *place;

	if (has_more_below(a, i))
		return rj_mnt_new("tmpfs", opts, attr, err);
	if (a->empty >= 0)
		return rj_mnt_clone(a->empty, "an empty directory", 0, err);
	place = empty_place(a, i);
	a->empty =
		place ? rj_mnt_clone_at(a->at.root, place, place, attr | RJ_MOUNT_ATTR_RDONLY, err)
		      : rj_mnt_new("tmpfs", opts, attr | RJ_MOUNT_ATTR_RDONLY, err);
	return a->empty;
}

/* What is there already, cloned read-only over itself, or replaced by nothing. What lies right in a
 * /proc is found by its name each time: nobody can change that. Elsewhere another session may be
 * playing with names, and what was looked at is what is covered. */
static int cover(struct rj_apply *a, size_t i, struct rj_err *err)
{
	const uint64_t null = RJ_MOUNT_ATTR_RDONLY | RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NOEXEC;
	const struct rj_step *s = &a->plan->v[i];
	const char *rest;
	const int in = rj_mountpoint_mount(&a->at, i, s->dst, &rest);
	const bool by_name = rj_path_contains("/proc", s->dst) && !strchr(rest, '/');
	RJ_AUTO(rj_close)
	int there = by_name ? -1 : rj_openat2(in, rest, O_PATH | O_NOFOLLOW, RJ_APPLY_INSIDE);
	const int at = by_name ? in : there;
	const char *name = by_name ? rest : "";
	struct stat st;
	int tree;

	if (at < 0 || fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0) {
		const int num = at < 0 ? -at : errno;

		if (num == ENOENT || num == ENOTDIR || num == EACCES)
			return 0;
		return rj_fail(err, num, "cannot look at %s inside", s->dst);
	}
	if (s->kind == RJ_STEP_READONLY)
		tree = rj_mnt_clone_at(at, name, s->dst, RJ_MOUNT_ATTR_RDONLY, err);
	else if (!S_ISDIR(st.st_mode))
		tree = rj_mnt_clone(a->null, "/dev/null", null, err);
	else
		tree = empty_dir(a, i, err);
	if (tree < 0)
		return tree;
	a->trees[i] = tree;
	rj_mountpoint_forget(&a->at, s->dst);
	return rj_mnt_attach_at(tree, at, name, s->dst, err);
}

static int bind_inside(struct rj_apply *a, size_t i, struct rj_err *err)
{
	const struct rj_step *s = &a->plan->v[i];
	const char *rest;
	const int in = rj_mountpoint_mount(&a->at, i, s->src, &rest);
	RJ_AUTO(rj_close) int fd = rj_openat2(in, rest, O_PATH | O_NOFOLLOW, RJ_APPLY_INSIDE);

	if (fd < 0)
		return rj_fail(err, -fd, "cannot open %s inside", s->src);
	a->trees[i] = rj_mnt_clone(fd, s->src, attributes(s), err);
	if (a->trees[i] < 0)
		return -err->num;
	return rj_mountpoint_attach(&a->at, i, err);
}

static int run_step(struct rj_apply *a, size_t i, struct rj_err *err)
{
	const struct rj_step *s = &a->plan->v[i];

	switch (s->kind) {
	case RJ_STEP_ROOT_TMPFS:
	case RJ_STEP_ROOT_BIND:
	case RJ_STEP_ROOT_KEPT:
		return 0;
	case RJ_STEP_BIND_INSIDE:
		return bind_inside(a, i, err);
	case RJ_STEP_BIND:
		return rj_step_is_copied(s) ? 0 : rj_mountpoint_attach(&a->at, i, err);
	case RJ_STEP_TMPFS:
	case RJ_STEP_PROC:
	case RJ_STEP_PROC_OUTER:
	case RJ_STEP_OVERLAY:
	case RJ_STEP_DEVPTS:
		return rj_mountpoint_attach(&a->at, i, err);
	case RJ_STEP_DIR:
	case RJ_STEP_FILE:
	case RJ_STEP_SYMLINK:
		return s->flags & RJ_STEP_KEPT ? 0 : rj_mountpoint_make(&a->at, i, err);
	case RJ_STEP_READONLY:
	case RJ_STEP_MASK:
		return cover(a, i, err);
	}
	return 0;
}

/* What later steps had to write into becomes read-only at the end. */
static int seal(const struct rj_apply *a, struct rj_err *err)
{
	for (size_t i = 0; i < a->plan->n; i++) {
		const struct rj_step *s = &a->plan->v[i];

		if (s->flags & RJ_STEP_WRITABLE || a->trees[i] < 0)
			continue;
		if ((s->kind == RJ_STEP_TMPFS || s->kind == RJ_STEP_ROOT_TMPFS ||
		     (s->kind == RJ_STEP_MASK && has_more_below(a, i))) &&
		    rj_mnt_set(a->trees[i], s->dst, RJ_MOUNT_ATTR_RDONLY, 0, err) < 0)
			return -err->num;
	}
	return 0;
}

int rj_apply_begin(struct rj_apply *a, const struct rj_plan *plan, struct rj_err *err)
{
	if (!a->trees && rj_mnt_make_private(err) < 0)
		return -err->num;
	a->plan = plan;
	return prepare_all(a, err);
}

int rj_apply(struct rj_apply *a, const struct rj_plan *plan, struct rj_err *err)
{
	const mode_t mask = umask(0);

	if (rj_apply_begin(a, plan, err) < 0 || prepare_rest(a, err) < 0)
		return -err->num;
	a->null = openat(AT_FDCWD, "/dev/null", O_PATH | O_CLOEXEC);
	if (a->null < 0)
		return rj_fail(err, errno, "cannot open /dev/null");
	a->at.plan = plan;
	a->at.trees = a->trees;
	if (make_root(a, err) < 0)
		return -err->num;
	for (size_t i = 0; i < plan->n; i++)
		if (run_step(a, i, err) < 0)
			return -err->num;
	rj_mountpoints_release(&a->at);
	if (seal(a, err) < 0 || rj_mnt_pivot(a->at.root, err) < 0)
		return -err->num;
	rj_close(&a->null);
	(void)umask(mask);
	return 0;
}

void rj_apply_release(struct rj_apply *a)
{
	rj_free(&a->trees);
}
