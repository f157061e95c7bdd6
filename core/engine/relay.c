#include "core/engine/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/reaper.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"
#include "core/sys/tty.h"

static const int handled[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT, SIGUSR1,
			      SIGUSR2, SIGTSTP, SIGCONT, SIGALRM, SIGWINCH};

enum {
	CHUNK = 65536,
	LAST_READS = 64, /* a pty hands out at most 4 KiB a read, and holds some 70 KiB (pty(7)) */
};

struct loop {
	struct rj_relay *r;
	struct rj_tty tty;
	int master;
	bool ended;	/* PID 1 is gone, and all processes of its namespace with it */
	size_t at, len; /* of what the user typed and the jail has not read yet */
	char typed[4096];
	char chunk[CHUNK];
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

static void go_raw(struct loop *l)
{
	struct rj_err none; /* a terminal that was hung up: the read that follows will tell */

	/* A background job that touched the terminal would be stopped; fg brings a SIGCONT. */
	if (l->master >= 0 && l->tty.fd >= 0 && tcgetpgrp(l->tty.fd) == getpgrp())
		(void)rj_tty_raw(&l->tty, &none);
}

static void sync_size(const struct loop *l)
{
	int from = l->tty.fd >= 0 ? l->tty.fd : l->r->output;

	if (l->master >= 0 && from >= 0)
		rj_tty_copy_size(from, l->master);
}

/* The command stopped: give the terminal back and stop too, as a shell's job does. */
static void suspend(struct loop *l)
{
	rj_tty_restore(&l->tty);
	(void)kill(getpid(), SIGSTOP);
	go_raw(l);
	sync_size(l);
	(void)rj_pidfd_kill(l->r->child->pidfd, SIGCONT);
}

static void on_signal(struct loop *l)
{
	struct signalfd_siginfo info;

	while (read(l->r->signals, &info, sizeof(info)) == sizeof(info)) {
		int sig = (int)info.ssi_signo;

		if (sig == SIGWINCH)
			sync_size(l);
		else if (sig == SIGCONT)
			go_raw(l);
		if (sig == SIGWINCH && l->master >= 0)
			continue; /* the jail's terminal sends its own */
		(void)rj_pidfd_kill(l->r->child->pidfd, sig);
	}
}

static void on_control(struct loop *l)
{
	int fd = -1;
	int what = rj_fd_receive(l->r->control, &fd);

	if (what == RJ_REAPER_TTY && fd >= 0 && l->master < 0) {
		l->master = fd;
		(void)fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
		sync_size(l);
		go_raw(l);
		return;
	}
	rj_close(&fd);
	if (what == RJ_REAPER_STOPPED)
		suspend(l);
	else if (what <= 0) {
		rj_close(&l->r->control);
		l->r->control = -1;
	}
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
		(void)rj_pidfd_kill(l->r->child->pidfd, SIGHUP);
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

static void from_master(struct loop *l)
{
	ssize_t n = read(l->master, l->chunk, sizeof(l->chunk));

	if (n > 0) {
		if (l->r->output >= 0 && rj_write_all(l->r->output, l->chunk, (size_t)n) < 0)
			l->r->output = -1; /* go on reading: the command must not block on us */
		return;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	rj_close(&l->master); /* EIO: the last process that had the other end is gone */
	l->master = -1;
}

static void step(struct loop *l)
{
	struct pollfd fds[] = {
		{.fd = l->r->signals, .events = POLLIN},
		{.fd = l->r->control, .events = POLLIN},
		{.fd = l->ended ? -1 : l->r->child->pidfd, .events = POLLIN},
		{.fd = l->master, .events = (short)(POLLIN | (l->len ? POLLOUT : 0))},
		{.fd = l->tty.is_raw && !l->len ? l->r->input : -1, .events = POLLIN},
	};

	if (poll(fds, RJ_COUNT(fds), -1) < 0)
		return;
	if (fds[0].revents)
		on_signal(l);
	if (fds[3].revents & POLLOUT)
		to_master(l);
	if (fds[3].revents & (POLLIN | POLLHUP | POLLERR))
		from_master(l);
	if (fds[4].revents)
		on_input(l);
	if (fds[1].revents)
		on_control(l);
	if (fds[2].revents)
		l->ended = true;
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
}

int rj_relay_run(struct rj_relay *relay)
{
	struct loop *l = rj_alloc(1, sizeof(*l));
	int status;

	*l = (struct loop){
		.r = relay, .tty = {.fd = relay->input, .shared = relay->shared}, .master = -1};
	while (!l->ended)
		step(l);
	drain(l);
	rj_tty_restore(&l->tty);
	status = rj_child_wait(relay->child);
	rj_free(&l);
	return status;
}
