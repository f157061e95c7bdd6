/*
 * session_join - a session in a jail that runs already
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/join.h"
#include "core/engine/session_parts.h"
#include "core/sys/proc.h"

enum { DEV_NULL = 3 }; /* minor number of /dev/null; its major is 1 */

struct joining {
	struct rj_session *s;
	struct rj_join join;
	struct rj_relay relay;
	int ends[2]; /* writing ends of the pumps, the command's */
};

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* A pipe in place of descriptor `fd`, which is a file; the two outputs share one when they are the
 * same file, to stay in order. */
static int add_pump(struct joining *j, int fd, const struct stat *st, struct rj_err *err)
{
	struct rj_relay *r = &j->relay;
	struct stat other;
	int pair[2];

	if (fd == 2 && r->pumps_n > 0 && fstat(1, &other) == 0 && same_file(st, &other)) {
		j->join.stdio[2] = j->ends[0];
		return 0;
	}
	if (pipe2(pair, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	(void)fcntl(pair[0], F_SETFL, O_NONBLOCK);
	j->ends[r->pumps_n] = j->join.stdio[fd] = pair[1];
	r->pumps[r->pumps_n++] = (struct rj_pump){.from = pair[0], .to = fd};
	return 0;
}

static int choose_stdio(struct joining *j, struct rj_err *err)
{
	struct rj_wire_hello *h = &j->join.hello;

	h->tty = j->s->report >= 0 ? 7 : j->s->tty;
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		j->join.stdio[fd] = fd;
		if (h->tty & (1u << fd))
			continue;
		if (fstat(fd, &st) < 0 ||
		    (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, DEV_NULL)))
			h->null |= 1u << fd; /* closed ones, too */
		else if (fd > 0 && S_ISREG(st.st_mode) && add_pump(j, fd, &st, err) < 0)
			return -err->num;
	}
	return 0;
}

static void close_ends(struct joining *j)
{
	for (size_t i = 0; i < RJ_COUNT(j->ends); i++) {
		rj_close(&j->ends[i]);
		j->ends[i] = -1;
	}
}

static int request(struct joining *j, const struct rj_view *view, struct rj_err *err)
{
	struct rj_session *s = j->s;
	struct rj_wire_hello *h = &j->join.hello;

	if (rj_session_log_begin(s, view, err) < 0 || choose_stdio(j, err) < 0)
		return -err->num;
	j->join.argv = view->argv;
	j->join.env = view->env.v ? view->env.v : (char *const[]){NULL};
	j->join.dir = view->dir;
	h->settings = s->args->as_started ? 0 : view->settings;
	h->user = s->args->user ? (int64_t)view->id.uid : -1;
	h->ignored = rj_signals_ignored();
	h->session.terminal = h->tty != 0;
	h->session.detached = s->report >= 0;
	rj_wire_session_fill(&h->session, view->argv);
	h->rows = s->size.rows;
	h->cols = s->size.cols;
	rj_session_terminal(s, &j->relay);
	if (rj_relay_prepare(&j->relay, err) < 0)
		return -err->num;
	return rj_join_start(s->ctx, s->jail->name, &j->join, &s->ret->id, err);
}

int rj_session_join(struct rj_session *s, struct rj_err *err)
{
	RJ_AUTO(rj_view_release) struct rj_view view = {0};
	struct joining j = {
		.s = s, .ends = {-1, -1}, .relay = {.pidfd = -1, .control = -1, .signals = -1}};
	int rc = rj_view_join(s->ctx, s->jail, s->args, &view, err);

	if (rc < 0)
		return rc;
	rc = request(&j, &view, err);
	close_ends(&j);
	if (rc >= 0) {
		j.relay.control = rc;
		j.relay.tape = s->tape;
		rj_session_tell(s, s->ret->id);
		s->ret->status = rj_relay_run(&j.relay);
		rj_close(&j.relay.control);
		rc = 0;
	}
	for (size_t i = 0; i < j.relay.pumps_n; i++)
		rj_close(&j.relay.pumps[i].from);
	if (j.relay.signals >= 0)
		rj_relay_release(&j.relay);
	return rc;
}
