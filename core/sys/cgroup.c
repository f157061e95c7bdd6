/* cgroup - the control group of a session: made, written, read, emptied, removed */
#include "core/sys/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/cgroup_parts.h"
#include "core/sys/file.h"

#define PREFIX "robojail-"

enum {
	ROUNDS = 8, /* processes that fork while they are moved are found in the next one */
	REMOVE_TRIES = 100,
	REMOVE_WAIT_NS = 10000000,
};

/* One write(2), as the files of the hierarchy want it. O_CREAT is refused by it, and lets a plain
 * directory stand for it. */
static int put(int dir, const char *file, const char *text)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	return fd < 0 ? -errno : rj_write_all(fd, text, strlen(text));
}

static int move_all(int from, int to, struct rj_err *err)
{
	for (int round = 0; round < ROUNDS; round++) {
		char text[65536];
		char *rest = text, *pid;

		if (rj_cgroup_text(from, "cgroup.procs", text, sizeof(text)) <= 0)
			return 0;
		while ((pid = strsep(&rest, "\n"))) {
			int rc = *pid ? put(to, "cgroup.procs", pid) : 0;

			if (rc < 0 && rc != -ESRCH)
				return rj_fail(err, -rc, "cannot move process %s to the group %s",
					       pid, RJ_CGROUP_HOST);
		}
	}
	return 0;
}

/* The place's own processes go below it, and the controllers are handed out. */
static int make_host(int place, unsigned controllers, struct rj_err *err)
{
	static const struct {
		unsigned bit;
		const char *text;
	} rows[] = {
		{RJ_CGROUP_CPU, "+cpu"}, {RJ_CGROUP_MEMORY, "+memory"}, {RJ_CGROUP_PIDS, "+pids"}};
	RJ_AUTO(rj_close) int host = -1;

	if (mkdirat(place, RJ_CGROUP_HOST, 0755) < 0 && errno != EEXIST)
		return rj_fail(err, errno, "cannot make the group %s", RJ_CGROUP_HOST);
	host = openat(place, RJ_CGROUP_HOST, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (host < 0)
		return rj_fail(err, errno, "cannot open the group %s", RJ_CGROUP_HOST);
	if (move_all(place, host, err) < 0)
		return -err->num;
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		int rc = controllers & rows[i].bit
				 ? put(place, "cgroup.subtree_control", rows[i].text)
				 : 0;

		if (rc < 0)
			return rj_fail(err, -rc, "cannot switch on the controller %s",
				       rows[i].text + 1);
	}
	return 0;
}

/* Groups whose supervisor was killed. One with processes in it cannot be removed; and a supervisor
 * in another PID namespace may be alive though we do not see it. */
static void sweep(int place)
{
	int fd = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;

	if (!d) {
		rj_close(&fd);
		return;
	}
	while ((e = readdir(d))) {
		const char *dash = strrchr(e->d_name, '-');
		long pid;

		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) != 0 || !dash)
			continue;
		pid = strtol(dash + 1, NULL, 10);
		if (pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			(void)unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	(void)closedir(d);
}

int rj_cgroup_make(int root, const struct rj_cgroup_place *place, const char *jail, pid_t self,
		   struct rj_cgroup *ret, struct rj_err *err)
{
	struct rj_cgroup g = {.parent = rj_cgroup_at(root, place->path),
			      .dir = -1,
			      .controllers = place->controllers};

	if (g.parent < 0)
		return rj_fail(err, -g.parent, "cannot open the control group %s", place->path);
	sweep(g.parent);
	if (place->make_host && make_host(g.parent, place->controllers, err) < 0)
		goto fail;
	(void)snprintf(g.name, sizeof(g.name), PREFIX "%s-%d", jail, self);
	if (mkdirat(g.parent, g.name, 0755) < 0 && errno != EEXIST) {
		rj_fail(err, errno, "cannot make the group %s", g.name);
		goto fail;
	}
	g.dir = openat(g.parent, g.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (g.dir < 0) {
		rj_fail(err, errno, "cannot open the group %s", g.name);
		goto fail;
	}
	*ret = g;
	return 0;
fail:
	rj_cgroup_release(&g, true);
	return rj_wrap(err, "control group %s", place->path);
}

int rj_cgroup_set(const struct rj_cgroup *g, const char *file, const char *text, struct rj_err *err)
{
	int rc = put(g->dir, file, text);

	return rc < 0 ? rj_fail(err, -rc, "cannot write %s to %s of the group %s", text, file,
				g->name)
		      : 0;
}

int rj_cgroup_add(const struct rj_cgroup *g, pid_t pid)
{
	RJ_AUTO(rj_close)
	int procs = openat(g->dir, "cgroup.procs", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[24];
	const int len = snprintf(text, sizeof(text), "%d", (int)pid);

	return procs < 0 ? -errno : rj_write_all(procs, text, (size_t)len);
}

uint64_t rj_cgroup_read(const struct rj_cgroup *g, const char *file, const char *key)
{
	char text[1024];
	size_t len = key ? strlen(key) : 0;

	if (g->dir < 0 || rj_cgroup_text(g->dir, file, text, sizeof(text)) <= 0)
		return 0;
	for (const char *line = text; *line; line += *line == '\n') {
		if (!key)
			return strtoull(line, NULL, 10);
		if (!strncmp(line, key, len) && line[len] == ' ')
			return strtoull(line + len, NULL, 10);
		line += strcspn(line, "\n");
	}
	return 0;
}

void rj_cgroup_kill(const struct rj_cgroup *g)
{
	RJ_AUTO(rj_close) int fd = -1;
	char text[65536];
	char *rest = text, *pid;

	if (g->dir < 0)
		return;
	fd = openat(g->dir, "cgroup.kill", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && rj_write_all(fd, "1", 1) == 0)
		return;
	/* PID 1 of the jail is among the first, and takes all others with it. */
	(void)rj_cgroup_text(g->dir, "cgroup.procs", text, sizeof(text));
	while ((pid = strsep(&rest, "\n")))
		if (strtol(pid, NULL, 10) > 1)
			(void)kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
}

int rj_cgroup_find(int root, const char *path, const char *jail, pid_t supervisor,
		   struct rj_cgroup *ret)
{
	struct rj_cgroup g = {.dir = -1};
	const char *cut = strrchr(path, '/');
	RJ_AUTO(rj_free) char *parent = NULL;

	if (strcmp(cut + 1, RJ_CGROUP_HOST) != 0)
		parent = rj_strdup(path); /* the root of all groups needs no robojail-host */
	else
		parent = cut == path ? rj_strdup("/") : rj_strndup(path, (size_t)(cut - path));
	g.parent = rj_cgroup_at(root, parent);
	if (g.parent < 0)
		return g.parent;
	(void)snprintf(g.name, sizeof(g.name), PREFIX "%s-%d", jail, supervisor);
	g.dir = openat(g.parent, g.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (g.dir < 0) {
		int num = errno;

		rj_close(&g.parent);
		return -num;
	}
	*ret = g;
	return 0;
}

void rj_cgroup_release(struct rj_cgroup *g, bool remove)
{
	const struct timespec wait = {.tv_nsec = REMOVE_WAIT_NS};

	if (remove && g->dir >= 0) {
		rj_cgroup_kill(g);
		for (int i = 0; i < REMOVE_TRIES; i++) {
			if (unlinkat(g->parent, g->name, AT_REMOVEDIR) == 0 || errno != EBUSY)
				break;
			(void)nanosleep(&wait, NULL);
		}
	}
	rj_close(&g->dir);
	rj_close(&g->parent);
	g->dir = -1;
	g->parent = -1;
}
