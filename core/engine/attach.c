#include "core/engine/attach.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/join.h"
#include "core/engine/terminal.h"
#include "core/engine/viewer.h"
#include "core/sys/msg.h"

struct view {
	int sock, signals;
	char detach;
	bool over, ended;
	int status;
	struct rj_terminal terminal;
};

static int find(const struct rj_ctx *ctx, const char *name, int *id, struct rj_err *err)
{
	RJ_AUTO(rj_free) struct rj_wire_session *v = NULL;
	size_t n = 0, detached = 0;
	const int want = *id;
	bool there = false;

	if (rj_join_list(ctx, name, &v, &n, err) < 0)
		return -err->num;
	for (size_t i = 0; i < n; i++) {
		there = there || v[i].id == want;
		if (v[i].detached && (!want || v[i].id == want)) {
			*id = v[i].id;
			detached++;
		}
	}
	if (detached == 1)
		return 0;
	if (detached > 1) {
		rj_refuse(err, EINVAL, "jail '%s' has %zu sessions in the background", name,
			  detached);
		return rj_hint(err,
			       "choose one: 'robojail attach %s --session N'; 'robojail ps %s' "
			       "has their numbers",
			       name, name);
	}
	if (there)
		rj_refuse(err, EBUSY, "session %d of jail '%s' is on a terminal already", want,
			  name);
	else
		rj_refuse(err, ESRCH, "jail '%s' has no %s", name,
			  want ? "session of that number" : "session in the background");
	return rj_hint(
		err,
		"'robojail ps' shows all, 'robojail log %s' those that have ended; 'robojail "
		"enter --detach %s' begins one",
		name, name);
}

static void send_size(const struct view *v)
{
	struct winsize ws;
	char msg[1 + 2 * sizeof(unsigned short)] = {RJ_VIEW_SIZE};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0)
		return;
	memcpy(msg + 1, &ws.ws_row, sizeof(ws.ws_row));
	memcpy(msg + 1 + sizeof(ws.ws_row), &ws.ws_col, sizeof(ws.ws_col));
	(void)rj_msg_send(v->sock, msg, sizeof(msg), NULL, 0);
}

static void on_output(struct view *v)
{
	char msg[RJ_VIEW_BYTES + 1];
	const ssize_t n = rj_msg_receive(v->sock, msg, sizeof(msg), NULL, NULL);

	if (n <= 0) {
		v->over = v->ended = true;
	} else if (msg[0] == RJ_VIEW_ENDED && n == 1 + (ssize_t)sizeof(int)) {
		memcpy(&v->status, msg + 1, sizeof(v->status));
		v->over = v->ended = true;
	} else if (msg[0] == RJ_VIEW_OUTPUT) {
		v->over = rj_terminal_show(&v->terminal, msg + 1, (size_t)n - 1) < 0;
	}
}

/* The key, as a byte or as terminals with a keyboard protocol send it: CSI CODE ; 5 u. */
static const char *find_key(const struct view *v, const char *typed, size_t n)
{
	char seq[16];
	const int code = (v->detach | 0x40) | (v->detach >= 1 && v->detach <= 26 ? 0x20 : 0);
	const char *at = v->detach ? memchr(typed, v->detach, n) : NULL;

	if (at || !v->detach)
		return at;
	(void)snprintf(seq, sizeof(seq), "\x1b[%d;5u", code);
	return memmem(typed, n, seq, strlen(seq));
}

static void on_input(struct view *v)
{
	char msg[RJ_VIEW_BYTES + 1] = {RJ_VIEW_INPUT};
	ssize_t n = read(STDIN_FILENO, msg + 1, RJ_VIEW_BYTES);
	const char *key;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	key = n > 0 ? find_key(v, msg + 1, (size_t)n) : NULL;
	if (n <= 0 || key)
		v->over = true;
	if (key)
		n = key - (msg + 1);
	if (n > 0)
		(void)rj_msg_send(v->sock, msg, (size_t)n + 1, NULL, 0);
}

static void on_signal(struct view *v)
{
	struct signalfd_siginfo info;

	while (read(v->signals, &info, sizeof(info)) == sizeof(info)) {
		const bool resume = info.ssi_signo == SIGCONT;

		if (resume)
			rj_terminal_take(&v->terminal);
		if (resume || info.ssi_signo == SIGWINCH)
			send_size(v);
		else
			v->over = true; /* to look away is all that a viewer can do */
	}
}

static void look(struct view *v)
{
	struct pollfd fds[] = {{.fd = v->signals, .events = POLLIN},
			       {.fd = v->sock, .events = POLLIN},
			       {.fd = STDIN_FILENO, .events = POLLIN}};

	send_size(v);
	while (!v->over) {
		if (poll(fds, RJ_COUNT(fds), -1) < 0)
			continue;
		if (fds[0].revents)
			on_signal(v);
		if (fds[1].revents)
			on_output(v);
		if (fds[2].revents && !v->over)
			on_input(v);
	}
}

int rj_session_attach(const struct rj_ctx *ctx, const char *name, int id, char detach,
		      struct rj_attach_result *ret, struct rj_err *err)
{
	static const int handled[] = {SIGWINCH, SIGCONT, SIGHUP, SIGTERM, SIGINT, SIGQUIT};
	struct view v = {.detach = detach,
			 .status = -1,
			 .terminal = {.tty = {.fd = STDIN_FILENO}, .output = STDOUT_FILENO}};
	sigset_t set, before;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return rj_refuse(err, ENOTTY, "a session can only be attached to a terminal");
	if (find(ctx, name, &id, err) < 0)
		return -err->num;
	v.sock = rj_join_view(ctx, name, id, err);
	if (v.sock < 0)
		return v.sock;
	(void)sigemptyset(&set);
	for (size_t i = 0; i < RJ_COUNT(handled); i++)
		(void)sigaddset(&set, handled[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	v.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (v.signals < 0)
		rj_fail(err, errno, "cannot make a signalfd");
	else if (rj_tty_raw(&v.terminal.tty, err) == 0)
		look(&v);
	rj_terminal_give(&v.terminal);
	rj_close(&v.sock);
	rj_close(&v.signals);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (!v.over)
		return -err->num;
	*ret = (struct rj_attach_result){.ended = v.ended, .status = v.status};
	return 0;
}
