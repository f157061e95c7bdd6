/* watch_diff - what a jail changed, to be scrolled through */
#include "applets/watch_diff.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applets/changes.h"
#include "core/base/mem.h"
#include "core/engine/lifecycle.h"
#include "core/engine/session.h"
#include "core/engine/sync.h"
#include "core/sys/proc.h"

enum { CHUNK = 65536, SIDE_STEP = 8 };
#define MOST_BYTES ((size_t)32 << 20)

/* The child: all of it as text, also what went wrong. */
static int print_diff(struct rj_ctx *ctx, const char *name, FILE *f, struct rj_err *err)
{
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_status_release) struct rj_status st = {0};
	struct rj_import_result import = {0};
	struct rj_err import_error;
	struct rj_changes c = {.jail = &jail, .status = &st, .import_error = &import_error};
	struct rj_worktree wt;

	if (rj_jail_find(ctx, name, &jail, err) < 0 || rj_jail_repo(&jail, &repo, err) < 0)
		return -err->num;
	wt = rj_jail_worktree(&jail);
	if (rj_worktree_check(&repo, &wt, &c.restored, err) < 0)
		return -err->num;
	c.running = rj_session_running(ctx, name) != 0;
	if (rj_session_sync(ctx, &jail, &repo, &import, &import_error) == 0)
		c.import = &import;
	else
		(void)fprintf(f, "! %s\n", import_error.msg);
	if (rj_status_read(&repo, &wt, RJ_STATUS_TEXTS, &st, err) < 0)
		return -err->num;
	rj_changes_print_dangers(&c, false, "! ", f);
	if (st.n == 0)
		(void)fputs("no changes in the worktree\n", f);
	return rj_changes_print_diff(&c, f, err);
}

static void diff_main(struct rj_ctx *ctx, const char *name, int out)
{
	FILE *f = fdopen(out, "w");
	struct rj_err err = {0};

	if (!f)
		_exit(RJ_EXIT_FAILED);
	if (print_diff(ctx, name, f, &err) < 0)
		(void)fprintf(f, "! %s\n%s%s\n", err.msg, err.hint[0] ? "  hint: " : "", err.hint);
	(void)fclose(f);
	_exit(0);
}

int rj_watch_diff_start(struct rj_watch_diff *d, struct rj_ctx *ctx, const char *name,
			struct rj_err *err)
{
	const pid_t self = getpid();
	int pipe_fds[2];

	rj_watch_diff_release(d);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	d->pid = fork();
	if (d->pid == 0) {
		if (rj_proc_follow(self))
			diff_main(ctx, name, pipe_fds[1]);
		_exit(RJ_EXIT_FAILED);
	}
	rj_close(&pipe_fds[1]);
	if (d->pid < 0) {
		rj_fail(err, errno, "cannot start a process for the diff");
		d->pid = 0;
		rj_close(&pipe_fds[0]);
		return -err->num;
	}
	d->fd = pipe_fds[0];
	d->name = rj_strdup(name);
	return 0;
}

static void end(struct rj_watch_diff *d)
{
	rj_close(&d->fd);
	d->fd = -1;
	if (d->pid > 0) {
		(void)kill(d->pid, SIGTERM);
		(void)rj_wait(d->pid);
	}
	d->pid = 0;
}

static void add_line(struct rj_watch_diff *d, size_t at)
{
	d->lines = rj_grow(d->lines, &d->cap, d->n + 1, sizeof(*d->lines));
	d->lines[d->n++] = at;
}

void rj_watch_diff_more(struct rj_watch_diff *d)
{
	char chunk[CHUNK];
	ssize_t n = read(d->fd, chunk, sizeof(chunk));
	const size_t begin = d->text.len;

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0 || begin >= MOST_BYTES) {
		d->cut = n > 0;
		end(d);
		return;
	}
	rj_buf_add(&d->text, chunk, (size_t)n);
	for (size_t i = begin; i < d->text.len; i++)
		if (i == 0 || d->text.s[i - 1] == '\n')
			add_line(d, i);
}

static size_t last_top(const struct rj_watch_diff *d, size_t rows)
{
	return d->n > rows ? d->n - rows : 0;
}

static size_t back(size_t from, size_t by)
{
	return from > by ? from - by : 0;
}

bool rj_watch_diff_key(struct rj_watch_diff *d, int key, size_t rows)
{
	const size_t page = rows > 1 ? rows - 1 : 1;

	if (key == 'q' || key == 'd' || key == '\033')
		return false;
	if (key == 'k' || key == RJ_KEY_UP)
		d->top = back(d->top, 1);
	else if (key == 'j' || key == RJ_KEY_DOWN || key == '\r')
		d->top++;
	else if (key == 'b' || key == RJ_KEY_PAGE_UP)
		d->top = back(d->top, page);
	else if (key == ' ' || key == 'f' || key == RJ_KEY_PAGE_DOWN)
		d->top += page;
	else if (key == 'g' || key == RJ_KEY_HOME)
		d->top = d->left = 0;
	else if (key == 'G' || key == RJ_KEY_END)
		d->top = d->n;
	else if (key == 'h' || key == RJ_KEY_LEFT)
		d->left = back(d->left, SIDE_STEP);
	else if ((key == 'l' || key == RJ_KEY_RIGHT) && d->left < MOST_BYTES)
		d->left += SIDE_STEP;
	if (d->top > last_top(d, rows))
		d->top = last_top(d, rows);
	return true;
}

void rj_watch_diff_release(struct rj_watch_diff *d)
{
	if (d->name)
		end(d);
	rj_free(&d->name);
	rj_buf_release(&d->text);
	rj_free(&d->lines);
	*d = (struct rj_watch_diff){.fd = -1};
}

size_t rj_watch_key(const char *bytes, size_t len, int *ret)
{
	static const struct {
		const char *s;
		int key;
	} keys[] = {
		{"\033[A", RJ_KEY_UP},	     {"\033OA", RJ_KEY_UP},
		{"\033[B", RJ_KEY_DOWN},     {"\033OB", RJ_KEY_DOWN},
		{"\033[C", RJ_KEY_RIGHT},    {"\033OC", RJ_KEY_RIGHT},
		{"\033[D", RJ_KEY_LEFT},     {"\033OD", RJ_KEY_LEFT},
		{"\033[5~", RJ_KEY_PAGE_UP}, {"\033[6~", RJ_KEY_PAGE_DOWN},
		{"\033[H", RJ_KEY_HOME},     {"\033OH", RJ_KEY_HOME},
		{"\033[1~", RJ_KEY_HOME},    {"\033[F", RJ_KEY_END},
		{"\033OF", RJ_KEY_END},	     {"\033[4~", RJ_KEY_END},
	};

	if (len == 0)
		return 0;
	for (size_t i = 0; i < RJ_COUNT(keys); i++) {
		const size_t n = strlen(keys[i].s);

		if (len >= n && !memcmp(bytes, keys[i].s, n)) {
			*ret = keys[i].key;
			return n;
		}
	}
	*ret = (unsigned char)bytes[0];
	/* a sequence that is not known is one key, and means nothing */
	if (bytes[0] == '\033' && len > 1) {
		*ret = 0;
		return len;
	}
	return 1;
}
