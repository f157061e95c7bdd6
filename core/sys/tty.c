#include "core/sys/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

#ifndef TIOCGPTPEER /* Linux 4.13; musl and older glibc lack the name */
#define TIOCGPTPEER _IO('T', 0x41)
#endif

enum { HUSH_MS = 1000 };

int rj_tty_raw(struct rj_tty *tty, struct rj_err *err)
{
	struct termios raw;

	if (tty->fd < 0)
		return 0;
	if (!tty->is_raw && tcgetattr(tty->fd, &tty->saved) < 0)
		return rj_fail(err, errno, "cannot read the terminal's settings");
	raw = tty->saved;
	cfmakeraw(&raw);
	if (tty->shared)
		raw.c_oflag |= tty->saved.c_oflag & OPOST;
	if (tcsetattr(tty->fd, TCSADRAIN, &raw) < 0)
		return rj_fail(err, errno, "cannot set the terminal to raw mode");
	tty->is_raw = 1;
	return 0;
}

void rj_tty_restore(struct rj_tty *tty)
{
	if (tty->fd >= 0 && tty->is_raw)
		(void)tcsetattr(tty->fd, TCSADRAIN, &tty->saved);
	tty->is_raw = 0;
}

void rj_tty_hush(int fd, int quiet_ms)
{
	const int64_t until = rj_now_ms() + HUSH_MS;
	struct pollfd p = {.fd = fd, .events = POLLIN};

	/* a part of a line cannot be polled for when the terminal is not raw */
	while (poll(&p, 1, quiet_ms) == 1 && p.revents == POLLIN && rj_now_ms() < until)
		(void)tcflush(fd, TCIFLUSH);
	(void)tcflush(fd, TCIFLUSH);
}

void rj_tty_stop_job(void)
{
	sigset_t tstp, before;

	(void)sigemptyset(&tstp);
	(void)sigaddset(&tstp, SIGTSTP);
	(void)kill(0, SIGTSTP);
	(void)sigprocmask(SIG_UNBLOCK, &tstp, &before);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

void rj_tty_copy_size(int from, int to)
{
	struct winsize ws;

	if (ioctl(from, TIOCGWINSZ, &ws) == 0)
		(void)ioctl(to, TIOCSWINSZ, &ws);
}

int rj_tty_open_pair(const char *ptmx, int *ret_slave, struct rj_err *err)
{
	int master = open(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC);
	int unlock = 0;
	int slave = -1;

	if (master < 0)
		return rj_fail(err, errno, "cannot open %s", ptmx);
	if (ioctl(master, TIOCSPTLCK, &unlock) == 0)
		slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0) {
		rj_fail(err, errno, "cannot open the terminal's other end");
		rj_close(&master);
		return -err->num;
	}
	*ret_slave = slave;
	return master;
}
