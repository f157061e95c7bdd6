/*
 * reaper_join - who knocks at the jail's socket: joins, lists, stops, looks; see wire.h
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/engine/reaper_parts.h"
#include "core/model/env.h"
#include "core/sys/children.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"

enum {
	PATIENCE_S = 1, /* for a client that connects and says nothing */
	TEXT_MAX = 16 << 20,
	SWEEPS = 500, /* of a millisecond and more: what forks faster ends with the jail */
};

static void answer(int conn, int what, int value)
{
	const struct rj_wire w = {.what = what, .value = value};

	(void)rj_msg_send(conn, &w, sizeof(w), NULL, 0);
}

bool rj_reaper_forget(struct rj_reaper_state *s, pid_t pid)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->joined[i].reaper != pid)
			continue;
		rj_close(&s->joined[i].conn);
		s->joined[i] = s->joined[--s->n];
		return true;
	}
	return false;
}

static bool is_reaper(const void *arg, pid_t pid)
{
	const struct rj_reaper_state *s = arg;

	for (size_t i = 0; i < s->n; i++)
		if (s->joined[i].reaper == pid)
			return true;
	return false;
}

/* It holds the session's terminal and status: stopped, nobody could leave the session. */
void rj_reaper_unstop(const struct rj_reaper_state *s, pid_t pid)
{
	if (is_reaper(s, pid))
		(void)kill(pid, SIGKILL);
}

void rj_reaper_sweep(const struct rj_reaper_state *s)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	for (int i = 0; i < SWEEPS && rj_children_kill(is_reaper, s) > 0; i++)
		(void)nanosleep(&ms, NULL);
}

/* The next `n` words; the text ends with a NUL. */
static bool take_words(const char **at, const char *end, unsigned n, struct rj_strv *ret)
{
	for (; n > 0 && *at < end; n--) {
		rj_strv_add(ret, *at);
		*at += strlen(*at) + 1;
	}
	return n == 0;
}

struct request {
	struct rj_strv argv, env, dir;
};

static int read_request(const struct rj_wire_hello *h, int fd, struct request *ret)
{
	struct stat st;
	const char *at, *end;
	char *text;
	int rc = -EPROTO;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > TEXT_MAX)
		return -EPROTO;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (text == MAP_FAILED)
		return -errno;
	at = text;
	end = text + st.st_size;
	if (end[-1] == '\0' && h->argc > 0 && take_words(&at, end, h->argc, &ret->argv) &&
	    take_words(&at, end, h->envc, &ret->env) && take_words(&at, end, 1, &ret->dir))
		rc = 0;
	(void)munmap(text, (size_t)st.st_size);
	return rc;
}

static int place_stdio(const struct rj_wire_hello *h, const int *stdio)
{
	for (int fd = 0; fd <= 2; fd++) {
		RJ_AUTO(rj_close) int null = -1;
		int from = stdio[fd];

		if (h->null & (1u << fd))
			from = null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (from < 0 || dup2(from, fd) < 0)
			return -errno;
	}
	return 0;
}

/* The forked process of a joined session, from here to its end. */
static void joined_main(const struct rj_reaper_state *s, const struct rj_wire_hello *h, int conn,
			const int *fds)
{
	struct request q = {.argv = {0}};
	RJ_AUTO(rj_strv_release) struct rj_strv env = {0};
	struct rj_err err;
	int rc = read_request(h, fds[RJ_WIRE_FD_TEXT], &q);
	struct rj_reaper r = {.report = fds[RJ_WIRE_FD_REPORT],
			      .control = conn,
			      .watch = -1,
			      .listen = -1,
			      .tty = h->tty,
			      .size = {.rows = h->rows, .cols = h->cols},
			      .joined = true};

	/* Those of PID 1 are others' ends: its client would not see it go. */
	rj_close(&s->signals);
	rj_close(&s->slave);
	rj_close(&s->r->control);
	rj_close(&s->r->watch);
	rj_close(&s->r->listen);
	for (size_t i = 0; i < s->n; i++)
		rj_close(&s->joined[i].conn);
	if (rc == 0)
		rc = place_stdio(h, fds + RJ_WIRE_FD_STDIO);
	if (rc < 0)
		rj_fail(&err, -rc, "cannot join the jail: its first process got no usable request");
	else if (setsid() < 0)
		rc = rj_fail(&err, errno, "cannot start a session in the jail");
	for (int i = RJ_WIRE_FD_STDIO; i < RJ_WIRE_FDS; i++)
		rj_close(&fds[i]);
	rj_close(&fds[RJ_WIRE_FD_TEXT]);
	if (rc == 0) {
		rj_signals_ignore(h->ignored);
		rj_env_join(q.env.v, s->r->envp, &env);
		r.argv = q.argv.v;
		r.envp = env.v;
		r.dir = q.dir.v[0];
		rc = rj_reaper_run(&r, &err);
	}
	if (rc < 0)
		rj_err_send(r.report, &err);
	_exit(rc < 0 ? RJ_EXIT_NOT_MADE : rc);
}

static int why_not(const struct rj_reaper_state *s, const struct rj_wire_hello *h, size_t nfds)
{
	if (nfds != RJ_WIRE_FDS)
		return RJ_WIRE_BAD_REQUEST;
	if (h->user >= 0 && h->user != (int64_t)getuid())
		return RJ_WIRE_OTHER_USER;
	return h->settings && h->settings != s->r->settings ? RJ_WIRE_OTHER_SETTINGS : 0;
}

/* true: the connection is the session's from now on. */
static bool join(struct rj_reaper_state *s, const struct rj_wire_hello *h, int conn, const int *fds,
		 size_t nfds)
{
	struct rj_joined j = {.conn = conn, .session = h->session};
	const int no = why_not(s, h, nfds);

	if (no) {
		answer(conn, RJ_WIRE_REFUSED, no);
		return false;
	}
	j.session.id = ++s->last_id;
	j.reaper = fork();
	if (j.reaper == 0) {
		answer(conn, RJ_WIRE_JOINED, j.session.id);
		joined_main(s, h, conn, fds);
	}
	if (j.reaper < 0) {
		answer(conn, RJ_WIRE_REFUSED, RJ_WIRE_BUSY);
		return false;
	}
	s->joined = rj_grow(s->joined, &s->cap, s->n + 1, sizeof(*s->joined));
	s->joined[s->n++] = j;
	return true;
}

static void list(const struct rj_reaper_state *s, int conn)
{
	if (!s->ended)
		(void)rj_msg_send(conn, &s->r->session, sizeof(s->r->session), NULL, 0);
	for (size_t i = 0; i < s->n; i++)
		(void)rj_msg_send(conn, &s->joined[i].session, sizeof(s->joined[i].session), NULL,
				  0);
}

/* TERM to all at once, as an administrator would; and HUP a third of the time later to what is
 * left, because a shell ignores TERM. Not before: a server saves its state at the one and dies of
 * the other. */
static void stop(struct rj_reaper_state *s, int ms)
{
	const int64_t now = rj_now_ms();

	(void)kill(-1, SIGTERM);
	(void)kill(-1, SIGCONT);
	s->stop_at = now + (ms < 0 ? 0 : ms);
	s->hup_at = now + (ms < 0 ? 0 : ms / 3);
}

/* The session's own client gets the connection, and PID 1 is out of it. */
static void show(const struct rj_reaper_state *s, int id, int conn)
{
	const struct rj_wire w = {.what = RJ_WIRE_VIEWER};
	int to = -1;

	if (s->r->session.id == id && !s->ended)
		to = s->r->control;
	for (size_t i = 0; i < s->n; i++)
		if (s->joined[i].session.id == id)
			to = s->joined[i].conn;
	if (to < 0 || rj_msg_send(to, &w, sizeof(w), &conn, 1) < 0)
		answer(conn, RJ_WIRE_REFUSED, RJ_WIRE_NO_SESSION);
}

static bool serve(struct rj_reaper_state *s, const struct rj_wire_hello *h, int conn,
		  const int *fds, size_t nfds)
{
	if (h->version != RJ_WIRE_VERSION)
		answer(conn, RJ_WIRE_REFUSED, RJ_WIRE_OTHER_VERSION);
	else if (h->request == RJ_WIRE_JOIN && !s->stop_at)
		return join(s, h, conn, fds, nfds);
	else if (h->request == RJ_WIRE_LIST)
		list(s, conn);
	else if (h->request == RJ_WIRE_STOP)
		stop(s, h->value);
	else if (h->request == RJ_WIRE_VIEW)
		show(s, h->value, conn);
	return false;
}

void rj_reaper_answer(struct rj_reaper_state *s)
{
	const struct timeval patience = {.tv_sec = PATIENCE_S};
	/* cppcheck-suppress nullPointer ; accept(2) allows it */
	int conn = accept4(s->r->listen, NULL, NULL, SOCK_CLOEXEC);
	struct rj_wire_hello h;
	int fds[RJ_MSG_FDS];
	size_t nfds = 0;
	bool kept = false;

	if (conn < 0)
		return;
	(void)setsockopt(conn, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(conn, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (rj_msg_receive(conn, &h, sizeof(h), fds, &nfds) == (ssize_t)sizeof(h))
		kept = serve(s, &h, conn, fds, nfds);
	while (nfds > 0)
		rj_close(&fds[--nfds]);
	if (!kept)
		rj_close(&conn);
}
