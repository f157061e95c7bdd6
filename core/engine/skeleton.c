#include "core/engine/skeleton.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/mountpoint.h"
#include "core/git/worktree.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

#define ROOT	   "root"
#define UNFINISHED ROOT "-new"
#define TEXT	   ROOT ".text"

enum { PIECE = 4096 };

/* What a root is made of: written down for a new one, or compared with what was, which is read
 * piece by piece: memory that is new costs more. */
struct text {
	struct rj_buf *out; /* or NULL */
	int was;
	bool differs;
	const char *at; /* in `piece` */
	size_t left;
	char piece[PIECE];
};

static void compare(struct text *t, const char *bytes, size_t len)
{
	while (len > 0 && !t->differs) {
		size_t n;

		if (t->left == 0) {
			const ssize_t got = read(t->was, t->piece, sizeof(t->piece));

			t->at = t->piece;
			t->left = got > 0 ? (size_t)got : 0;
		}
		n = len < t->left ? len : t->left;
		t->differs = n == 0 || memcmp(t->at, bytes, n) != 0;
		t->at += n;
		t->left -= n;
		bytes += n;
		len -= n;
	}
}

static void put(struct text *t, const void *bytes, size_t len)
{
	if (t->out)
		rj_buf_add(t->out, bytes, len);
	else
		compare(t, bytes, len);
}

/* What a step leaves in the root, and with a copy the very file. */
static void put_step(struct text *t, const struct rj_step *s)
{
	const bool is_text = s->kind == RJ_STEP_FILE || s->kind == RJ_STEP_SYMLINK;
	const bool is_copy = rj_step_is_copied(s);
	const uint64_t head[] = {
		is_text || s->kind == RJ_STEP_DIR ? (uint64_t)s->kind : UINT64_MAX,
		rj_step_is_dir(s),
		s->kind == RJ_STEP_DIR ? s->mode : 0,
		is_copy,
		is_copy ? s->dev : 0,
		is_copy ? s->ino : 0,
		is_copy ? s->changed : 0,
	};

	put(t, head, sizeof(head));
	put(t, s->dst, strlen(s->dst) + 1);
	if (is_text)
		put(t, s->src, strlen(s->src) + 1);
}

static void put_plan(struct text *t, const struct rj_plan *plan, const struct stat *root)
{
	const uint64_t which[] = {root->st_dev, root->st_ino};

	put(t, which, sizeof(which));
	for (size_t i = 1; i < plan->n && !t->differs; i++)
		if (plan->v[i].flags & RJ_STEP_KEPT)
			put_step(t, &plan->v[i]);
}

/* The host has not started anew since, by its own clock: one that was put back does no harm. */
static bool is_of_this_boot(const struct stat *st)
{
	struct timespec now, up;

	rj_clock(CLOCK_REALTIME, &now);
	rj_clock(CLOCK_BOOTTIME, &up);
	return now.tv_sec > 0 && st->st_ctim.tv_sec > now.tv_sec - up.tv_sec;
}

static bool look(int private, struct stat *ret)
{
	return fstatat(private, ROOT, ret, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(ret->st_mode) &&
	       ret->st_uid == geteuid() && is_of_this_boot(ret);
}

static bool find(int private, const struct rj_plan *plan, struct stat *ret)
{
	RJ_AUTO(rj_close) int fd = -1;
	struct rj_err none;
	struct stat st;
	struct text t;

	if (look(private, ret))
		fd = rj_file_open(private, TEXT, &st, &none);
	if (fd < 0)
		return false;
	t.out = NULL;
	t.was = fd;
	t.differs = false;
	t.left = 0;
	put_plan(&t, plan, ret);
	return !t.differs && t.left == 0 && read(fd, t.piece, 1) == 0;
}

static int fill(int root, const struct rj_plan *plan, struct rj_err *err)
{
	RJ_AUTO(rj_free) int *trees = rj_alloc(plan->n, sizeof(*trees));
	struct rj_mountpoints at = RJ_MOUNTPOINTS_NONE;
	int rc = 0;

	for (size_t i = 0; i < plan->n; i++)
		trees[i] = -1;
	at.plan = plan;
	at.trees = trees;
	at.root = root;
	for (size_t i = 1; rc == 0 && i < plan->n; i++)
		if (plan->v[i].flags & RJ_STEP_KEPT)
			rc = rj_mountpoint_make(&at, i, err);
	rj_mountpoints_release(&at);
	return rc;
}

/* The text comes last: what has none is not used. */
static bool write_down(int dir, const struct rj_plan *plan, struct stat *ret)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, TEXT, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	RJ_AUTO(rj_buf_release) struct rj_buf is = {0};
	struct text t;

	if (fd < 0 || !look(dir, ret))
		return false;
	t.out = &is;
	t.differs = false;
	put_plan(&t, plan, ret);
	return rj_write_all(fd, rj_buf_str(&is), is.len) == 0;
}

static bool make(const char *private, int dir, const struct rj_plan *plan, struct stat *ret)
{
	RJ_AUTO(rj_close) int root = -1;
	const mode_t mask = umask(0);
	struct rj_err ignored;
	bool is_made;

	rj_tree_remove_like(private, ROOT); /* of other plans, and what was not finished */
	if (mkdirat(dir, UNFINISHED, 0755) == 0)
		root = openat(dir, UNFINISHED, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	is_made = root >= 0 && fill(root, plan, &ignored) == 0 &&
		  renameat(dir, UNFINISHED, dir, ROOT) == 0 && write_down(dir, plan, ret);
	(void)umask(mask);
	return is_made;
}

/* A plan's sources are paths without symlinks, and one may be on the way to the data directory. */
static int open_private(char **path)
{
	const unsigned how = RJ_RESOLVE_NO_SYMLINKS;
	int dir = rj_openat2(AT_FDCWD, *path, O_PATH | O_DIRECTORY, how);
	struct rj_err ignored;
	char *real = dir == -ELOOP ? rj_real_path(*path, &ignored) : NULL;

	if (!real)
		return dir;
	rj_free(path);
	*path = real;
	return rj_openat2(AT_FDCWD, real, O_PATH | O_DIRECTORY, how);
}

void rj_skeleton_use(const struct rj_ctx *ctx, const char *name, struct rj_plan *plan)
{
	RJ_AUTO(rj_free) char *private = rj_ctx_private(ctx, name, NULL);
	RJ_AUTO(rj_free) char *path = NULL;
	RJ_AUTO(rj_close) int dir = -1;
	struct stat st;

	if (!rj_plan_keep(plan, true))
		return;
	dir = open_private(&private);
	if (dir < 0 || !(find(dir, plan, &st) || make(private, dir, plan, &st))) {
		(void)rj_plan_keep(plan, false);
		return;
	}
	path = rj_path_join(private, ROOT);
	plan->v[0] = (struct rj_step){.kind = RJ_STEP_ROOT_KEPT,
				      .flags = RJ_STEP_IS_DIR,
				      .src = rj_arena_strdup(&plan->strings, path),
				      .dst = "/",
				      .dev = st.st_dev,
				      .ino = st.st_ino};
}
