/*
 * session_start - the first session of a jail: it makes the jail run
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/gitguard.h"
#include "core/engine/guard.h"
#include "core/engine/join.h"
#include "core/engine/reaper.h"
#include "core/engine/session_parts.h"
#include "core/engine/skeleton.h"
#include "core/sys/mnt.h"
#include "core/sys/proc.h"
#include "core/sys/shared.h"

enum {
	PARTS = 3, /* of the plan, which the sandbox takes before it is whole */
};

/* What the jail's first process reads, in shared memory: made while that sets itself up. */
struct first {
	struct rj_plan parts[PARTS], plan;
	size_t parts_n;
	struct rj_sandbox_limits limits;
	struct rj_reaper reaper;
	bool refresh;
	_Alignas(max_align_t) char rest[]; /* the arena of the plan */
};

/* What the owner of a running jail holds. */
struct running {
	struct rj_session *s;
	struct rj_view view;
	struct rj_guard guard;
	struct rj_gitguard gitguard;
	struct rj_owner *owner;
	struct rj_relay relay;
	struct rj_child child;
	struct rj_shared shared;
	struct first *first; /* in there */
	bool has_overlay;    /* whose directories the next start wants to have for itself */
	int control;	     /* of the first process */
	int feed;
};

/* In the first process, while the command loads. What it was told by is not there while others run.
 */
static void on_started(void *arg)
{
	struct running *r = arg;

	rj_shared_drop(&r->shared);
	if (!r->has_overlay)
		rj_mnt_linger();
}

/* In the first process. */
static int on_mounted(void *arg, const int *trees, struct rj_err *err)
{
	const struct running *r = arg;

	return rj_watch_inside(r->guard.inside, &r->first->plan, trees, err);
}

/* The jail's first process. What it needs to the end it has for itself. */
static int run_body(void *arg, int report, struct rj_err *err)
{
	struct running *r = arg;
	struct rj_reaper mine = r->first->reaper;
	const bool refresh = r->first->refresh;
	struct rj_strv argv = {0}, env = {0};

	rj_strv_add_all(&argv, mine.argv);
	rj_strv_add_all(&env, mine.envp);
	mine.argv = argv.v;
	mine.envp = env.v ? env.v : (char *const[]){NULL};
	mine.dir = rj_strdup(mine.dir);
	for (size_t i = 0; i < r->first->plan.n; i++)
		r->has_overlay |= r->first->plan.v[i].kind == RJ_STEP_OVERLAY;
	mine.report = report;
	mine.started = on_started;
	mine.arg = r;
	if (refresh) {
		rj_shared_drop(&r->shared);
		rj_refresh_inside(mine.envp);
	}
	return rj_reaper_run(&mine, err);
}

void rj_session_terminal(const struct rj_session *s, struct rj_relay *ret)
{
	ret->input = s->tty & 1u ? STDIN_FILENO : -1;
	ret->output = s->tty & 2u ? STDOUT_FILENO : s->tty & 4u ? STDERR_FILENO : -1;
	ret->shared = (s->tty & 6u) != 6u;
	ret->detached = s->report >= 0;
	if (ret->output < 0)
		ret->output = ret->input;
	if (ret->detached)
		ret->input = ret->output = -1;
}

/* In the supervisor, while the jail ends. */
static void on_over(void *arg)
{
	rj_owner_withdraw(arg);
}

/* What only the start needed, while the command loads. A worktree that is the root needs its plan
 * at the end. */
static void give_back(struct running *r)
{
	rj_view_started(&r->view);
	if (r->view.config->layout != RJ_LAYOUT_ROOT)
		rj_shared_drop(&r->shared);
}

/* The session lasts. A failure ends the jail, and is told after that. */
RJ_IDLE static void settle(void *arg)
{
	struct running *r = arg;
	struct rj_err told;

	(void)rj_watch_start(&r->guard.watch, &told);
	rj_proc_slim();
}

/* Words for the first process. */
static char *const *share_words(struct running *r, char *const *v)
{
	struct rj_arena *a = &r->view.plan.strings;
	size_t n = 0;
	char **copy;

	while (v && v[n])
		n++;
	copy = rj_arena_alloc(a, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = rj_arena_strdup(a, v[i]);
	return copy;
}

static void share_reaper(struct running *r)
{
	const struct rj_session *s = r->s;
	struct rj_reaper *reaper = &r->first->reaper;

	*reaper = (struct rj_reaper){.argv = share_words(r, r->view.argv),
				     .envp = share_words(r, r->view.env.v),
				     .dir = rj_arena_strdup(&r->view.plan.strings, r->view.dir),
				     .control = r->control,
				     .watch = r->guard.inside,
				     .listen = r->owner->listen,
				     .tty = s->report >= 0 ? 7 : s->tty,
				     .session = {.id = 1,
						 .terminal = s->report >= 0 || s->tty,
						 .detached = s->report >= 0},
				     .size = s->size,
				     .settings = r->view.settings};
	rj_wire_session_fill(&reaper->session, r->view.argv);
	r->first->refresh = r->view.refresh.due;
}

static void on_begun(void *arg)
{
	struct running *r = arg;

	if (r->first->parts_n == PARTS)
		return;
	r->first->parts[r->first->parts_n++] = r->view.plan;
	rj_sandbox_part(r->feed);
}

/* In the supervisor, while the jail's namespaces are made. */
static int plan(void *arg, pid_t pid, int feed, struct rj_err *err)
{
	struct running *r = arg;
	struct rj_session *s = r->s;

	r->feed = feed;
	if (rj_guard_prepare(&r->guard, s->ctx, s->jail->name, pid, err) < 0)
		return -err->num;
	r->first->limits = r->guard.sandbox;
	if (rj_view_fill(&r->view, s->ctx, s->args, on_begun, r, err) < 0)
		return -err->num;
	rj_skeleton_use(s->ctx, s->jail->name, &r->view.plan);
	r->first->plan = r->view.plan;
	return rj_session_check(s, err);
}

/* While its view is made. The refresh runs what the agent put into G: the guard is there before it.
 * And so is the watch where something else than the jail's end may be waited for: see watch.h. */
static int on_planned(void *arg, int pidfd, struct rj_err *err)
{
	struct running *r = arg;
	const struct rj_session *s = r->s;

	rj_session_stamp(r->s);
	rj_view_finish(&r->view);
	share_reaper(r);
	if (rj_session_log_begin(r->s, &r->view, err) < 0 ||
	    ((r->first->reaper.tty || r->first->refresh) &&
	     rj_watch_start(&r->guard.watch, err) < 0))
		return -err->num;
	if (s->jail->nested && rj_gitguard_start(&r->gitguard, s->jail, pidfd, err) < 0)
		return -err->num;
	return rj_owner_offer(r->owner, err);
}

/* What may be large of it: the names of the host's branches and tags are a file of the plan. */
static size_t text_of_refs(const struct rj_jail *jail)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(jail->git_dir, "packed-refs");
	struct stat st;

	return stat(path, &st) == 0 ? (size_t)st.st_size : 0;
}

static int share(struct running *r, struct rj_err *err)
{
	r->shared = rj_shared_new(text_of_refs(r->s->jail));
	r->first = r->shared.room;
	if (!r->first)
		return rj_fail(err, ENOMEM, "cannot reserve memory for the jail's first process");
	rj_arena_place(&r->view.plan.strings, r->first->rest, r->shared.size - sizeof(*r->first));
	return 0;
}

static int start(struct running *r, struct rj_err *err)
{
	struct rj_sandbox sb = rj_view_sandbox(&r->view);
	int pair[2], keep[3];
	int rc = share(r, err);

	if (rc == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		rc = rj_fail(err, errno, "cannot make a socket pair");
	if (rc < 0)
		return rc;
	sb.plan = &r->first->plan;
	sb.parts = r->first->parts;
	sb.limits = &r->first->limits;
	sb.keep = keep;
	sb.keep_n = RJ_COUNT(keep);
	sb.planned = plan;
	sb.cloned = on_planned;
	sb.mounted = on_mounted;
	sb.body = run_body;
	sb.arg = r;
	r->control = keep[0] = pair[1];
	keep[1] = r->guard.inside;
	keep[2] = r->owner->listen;
	r->relay.control = pair[0];
	rj_session_terminal(r->s, &r->relay);
	rc = rj_relay_prepare(&r->relay, err);
	if (rc == 0 && r->s->jail->nested)
		rc = rj_gitguard_prepare(r->s->jail, &r->gitguard, err);
	if (rc == 0)
		rc = rj_sandbox_start(&sb, &r->child, err);
	rj_close(&pair[1]);
	rj_guard_started(&r->guard);
	rj_owner_started(r->owner);
	return rc;
}

/* The jail's end: everything that was there for it goes. */
static void take_down(struct running *r)
{
	struct rj_session_result *ret = r->s->ret;

	ret->guarded = rj_gitguard_stop(&r->gitguard, r->s->jail);
	rj_close(&r->relay.control);
	rj_relay_release(&r->relay);
	rj_guard_finish(&r->guard, &ret->hits);
}

/* And others may start it again. */
static void finish(struct running *r)
{
	take_down(r);
	rj_owner_release(r->owner);
}

/* Only the jail's first process is left, and nothing else than its end is to be waited for: that
 * goes on while the session is written down. */
static bool is_simple(const struct running *r)
{
	return r->relay.is_over && r->guard.watch.pid <= 0 && r->guard.group.dir < 0 &&
	       !r->s->jail->nested;
}

/* The command has ended and others are in the jail. What this process holds goes on in the keeper,
 * which never returns; here, the jail is not touched any more. */
static int hand_over(struct running *r, struct rj_err *err)
{
	const pid_t keeper = rj_owner_fork(&r->child, r->s->lock, err);

	if (keeper > 0) {
		r->s->ret->goes_on = true;
		rj_journal_measure(&r->guard, 0, &r->s->entry);
		rj_relay_release(&r->relay);
		return 0;
	}
	if (keeper == 0)
		rj_owner_wait(&r->child);
	(void)rj_child_wait(&r->child);
	finish(r);
	if (keeper == 0) {
		rj_view_clean(r->s->ctx, &r->view);
		_exit(0);
	}
	return (int)keeper;
}

static int attend(struct running *r, struct rj_err *err)
{
	struct rj_session_result *ret = r->s->ret;
	bool simple;

	ret->id = 1;
	rj_session_tell(r->s, ret->id);
	give_back(r);
	r->relay.pidfd = r->child.pidfd;
	r->relay.tape = r->s->tape;
	r->relay.late_ms = r->guard.watch.wait_ms;
	r->relay.late = settle;
	r->relay.late_arg = r;
	r->relay.over = on_over;
	r->relay.over_arg = r->owner;
	ret->status = rj_relay_run(&r->relay);
	if (ret->status >= 0 && !r->relay.is_over) {
		settle(r); /* the jail may go on */
		if (rj_owner_keep(r->relay.control))
			return hand_over(r, err);
	}
	simple = is_simple(r);
	if (!simple) {
		const int status = rj_child_wait(&r->child);

		if (ret->status < 0)
			ret->status = status;
	}
	rj_owner_withdraw(r->owner);
	rj_journal_measure(&r->guard, r->relay.peak, &r->s->entry);
	take_down(r);
	if (simple) {
		rj_session_conclude(r->s, true);
		(void)rj_child_wait(&r->child);
	}
	rj_owner_release(r->owner);
	return 0;
}

int rj_session_start(struct rj_session *s, struct rj_owner *owner, struct rj_err *err)
{
	struct running r = {.s = s,
			    .gitguard = RJ_GITGUARD_NONE,
			    .owner = owner,
			    .relay = {.pidfd = -1, .control = -1, .signals = -1}};
	int rc = rj_view_open(s->ctx, s->jail, s->args, &r.view, err);

	if (rc == 0) {
		rc = rj_guard_open(&r.guard, err);
		if (rc < 0)
			rj_view_release(&r.view);
	}
	if (rc < 0) {
		rj_owner_release(owner);
		return -err->num;
	}
	rc = start(&r, err);
	if (rc == 0)
		rc = attend(&r, err);
	else
		finish(&r);
	if (rc == 0)
		rj_refresh_done(s->ctx, s->jail, &r.view.refresh);
	if (!s->ret->goes_on)
		rj_view_clean(s->ctx, &r.view);
	rj_view_release(&r.view);
	rj_shared_drop(&r.shared);
	return rc;
}
