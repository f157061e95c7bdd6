/*
 * watch - all jails as they are, on a screen that follows them
 *
 * Without a terminal, a line for each change.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "applets/applet.h"
#include "applets/watch_diff.h"
#include "applets/watch_lines.h"
#include "applets/watch_screen.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/engine/store.h"
#include "core/sys/file.h"
#include "core/sys/tty.h"

struct watch_args {
	int interval;
	bool once, json;
};

static const struct rj_opt watch_opts[] = {
	RJ_INT('i', "interval", struct watch_args, interval, "SECONDS", 1, 3600,
	       "look so often (every second)"),
	RJ_FLAG('1', "once", struct watch_args, once, "look once, and end"),
	RJ_FLAG('j', "json", struct watch_args, json, "print lines of JSON, each an object"),
	RJ_STOP,
};

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};

struct ui {
	struct rj_monitor *m;
	struct rj_watch_screen screen;
	struct rj_watch_diff diff;
	struct rj_tty tty;
	struct rj_err error;
	int signals;
	sigset_t before;
	int64_t next; /* refresh */
	int interval_ms;
	bool quit;
	int status;
};

static void say(const char *text)
{
	(void)rj_write_all(STDOUT_FILENO, text, strlen(text));
}

static void take_screen(struct ui *u)
{
	struct rj_err ignored; /* a terminal that is gone: reading it will tell */

	(void)rj_tty_raw(&u->tty, &ignored);
	say(RJ_WATCH_ENTER);
	rj_watch_resize(&u->screen);
}

static void give_back(struct ui *u)
{
	say(RJ_WATCH_LEAVE);
	rj_tty_restore(&u->tty);
}

static void suspend(struct ui *u, bool typed)
{
	give_back(u);
	if (typed)
		rj_tty_stop_job();
	else
		(void)kill(getpid(), SIGSTOP);
	take_screen(u);
	u->next = 0;
}

static void on_signal(struct ui *u)
{
	struct signalfd_siginfo info;

	while (read(u->signals, &info, sizeof(info)) == sizeof(info)) {
		const int sig = (int)info.ssi_signo;

		if (sig == SIGWINCH) {
			rj_watch_resize(&u->screen);
		} else if (sig == SIGCONT) {
			give_back(u);
			take_screen(u);
		} else if (sig == SIGTSTP) {
			suspend(u, false);
		} else {
			u->quit = true;
			u->status = 128 + sig;
		}
	}
}

static void show_diff(struct ui *u)
{
	const size_t i = u->screen.selected;

	if (i >= u->m->n)
		return;
	if (rj_watch_diff_start(&u->diff, u->m->ctx, u->m->v[i].jail.name, &u->error) < 0)
		u->screen.error = u->error.msg;
}

static void on_list_key(struct ui *u, int key)
{
	struct rj_watch_screen *s = &u->screen;

	if (key == 'q')
		u->quit = true;
	else if ((key == 'j' || key == RJ_KEY_DOWN) && s->selected + 1 < u->m->n)
		s->selected++;
	else if ((key == 'k' || key == RJ_KEY_UP) && s->selected > 0)
		s->selected--;
	else if (key == 'g' || key == RJ_KEY_HOME)
		s->selected = 0;
	else if ((key == 'G' || key == RJ_KEY_END) && u->m->n > 0)
		s->selected = u->m->n - 1;
	else if (key == 'd' || key == '\r')
		show_diff(u);
}

static void on_key(struct ui *u, int key)
{
	if (key == 3) { /* ^C, as a key in raw mode; and ^Z, ^L */
		u->quit = true;
		u->status = 128 + SIGINT;
	} else if (key == 26) {
		suspend(u, true);
	} else if (key == 12) {
		rj_watch_resize(&u->screen);
	} else if (!u->diff.name) {
		on_list_key(u, key);
	} else if (!rj_watch_diff_key(&u->diff, key, u->screen.rows > 1 ? u->screen.rows - 1 : 1)) {
		rj_watch_diff_release(&u->diff);
	}
}

static void on_input(struct ui *u)
{
	char bytes[256];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
	int key = 0;

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		u->quit = true; /* the window was closed */
	for (size_t at = 0, len = n > 0 ? (size_t)n : 0, used; at < len && !u->quit; at += used) {
		used = rj_watch_key(bytes + at, len - at, &key);
		on_key(u, key);
	}
}

static void refresh(struct ui *u)
{
	u->screen.error = rj_monitor_refresh(u->m, &u->error) < 0 ? u->error.msg : NULL;
	u->next = rj_now_ms() + u->interval_ms;
}

static void draw(struct ui *u)
{
	if (u->diff.name)
		rj_watch_draw_diff(&u->screen, &u->diff);
	else
		rj_watch_draw_list(&u->screen, u->m);
}

static void step(struct ui *u)
{
	struct pollfd fds[] = {
		{.fd = u->signals, .events = POLLIN},
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = u->m->scan_fd, .events = POLLIN},
		{.fd = u->diff.name ? u->diff.fd : -1, .events = POLLIN},
	};
	const int64_t left = u->next - rj_now_ms();
	const int scan = rj_monitor_wait(u->m);
	const int wait = left < 0 ? 0 : (int)left;

	if (poll(fds, RJ_COUNT(fds), scan < wait ? scan : wait) > 0) {
		if (fds[0].revents)
			on_signal(u);
		if (fds[2].revents)
			rj_monitor_scanned(u->m);
		if (fds[3].revents)
			rj_watch_diff_more(&u->diff);
		if (fds[1].revents)
			on_input(u);
	}
	if (rj_now_ms() >= u->next)
		refresh(u);
	rj_monitor_scan(u->m);
}

static int block_signals(struct ui *u, struct rj_err *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < RJ_COUNT(handled); i++)
		(void)sigaddset(&set, handled[i]);
	if (sigprocmask(SIG_BLOCK, &set, &u->before) < 0)
		return rj_fail(err, errno, "cannot block signals");
	u->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (u->signals >= 0)
		return 0;
	rj_fail(err, errno, "cannot make a signalfd");
	(void)sigprocmask(SIG_SETMASK, &u->before, NULL);
	return -err->num;
}

static int show_screen(struct rj_monitor *m, int interval, struct rj_err *err)
{
	struct ui u = {.m = m,
		       .screen = {.colors = rj_term_has_color(stdout)},
		       .diff = {.fd = -1},
		       .tty = {.fd = STDIN_FILENO},
		       .interval_ms = interval * 1000};

	if (block_signals(&u, err) < 0)
		return -err->num;
	take_screen(&u);
	refresh(&u);
	while (!u.quit) {
		draw(&u);
		step(&u);
	}
	give_back(&u);
	rj_watch_diff_release(&u.diff);
	rj_buf_release(&u.screen.shown);
	rj_close(&u.signals);
	(void)sigprocmask(SIG_SETMASK, &u.before, NULL);
	return u.status;
}

/* A name that is none must not just show nothing. */
static int check_names(const struct rj_ctx *ctx, char *const *names, struct rj_err *err)
{
	for (; *names; names++) {
		RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};

		if (rj_jail_check_name(*names, err) < 0 ||
		    rj_store_find(ctx, *names, &jail, err) < 0)
			return -err->num;
	}
	return 0;
}

static bool has_screen(void)
{
	const char *term = getenv("TERM");

	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term &&
	       strcmp(term, "dumb") != 0;
}

static int watch_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct watch_args *args = p;
	RJ_AUTO(rj_monitor_release) struct rj_monitor m = {.scan_fd = -1, .proc = -1};

	if (check_names(ctx, operands, err) < 0 || rj_monitor_init(&m, ctx, operands, err) < 0)
		return -err->num;
	if (args->once)
		return rj_watch_once(&m, args->json, err);
	if (args->json || !has_screen())
		return rj_watch_lines(&m, args->interval, args->json, err);
	return show_screen(&m, args->interval, err);
}

static const struct watch_args defaults = {.interval = 1};

const struct rj_applet rj_applet_watch = {
	.name = "watch",
	.summary = "follow all jails on a screen",
	.operands = "[JAIL...]",
	.min = 0,
	.max = RJ_MANY,
	.details =
		"Shows, for all jails or those that are named, whether a session runs and since "
		"when, the processors and memory that it uses, the commits since the jail's base, "
		"the files that differ from it, and the last line on its terminal. Files and "
		"commits cost more to find out than the rest, so at most a tenth of the time goes "
		"into them, and in large repositories they are a while behind.\n\n"
		"Keys: j, k, the arrows, g and G choose a jail, d or Enter shows its diff (j, k, "
		"space, b, g, G, h and l scroll, q goes back), q ends it.\n\n"
		"Where standard input or output is no terminal, or with --json, a line is printed "
		"for each jail at first, and then for each that changed. The JSON keys are time, "
		"name, state (as in 'list'), seconds, cpu (percent of one processor), memory "
		"(bytes), commits, files_changed, uncommitted and last_line; what is not known is "
		"null.",
	.example = "robojail watch\n"
		   "robojail watch --once\n"
		   "robojail watch --json fix-login | jq -r .last_line",
	.opts = watch_opts,
	.args_size = sizeof(struct watch_args),
	.defaults = &defaults,
	.run = watch_run,
};
