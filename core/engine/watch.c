#include "core/engine/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/model/limits.h"
#include "core/sys/du.h"
#include "core/sys/file.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"
#include "core/sys/usage.h"

enum {
	READY = 'y',
	KEEP = 'k',
	SHOWN = 's',	/* the byte beside the descriptors */
	FIRST_MS = 100, /* short commands end before; less than what lies between two samples */
	USUAL_MS = 250,
	CLOSE_MS = 30, /* when half of a limit is used */
	COST = 3,      /* so many times what a sample took is the least wait */
	OVER_MAX = 30, /* samples over the limit, one after the other, that end the whole jail */
	ENTRIES = 4000,
	HOME_MS = 1000, /* between two measures of the home */
	END_MS = 3000,
	FULL_PART = 128, /* a tmpfs with less than this part free is full */
};

/* A disk does not take more in a millisecond. */
#define DISK_BYTES_MS (4u << 20)

/* What PID 1 hands out, /proc first. */
static const struct {
	const char *name;
	long magic;
} shown[] = {{"proc", PROC_SUPER_MAGIC},
	     {"tmp", TMPFS_MAGIC},
	     {"var/tmp", TMPFS_MAGIC},
	     {"dev/shm", TMPFS_MAGIC},
	     {"run", TMPFS_MAGIC}};

struct watch {
	const struct rj_watch_args *a;
	struct rj_watch_result *r;
	int fds[RJ_MSG_FDS]; /* of what is shown */
	size_t fds_n;
	uint64_t tmp_used;
	struct rj_du *du; /* of a measure that goes on */
	int64_t du_again; /* when the next one begins */
	unsigned over;
	bool disk_armed;
	bool ended; /* the jail was ended */
};

static void end_jail(struct watch *w)
{
	(void)rj_usage_kill(w->fds[0], 1);
	w->ended = true;
}

static void look_at_tmp(struct watch *w)
{
	w->tmp_used = 0;
	for (size_t i = 1; i < RJ_COUNT(shown); i++) {
		struct statfs fs;

		if (fstatfs(w->fds[i], &fs) < 0)
			continue;
		w->tmp_used += (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
		if (fs.f_bfree <= fs.f_blocks / FULL_PART || (fs.f_files && fs.f_ffree == 0))
			(void)snprintf(w->r->full, sizeof(w->r->full), "/%s", shown[i].name);
	}
}

/* Milliseconds in which the disk cannot have lost what there is to lose. */
static int64_t look_at_disk(struct watch *w)
{
	struct statfs fs;
	uint64_t left;
	int64_t ms;

	if (w->a->disk == RJ_UNLIMITED || fstatfs(w->a->home_dir, &fs) < 0)
		return USUAL_MS;
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	if (left >= w->a->disk) {
		w->disk_armed = true;
		ms = (int64_t)((left - w->a->disk) / DISK_BYTES_MS);
		return ms > USUAL_MS ? USUAL_MS : ms > CLOSE_MS ? ms : CLOSE_MS;
	}
	if (w->disk_armed) {
		w->r->disk_ended = true;
		end_jail(w);
	}
	return USUAL_MS;
}

static void look_at_home(struct watch *w)
{
	uint64_t bytes;
	int rc;

	if (w->a->home == RJ_UNLIMITED || (!w->du && rj_now_ms() < w->du_again))
		return;
	if (!w->du)
		w->du = rj_du_new(w->a->home_dir);
	rc = rj_du_step(w->du, ENTRIES, &bytes);
	if (rc < 0 || bytes > w->a->home) {
		w->r->home_ended = rc < 0 ? rc : 1;
		end_jail(w);
	} else if (rc == 0) {
		return;
	}
	rj_du_free(&w->du);
	w->du_again = rj_now_ms() + HOME_MS;
}

/* Over the limit: shared pages are counted once before anything is done about it. */
static void relieve(struct watch *w)
{
	struct rj_usage u;

	if (rj_usage_read(w->fds[0], true, &u) < 0)
		return;
	if (u.memory + w->tmp_used <= w->a->memory) {
		w->over = 0;
		return;
	}
	if (++w->over > OVER_MAX || w->tmp_used > w->a->memory || !u.biggest) {
		w->r->memory_ended = true;
		end_jail(w);
		return;
	}
	if (rj_usage_kill(w->fds[0], u.biggest) == 0) {
		w->r->killed++;
		memcpy(w->r->biggest, u.name, sizeof(w->r->biggest));
	}
}

static int64_t look_at_processes(struct watch *w)
{
	struct rj_usage u;
	uint64_t memory;

	if ((w->a->memory == RJ_UNLIMITED && w->a->tasks == RJ_UNLIMITED) ||
	    rj_usage_read(w->fds[0], false, &u) < 0)
		return USUAL_MS;
	if (w->a->tasks != RJ_UNLIMITED && u.tasks > w->r->tasks)
		w->r->tasks = u.tasks;
	memory = u.memory + w->tmp_used;
	if (memory > w->r->memory)
		w->r->memory = memory;
	if (memory > w->a->memory)
		relieve(w);
	else
		w->over = 0;
	return memory > w->a->memory / 2 || u.tasks > w->a->tasks / 2 ? CLOSE_MS : USUAL_MS;
}

/* One sample; how long to wait for the next. */
static int sample(struct watch *w)
{
	const int64_t start = rj_now_ms();
	int64_t wait, disk, cost;

	look_at_tmp(w);
	disk = look_at_disk(w);
	look_at_home(w);
	wait = look_at_processes(w);
	cost = (rj_now_ms() - start) * COST;
	if (w->du || disk < wait)
		wait = w->du ? CLOSE_MS : disk;
	return (int)(wait > cost ? wait : cost);
}

/* What PID 1 has sent; it did so before anything else ran in the jail. */
static int take(int sock, struct watch *w)
{
	struct pollfd sent = {.fd = sock, .events = POLLIN};
	char what = 0;

	if (poll(&sent, 1, END_MS) != 1 ||
	    rj_msg_receive(sock, &what, sizeof(what), w->fds, &w->fds_n) != sizeof(what) ||
	    what != SHOWN || w->fds_n != RJ_COUNT(shown))
		return -EPIPE;
	for (size_t i = 0; i < RJ_COUNT(shown); i++) {
		struct statfs fs;

		if (fstatfs(w->fds[i], &fs) < 0 || (long)fs.f_type != shown[i].magic)
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
RJ_IDLE static void watch_on(struct watch *w, int sock)
{
	struct pollfd end = {.fd = sock, .events = POLLIN};
	int wait;

	do {
		wait = sample(w);
		rj_proc_slim();
	} while (poll(&end, 1, w->ended ? -1 : wait) <= 0 || !is_over(sock));
}

static void watch_main(struct rj_watch *watch)
{
	const int keep[] = {watch->sock, watch->args.home_dir};
	struct watch w = {.a = &watch->args, .r = watch->result, .disk_armed = watch->disk_armed};
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
	look_at_tmp(&w); /* a full one may be the reason of the end */
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
	struct watch w = {.a = args};
	const int64_t disk = look_at_disk(&w);

	watch->args = *args;
	watch->disk_armed = w.disk_armed;
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
		if (trees[i] >= 0 && is_kind(plan->v[i].kind, shown[which].magic) &&
		    !strcmp(plan->v[i].dst + 1, shown[which].name))
			return trees[i];
	return -1;
}

int rj_watch_inside(int inside, const struct rj_plan *plan, const int *trees, struct rj_err *err)
{
	RJ_AUTO(rj_close) int proc = -1;
	const char what = SHOWN;
	int fds[RJ_COUNT(shown)];
	int rc;

	for (size_t i = 0; i < RJ_COUNT(shown); i++) {
		fds[i] = mount_at(plan, trees, i);
		if (fds[i] < 0)
			return rj_refuse(err, ENOENT,
					 "there is no mount at /%s for the watch of the limits",
					 shown[i].name);
	}
	/* The tree is a bare path, and this one is read. */
	proc = openat(fds[0], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return rj_fail(err, errno, "cannot show /proc to the watch of the limits");
	fds[0] = proc;
	rc = rj_msg_send(inside, &what, sizeof(what), fds, RJ_COUNT(shown));
	return rc < 0 ? rj_fail(err, -rc, "cannot reach the watch of the limits") : 0;
}

/* It was not needed; but a full tmpfs may be why the command failed. */
static void look_once(struct rj_watch *watch, struct rj_watch_result *ret)
{
	struct watch w = {.a = &watch->args, .r = ret};

	if (watch->sock >= 0 && take(watch->sock, &w) == 0)
		look_at_tmp(&w);
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
