#include "core/engine/gitguard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/sync.h"
#include "core/sys/proc.h"

enum {
	ACTED = 1, /* exit status of a guard that ended the jail */
	EVENTS = 65536,
	AGAIN_MS = 1, /* between two looks while the jail dies */
	LOOK_MS = 50, /* and while it lives */
};

/* What can happen to the name, and to the file behind it, of which there may be a hard link. */
#define OF_NAME (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW)
#define OF_FILE (IN_MODIFY | IN_ATTRIB | IN_DONT_FOLLOW)

static int add_watches(int watch, const struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(jail->worktree_path, ".git");

	if (inotify_add_watch(watch, jail->worktree_path, OF_NAME) >= 0 &&
	    inotify_add_watch(watch, file, OF_FILE) >= 0)
		return 0;
	rj_fail(err, errno, "cannot watch %s", file);
	if (err->num == ENOSPC)
		rj_hint(err, "the limit on inotify watches is reached: see sysctl "
			     "fs.inotify.max_user_watches");
	return -err->num;
}

/* Which file it is now. */
static void identify(struct rj_gitguard *g, const struct rj_jail *jail)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(jail->worktree_path, ".git");
	struct stat st = {0};

	(void)lstat(file, &st);
	g->dev = st.st_dev;
	g->ino = st.st_ino;
}

int rj_gitguard_prepare(const struct rj_jail *jail, struct rj_gitguard *ret, struct rj_err *err)
{
	int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (watch < 0) {
		rj_fail(err, errno, "cannot watch the worktree of a nested jail");
		return rj_hint(err, "the limit on inotify instances may be reached: see sysctl "
				    "fs.inotify.max_user_instances");
	}
	if (add_watches(watch, jail, err) < 0) {
		rj_close(&watch);
		return -err->num;
	}
	ret->watch = watch;
	return 0;
}

/* Read all events that wait; does one of them concern the file? */
static bool read_events(int watch)
{
	static char buf[EVENTS] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool hit = false;
	ssize_t n;

	while ((n = read(watch, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(buf + at);

			/* without a name: the file itself, W itself, or too many to be told */
			hit = hit || !e->len || !strcmp(e->name, ".git");
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	return hit;
}

/* Is it as it was? If not, or if nobody can tell, it is put back as far as possible. */
static bool is_kept(struct rj_gitguard *g, const struct rj_jail *jail)
{
	const struct rj_repo repo = {.common = jail->git_dir};
	const struct rj_worktree wt = rj_jail_worktree(jail);
	const struct rj_gitguard was = *g;
	bool restored = false;
	struct rj_err ignored;

	identify(g, jail);
	if (g->dev == was.dev && g->ino == was.ino) {
		if (rj_worktree_check(&repo, &wt, &restored, &ignored) == 0 && !restored)
			return true;
	} else {
		(void)rj_worktree_put_back(&repo, &wt, &ignored);
	}
	identify(g, jail);
	return false;
}

static void end_jail(struct rj_gitguard *g, const struct rj_jail *jail, int pidfd)
{
	struct pollfd dead = {.fd = pidfd, .events = POLLIN};

	do {
		(void)rj_pidfd_kill(pidfd, SIGKILL);
		(void)is_kept(g, jail);
	} while (poll(&dead, 1, AGAIN_MS) <= 0);
	(void)is_kept(g, jail);
}

static int guard(struct rj_gitguard *g, const struct rj_jail *jail, int alive, int pidfd)
{
	struct pollfd fds[] = {{.fd = g->watch, .events = POLLIN}, {.fd = alive, .events = POLLIN}};

	for (;;) {
		const int n = poll(fds, RJ_COUNT(fds), LOOK_MS);

		if (n < 0 && errno != EINTR)
			break;
		if ((read_events(g->watch) || n == 0) && !is_kept(g, jail)) {
			end_jail(g, jail, pidfd);
			return ACTED;
		}
		if (fds[1].revents)
			return 0;
	}
	end_jail(g, jail, pidfd); /* never without a guard */
	return ACTED;
}

int rj_gitguard_start(struct rj_gitguard *g, const struct rj_jail *jail, int pidfd,
		      struct rj_err *err)
{
	int alive[2];

	identify(g, jail); /* after the session's own look, which may have made a new one */
	if (pipe2(alive, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	g->pid = fork();
	if (g->pid == 0) {
		const int keep[] = {g->watch, alive[0], pidfd};

		(void)setsid();
		for (int fd = 0; fd <= 2; fd++)
			(void)close(fd);
		rj_close_all_but(keep, RJ_COUNT(keep));
		_exit(guard(g, jail, alive[0], pidfd));
	}
	rj_close(&alive[0]);
	g->alive = alive[1];
	if (g->pid > 0)
		return 0;
	g->pid = 0;
	return rj_fail(err, errno, "cannot start the guard of the worktree");
}

bool rj_gitguard_stop(struct rj_gitguard *g, const struct rj_jail *jail)
{
	bool acted = false;

	rj_close(&g->alive);
	rj_close(&g->watch);
	if (g->pid > 0) {
		acted = rj_wait(g->pid) > 0; /* also when it was killed */
		if (acted)
			identify(g, jail); /* what it put there is ours */
		acted = !is_kept(g, jail) || acted;
	}
	*g = (struct rj_gitguard)RJ_GITGUARD_NONE;
	return acted;
}
