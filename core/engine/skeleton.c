#include "core/engine/skeleton.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/mountpoint.h"
#include "core/git/sha1.h"
#include "core/git/worktree.h"
#include "core/sys/names.h"

#define PREFIX	   "root-"
#define UNFINISHED PREFIX "new"

enum { NAME_SIZE = sizeof(PREFIX) - 1 + RJ_SHA1_HEX };

static void add(struct rj_buf *to, const char *text)
{
	rj_buf_add(to, text, strlen(text) + 1);
}

/* What a step leaves in the root, and with a copy the very file. */
static void add_step(struct rj_buf *to, const struct rj_step *s)
{
	const bool is_text = s->kind == RJ_STEP_FILE || s->kind == RJ_STEP_SYMLINK;
	const bool is_copy = rj_step_is_copied(s);
	const uint32_t head[] = {
		is_text || s->kind == RJ_STEP_DIR ? (uint32_t)s->kind : UINT32_MAX,
		rj_step_is_dir(s),
		s->kind == RJ_STEP_DIR ? s->mode : 0,
		is_copy,
	};
	const uint64_t file[] = {s->dev, s->ino, s->changed};

	rj_buf_add(to, head, sizeof(head));
	if (is_copy)
		rj_buf_add(to, file, sizeof(file));
	add(to, s->dst);
	if (is_text)
		add(to, s->src);
}

static void name_it(const struct rj_plan *plan, char ret[NAME_SIZE])
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_sha1 sum;

	for (size_t i = 1; i < plan->n; i++)
		if (plan->v[i].flags & RJ_STEP_KEPT)
			add_step(&text, &plan->v[i]);
	rj_sha1_init(&sum);
	rj_sha1_update(&sum, rj_buf_str(&text), text.len);
	memcpy(ret, PREFIX, sizeof(PREFIX));
	rj_sha1_final_hex(&sum, ret + sizeof(PREFIX) - 1);
}

/* The host has not started anew since, by its own clock: one that was put back does no harm. */
static bool is_of_this_boot(const struct stat *st)
{
	struct timespec now, up;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 || clock_gettime(CLOCK_BOOTTIME, &up) < 0)
		return false;
	return st->st_ctim.tv_sec > now.tv_sec - up.tv_sec;
}

static bool find(int private, const char *name, struct stat *ret)
{
	return fstatat(private, name, ret, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(ret->st_mode) &&
	       ret->st_uid == geteuid() && is_of_this_boot(ret);
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

/* Those of other plans or other times, and what was not finished. */
static void remove_all(const char *private, int dir)
{
	RJ_AUTO(rj_close) int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};
	const struct dirent *e;
	struct rj_err ignored;

	while (fd >= 0 && (e = rj_names_next(&names))) {
		RJ_AUTO(rj_free) char *path = NULL;

		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		path = rj_path_join(private, e->d_name);
		(void)rj_tree_remove(path, &ignored);
	}
}

static bool make(const char *private, int dir, const char *name, const struct rj_plan *plan)
{
	RJ_AUTO(rj_close) int root = -1;
	const mode_t mask = umask(0);
	struct rj_err ignored;
	bool is_made;

	remove_all(private, dir);
	if (mkdirat(dir, UNFINISHED, 0755) == 0)
		root = openat(dir, UNFINISHED, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	is_made = root >= 0 && fill(root, plan, &ignored) == 0 &&
		  renameat(dir, UNFINISHED, dir, name) == 0;
	(void)umask(mask);
	return is_made;
}

void rj_skeleton_use(const struct rj_ctx *ctx, const char *name, struct rj_plan *plan)
{
	RJ_AUTO(rj_free) char *private = rj_ctx_private(ctx, name, NULL);
	RJ_AUTO(rj_free) char *path = NULL;
	RJ_AUTO(rj_close) int dir = -1;
	char own[NAME_SIZE];
	struct stat st;

	if (!rj_plan_keep(plan, true))
		return;
	name_it(plan, own);
	dir = openat(AT_FDCWD, private, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 ||
	    !(find(dir, own, &st) || (make(private, dir, own, plan) && find(dir, own, &st)))) {
		(void)rj_plan_keep(plan, false);
		return;
	}
	path = rj_path_join(private, own);
	plan->v[0] = (struct rj_step){.kind = RJ_STEP_ROOT_KEPT,
				      .flags = RJ_STEP_IS_DIR,
				      .src = rj_arena_strdup(&plan->strings, path),
				      .dst = "/",
				      .dev = st.st_dev,
				      .ino = st.st_ino};
}
