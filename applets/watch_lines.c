/* watch_lines - all jails, for pipes and programs */
#include "applets/watch_lines.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "applets/watch_screen.h"
#include "core/base/clock.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"

enum { SAMPLE_MS = 250, SECOND_MS = 1000 };

/* For programs in UTC, for people as on their clock. */
static void clock_text(bool json, char *ret, size_t size)
{
	const time_t now = time(NULL);
	struct tm tm = {0};

	*ret = '\0';
	if (json && gmtime_r(&now, &tm))
		(void)strftime(ret, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
	else if (!json && localtime_r(&now, &tm))
		(void)strftime(ret, size, "%H:%M:%S", &tm);
}

static json_t *text(const char *s, size_t len)
{
	return rj_json_text(s, len);
}

static json_t *number(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static void print_json(const struct rj_monitor_jail *j)
{
	const char *state = rj_monitor_state_name(j->state);
	RJ_AUTO(rj_json_decref) json_t *o = json_object();
	char when[32], *line;

	clock_text(true, when, sizeof(when));
	json_object_set_new(o, "time", text(when, strlen(when)));
	json_object_set_new(o, "name", text(j->jail.name, strlen(j->jail.name)));
	json_object_set_new(o, "state", text(state, strlen(state)));
	json_object_set_new(o, "seconds", number(j->seconds));
	json_object_set_new(o, "cpu", j->cpu < 0 ? json_null() : json_real(j->cpu));
	json_object_set_new(o, "memory", number(j->memory));
	json_object_set_new(o, "commits", number(j->commits));
	json_object_set_new(o, "files_changed", number(j->files));
	json_object_set_new(o, "uncommitted", number(j->uncommitted));
	json_object_set_new(o, "last_line", text(rj_buf_str(&j->last), j->last.len));
	line = rj_must(json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(4)));
	(void)puts(line);
	free(line);
}

/* The values in words; each has its own room. */
struct words {
	char up[32], cpu[32], memory[32], commits[32], files[32];
};

static void in_words(const struct rj_monitor_jail *j, struct words *w)
{
	rj_watch_time(j->seconds, w->up, sizeof(w->up));
	rj_watch_percent(j->cpu, w->cpu, sizeof(w->cpu));
	rj_watch_bytes(j->memory, w->memory, sizeof(w->memory));
	rj_watch_number(j->commits, w->commits, sizeof(w->commits));
	rj_watch_number(j->files, w->files, sizeof(w->files));
}

static void print_line(const struct rj_monitor_jail *j)
{
	struct words w;
	char when[16];

	in_words(j, &w);
	clock_text(false, when, sizeof(when));
	(void)printf("%s %s %s up %s cpu %s memory %s commits %s files %s", when, j->jail.name,
		     rj_monitor_state_name(j->state), w.up, w.cpu, w.memory, w.commits, w.files);
	if (j->last.len > 0) {
		(void)fputs(" | ", stdout);
		rj_term_write(stdout, j->last.s, j->last.len, 0);
	}
	(void)putchar('\n');
}

/* What a line was printed for. */
struct told {
	char *name, *last;
	enum rj_monitor_state state;
	int64_t commits, files, uncommitted;
	bool here;
};

struct all_told {
	struct told *v;
	size_t n, cap;
};

static struct told *told_of(struct all_told *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].name, name))
			return &all->v[i];
	all->v = rj_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n] = (struct told){.name = rj_strdup(name), .commits = -2};
	return &all->v[all->n++];
}

static bool is_news(struct told *t, const struct rj_monitor_jail *j)
{
	const char *last = rj_buf_str(&j->last);

	if (t->last && !strcmp(t->last, last) && t->state == j->state && t->commits == j->commits &&
	    t->files == j->files && t->uncommitted == j->uncommitted)
		return false;
	rj_free(&t->last);
	*t = (struct told){.name = t->name,
			   .last = rj_strdup(last),
			   .state = j->state,
			   .commits = j->commits,
			   .files = j->files,
			   .uncommitted = j->uncommitted};
	return true;
}

static void tell(const struct rj_monitor *m, struct all_told *all, bool json)
{
	for (size_t i = 0; i < all->n; i++)
		all->v[i].here = false;
	for (size_t i = 0; i < m->n; i++) {
		struct told *t = told_of(all, m->v[i].jail.name);

		/* the first line of a jail waits until its files are counted */
		if ((m->v[i].scanned || t->last || m->v[i].state >= RJ_MONITOR_MISSING) &&
		    is_news(t, &m->v[i])) {
			if (json)
				print_json(&m->v[i]);
			else
				print_line(&m->v[i]);
		}
		t->here = true;
	}
	/* a jail that is gone, and one of the same name later, are two */
	for (size_t i = all->n; i-- > 0;)
		if (!all->v[i].here) {
			rj_free(&all->v[i].name);
			rj_free(&all->v[i].last);
			all->v[i] = all->v[--all->n];
		}
}

static void release_told(struct all_told *all)
{
	for (size_t i = 0; i < all->n; i++) {
		rj_free(&all->v[i].name);
		rj_free(&all->v[i].last);
	}
	rj_free(&all->v);
}

/* Until `when`, scans meanwhile. False when nobody reads any more. */
static bool pass_time(struct rj_monitor *m, int64_t when)
{
	for (;;) {
		struct pollfd fds[] = {{.fd = m->scan_fd, .events = POLLIN},
				       {.fd = STDOUT_FILENO, .events = 0}};
		const int64_t left = when - rj_now_ms();
		int scan;

		if (left <= 0)
			return true;
		rj_monitor_scan(m);
		fds[0].fd = m->scan_fd;
		scan = rj_monitor_wait(m);
		if (poll(fds, RJ_COUNT(fds), scan < left ? scan : (int)left) < 0)
			continue;
		if (fds[0].revents)
			rj_monitor_scanned(m);
		if (fds[1].revents & (POLLERR | POLLHUP))
			return false;
	}
}

int rj_watch_lines(struct rj_monitor *m, int interval, bool json, struct rj_err *err)
{
	RJ_AUTO(release_told) struct all_told all = {0};
	int64_t next = rj_now_ms();

	do {
		if (rj_monitor_refresh(m, err) < 0)
			return -err->num;
		tell(m, &all, json);
		if (fflush(stdout) != 0)
			return 0; /* main tells why, unless it is a reader who had enough */
		next += (int64_t)interval * SECOND_MS;
	} while (pass_time(m, next));
	return 0;
}

static bool all_scanned(const struct rj_monitor *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (!m->v[i].scanned && m->v[i].state <= RJ_MONITOR_RUNNING)
			return false;
	return true;
}

static void print_table(const struct rj_monitor *m)
{
	static const struct rj_grid_col cols[] = {
		{.title = "NAME"},
		{.title = "STATE"},
		{.title = "UP", .right = true},
		{.title = "CPU", .right = true},
		{.title = "MEM", .right = true},
		{.title = "COMMITS", .right = true},
		{.title = "FILES", .right = true},
		{.title = "LAST LINE", .shrinks = true},
	};
	RJ_AUTO(rj_grid_release) struct rj_grid g = {.cols = cols, .ncols = RJ_COUNT(cols)};

	for (size_t i = 0; i < m->n; i++) {
		const struct rj_monitor_jail *j = &m->v[i];
		struct words w;

		in_words(j, &w);
		rj_grid_add(&g, j->jail.name, RJ_COLOR_BOLD);
		rj_grid_add(&g, rj_monitor_state_name(j->state),
			    j->state == RJ_MONITOR_RUNNING ? RJ_COLOR_GREEN : RJ_COLOR_OFF);
		rj_grid_add(&g, w.up, RJ_COLOR_OFF);
		rj_grid_add(&g, w.cpu, RJ_COLOR_OFF);
		rj_grid_add(&g, w.memory, RJ_COLOR_OFF);
		rj_grid_add(&g, w.commits, RJ_COLOR_OFF);
		rj_grid_add(&g, w.files, RJ_COLOR_OFF);
		rj_grid_add(&g, rj_buf_str(&j->last), RJ_COLOR_OFF);
	}
	rj_grid_print(&g, stdout, rj_term_is_tty(stdout) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
}

int rj_watch_once(struct rj_monitor *m, bool json, struct rj_err *err)
{
	/* two looks: what a processor does is told from the difference */
	const int64_t second = rj_now_ms() + SAMPLE_MS;

	if (rj_monitor_refresh(m, err) < 0)
		return -err->num;
	while (!all_scanned(m)) {
		rj_monitor_scan(m);
		if (m->scan_fd >= 0)
			rj_monitor_scanned(m); /* reads until it is there */
		else if (!pass_time(m, rj_now_ms() + SAMPLE_MS))
			return 0;
	}
	if (!pass_time(m, second))
		return 0;
	if (rj_monitor_refresh(m, err) < 0)
		return -err->num;
	for (size_t i = 0; json && i < m->n; i++)
		print_json(&m->v[i]);
	if (!json && m->n > 0)
		print_table(m);
	else if (!json)
		(void)puts("No jails yet. Make one inside a repository: robojail create NAME");
	return 0;
}
