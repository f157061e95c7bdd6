/* replay - a recording, shown again at its own pace */
#include "applets/replay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/tame.h"
#include "core/base/term.h"
#include "core/model/cast.h"
#include "core/sys/file.h"

enum { CHUNK = 65536, LONGEST_MS = 60000 };

static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};

struct player {
	const struct rj_replay_args *a;
	int signals;
	int keys;	      /* standard input, when it is a terminal, or -1 */
	struct termios saved; /* of standard output */
	bool is_set;
	sigset_t before;
	struct rj_tame tame;
	struct rj_cast_reader reader;
	struct rj_buf note; /* the last one of the recording */
	int64_t due;	    /* on the clock of now_us: when the last event was shown */
	uint64_t at;	    /* in the recording: the same */
	bool paused, quit;
	int status;
};

static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Keys come one by one and are not shown; ^C and ^Z are signals as before. Output is passed as it
 * is, as it was in the session. */
static void keys_on(struct player *p)
{
	struct termios t = p->saved;

	t.c_oflag &= ~(tcflag_t)OPOST;
	t.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	if (p->is_set)
		(void)tcsetattr(STDOUT_FILENO, TCSADRAIN, &t);
}

static void put_back(struct player *p)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	rj_tame_reset(&p->tame, &b);
	rj_buf_puts(&b, "\r\n");
	(void)rj_write_all(STDOUT_FILENO, b.s, b.len);
	/* also what the terminal may have said by itself */
	if (p->is_set)
		(void)tcsetattr(STDOUT_FILENO, TCSAFLUSH, &p->saved);
}

static void on_signal(struct player *p)
{
	struct signalfd_siginfo info;

	if (read(p->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGTSTP) {
		p->status = 128 + (int)info.ssi_signo;
		p->quit = true;
		return;
	}
	put_back(p);
	(void)kill(getpid(), SIGSTOP);
	keys_on(p);
	p->due = now_us();
}

static void on_key(struct player *p)
{
	char key;
	ssize_t n = read(p->keys, &key, 1);

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		p->keys = -1;
	else if (n == 1 && key == 'q')
		p->quit = true;
	else if (n == 1 && key == ' ') {
		p->paused = !p->paused;
		p->due = now_us();
	}
}

/* Until that time, which is later when it was made to stand still, or the end; the time. */
static int64_t wait_until(struct player *p, int64_t when)
{
	while (!p->quit) {
		struct pollfd fds[] = {{.fd = p->signals, .events = POLLIN},
				       {.fd = p->keys, .events = POLLIN}};
		const int64_t begun = p->due, left = when - now_us();
		int ms = left <= 0		     ? 0
			 : left / 1000 >= LONGEST_MS ? LONGEST_MS
						     : (int)(left / 1000) + 1;

		if (poll(fds, RJ_COUNT(fds), p->paused ? -1 : ms) <= 0) {
			if (left <= 0 && !p->paused)
				break;
			continue;
		}
		if (fds[0].revents)
			on_signal(p);
		if (fds[1].revents)
			on_key(p);
		/* it stood still: what was left to wait is still left */
		if (p->due != begun)
			when = p->due + (left > 0 ? left : 0);
	}
	return when;
}

/* Of the recording's pauses, what is to be waited for. */
static int64_t pause_before(const struct player *p, uint64_t us)
{
	double seconds = us > p->at ? (double)(us - p->at) / 1e6 : 0;

	if (p->a->idle >= 0 && seconds > p->a->idle)
		seconds = p->a->idle;
	return (int64_t)(seconds / p->a->speed * 1e6);
}

static int show(struct player *p, const struct rj_cast_event *e, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	const int64_t pause = pause_before(p, e->us);
	int rc;

	p->at = e->us;
	p->due = wait_until(p, p->due + pause);
	if (e->kind == 'm') {
		p->note.len = 0;
		rj_buf_add(&p->note, e->text, e->len);
	}
	if (p->quit || e->kind != 'o')
		return 0;
	rj_tame(&p->tame, e->text, e->len, &b);
	rc = rj_write_all(STDOUT_FILENO, rj_buf_str(&b), b.len);
	return rc < 0 ? rj_fail(err, -rc, "cannot write to the terminal") : 0;
}

/* What was drawn for a larger screen looks odd on a smaller one. */
static void tell_size(const struct rj_cast_event *e)
{
	struct winsize ws = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col &&
	    (e->cols > ws.ws_col || e->rows > ws.ws_row))
		(void)fprintf(stderr,
			      "robojail: it was recorded on a terminal of %ux%u; this one has only "
			      "%ux%u\r\n",
			      e->cols, e->rows, ws.ws_col, ws.ws_row);
}

static int play(struct player *p, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *chunk = rj_alloc(1, CHUNK);
	struct rj_cast_event e;
	ssize_t n;
	int rc = 0;

	p->due = now_us();
	while (rc == 0 && !p->quit && (n = read(p->a->in, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return rj_fail(err, errno, "cannot read %s", p->a->file);
		rj_cast_feed(&p->reader, chunk, (size_t)n);
		while (rc == 0 && !p->quit && (rc = rj_cast_next(&p->reader, &e, err)) > 0) {
			if (e.kind == 'h')
				tell_size(&e);
			rc = e.kind == 'h' ? 0 : show(p, &e, err);
		}
	}
	return rc;
}

static int begin(struct player *p, struct rj_err *err)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < RJ_COUNT(handled); i++)
		(void)sigaddset(&set, handled[i]);
	if (sigprocmask(SIG_BLOCK, &set, &p->before) < 0)
		return rj_fail(err, errno, "cannot block signals");
	p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (p->signals < 0) {
		rj_fail(err, errno, "cannot make a signalfd");
		(void)sigprocmask(SIG_SETMASK, &p->before, NULL);
		return -err->num;
	}
	p->keys = isatty(STDIN_FILENO) ? STDIN_FILENO : -1;
	p->is_set = tcgetattr(STDOUT_FILENO, &p->saved) == 0;
	keys_on(p);
	return 0;
}

static void tell_end(const struct player *p)
{
	(void)fputs(p->quit ? "robojail: the replay was ended\n"
			    : "robojail: this is where the recording ends\n",
		    stderr);
	if (p->note.len == 0)
		return;
	(void)fputs("robojail: its last note: ", stderr);
	rj_term_write(stderr, p->note.s, p->note.len, 0);
	(void)fputc('\n', stderr);
}

int rj_replay(const struct rj_replay_args *args, struct rj_err *err)
{
	struct player p = {.a = args, .signals = -1, .keys = -1, .reader = {.file = args->file}};
	int rc;

	(void)fflush(stdout);
	if (begin(&p, err) < 0)
		return -err->num;
	rc = play(&p, err);
	put_back(&p);
	if (rc == 0)
		tell_end(&p);
	rj_close(&p.signals);
	(void)sigprocmask(SIG_SETMASK, &p.before, NULL);
	rj_cast_release(&p.reader);
	rj_buf_release(&p.note);
	return rc < 0 ? rc : p.status;
}
