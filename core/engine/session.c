#include "core/engine/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/gitguard.h"
#include "core/engine/guard.h"
#include "core/engine/host.h"
#include "core/engine/reaper.h"
#include "core/engine/relay.h"
#include "core/engine/sandbox.h"
#include "core/engine/sync.h"
#include "core/engine/view.h"
#include "core/git/private.h"
#include "core/model/env.h"
#include "core/model/layout.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

/* What decides whether G may hold something new: looked at, never opened. ctime cannot be forged.
 */
static const char *const watched[] = {"HEAD",	    "logs/HEAD",	   "packed-refs",
				      "refs/heads", "refs/heads/robojail", "refs/stash"};

struct stamps {
	struct {
		uint64_t ino;
		struct timespec ctime;
	} v[RJ_COUNT(watched)];
};

static struct stamps take_stamps(const char *git)
{
	RJ_AUTO(rj_close) int dir = open(git, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct stamps s;

	memset(&s, 0, sizeof(s));
	for (size_t i = 0; i < RJ_COUNT(watched); i++) {
		struct stat st;

		if (dir >= 0 && fstatat(dir, watched[i], &st, AT_SYMLINK_NOFOLLOW) == 0) {
			s.v[i].ino = st.st_ino;
			s.v[i].ctime = st.st_ctim;
		}
	}
	return s;
}

/* Descriptors 0 to 2 are the caller's; a directory among them would be a way out of the jail. */
static int check_stdio(unsigned *ret_tty, struct rj_err *err)
{
	unsigned tty = 0;

	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
			return rj_refuse(
				err, EISDIR,
				"descriptor %d is a directory, and would lead out of the jail", fd);
		if (isatty(fd))
			tty |= 1u << fd;
	}
	*ret_tty = tty;
	return 0;
}

struct first {
	struct rj_reaper reaper;
	bool refresh;
	struct rj_gitguard *gitguard;
	const struct rj_jail *jail;
};

/* The jail's first process. */
static int run_body(void *arg, int report, struct rj_err *err)
{
	struct first *f = arg;

	f->reaper.report = report;
	if (rj_watch_inside(f->reaper.watch, err) < 0)
		return -err->num;
	if (f->refresh)
		rj_refresh_inside(f->reaper.envp);
	return rj_reaper_run(&f->reaper, err);
}

/* The terminal's two ends as the relay needs them, and the first size of the jail's own. */
static void choose_terminal(unsigned tty, struct rj_reaper *reaper, struct rj_relay *relay)
{
	struct winsize ws = {0};

	relay->input = tty & 1u ? STDIN_FILENO : -1;
	relay->output = tty & 2u ? STDOUT_FILENO : tty & 4u ? STDERR_FILENO : -1;
	relay->shared = (tty & 6u) != 6u;
	if (relay->output < 0 && relay->input >= 0)
		relay->output = STDIN_FILENO;
	if (relay->output >= 0 && ioctl(relay->output, TIOCGWINSZ, &ws) == 0)
		reaper->size = (struct rj_tty_size){.rows = ws.ws_row, .cols = ws.ws_col};
	reaper->tty = tty;
}

/* In the supervisor. The refresh runs what the agent put into G: the guard is there before it. */
static int start_guard(void *arg, int pidfd, struct rj_err *err)
{
	const struct first *f = arg;

	return rj_gitguard_start(f->gitguard, f->jail, pidfd, err);
}

static int supervise(const struct rj_view *view, struct rj_guard *guard, unsigned tty,
		     struct rj_session_result *ret, struct rj_err *err)
{
	struct rj_gitguard gitguard = RJ_GITGUARD_NONE;
	struct first first = {.reaper = {.argv = view->argv,
					 .envp = view->env.v,
					 .dir = view->dir,
					 .watch = guard->inside},
			      .refresh = view->refresh.due,
			      .gitguard = &gitguard,
			      .jail = view->jail};
	struct rj_child child;
	struct rj_relay relay = {.child = &child, .signals = -1};
	int pair[2], keep[2];
	struct rj_sandbox sb = rj_view_sandbox(view);
	int rc;

	sb.limits = &guard->sandbox;
	sb.keep = keep;
	sb.keep_n = RJ_COUNT(keep);
	sb.cloned = view->jail->nested ? start_guard : NULL;
	sb.body = run_body;
	sb.arg = &first;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return rj_fail(err, errno, "cannot make a socket pair");
	choose_terminal(tty, &first.reaper, &relay);
	first.reaper.control = keep[0] = pair[1];
	keep[1] = guard->inside;
	relay.control = pair[0];
	rc = rj_relay_prepare(&relay, err);
	if (rc == 0 && view->jail->nested)
		rc = rj_gitguard_prepare(view->jail, &gitguard, err);
	if (rc == 0)
		rc = rj_sandbox_start(&sb, &child, err);
	rj_close(&pair[1]);
	rj_guard_started(guard);
	if (rc == 0)
		ret->status = rj_relay_run(&relay);
	ret->guarded = rj_gitguard_stop(&gitguard);
	rj_close(&relay.control);
	rj_relay_release(&relay);
	return rc;
}

/* Bring commits over when G's refs changed; a failure is reported beside the session's own result.
 */
static void sync_after(struct rj_ctx *ctx, const struct rj_jail *jail, const struct stamps *before,
		       const char *git, struct rj_session_result *ret)
{
	const struct stamps after = take_stamps(git);
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};

	if (!memcmp(before, &after, sizeof(after)))
		return;
	ret->sync_failed = rj_repo_open(jail->git_dir, &repo, &ret->sync_err);
	if (ret->sync_failed == 0)
		ret->sync_failed = rj_session_sync(ctx, jail, &repo, &ret->import, &ret->sync_err);
	ret->synced = ret->sync_failed == 0;
}

static int lock_session(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail->name, "lock");
	int fd = rj_lock_open(path, err);
	int rc;

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

/* W/.git must name the host's own git directory whenever the host's git may look at it. */
static int check_pointer(const struct rj_jail *jail, bool *ret_restored, struct rj_err *err)
{
	const struct rj_worktree wt = rj_jail_worktree(jail);
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_free) char *path = rj_path_join(jail->worktree_path, ".git");
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct rj_buf want = {0};
	RJ_AUTO(rj_free) char *text = NULL;
	char got[8192];
	ssize_t n = fd >= 0 ? read(fd, got, sizeof(got)) : -1;

	rj_buf_printf(&want, "gitdir: %s/worktrees/%s\n", jail->git_dir, jail->admin);
	n = n >= 0 && (size_t)n == want.len && !memcmp(got, want.s, want.len);
	text = rj_buf_take(&want);
	if (n)
		return 0;
	if (rj_repo_open(jail->git_dir, &repo, err) < 0)
		return -err->num;
	return rj_worktree_check(&repo, &wt, ret_restored, err);
}

static int run_locked(struct rj_ctx *ctx, const struct rj_jail *jail,
		      const struct rj_session_args *args, struct rj_session_result *ret,
		      struct rj_err *err)
{
	RJ_AUTO(rj_view_release) struct rj_view view = {0};
	RJ_AUTO(rj_free) char *git = rj_ctx_private(ctx, jail->name, "git");
	struct rj_guard guard;
	struct stamps before;
	unsigned tty = 0;
	int rc;

	if (check_pointer(jail, &ret->restored, err) < 0 || check_stdio(&tty, err) < 0)
		return -err->num;
	if (rj_view_make(ctx, jail, args, &view, err) < 0)
		return -err->num;
	if (rj_guard_prepare(ctx, jail->name, &guard, err) < 0)
		return -err->num;
	before = take_stamps(git);
	rc = supervise(&view, &guard, tty, ret, err);
	ret->hits_n = rj_guard_finish(&guard, ret->hits);
	if (rc == 0)
		rj_refresh_done(ctx, jail, &view.refresh);
	if (rc == 0)
		sync_after(ctx, jail, &before, git, ret);
	rj_view_clean(ctx, &view);
	return rc;
}

int rj_session_run(struct rj_ctx *ctx, const struct rj_jail *jail,
		   const struct rj_session_args *args, struct rj_session_result *ret,
		   struct rj_err *err)
{
	struct rj_session_result r = {0};
	RJ_AUTO(rj_close) int lock = lock_session(ctx, jail, err);

	if (lock < 0)
		return lock;
	if (run_locked(ctx, jail, args, &r, err) < 0) {
		rj_session_result_release(&r);
		return -err->num;
	}
	*ret = r;
	return 0;
}

void rj_session_result_release(struct rj_session_result *r)
{
	if (r->synced)
		rj_import_result_release(&r->import);
	r->synced = false;
}
