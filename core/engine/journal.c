#include "core/engine/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/guard.h"
#include "core/engine/lifecycle.h"
#include "core/engine/session.h"
#include "core/engine/sync.h"
#include "core/git/status.h"
#include "core/sys/cgroup.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

#define FILE_NAME "history.jsonl"

enum {
	FILE_MAX = 1 << 20,
	TRIES = 100,	     /* to open a file that is replaced all the time */
	COUNT_PART = 10,     /* the tenth part of the session is spared for counting */
	COUNT_LEAST_MS = 50, /* when it is that long */
	COUNT_MOST_MS = 3000,
};

/* A write beyond the user's `ulimit -f` then fails with EFBIG. Exec gives the signal back its usual
 * effect; where it is ignored it stays so, and the write fails as well. */
static void on_file_limit(int sig)
{
	(void)sig;
}

void rj_journal_begin(struct rj_journal_mark *ret)
{
	const struct sigaction sa = {.sa_handler = on_file_limit, .sa_flags = SA_RESTART};
	struct sigaction before;
	struct tm tm = {0};
	char when[32] = "";

	if (sigaction(SIGXFSZ, NULL, &before) == 0 && before.sa_handler == SIG_DFL)
		(void)sigaction(SIGXFSZ, &sa, NULL);
	rj_clock(CLOCK_REALTIME, &ret->wall);
	rj_clock(CLOCK_BOOTTIME, &ret->clock);
	(void)gmtime_r(&ret->wall.tv_sec, &tm);
	(void)strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm);
	(void)snprintf(ret->id, sizeof(ret->id), "%s-%d", when, (int)getpid());
}

int rj_journal_dir(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, name, "log");
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && (mkdir(path, 0700) == 0 || errno == EEXIST))
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? rj_fail(err, errno, "cannot open the directory %s", path) : fd;
}

void rj_journal_measure(const struct rj_guard *guard, int64_t one, struct rj_journal_entry *e)
{
	const int64_t whole = (int64_t)rj_cgroup_read(&guard->group, "memory.peak", NULL);
	const int64_t seen = guard->watch.result ? (int64_t)guard->watch.result->memory : 0;
	struct rusage ru = {0};

	if (!one && getrusage(RUSAGE_CHILDREN, &ru) == 0)
		one = (int64_t)ru.ru_maxrss << 10;
	e->peak = (uint64_t)(whole ? whole : seen > one ? seen : one);
	e->peak_by = whole	  ? RJ_PEAK_CGROUP
		     : seen > one ? RJ_PEAK_SAMPLES
		     : one	  ? RJ_PEAK_PROCESS
				  : RJ_PEAK_UNKNOWN;
}

static int64_t ms_since(const struct timespec *then)
{
	struct timespec now;

	rj_clock(CLOCK_BOOTTIME, &now);
	return (int64_t)(now.tv_sec - then->tv_sec) * 1000 +
	       (now.tv_nsec - then->tv_nsec) / 1000000;
}

bool rj_journal_is_short(const struct rj_journal_mark *mark)
{
	return ms_since(&mark->clock) / COUNT_PART < COUNT_LEAST_MS;
}

/* The child: how many files differ, or -1. */
static void count_main(const struct rj_jail *jail, int out)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_worktree wt = rj_jail_worktree(jail);
	struct rj_status st = {0};
	struct rj_err ignored;
	int64_t n = -1;

	if (rj_jail_repo(jail, &repo, &ignored) == 0 &&
	    rj_status_read(&repo, &wt, 0, &st, &ignored) == 0)
		n = (int64_t)st.files_changed;
	(void)rj_write_all(out, &n, sizeof(n));
	_exit(0);
}

/* How long it takes is up to the agent, which may have made any number of files: a process of its
 * own that is ended when the time is over. */
static int64_t count_files(const struct rj_jail *jail, int64_t ms)
{
	struct pollfd p = {.events = POLLIN};
	int64_t n = -1;
	const pid_t self = getpid();
	int pipe_fds[2];
	pid_t pid;

	if (ms < COUNT_LEAST_MS || pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == self)
			count_main(jail, pipe_fds[1]);
		_exit(RJ_EXIT_FAILED);
	}
	rj_close(&pipe_fds[1]);
	p.fd = pipe_fds[0];
	if (pid > 0) {
		if (poll(&p, 1, (int)(ms < COUNT_MOST_MS ? ms : COUNT_MOST_MS)) != 1 ||
		    read(p.fd, &n, sizeof(n)) != sizeof(n))
			n = -1;
		(void)kill(pid, SIGKILL);
		(void)rj_wait(pid);
	}
	rj_close(&pipe_fds[0]);
	return n;
}

static bool is_replaced(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink == 0;
}

/* Open and locked, as the one file of that name. */
static int open_locked(int dir)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = openat(dir, FILE_NAME,
				O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
				0600);

		if (fd < 0)
			return -errno;
		while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
			continue;
		if (!is_replaced(fd))
			return fd;
		rj_close(&fd);
	}
	return -EAGAIN;
}

/* Keep the newer half, whole lines, of which there is one: no line is that long, and the newest
 * follows a newline. The lock is on the old file: who waits for it sees that it is replaced. */
static int drop_half(int fd, const char *path, off_t size, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *text = rj_alloc(1, FILE_MAX / 2 + 1);
	const ssize_t n = pread(fd, text, FILE_MAX / 2, size - FILE_MAX / 2);
	const char *from = n == FILE_MAX / 2 ? memchr(text, '\n', (size_t)n - 1) : NULL;

	_Static_assert(RJ_JOURNAL_LINE < FILE_MAX / 2, "the newest line is whole in there");
	if (!from)
		return rj_refuse(err, EIO, "cannot read the newer half of %s", path);
	from++;
	return rj_file_replace(path, from, (size_t)(text + n - from), 0600, err);
}

static int append(int dir, const char *path, const char *line, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = open_locked(dir);
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	struct stat st;
	ssize_t n;
	char last = '\n';

	if (fd < 0)
		return rj_fail(err, -fd, "cannot open %s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return rj_refuse(err, EINVAL, "%s is not a regular file", path);
	if (st.st_size > 0)
		(void)pread(fd, &last, 1, st.st_size - 1);
	if (last != '\n') /* a line that was cut: this one must not be lost with it */
		rj_buf_putc(&b, '\n');
	rj_buf_puts(&b, line);
	n = write(fd, b.s, b.len);
	if (n != (ssize_t)b.len) {
		rj_fail(err, n < 0 ? errno : ENOSPC, "cannot write to %s", path);
		if (n > 0)
			(void)ftruncate(fd, st.st_size);
		return -err->num;
	}
	return st.st_size + n > FILE_MAX ? drop_half(fd, path, st.st_size + n, err) : 0;
}

static void fill(const struct rj_jail *jail, const struct rj_journal_mark *mark, char *const *argv,
		 const char *user, const struct rj_session_result *result,
		 struct rj_journal_entry *e)
{
	struct tm tm = {0};
	char when[32] = "";

	e->ms = ms_since(&mark->clock);
	(void)gmtime_r(&mark->wall.tv_sec, &tm);
	(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	e->id = rj_strdup(mark->id);
	e->started = rj_strdup(when);
	e->user = rj_strdup(user);
	rj_journal_set_argv(e, argv);
	e->status = result->status;
	e->commits = result->sync_failed ? -1
		     : result->synced	 ? (int64_t)result->import.commits
					 : 0;
	for (size_t i = 0; i < result->hits.n; i++)
		rj_strv_add(&e->limits, result->hits.v[i].msg);
	e->files = count_files(jail, e->ms / COUNT_PART);
}

int rj_journal_end(const struct rj_ctx *ctx, const struct rj_jail *jail,
		   const struct rj_journal_mark *mark, char *const *argv, const char *user,
		   const struct rj_session_result *result, struct rj_journal_entry *e,
		   struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail->name, "log/" FILE_NAME);
	RJ_AUTO(rj_close) int dir = rj_journal_dir(ctx, jail->name, err);
	RJ_AUTO(rj_free) char *line = NULL;
	int rc = dir;

	if (dir >= 0) {
		fill(jail, mark, argv, user, result, e);
		line = rj_journal_print(e);
		rc = append(dir, path, line, err);
	}
	rj_journal_entry_release(e);
	if (rc >= 0)
		return 0;
	rj_wrap(err, "this session is not in the history of jail '%s'", jail->name);
	return rj_hint_room(err);
}
