#include "core/engine/overlay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/file.h"
#include "core/sys/mnt.h"
#include "core/sys/uapi.h"

/* Its descriptor stays open on purpose: it ends with the process. exec closes it. */
static int lock(int dir, const char *path, struct rj_err *err)
{
	int fd = openat(dir, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return rj_fail(err, errno, "cannot open %s/lock", path);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0; /* cppcheck-suppress resourceLeak */
	rj_close(&fd);
	rj_refuse(err, EBUSY, "another session of this jail has its caches (%s)", path);
	return rj_hint(err, "end that session first, or leave caches out of config.toml");
}

static int open_half(int dir, const char *name, const char *path, struct rj_err *err)
{
	int fd;

	if (mkdirat(dir, name, 0700) < 0 && errno != EEXIST)
		return rj_fail(err, errno, "cannot make %s/%s", path, name);
	fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return rj_fail(err, errno, "cannot open %s/%s", path, name);
}

/* A new upper half looks like the lower one from inside. */
static void take_mode(int lower, int dir)
{
	struct stat st;

	if (fstat(lower, &st) == 0)
		(void)fchmodat(dir, "upper", (st.st_mode & 0777) | 0700, 0);
}

static int mount_halves(int lower, int upper, int work, struct rj_err *err)
{
	const int fds[] = {lower, upper, work};
	char path[RJ_COUNT(fds)][32];
	const struct rj_mnt_option opts[] = {{"userxattr", NULL},
					     {"lowerdir", path[0]},
					     {"upperdir", path[1]},
					     {"workdir", path[2]},
					     {NULL, NULL}};

	/* Through descriptors: in a path of the user's, ':' and ',' would mean something. */
	for (size_t i = 0; i < RJ_COUNT(fds); i++)
		(void)snprintf(path[i], sizeof(path[i]), "/proc/self/fd/%d", fds[i]);
	return rj_mnt_new("overlay", opts, RJ_MOUNT_ATTR_NOSUID | RJ_MOUNT_ATTR_NODEV, err);
}

int rj_overlay_make(const struct rj_step *s, int lower, struct rj_err *err)
{
	RJ_AUTO(rj_close) int dir = -1;
	RJ_AUTO(rj_close) int upper = -1;
	RJ_AUTO(rj_close) int work = -1;
	int tree;

	if (rj_mkdirs(s->upper, 0700, err) < 0)
		return -err->num;
	dir = open(s->upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return rj_fail(err, errno, "cannot open %s", s->upper);
	if (lock(dir, s->upper, err) < 0)
		return -err->num;
	upper = open_half(dir, "upper", s->upper, err);
	work = upper < 0 ? upper : open_half(dir, "work", s->upper, err);
	if (work < 0)
		return work;
	take_mode(lower, dir);
	tree = mount_halves(lower, upper, work, err);
	if (tree >= 0)
		return tree;
	rj_wrap(err, "cannot lay a writable layer over the cache %s", s->src);
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "it needs Linux 5.11 with overlayfs, and a file system for the jails "
			    "that is none itself: see 'robojail doctor', or leave caches out of "
			    "config.toml");
}
