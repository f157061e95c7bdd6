#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/join.h"
#include "core/engine/viewer.h"
#include "core/sys/file.h"
#include "core/sys/msg.h"
#include "dirfix.h"

static void on_alarm(int sig)
{
	(void)sig;
}

static void alarm_every(int ms)
{
	const struct sigaction sa = {.sa_handler = on_alarm};
	const struct itimerval t = {.it_interval.tv_usec = ms * 1000,
				    .it_value.tv_usec = ms * 1000};

	cr_assert_eq(sigaction(SIGALRM, &sa, NULL), 0);
	cr_assert_eq(setitimer(ITIMER_REAL, &t, NULL), 0);
}

Test(join, a_signal_is_no_answer)
{
	const int64_t start = rj_now_ms();
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	alarm_every(20);
	cr_expect(!rj_readable_by(fds[0], start + 200));
	cr_expect_geq(rj_now_ms() - start, 200);
	cr_assert_eq(write(fds[1], "x", 1), 1);
	cr_expect(rj_readable_by(fds[0], start), "what is there already is in time");
}

/* A jail that answers with one session, and then with `n` bytes. */
static _Noreturn void jail_main(int listening, size_t n)
{
	const struct rj_wire_session s = {.id = 1, .command = "first"};
	struct rj_wire_hello h;
	const char rest[64] = "";
	int conn = accept(listening, NULL, NULL);

	if (rj_msg_receive(conn, &h, sizeof(h), NULL, NULL) != (ssize_t)sizeof(h) ||
	    rj_msg_send(conn, &s, sizeof(s), NULL, 0) < 0 ||
	    (n > 0 && rj_msg_send(conn, rest, n, NULL, 0) < 0))
		_exit(1);
	_exit(0);
}

static int list(size_t bytes, size_t *ret_n, struct rj_err *err)
{
	char top[] = "/tmp/rj-join-XXXXXX";
	struct rj_ctx ctx = {.dirs.private = mkdtemp(top)};
	RJ_AUTO(rj_free) char *dir = rj_ctx_private(&ctx, "j", NULL);
	RJ_AUTO(rj_free) struct rj_wire_session *v = NULL;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int sock = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	pid_t pid;
	int rc, st;

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/" RJ_WIRE_SOCKET, dir);
	cr_assert(mkdir(dir, 0700) == 0 && bind(sock, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		  listen(sock, 1) == 0);
	pid = fork();
	if (pid == 0)
		jail_main(sock, bytes);
	rc = rj_join_list(&ctx, "j", &v, ret_n, err);
	cr_expect_eq(waitpid(pid, &st, 0), pid);
	cr_expect_eq(st, 0);
	rj_close(&sock);
	dirfix_drop(top);
	return rc;
}

Test(join, a_list_is_whole_or_an_error)
{
	struct rj_err err = {0};
	size_t n = 0;

	cr_expect_eq(list(0, &n, &err), 0);
	cr_expect_eq(n, 1);
	cr_expect_eq(list(7, &n, &err), -EPROTO);
	cr_expect(strstr(err.msg, "jail 'j'"), "%s", err.msg);
	cr_expect_eq(n, 0);
	cr_expect_eq(list(sizeof(struct rj_wire), &n, &err), -EPROTO);
	cr_expect(strstr(err.msg, "another version"), "%s", err.msg);
}

/* Reads a message now and then. */
static _Noreturn void slow_main(int sock)
{
	char msg[RJ_VIEW_BYTES + 1];

	while (rj_msg_receive(sock, msg, sizeof(msg), NULL, NULL) > 0)
		(void)usleep(700000);
	_exit(0);
}

Test(join, a_viewer_that_reads_little_holds_nobody_up_for_long)
{
	const int small = 4096;
	RJ_AUTO(rj_free) char *bytes = rj_alloc(1, 1 << 16);
	struct rj_viewers v = {.n = 0};
	const struct rj_modes modes = {0};
	const int64_t start = rj_now_ms();
	int pair[2];
	pid_t pid;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(pair[0]);
		slow_main(pair[1]);
	}
	(void)close(pair[1]);
	cr_assert_eq(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
	rj_viewers_add(&v, &modes, pair[0]);
	cr_assert_eq(v.n, 1);
	rj_viewers_put(&v, bytes, 1 << 16);
	cr_expect_lt(rj_now_ms() - start, 6000);
	cr_expect_eq(v.n, 0);
	rj_viewers_release(&v);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}
