#include "core/engine/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/engine/tape.h"
#include "core/engine/terminal.h"
#include "core/engine/wire.h"
#include "core/sys/file.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"

static const int handled[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT, SIGUSR1,
			      SIGUSR2, SIGTSTP, SIGCONT, SIGALRM, SIGWINCH};

enum {
	CHUNK = 65536,
	LAST_READS = 64, /* a pty hands out at most 4 KiB a read, and holds some 70 KiB (pty(7)) */
};

struct loop {
	struct rj_relay *r;
	struct rj_terminal terminal;
	int master;
	int64_t late_at; /* on the clock of rj_now_ms */
	bool ended;
	int status; /* -1: nobody said it */
	struct rj_viewers viewers;
	size_t at, len; /* of what the user typed and the jail has not read yet */
	char typed[4096];
	char *chunk; /* made when something is relayed */
};

int rj_relay_prepare(struct rj_relay *relay, struct rj_err *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < RJ_COUNT(handled); i++)
		(void)sigaddset(&set, handled[i]);
	if (sigprocmask(SIG_BLOCK, &set, &relay->before) < 0)
		return rj_fail(err, errno, "cannot block signals");
	relay->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return relay->signals < 0 ? rj_fail(err, errno, "cannot make a signalfd") : 0;
}

void rj_relay_release(struct rj_relay *relay)
{
	rj_close(&relay->signals);
	relay->signals = -1;
	(void)sigprocmask(SIG_SETMASK, &relay->before, NULL);
}

/* Milliseconds until it is time; -1 when nothing is to be done. */
RJ_IDLE static int until_late(const struct loop *l)
{
	const int64_t left = l->r->late ? l->late_at - rj_now_ms() : 0;

	return !l->r->late ? -1 : left > 0 ? (int)left : 0;
}

RJ_IDLE static void late(struct loop *l)
{
	if (l->r->late)
		l->r->late(l->r->late_arg);
	l->r->late = NULL;
}

static void signal_session(const struct loop *l, int sig)
{
	const struct rj_wire w = {.what = RJ_WIRE_SIGNAL, .value = sig};

	if (l->r->control >= 0)
		(void)rj_msg_send(l->r->control, &w, sizeof(w), NULL, 0);
}

static void take_terminal(struct loop *l)
{
	if (l->master >= 0)
		rj_terminal_take(&l->terminal);
}

static void sync_size(const struct loop *l)
{
	const struct rj_terminal *t = &l->terminal;
	const int from = t->tty.fd >= 0 ? t->tty.fd : t->output;

	if (l->master >= 0 && from >= 0)
		rj_tty_copy_size(from, l->master);
	rj_tape_size(l->r->tape, l->master);
}

/*
 * The command stopped: give the terminal back and stop too, as a shell's job does. All of the job
 * for a ^Z that was typed to us; where it was not, the kernel has told the others, or a program
 * inside stops itself, which stops nobody else outside.
 */
static void suspend(struct loop *l, int sig)
{
	const bool typed = l->terminal.tty.is_raw && sig == SIGTSTP;

	late(l);
	if (!l->r->detached) {
		rj_terminal_give(&l->terminal);
		if (typed)
			rj_tty_stop_job();
		else
			(void)kill(getpid(), SIGSTOP);
		take_terminal(l);
		sync_size(l);
	}
	signal_session(l, SIGCONT);
}

static void on_signal(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->r->signals, &info, sizeof(info)) == sizeof(info)) {
		int sig = (int)info.ssi_signo;

		if (sig == SIGCONT)
			take_terminal(l);
		if (sig == SIGCONT || sig == SIGWINCH) /* which a stopped job does not get */
			sync_size(l);
		if (sig == SIGWINCH && l->master >= 0)
			continue; /* the jail's terminal sends its own */
		signal_session(l, sig);
	}
}

static void take_master(struct loop *l, int fd)
{
	l->master = fd;
	(void)fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
	sync_size(l);
	take_terminal(l);
}

static void on_control(struct loop *l)
{
	struct rj_wire w = {.what = 0};
	int fds[RJ_MSG_FDS];
	size_t n;
	const bool good =
		rj_msg_receive(l->r->control, &w, sizeof(w), fds, &n) == (ssize_t)sizeof(w);

	if (!good) {
		/* A joined session has no other sign that its jail is gone. */
		if (l->r->pidfd < 0) {
			l->ended = true;
			l->status = 128 + SIGKILL;
		}
		rj_close(&l->r->control);
		l->r->control = -1;
		if (l->r->over)
			l->r->over(l->r->over_arg);
	} else if (w.what == RJ_WIRE_TERMINAL && n > 0 && l->master < 0) {
		take_master(l, fds[--n]);
	} else if (w.what == RJ_WIRE_VIEWER && n > 0 && l->r->detached) {
		rj_viewers_add(&l->viewers, &l->terminal.modes, fds[--n]);
	} else if (w.what == RJ_WIRE_STOPPED) {
		suspend(l, w.value);
	} else if (w.what == RJ_WIRE_ENDED || w.what == RJ_WIRE_OVER) {
		l->ended = true;
		l->status = w.value;
		l->r->is_over = w.what == RJ_WIRE_OVER;
		l->r->peak = w.peak;
	}
	while (n > 0)
		rj_close(&fds[--n]);
}

static void on_input(struct loop *l)
{
	ssize_t n = read(l->r->input, l->typed, sizeof(l->typed));

	if (n > 0) {
		l->at = 0;
		l->len = (size_t)n;
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		/* The window was closed. The kernel sends SIGHUP as well, which is forwarded. */
		l->r->input = -1;
		signal_session(l, SIGHUP);
	}
}

static void to_master(struct loop *l)
{
	ssize_t n = write(l->master, l->typed + l->at, l->len);

	if (n > 0) {
		l->at += (size_t)n;
		l->len -= (size_t)n;
	} else if (n < 0 && errno != EINTR && errno != EAGAIN) {
		l->len = 0;
	}
}

static void show(struct loop *l, const char *bytes, size_t n)
{
	if (l->r->detached)
		rj_viewers_put(&l->viewers, bytes, n);
	if (rj_terminal_show(&l->terminal, bytes, n) < 0)
		l->terminal.output = -1; /* go on reading: the command must not block on us */
	rj_tape_output(l->r->tape, bytes, n);
}

static char *chunk(struct loop *l)
{
	if (!l->chunk)
		l->chunk = rj_alloc(1, CHUNK);
	return l->chunk;
}

static void from_master(struct loop *l)
{
	ssize_t n = read(l->master, chunk(l), CHUNK);

	if (n > 0) {
		show(l, l->chunk, (size_t)n);
		return;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	rj_close(&l->master); /* EIO: the last process that had the other end is gone */
	l->master = -1;
}

static void on_pump(struct loop *l, struct rj_pump *p)
{
	ssize_t n = read(p->from, chunk(l), CHUNK);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* Closed when the file takes no more: the command gets EPIPE, where it would have ENOSPC.
	 */
	if (n <= 0 || rj_write_all(p->to, l->chunk, (size_t)n) < 0) {
		rj_close(&p->from);
		p->from = -1;
	}
}

enum { AT_VIEWERS = 5, AT_PUMPS = AT_VIEWERS + RJ_VIEWERS, FDS = AT_PUMPS + 2 };

/* One that was dropped meanwhile has left its place to the last, of whom nothing is known yet. */
static void on_viewers(struct loop *l, const struct pollfd *fds)
{
	for (size_t i = l->viewers.n; i-- > 0;) {
		if (!fds[AT_VIEWERS + i].revents || fds[AT_VIEWERS + i].fd != l->viewers.v[i].sock)
			continue;
		l->at = 0;
		l->len = rj_viewers_read(&l->viewers, i, l->master, l->typed);
		rj_tape_size(l->r->tape, l->master);
		if (l->len)
			return;
	}
}

RJ_IDLE static void fill(const struct loop *l, struct pollfd *fds)
{
	const bool wants = !l->len; /* what was typed before has been taken */

	for (size_t i = 0; i < FDS; i++)
		fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	fds[0].fd = l->r->signals;
	fds[1].fd = l->r->control;
	fds[2].fd = l->r->pidfd;
	fds[3].fd = l->master;
	fds[3].events = (short)(POLLIN | (l->len ? POLLOUT : 0));
	fds[4].fd = l->terminal.tty.is_raw && wants ? l->r->input : -1;
	for (size_t i = 0; wants && i < l->viewers.n; i++)
		fds[AT_VIEWERS + i].fd = l->viewers.v[i].sock;
	for (size_t i = 0; i < l->r->pumps_n; i++)
		fds[AT_PUMPS + i].fd = l->r->pumps[i].from;
}

/* Milliseconds until there is something to do that nobody says; -1 for ever. */
RJ_IDLE static int patience(const struct loop *l)
{
	const int to_late = until_late(l), to_size = rj_viewers_patience(&l->viewers);

	return to_late < 0 || (to_size >= 0 && to_size < to_late) ? to_size : to_late;
}

RJ_IDLE static void step(struct loop *l)
{
	struct pollfd fds[FDS];
	int n;

	fill(l, fds);
	n = poll(fds, FDS, patience(l));
	if (until_late(l) == 0)
		late(l);
	if (n < 0)
		return;
	if (rj_viewers_settle(&l->viewers, l->master))
		rj_tape_size(l->r->tape, l->master);
	if (fds[0].revents)
		on_signal(l);
	if (fds[3].revents & POLLOUT)
		to_master(l);
	if (fds[3].revents & (POLLIN | POLLHUP | POLLERR))
		from_master(l);
	if (fds[4].revents)
		on_input(l);
	on_viewers(l, fds);
	for (size_t i = 0; i < l->r->pumps_n; i++)
		if (fds[AT_PUMPS + i].revents)
			on_pump(l, &l->r->pumps[i]);
	if (fds[1].revents)
		on_control(l);
	if (fds[2].revents)
		l->ended = true;
}

RJ_IDLE static void loop(struct loop *l)
{
	while (!l->ended)
		step(l);
}

/*
 * What the terminal still holds. Not until its end: another session of the jail may have been sent
 * the other end over a socket in the worktree, and would read what the user types next and go on
 * writing. The kernel hands over all that was written before it says EAGAIN (n_tty_read).
 */
static void drain(struct loop *l)
{
	for (int i = 0; i < LAST_READS && l->master >= 0; i++) {
		struct pollfd p = {.fd = l->master, .events = POLLIN};

		if (poll(&p, 1, 0) <= 0)
			break;
		from_master(l);
	}
	rj_close(&l->master);
	for (size_t i = 0; i < l->r->pumps_n; i++) {
		struct rj_pump *p = &l->r->pumps[i];

		for (int k = 0; k < LAST_READS && p->from >= 0; k++) {
			struct pollfd more = {.fd = p->from, .events = POLLIN};

			if (poll(&more, 1, 0) <= 0)
				break;
			on_pump(l, p);
		}
	}
}

int rj_relay_run(struct rj_relay *relay)
{
	struct loop *l = rj_alloc(1, sizeof(*l));
	int status;

	/* member by member: pages that are not written to cost nothing */
	l->r = relay;
	l->terminal.tty = (struct rj_tty){.fd = relay->input, .shared = relay->shared};
	l->terminal.output = relay->output;
	l->master = -1;
	l->status = -1;
	l->late_at = rj_now_ms() + relay->late_ms;
	loop(l);
	drain(l);
	rj_terminal_give(&l->terminal);
	if (l->viewers.n > 0)
		rj_viewers_end(&l->viewers, l->status < 0 && relay->pidfd >= 0
						    ? rj_pidfd_status(relay->pidfd)
						    : l->status);
	rj_viewers_release(&l->viewers);
	status = l->status;
	rj_free(&l->chunk);
	rj_free(&l);
	return status;
}
