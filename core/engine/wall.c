#include "core/engine/wall.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/landlock.h"

enum {
	LOOK = RJ_LANDLOCK_READ | RJ_LANDLOCK_EXEC,
	USE = LOOK | RJ_LANDLOCK_WRITE | RJ_LANDLOCK_IOCTL,
	CHANGE = LOOK | RJ_LANDLOCK_WRITE | RJ_LANDLOCK_CHANGE,
};

static unsigned rights_of(const struct rj_step *s)
{
	switch (s->kind) {
	case RJ_STEP_ROOT_TMPFS:
	case RJ_STEP_ROOT_KEPT:
	case RJ_STEP_ROOT_BIND:
		return s->flags & RJ_STEP_WRITABLE ? CHANGE : LOOK;
	case RJ_STEP_BIND:
	case RJ_STEP_BIND_INSIDE:
	case RJ_STEP_OVERLAY:
	case RJ_STEP_TMPFS:
		if (s->flags & RJ_STEP_DEVICE)
			return USE;
		return s->flags & RJ_STEP_WRITABLE ? CHANGE : 0;
	case RJ_STEP_PROC:
	case RJ_STEP_DEVPTS:
		return USE;
	case RJ_STEP_PROC_OUTER: /* read-only */
	case RJ_STEP_DIR:
	case RJ_STEP_FILE:
	case RJ_STEP_SYMLINK:
	case RJ_STEP_READONLY:
	case RJ_STEP_MASK:
		return 0;
	}
	return 0;
}

/* -1: nothing that is hidden is at or below `path`; 1: it is hidden itself; 0: on the way there. */
static int look_hidden(const struct rj_plan *plan, const char *path)
{
	int found = -1;

	for (size_t i = 0; i < plan->n; i++) {
		if (!(plan->v[i].flags & RJ_STEP_HIDDEN))
			continue;
		if (!strcmp(plan->v[i].dst, path))
			return 1;
		if (rj_path_contains(path, plan->v[i].dst))
			found = 0;
	}
	return found;
}

/* One entry of a directory that leads to what is hidden. What is gone, or out of reach anyway,
 * needs no rule. */
static int allow_entry(int ruleset, int fd, const char *path, struct rj_err *err)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || S_ISLNK(st.st_mode))
		return 0;
	return rj_landlock_allow(ruleset, fd, S_ISDIR(st.st_mode) ? LOOK | RJ_LANDLOCK_BELOW : LOOK,
				 path, err);
}

/*
 * Reading, for all below `path` but what is hidden. What covers that lies on what was there, and on
 * the host somebody may put another one in its place: ~/.netrc, replaced as a whole. So where a
 * directory leads to something hidden, its entries are allowed one by one, and those that come
 * later are not.
 */
static int allow_below(int ruleset, const struct rj_plan *plan, int at, const char *path,
		       struct rj_err *err)
{
	int fd = openat(at, at < 0 ? path : rj_path_base(path),
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int rc = 0;

	if (!dir) {
		rj_close(&fd);
		return 0;
	}
	while (rc == 0 && (e = readdir(dir))) {
		RJ_AUTO(rj_free) char *below = rj_path_join(path, e->d_name);
		const int hidden = look_hidden(plan, below);

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") || hidden > 0)
			continue;
		if (hidden == 0) {
			rc = allow_below(ruleset, plan, fd, below, err);
		} else {
			RJ_AUTO(rj_close)
			int entry = openat(fd, e->d_name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

			rc = allow_entry(ruleset, entry, below, err);
		}
	}
	(void)closedir(dir);
	return rc;
}

/* On the mounts themselves: what lies on the way to them another session may be playing with. */
static int allow_plan(int ruleset, const struct rj_plan *plan, const int *trees, struct rj_err *err)
{
	const bool by_entry = look_hidden(plan, "/") == 0 && rights_of(&plan->v[0]) == LOOK;

	if (by_entry && allow_below(ruleset, plan, -1, "/", err) < 0)
		return -err->num;
	for (size_t i = 0; i < plan->n; i++) {
		const char *dst = plan->v[i].dst;
		unsigned rights = i == 0 && by_entry ? RJ_LANDLOCK_LIST : rights_of(&plan->v[i]);

		/* the empty thing in the place of what is hidden */
		if (by_entry && plan->v[i].flags & RJ_STEP_HIDDEN &&
		    allow_entry(ruleset, trees[i], dst, err) < 0)
			return -err->num;
		if (rights && rj_step_is_dir(&plan->v[i]))
			rights |= RJ_LANDLOCK_BELOW;
		if (rights && rj_landlock_allow(ruleset, trees[i], rights, dst, err) < 0)
			return -err->num;
	}
	return 0;
}

/* They lie on mounts that are not inside, where no rule of the plan reaches. */
static int allow_stdio(int ruleset, struct rj_err *err)
{
	for (int fd = 0; fd <= 2; fd++) {
		static const unsigned rights[] = {
			[O_RDONLY] = RJ_LANDLOCK_READ,
			[O_WRONLY] = RJ_LANDLOCK_WRITE,
			[O_RDWR] = RJ_LANDLOCK_READ | RJ_LANDLOCK_WRITE | RJ_LANDLOCK_IOCTL,
		};
		static const char *const names[] = {"descriptor 0", "descriptor 1", "descriptor 2"};
		int mode = fcntl(fd, F_GETFL);

		/* closed, or a bare path that gives nothing */
		if (mode < 0 || (mode & O_PATH) || (mode & O_ACCMODE) == O_ACCMODE)
			continue;
		if (rj_landlock_allow(ruleset, fd, rights[mode & O_ACCMODE], names[fd], err) < 0)
			return -err->num;
	}
	return 0;
}

/* Of Landlock, for these walls. */
static unsigned wanted(unsigned flags)
{
	unsigned want = RJ_LANDLOCK_SCOPE;

	if (!(flags & RJ_WALL_NESTED))
		want |= RJ_LANDLOCK_FILES;
	if (flags & RJ_WALL_NO_TCP)
		want |= RJ_LANDLOCK_NO_TCP;
	return want;
}

void rj_wall_print(unsigned flags, FILE *out)
{
	int abi = rj_landlock_abi();
	unsigned have = rj_landlock_supported(wanted(flags), abi);

	(void)fprintf(out, "landlock%s%s%s%s abi %d\n", have ? "" : " nothing",
		      have & RJ_LANDLOCK_FILES ? " files" : "",
		      have & RJ_LANDLOCK_NO_TCP ? " no-tcp" : "",
		      have & RJ_LANDLOCK_SCOPE ? " scope" : "", abi);
}

int rj_wall_raise(const struct rj_plan *plan, const int *trees, unsigned flags, struct rj_err *err)
{
	RJ_AUTO(rj_close) int ruleset = -1;
	unsigned have;

	ruleset = rj_landlock_new(wanted(flags), &have, err);
	if (ruleset == -ENOTSUP)
		return 0;
	if (ruleset < 0)
		return ruleset;
	if ((have & RJ_LANDLOCK_FILES) &&
	    (allow_plan(ruleset, plan, trees, err) < 0 || allow_stdio(ruleset, err) < 0))
		return -err->num;
	return rj_landlock_enter(ruleset, err);
}
