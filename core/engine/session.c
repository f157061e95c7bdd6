/*
 * session - one command in a jail, from lock to import; declared in session.h
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/host.h"
#include "core/engine/project.h"
#include "core/engine/session_parts.h"
#include "core/engine/sync.h"
#include "core/sys/file.h"

enum {
	RETRY_NS = 2000000,
	RETRIES = 10000, /* while the owner of an ended jail tidies up */
};

static const char *const watched[] = {"HEAD",	    "logs/HEAD",	   "packed-refs",
				      "refs/heads", "refs/heads/robojail", "refs/stash"};

static struct rj_session_stamps take_stamps(const struct rj_session *s)
{
	RJ_AUTO(rj_free) char *git = rj_ctx_private(s->ctx, s->jail->name, "git");
	RJ_AUTO(rj_close)
	int dir = openat(AT_FDCWD, git, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct rj_session_stamps t;

	_Static_assert(RJ_COUNT(t.v) == RJ_COUNT(watched), "a stamp for each");
	memset(&t, 0, sizeof(t));
	for (size_t i = 0; i < RJ_COUNT(watched); i++) {
		struct stat st;

		if (dir >= 0 && fstatat(dir, watched[i], &st, AT_SYMLINK_NOFOLLOW) == 0) {
			t.v[i].ino = st.st_ino;
			t.v[i].ctime = st.st_ctim;
		}
	}
	return t;
}

/* Descriptors 0 to 2 are the caller's; a directory among them would be a way out of the jail. */
static int check_stdio(struct rj_session *s, struct rj_err *err)
{
	s->size = (struct rj_tty_size){.rows = 24, .cols = 80};
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st = {0};
		struct winsize ws;

		(void)fstat(fd, &st);
		s->files[fd] = S_ISREG(st.st_mode) ? st.st_mode : 0;
		if (S_ISDIR(st.st_mode))
			return rj_refuse(
				err, EISDIR,
				"descriptor %d is a directory, and would lead out of the jail", fd);
		if (!isatty(fd))
			continue;
		s->tty |= 1u << fd;
		if (ioctl(fd, TIOCGWINSZ, &ws) == 0)
			s->size = (struct rj_tty_size){.rows = ws.ws_row, .cols = ws.ws_col};
	}
	return 0;
}

/* Who has a file open may change its mode: a program of the agent's on standard output, say, with
 * the set-user-ID bit. */
static void put_back_modes(const struct rj_session *s)
{
	static const char *const names[] = {"input", "output", "error"};

	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (!s->files[fd] || fstat(fd, &st) < 0 || st.st_mode == s->files[fd])
			continue;
		(void)fchmod(fd, s->files[fd] & 07777);
		rj_refuse(rj_errs_add(&s->ret->hits), EPERM,
			  "the jail had changed the mode of the file that is its standard %s; it "
			  "was put back",
			  names[fd]);
	}
}

/* A failure is reported beside the session's own result. */
static void sync_after(struct rj_session *s)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_session_result *ret = s->ret;

	ret->sync_failed = rj_repo_open(s->jail->git_dir, &repo, &ret->sync_err);
	if (ret->sync_failed == 0)
		ret->sync_failed =
			rj_session_sync(s->ctx, s->jail, &repo, &ret->import, &ret->sync_err);
	ret->synced = ret->sync_failed == 0;
}

void rj_session_conclude(struct rj_session *s, bool quickly)
{
	struct rj_session_stamps after;
	bool is_same;

	if (s->is_concluded)
		return;
	after = take_stamps(s);
	is_same = !memcmp(&s->before, &after, sizeof(after));
	if (quickly && !(is_same && rj_journal_is_short(&s->mark)))
		return;
	s->is_concluded = true;
	if (!is_same)
		sync_after(s);
	rj_session_log_end(s);
}

static int lock_session(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail->name, "lock");
	int fd = rj_lock_open(path, err);
	int rc;

	if (fd < 0 && err->num == ENOENT)
		return rj_hint(err,
			       "the jail's private data is gone, or XDG_DATA_HOME was another "
			       "one when it was made; its commits are on branch %s: robojail "
			       "destroy --force %s",
			       jail->branch, jail->name);
	if (fd < 0)
		return fd;
	rc = rj_lock_try(fd, RJ_LOCK_SHARED, err);
	if (rc == 0)
		return fd;
	rj_close(&fd);
	if (rc == -EAGAIN)
		rj_refuse(err, EBUSY, "jail '%s' is being created or destroyed", jail->name);
	return rc;
}

int rj_session_check(const struct rj_session *s, struct rj_err *err)
{
	const struct rj_repo repo = {.common = s->jail->git_dir};
	const struct rj_worktree wt = rj_jail_worktree(s->jail);

	return rj_worktree_check(&repo, &wt, &s->ret->restored, err);
}

void rj_session_stamp(struct rj_session *s)
{
	s->before = take_stamps(s);
}

static int own_or_join(struct rj_session *s, struct rj_err *err)
{
	const struct timespec moment = {.tv_nsec = RETRY_NS};

	for (int i = 0; i < RETRIES; i++) {
		struct rj_owner owner = RJ_OWNER_NONE;
		int rc = rj_owner_take(s->ctx, s->jail->name, &owner, err);

		if (rc > 0)
			return rj_session_start(s, &owner, err);
		if (rc < 0)
			return rj_host_check(err) < 0 ? -err->num : rc; /* it knows the remedy */
		rj_session_stamp(s);
		rc = rj_session_check(s, err);
		if (rc == 0)
			rc = rj_session_join(s, err);
		if (rc != -EAGAIN)
			return rc;
		(void)nanosleep(&moment, NULL);
	}
	rj_refuse(err, EBUSY, "jail '%s' is neither running nor at its end", s->jail->name);
	return rj_hint(err, "see 'robojail ps', and end it with 'robojail stop %s'", s->jail->name);
}

static int run(struct rj_session *s, struct rj_err *err)
{
	RJ_AUTO(rj_close) int lock = lock_session(s->ctx, s->jail, err);

	rj_journal_begin(&s->mark);
	s->lock = lock;
	if (lock < 0)
		return lock;
	if (rj_project_load(s->ctx, s->jail, err) < 0 || own_or_join(s, err) < 0)
		return -err->num;
	rj_session_conclude(s, false);
	return 0;
}

/* Member by member: errors that nobody makes cost no pages while the session lasts. */
static void clear(struct rj_session_result *r)
{
	r->status = r->id = r->sync_failed = r->log_failed = 0;
	r->goes_on = r->guarded = r->restored = r->synced = false;
	r->hits = (struct rj_errs){0};
}

int rj_session_run(struct rj_ctx *ctx, const struct rj_jail *jail,
		   const struct rj_session_args *args, struct rj_session_result *ret,
		   struct rj_err *err)
{
	struct rj_session s = {
		.ctx = ctx, .jail = jail, .args = args, .lock = -1, .report = -1, .ret = ret};
	int rc;

	clear(ret);
	rc = check_stdio(&s, err);
	if (rc == 0)
		rc = args->detach ? rj_session_detach(&s, run, err) : run(&s, err);
	put_back_modes(&s);
	rj_session_log_release(&s);
	if (rc == 0)
		return 0;
	rj_session_result_release(ret);
	return -err->num;
}

void rj_session_result_release(struct rj_session_result *r)
{
	if (r->synced)
		rj_import_result_release(&r->import);
	r->synced = false;
	rj_errs_release(&r->hits);
}
