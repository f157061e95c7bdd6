/* What runs now, and what its terminal said last; declared in tape.h */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/vt.h"
#include "core/engine/tape.h"

enum { TAIL_MOST = 4096 };

/* The file of a session that lives, or -1. */
static int open_live(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0)
		return fd;
	rj_close(&fd);
	return -1;
}

bool rj_tape_is_live(int dir, const char *id)
{
	char name[RJ_JOURNAL_ID + 8];
	RJ_AUTO(rj_close) int fd = -1;

	(void)snprintf(name, sizeof(name), "%s.tail", id);
	fd = open_live(dir, name);
	return fd >= 0;
}

static bool is_newer(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

void rj_tape_last_line(const struct rj_ctx *ctx, const char *name, struct rj_buf *out)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, name, "log");
	DIR *d = opendir(path);
	struct timespec newest = {0};
	char text[TAIL_MOST];
	ssize_t len = 0;
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		const char *dot = strrchr(e->d_name, '.');
		int fd = dot && !strcmp(dot, ".tail") ? open_live(dirfd(d), e->d_name) : -1;
		struct stat st;

		if (fd >= 0 && fstat(fd, &st) == 0 && is_newer(&st.st_mtim, &newest)) {
			newest = st.st_mtim;
			len = pread(fd, text, sizeof(text), 0);
		}
		rj_close(&fd);
	}
	if (d)
		(void)closedir(d);
	if (len > 0)
		rj_vt_last_line(text, (size_t)len, out);
}
