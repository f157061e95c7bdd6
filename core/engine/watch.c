#include "core/engine/watch.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/watch_parts.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"

enum {
	READY = 'y',
	KEEP = 'k',
	SHOWN = 's',	/* the byte beside the descriptors */
	FIRST_MS = 100, /* short commands end before; less than what lies between two samples */
	END_MS = 3000,
};

const struct rj_watch_shown rj_watch_shown[] = {{"proc", PROC_SUPER_MAGIC},
						{"tmp", TMPFS_MAGIC},
						{"var/tmp", TMPFS_MAGIC},
						{"dev/shm", TMPFS_MAGIC},
						{"run", TMPFS_MAGIC}};
static_assert(RJ_COUNT(rj_watch_shown) == RJ_WATCH_SHOWN, "watch_parts.h");

/* What PID 1 has sent; it did so before anything else ran in the jail. */
static int take(int sock, struct rj_watch_state *w)
{
	struct pollfd sent = {.fd = sock, .events = POLLIN};
	char what = 0;

	if (poll(&sent, 1, END_MS) != 1 ||
	    rj_msg_receive(sock, &what, sizeof(what), w->fds, &w->fds_n) != sizeof(what) ||
	    what != SHOWN || w->fds_n != RJ_WATCH_SHOWN)
		return -EPIPE;
	for (size_t i = 0; i < RJ_WATCH_SHOWN; i++) {
		struct statfs fs;

		if (fstatfs(w->fds[i], &fs) < 0 || (long)fs.f_type != rj_watch_shown[i].magic)
			return -EPIPE;
	}
	return 0;
}

/* PID 1 says something (then false), or is gone. */
static bool is_over(int sock)
{
	int none = -1;
	int what = rj_fd_receive(sock, &none);

	rj_close(&none);
	if (what != KEEP || prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		return true;
	return rj_fd_send(sock, READY, -1) < 0;
}

/* Until the socket's other end is closed. */
RJ_IDLE static void watch_on(struct rj_watch_state *w, int sock)
{
	struct pollfd end = {.fd = sock, .events = POLLIN};
	int wait;

	do {
		wait = rj_watch_look(w);
		rj_proc_slim();
	} while (poll(&end, 1, w->ended ? -1 : wait) <= 0 || !is_over(sock));
}

static void watch_main(struct rj_watch *watch)
{
	const int keep[] = {watch->sock, watch->args.home_dir};
	struct rj_watch_state w = {.a = &watch->args,
				   .r = watch->result,
				   .disk_armed = watch->disk_armed,
				   .inodes_armed = watch->inodes_armed};
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)setsid();
	rj_close_all_but(keep, RJ_COUNT(keep));
	for (int fd = 0; fd <= 2; fd++)
		(void)close(fd);
	rj_proc_set_title("rj-watch");
	if (take(watch->sock, &w) < 0)
		_exit(RJ_EXIT_FAILED);
	watch_on(&w, watch->sock);
	rj_watch_look_at_tmp(&w); /* a full one may be the reason of the end */
	_exit(0);
}

int rj_watch_open(struct rj_watch *ret, int *ret_inside, struct rj_err *err)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return rj_fail(err, errno, "cannot make a socket pair");
	*ret = (struct rj_watch){.sock = pair[0], .pidfd = -1};
	*ret_inside = pair[1];
	return 0;
}

void rj_watch_prepare(struct rj_watch *watch, const struct rj_watch_args *args)
{
	struct rj_watch_state w = {.a = args};
	const int64_t disk = rj_watch_look_at_disk(&w);

	watch->args = *args;
	watch->disk_armed = w.disk_armed;
	watch->inodes_armed = w.inodes_armed;
	watch->wait_ms = disk < FIRST_MS ? (int)disk : FIRST_MS;
}

/* Without one the jail must not go on: PID 1 sees the socket end. */
static int cannot_start(struct rj_watch *w, int num, struct rj_err *err)
{
	if (w->result)
		(void)munmap(w->result, sizeof(*w->result));
	w->result = NULL;
	w->pid = 0;
	w->failed = true;
	rj_close(&w->sock);
	w->sock = -1;
	return rj_fail(err, num, "cannot start the watch of the limits");
}

int rj_watch_start(struct rj_watch *w, struct rj_err *err)
{
	const pid_t self = getpid();

	if (w->pid > 0 || w->sock < 0)
		return 0;
	w->result = mmap(NULL, sizeof(*w->result), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (w->result == MAP_FAILED) {
		w->result = NULL;
		return cannot_start(w, errno, err);
	}
	w->pid = rj_clone(0, &w->pidfd);
	if (w->pid < 0)
		return cannot_start(w, -w->pid, err);
	if (w->pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != self)
			_exit(RJ_EXIT_FAILED);
		watch_main(w);
	}
	rj_close(&w->sock);
	w->sock = -1;
	return 0;
}

static bool is_kind(enum rj_step_kind kind, long magic)
{
	return magic == PROC_SUPER_MAGIC ? kind == RJ_STEP_PROC || kind == RJ_STEP_PROC_OUTER
					 : kind == RJ_STEP_TMPFS;
}

static int mount_at(const struct rj_plan *plan, const int *trees, size_t which)
{
	for (size_t i = 0; i < plan->n; i++)
		if (trees[i] >= 0 && is_kind(plan->v[i].kind, rj_watch_shown[which].magic) &&
		    !strcmp(plan->v[i].dst + 1, rj_watch_shown[which].name))
			return trees[i];
	return -1;
}

int rj_watch_inside(int inside, const struct rj_plan *plan, const int *trees, struct rj_err *err)
{
	RJ_AUTO(rj_close) int proc = -1;
	const char what = SHOWN;
	int fds[RJ_WATCH_SHOWN];
	int rc;

	for (size_t i = 0; i < RJ_WATCH_SHOWN; i++) {
		fds[i] = mount_at(plan, trees, i);
		if (fds[i] < 0)
			return rj_refuse(err, ENOENT,
					 "there is no mount at /%s for the watch of the limits",
					 rj_watch_shown[i].name);
	}
	/* The tree is a bare path, and this one is read. */
	proc = openat(fds[0], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return rj_fail(err, errno, "cannot show /proc to the watch of the limits");
	fds[0] = proc;
	rc = rj_msg_send(inside, &what, sizeof(what), fds, RJ_WATCH_SHOWN);
	return rc < 0 ? rj_fail(err, -rc, "cannot reach the watch of the limits") : 0;
}

/* It was not needed; but a full tmpfs may be why the command failed. */
static void look_once(struct rj_watch *watch, struct rj_watch_result *ret)
{
	struct rj_watch_state w = {.a = &watch->args, .r = ret};

	if (watch->sock >= 0 && take(watch->sock, &w) == 0)
		rj_watch_look_at_tmp(&w);
	while (w.fds_n > 0)
		rj_close(&w.fds[--w.fds_n]);
	rj_close(&watch->sock);
	*watch = (struct rj_watch)RJ_WATCH_NONE;
}

int rj_watch_keep(int inside)
{
	int none = -1;
	int rc = rj_fd_send(inside, KEEP, -1);

	if (rc < 0)
		return rc;
	rc = rj_fd_receive(inside, &none) == READY ? 0 : -EPIPE;
	rj_close(&none);
	return rc;
}

void rj_watch_end(struct rj_watch *watch, struct rj_watch_result *ret)
{
	struct pollfd end = {.fd = watch->pidfd, .events = POLLIN};

	*ret = (struct rj_watch_result){.failed = watch->failed};
	if (watch->pid <= 0) {
		look_once(watch, ret);
		return;
	}
	if (poll(&end, 1, END_MS) != 1)
		(void)rj_pidfd_kill(watch->pidfd, SIGKILL);
	(void)rj_wait(watch->pid);
	rj_close(&watch->pidfd);
	*ret = *watch->result;
	ret->full[sizeof(ret->full) - 1] = '\0';
	ret->biggest[sizeof(ret->biggest) - 1] = '\0';
	(void)munmap(watch->result, sizeof(*watch->result));
	*watch = (struct rj_watch)RJ_WATCH_NONE;
}
