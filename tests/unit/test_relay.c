#include <criterion/criterion.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/engine/relay.h"
#include "core/engine/wire.h"
#include "core/sys/msg.h"
#include "core/sys/tty.h"

enum { VIEWERS = 2, PATIENCE_MS = 3000 };

/* The client of a detached session, in a process of its own, with two viewers. */
struct site {
	pid_t pid;
	int control, slave;
	int viewer[VIEWERS];
};

static void send_fd(int control, int what, int fd)
{
	const struct rj_wire w = {.what = what};

	cr_assert_eq(rj_msg_send(control, &w, sizeof(w), &fd, 1), 0);
	rj_close(&fd);
}

static _Noreturn void relay_main(int control)
{
	struct rj_relay r = {
		.pidfd = -1, .control = control, .input = -1, .output = -1, .detached = true};
	struct rj_err err;

	_exit(rj_relay_prepare(&r, &err) < 0 ? 99 : rj_relay_run(&r));
}

static struct site site_start(void)
{
	struct site s = {0};
	struct rj_err err;
	int control[2], pair[2];
	int master = rj_tty_open_pair("/dev/ptmx", &s.slave, &err);

	cr_assert_geq(master, 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control), 0);
	s.control = control[0];
	send_fd(s.control, RJ_WIRE_TERMINAL, master);
	for (size_t i = 0; i < VIEWERS; i++) {
		cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
		s.viewer[i] = pair[0];
		send_fd(s.control, RJ_WIRE_VIEWER, pair[1]);
	}
	s.pid = fork();
	if (s.pid == 0) {
		rj_close(&s.control);
		for (size_t i = 0; i < VIEWERS; i++)
			rj_close(&s.viewer[i]);
		relay_main(control[1]);
	}
	rj_close(&control[1]);
	return s;
}

static void site_end(struct site *s)
{
	const struct rj_wire w = {.what = RJ_WIRE_ENDED, .value = 7};
	int st;

	cr_expect_eq(rj_msg_send(s->control, &w, sizeof(w), NULL, 0), 0);
	for (size_t i = 0; i < VIEWERS; i++)
		rj_close(&s->viewer[i]);
	cr_expect_eq(waitpid(s->pid, &st, 0), s->pid);
	cr_expect(WIFEXITED(st) && WEXITSTATUS(st) == 7);
	rj_close(&s->control);
	rj_close(&s->slave);
}

/* The session shows `text`, and so does a viewer. */
static bool sees(const struct site *s, size_t i, const char *text)
{
	const int64_t until = rj_now_ms() + PATIENCE_MS;
	struct pollfd p = {.fd = s->viewer[i], .events = POLLIN};
	char msg[RJ_VIEW_BYTES + 1];

	while (rj_now_ms() < until) {
		ssize_t n = -1;

		if (poll(&p, 1, 100) == 1)
			n = rj_msg_receive(p.fd, msg, sizeof(msg), NULL, NULL);
		if (n == 0)
			return false;
		if (n > 0 && memmem(msg, (size_t)n, text, strlen(text)))
			return true;
	}
	return false;
}

static void show(const struct site *s, const char *text)
{
	cr_assert_eq(write(s->slave, text, strlen(text)), (ssize_t)strlen(text));
}

Test(relay, who_leaves_takes_no_other_viewer_along)
{
	struct site s = site_start();
	int st;

	show(&s, "first");
	cr_expect(sees(&s, 0, "first") && sees(&s, 1, "first"));
	/* it goes while there is output: dropped by what sends that, and then polled as gone */
	cr_assert_eq(kill(s.pid, SIGSTOP), 0);
	cr_assert_eq(waitpid(s.pid, &st, WUNTRACED), s.pid);
	rj_close(&s.viewer[0]);
	s.viewer[0] = -1;
	show(&s, "second");
	cr_assert_eq(kill(s.pid, SIGCONT), 0);
	cr_expect(sees(&s, 1, "second"));
	show(&s, "third");
	cr_expect(sees(&s, 1, "third"), "the other one is there, and the session goes on");
	site_end(&s);
}

static void say_size(const struct site *s, size_t i, unsigned short rows, unsigned short cols)
{
	char msg[1 + 2 * sizeof(rows)] = {RJ_VIEW_SIZE};

	memcpy(msg + 1, &rows, sizeof(rows));
	memcpy(msg + 1 + sizeof(rows), &cols, sizeof(cols));
	cr_assert_eq(rj_msg_send(s->viewer[i], msg, sizeof(msg), NULL, 0), 0);
}

/* The session's terminal gets that size. */
static bool is_size(const struct site *s, unsigned short rows, unsigned short cols)
{
	const int64_t until = rj_now_ms() + PATIENCE_MS;
	struct winsize ws = {0};

	while (rj_now_ms() < until) {
		if (ioctl(s->slave, TIOCGWINSZ, &ws) == 0 && ws.ws_row == rows && ws.ws_col == cols)
			return true;
		(void)poll(NULL, 0, 5);
	}
	return false;
}

Test(relay, the_size_is_what_all_viewers_have_room_for)
{
	struct site s = site_start();

	say_size(&s, 0, 20, 100);
	cr_expect(is_size(&s, 20, 100));
	say_size(&s, 1, 50, 80);
	cr_expect(is_size(&s, 20, 80));
	say_size(&s, 0, 60, 110);
	cr_expect(is_size(&s, 50, 80));
	rj_close(&s.viewer[1]);
	s.viewer[1] = -1;
	cr_expect(is_size(&s, 60, 110), "the one that stays has more room");
	rj_close(&s.viewer[0]);
	s.viewer[0] = -1;
	(void)poll(NULL, 0, 100);
	cr_expect(is_size(&s, 60, 110), "and nobody changes nothing");
	site_end(&s);
}

/* Nobody draws again for a size that is what it was. */
Test(relay, who_comes_makes_programs_draw_again)
{
	struct site s = site_start();

	say_size(&s, 0, 20, 100);
	cr_expect(is_size(&s, 20, 100));
	say_size(&s, 1, 20, 100);
	cr_expect(is_size(&s, 19, 100));
	cr_expect(is_size(&s, 20, 100));
	site_end(&s);
}
