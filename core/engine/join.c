#include "core/engine/join.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/model/words.h"
#include "core/sys/file.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"

enum {
	ANSWER_MS = 60000, /* the jail may still be made, and its git fetch first */
	START_MS = 10000,  /* from the answer to exec(2), which takes some of them */
	LIST_MS = 10000,   /* all of a list, which takes none */
};

int rj_join_connect(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, name, NULL);
	RJ_AUTO(rj_close) int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int sock;

	if (dir < 0)
		return errno == ENOENT ? -ENOENT : rj_fail(err, errno, "cannot open %s", path);
	sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "/proc/self/fd/%d/" RJ_WIRE_SOCKET, dir);
	if (sock >= 0 && connect(sock, (const struct sockaddr *)&at, sizeof(at)) == 0)
		return sock;
	if (sock < 0 || (errno != ENOENT && errno != ECONNREFUSED)) {
		rj_fail(err, errno, "cannot reach jail '%s' through %s/" RJ_WIRE_SOCKET, name,
			path);
		rj_close(&sock);
		return -err->num;
	}
	rj_close(&sock);
	return -ECONNREFUSED;
}

static int explain(const char *name, int refusal, struct rj_err *err)
{
	switch ((enum rj_wire_refusal)refusal) {
	case RJ_WIRE_OTHER_VERSION:
		rj_refuse(err, EPROTO, "jail '%s' was started by another version of robojail",
			  name);
		break;
	case RJ_WIRE_OTHER_SETTINGS:
		rj_refuse(err, ESTALE,
			  "jail '%s' runs with other settings than those that the configuration "
			  "has now, and keeps them until it ends",
			  name);
		return rj_hint(err,
			       "end it with 'robojail stop %s', or join it as it is with "
			       "--as-started",
			       name);
	case RJ_WIRE_OTHER_USER:
		rj_refuse(err, EINVAL, "jail '%s' runs with another user inside", name);
		return rj_hint(err, "leave --user out, or end it first: robojail stop %s", name);
	case RJ_WIRE_NO_SESSION:
		rj_refuse(err, ESRCH, "jail '%s' has no such session", name);
		return rj_hint(err, "see 'robojail ps %s'", name);
	case RJ_WIRE_BUSY:
		rj_refuse(err, EAGAIN, "jail '%s' cannot start another process", name);
		return rj_hint(err, "its limit pids_max is reached");
	case RJ_WIRE_BAD_REQUEST:
		return rj_refuse(err, EPROTO, "jail '%s' did not understand the request", name);
	}
	return rj_hint(err, "end it first: robojail stop %s", name);
}

static unsigned put_words(struct rj_buf *b, char *const *words)
{
	unsigned n = 0;

	for (; words[n]; n++)
		rj_buf_add(b, words[n], strlen(words[n]) + 1);
	return n;
}

/* The text of RJ_WIRE_FD_TEXT in memory. */
static int make_text(struct rj_join *j, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	int fd = memfd_create("rj-join", MFD_CLOEXEC);
	int rc;

	j->hello.argc = put_words(&b, j->argv);
	j->hello.envc = put_words(&b, j->env);
	rj_buf_add(&b, j->dir, strlen(j->dir) + 1);
	rc = fd < 0 ? -errno : rj_write_all(fd, b.s, b.len);
	if (rc == 0)
		return fd;
	rj_fail(err, -rc, "cannot write the request to the jail");
	rj_close(&fd);
	return rc;
}

/* Its answer: the number of the session, -EAGAIN when it is gone, or an error. */
static int await(int sock, const char *name, struct rj_err *err)
{
	struct rj_wire w;

	if (!rj_readable_by(sock, rj_now_ms() + ANSWER_MS)) {
		rj_refuse(err, ETIMEDOUT, "jail '%s' does not answer", name);
		return rj_hint(err, "see 'robojail ps', and end it with 'robojail stop %s'", name);
	}
	if (rj_msg_receive(sock, &w, sizeof(w), NULL, NULL) != (ssize_t)sizeof(w))
		return -EAGAIN;
	if (w.what == RJ_WIRE_REFUSED)
		return explain(name, w.value, err);
	return w.what == RJ_WIRE_JOINED
		       ? w.value
		       : rj_refuse(err, EPROTO, "jail '%s' sent no usable answer", name);
}

/* Whether its command started. A program inside may stop the process that is about to become it,
 * and nobody but that one knows: the jail's own process waits for it, as vfork(2) does. */
static int await_start(int report, const char *name, struct rj_err *err)
{
	if (rj_readable_by(report, rj_now_ms() + START_MS))
		return rj_err_receive(report, err);
	rj_refuse(err, ETIMEDOUT, "jail '%s' does not start the command", name);
	return rj_hint(err,
		       "something inside may have stopped it: see 'robojail ps', and end all "
		       "of it with 'robojail stop %s'",
		       name);
}

static int request(int sock, const char *name, struct rj_join *j, int report, struct rj_err *err)
{
	RJ_AUTO(rj_close) int text = make_text(j, err);
	RJ_AUTO(rj_close) int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[RJ_WIRE_FDS];

	if (text < 0)
		return text;
	fds[RJ_WIRE_FD_TEXT] = text;
	fds[RJ_WIRE_FD_REPORT] = report;
	for (unsigned i = 0; i < 3; i++)
		fds[RJ_WIRE_FD_STDIO + i] =
			(j->hello.tty | j->hello.null) & (1u << i) ? null : j->stdio[i];
	j->hello.version = RJ_WIRE_VERSION;
	j->hello.request = RJ_WIRE_JOIN;
	if (rj_msg_send(sock, &j->hello, sizeof(j->hello), fds, RJ_WIRE_FDS) < 0)
		return -EAGAIN;
	return await(sock, name, err);
}

int rj_join_start(const struct rj_ctx *ctx, const char *name, struct rj_join *join, int *ret_id,
		  struct rj_err *err)
{
	RJ_AUTO(rj_close) int sock = rj_join_connect(ctx, name, err);
	int report[2];
	int keep;
	int rc;

	if (sock < 0)
		return sock == -ENOENT || sock == -ECONNREFUSED ? -EAGAIN : sock;
	if (pipe2(report, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	rc = request(sock, name, join, report[1], err);
	rj_close(&report[1]);
	if (rc >= 0) {
		*ret_id = rc;
		rc = await_start(report[0], name, err);
	}
	rj_close(&report[0]);
	if (rc < 0)
		return rc;
	keep = sock;
	sock = -1;
	return keep;
}

/* One message, and -1 or a socket that waits for the answer. */
static int ask(const struct rj_ctx *ctx, const char *name, int what, int value, struct rj_err *err)
{
	const struct rj_wire_hello h = {
		.version = RJ_WIRE_VERSION, .request = what, .value = value};
	int sock = rj_join_connect(ctx, name, err);

	if (sock >= 0 && rj_msg_send(sock, &h, sizeof(h), NULL, 0) < 0)
		rj_close(&sock), sock = -ECONNREFUSED;
	return sock;
}

/* One entry of a list: 1, 0 at its end, or an error. */
static int receive_entry(int sock, const char *name, int64_t until, struct rj_wire_session *ret,
			 struct rj_err *err)
{
	ssize_t n;

	if (!rj_readable_by(sock, until)) {
		rj_refuse(err, ETIMEDOUT, "jail '%s' does not say what runs in it", name);
		return rj_hint(err,
			       "when it is still being started, try again; else end it with "
			       "'robojail stop %s'",
			       name);
	}
	n = rj_msg_receive(sock, ret, sizeof(*ret), NULL, NULL);
	if (n == 0 || n == -ECONNRESET)
		return 0; /* it has ended */
	if (n == (ssize_t)sizeof(struct rj_wire))
		return explain(name, RJ_WIRE_OTHER_VERSION, err);
	if (n != (ssize_t)sizeof(*ret))
		return rj_fail(err, n < 0 ? (int)-n : EPROTO, "cannot read what runs in jail '%s'",
			       name);
	ret->command[sizeof(ret->command) - 1] = '\0';
	return 1;
}

int rj_join_list(const struct rj_ctx *ctx, const char *name, struct rj_wire_session **ret,
		 size_t *ret_n, struct rj_err *err)
{
	RJ_AUTO(rj_close) int sock = ask(ctx, name, RJ_WIRE_LIST, 0, err);
	const int64_t until = rj_now_ms() + LIST_MS;
	struct rj_wire_session *v = NULL, s;
	size_t n = 0, cap = 0;
	int rc;

	*ret = NULL;
	*ret_n = 0;
	if (sock < 0)
		return sock == -ENOENT || sock == -ECONNREFUSED ? 0 : sock;
	while ((rc = receive_entry(sock, name, until, &s, err)) > 0) {
		v = rj_grow(v, &cap, n + 1, sizeof(*v));
		v[n++] = s;
	}
	if (rc < 0) {
		rj_free(&v);
		return rc;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

bool rj_join_stop(const struct rj_ctx *ctx, const char *name, int ms)
{
	struct rj_err none;
	int sock = ask(ctx, name, RJ_WIRE_STOP, ms, &none);

	if (sock < 0)
		return false;
	rj_close(&sock);
	return true;
}

int rj_join_view(const struct rj_ctx *ctx, const char *name, int id, struct rj_err *err)
{
	int sock = ask(ctx, name, RJ_WIRE_VIEW, id, err);

	if (sock == -ENOENT || sock == -ECONNREFUSED) {
		rj_refuse(err, ESRCH, "jail '%s' does not run", name);
		return rj_hint(err, "start it with 'robojail enter --detach %s'", name);
	}
	return sock;
}

void rj_wire_session_fill(struct rj_wire_session *s, char *const *argv)
{
	struct rj_strv words = {0};
	RJ_AUTO(rj_free) char *line = NULL;

	rj_strv_add_all(&words, argv);
	line = rj_words_join(&words);
	rj_strv_release(&words);
	(void)snprintf(s->command, sizeof(s->command), "%s", line);
	s->client = getpid();
	s->started = rj_now_s();
}
