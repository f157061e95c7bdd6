#include "core/engine/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/lifecycle.h"
#include "core/engine/session.h"
#include "core/engine/store.h"
#include "core/engine/sync.h"
#include "core/engine/tape.h"
#include "core/git/status.h"
#include "core/sys/family.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

enum {
	PAUSE = 9,	   /* times what a scan took */
	RUNNING_MS = 1000, /* the least between two scans of a jail */
	STOPPED_MS = 30000,
	LONGEST_MS = 60000,
};

struct found {
	int64_t commits, files, uncommitted;
};

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *rj_monitor_state_name(enum rj_monitor_state state)
{
	static const char *const names[] = {
		[RJ_MONITOR_STOPPED] = "stopped",	[RJ_MONITOR_RUNNING] = "running",
		[RJ_MONITOR_MISSING] = "missing",	[RJ_MONITOR_CREATING] = "creating",
		[RJ_MONITOR_INCOMPLETE] = "incomplete",
	};

	return names[state];
}

int rj_monitor_init(struct rj_monitor *ret, struct rj_ctx *ctx, char *const *names,
		    struct rj_err *err)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (proc < 0)
		return rj_fail(err, errno, "cannot open /proc");
	*ret = (struct rj_monitor){.ctx = ctx, .names = names, .proc = proc, .scan_fd = -1};
	return 0;
}

static void release_jail(struct rj_monitor_jail *j)
{
	rj_jail_release(&j->jail);
	rj_buf_release(&j->last);
}

static bool is_wanted(const struct rj_monitor *m, const char *name)
{
	if (!m->names || !m->names[0])
		return true;
	for (char *const *n = m->names; *n; n++)
		if (!strcmp(*n, name))
			return true;
	return false;
}

static struct rj_monitor_jail *find(const struct rj_monitor *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->v[i].jail.name, name))
			return &m->v[i];
	return NULL;
}

/* The list as it is now; what is known of those that stay goes along. Takes the records. */
static void take_records(struct rj_monitor *m, struct rj_jail *jails, size_t n)
{
	struct rj_monitor_jail *v = rj_alloc(n ? n : 1, sizeof(*v));
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct rj_monitor_jail *old = find(m, jails[i].name);
		struct rj_monitor_jail *j = &v[kept];

		if (!is_wanted(m, jails[i].name)) {
			rj_jail_release(&jails[i]);
			continue;
		}
		kept++;
		/* another one by that name has another id */
		if (old && !strcmp(old->jail.id, jails[i].id)) {
			*j = *old;
			old->last = (struct rj_buf){0};
			rj_jail_release(&old->jail);
			old->jail = (struct rj_jail){.name = rj_strdup("")};
		} else {
			j->commits = j->files = j->uncommitted = -1;
		}
		j->jail = jails[i];
	}
	for (size_t i = 0; i < m->n; i++)
		release_jail(&m->v[i]);
	free(m->v);
	m->v = v;
	m->n = kept;
}

static void look(struct rj_monitor *m, struct rj_monitor_jail *j)
{
	const enum rj_monitor_state before = j->state;

	j->supervisor = rj_session_running(m->ctx, j->jail.name);
	if (j->jail.creating)
		j->state = j->supervisor ? RJ_MONITOR_CREATING : RJ_MONITOR_INCOMPLETE;
	else if (j->supervisor)
		j->state = RJ_MONITOR_RUNNING;
	else
		j->state = access(j->jail.worktree_path, F_OK) == 0 ? RJ_MONITOR_STOPPED
								    : RJ_MONITOR_MISSING;
	if (j->state != before)
		j->scan_due = 0;
	j->last.len = 0;
	if (j->supervisor)
		rj_tape_last_line(m->ctx, j->jail.name, &j->last);
}

static void measure(struct rj_monitor_jail *j, const struct rj_family *f, int64_t now)
{
	const int64_t tick = sysconf(_SC_CLK_TCK);
	const int64_t ms = now - j->ticks_at;

	j->cpu = -1;
	j->memory = j->seconds = -1;
	if (!f->found) {
		j->ticks_at = 0;
		return;
	}
	j->memory = (int64_t)f->memory;
	j->seconds = now / 1000 - (int64_t)f->started / tick;
	if (j->ticks_at && ms > 0 && f->cpu >= j->ticks)
		j->cpu = (double)(f->cpu - j->ticks) * 100000 / (double)tick / (double)ms;
	j->ticks = f->cpu;
	j->ticks_at = now;
}

int rj_monitor_refresh(struct rj_monitor *m, struct rj_err *err)
{
	RJ_AUTO(rj_free) struct rj_family *families = NULL;
	struct rj_jail *jails = NULL;
	size_t n = 0;
	int rc;

	if (rj_store_list(m->ctx, &jails, &n, err) < 0)
		return -err->num;
	take_records(m, jails, n);
	free(jails);
	families = rj_alloc(m->n ? m->n : 1, sizeof(*families));
	for (size_t i = 0; i < m->n; i++) {
		look(m, &m->v[i]);
		families[i].top = m->v[i].state == RJ_MONITOR_RUNNING ? m->v[i].supervisor : 0;
	}
	rc = rj_family_read(m->proc, families, m->n);
	for (size_t i = 0; i < m->n; i++)
		measure(&m->v[i], &families[i], now_ms());
	return rc < 0 ? rj_fail(err, -rc, "cannot read /proc") : 0;
}

/* The child. Commits are brought over first: the branch is what they are counted on. */
static void scan_main(struct rj_ctx *ctx, const struct rj_jail *jail, bool running, int out)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_worktree wt = rj_jail_worktree(jail);
	struct found found = {-1, -1, -1};
	struct rj_import_result import = {0};
	struct rj_status st = {0};
	struct rj_err ignored;

	if (jail->git_dir && jail->base && rj_jail_repo(jail, &repo, &ignored) == 0) {
		if (running)
			(void)rj_session_sync(ctx, jail, &repo, &import, &ignored);
		wt.head = import.head;
		if (rj_status_read(&repo, &wt, 0, &st, &ignored) == 0)
			found = (struct found){(int64_t)st.commits, (int64_t)st.files_changed,
					       (int64_t)st.uncommitted};
	}
	(void)rj_write_all(out, &found, sizeof(found));
	_exit(0);
}

static struct rj_monitor_jail *next_due(const struct rj_monitor *m)
{
	struct rj_monitor_jail *next = NULL;

	for (size_t i = 0; i < m->n; i++) {
		struct rj_monitor_jail *j = &m->v[i];

		if ((j->state == RJ_MONITOR_RUNNING || j->state == RJ_MONITOR_STOPPED) &&
		    (!next || j->scan_due < next->scan_due))
			next = j;
	}
	return next;
}

void rj_monitor_scan(struct rj_monitor *m)
{
	const struct rj_monitor_jail *j = next_due(m);
	const int64_t now = now_ms();
	const pid_t self = getpid();
	int pipe_fds[2];

	if (m->scan_fd >= 0 || !j || j->scan_due > now || (j->scanned && m->scan_next > now) ||
	    pipe2(pipe_fds, O_CLOEXEC) < 0)
		return;
	m->scan_pid = fork();
	if (m->scan_pid == 0) {
		if (rj_proc_follow(self))
			scan_main(m->ctx, &j->jail, j->state == RJ_MONITOR_RUNNING, pipe_fds[1]);
		_exit(RJ_EXIT_FAILED);
	}
	rj_close(&pipe_fds[1]);
	if (m->scan_pid < 0) {
		rj_close(&pipe_fds[0]);
		m->scan_next = now + RUNNING_MS;
		return;
	}
	m->scan_fd = pipe_fds[0];
	m->scan_begun = now;
	m->scan_name = rj_strdup(j->jail.name);
}

void rj_monitor_scanned(struct rj_monitor *m)
{
	struct rj_monitor_jail *j = m->scan_name ? find(m, m->scan_name) : NULL;
	struct found found = {-1, -1, -1};
	const int64_t now = now_ms();

	if (m->scan_fd < 0)
		return;
	if (read(m->scan_fd, &found, sizeof(found)) != sizeof(found))
		found = (struct found){-1, -1, -1};
	rj_close(&m->scan_fd);
	m->scan_fd = -1;
	(void)rj_wait(m->scan_pid);
	rj_free(&m->scan_name);
	m->scan_next = now + (now - m->scan_begun) * PAUSE;
	if (!j)
		return;
	j->commits = found.commits;
	j->files = found.files;
	j->uncommitted = found.uncommitted;
	j->scanned = true;
	j->scan_due = now + (j->state == RJ_MONITOR_RUNNING ? RUNNING_MS : STOPPED_MS);
}

int rj_monitor_wait(const struct rj_monitor *m)
{
	const struct rj_monitor_jail *j = next_due(m);
	int64_t at, left;

	if (m->scan_fd >= 0 || !j)
		return LONGEST_MS;
	at = j->scanned && m->scan_next > j->scan_due ? m->scan_next : j->scan_due;
	left = at - now_ms();
	return left < 0 ? 0 : left > LONGEST_MS ? LONGEST_MS : (int)left;
}

void rj_monitor_release(struct rj_monitor *m)
{
	if (m->scan_fd >= 0) {
		(void)kill(m->scan_pid, SIGTERM);
		(void)rj_wait(m->scan_pid);
		rj_close(&m->scan_fd);
	}
	for (size_t i = 0; i < m->n; i++)
		release_jail(&m->v[i]);
	free(m->v);
	rj_free(&m->scan_name);
	rj_close(&m->proc);
	*m = (struct rj_monitor){.scan_fd = -1, .proc = -1};
}
