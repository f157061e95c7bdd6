#include "core/engine/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/engine/reaper_parts.h"
#include "core/engine/watch.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"
#include "core/sys/tty.h"

enum {
	SLIM_MS = 100, /* what lasts so long without an event is no short command */
};

static bool is_keyboard(int sig)
{
	return sig == SIGINT || sig == SIGQUIT || sig == SIGCONT || sig == SIGWINCH ||
	       sig == SIGHUP;
}

/* From the supervisor or the kernel, not from inside: a sender that this PID namespace does not
 * know shows as 0 (signalfd(2), pid_namespaces(7)). Elsewhere than in a jail everybody may send. */
static bool is_ours(const struct signalfd_siginfo *info)
{
	return info->ssi_pid == 0 || getpid() != 1;
}

/* The signal may find nobody: then there is nothing to tell. */
static void forward(const struct rj_reaper_state *s, int sig)
{
	if (s->ended)
		return; /* the number may be somebody else's by now */
	if (sig == SIGTSTP)
		(void)kill(-s->command, SIGSTOP);
	else if (is_keyboard(sig))
		(void)kill(-s->command, sig);
	else
		(void)kill(s->command, sig);
}

static void tell(const struct rj_reaper_state *s, int what, int value)
{
	const struct rj_wire w = {.what = what, .value = value};

	if (s->r->control >= 0)
		(void)rj_msg_send(s->r->control, &w, sizeof(w), NULL, 0);
}

static void reap(struct rj_reaper_state *s)
{
	int st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG | WUNTRACED)) > 0) {
		if (WIFSTOPPED(st) && pid == s->command)
			tell(s, RJ_WIRE_STOPPED, WSTOPSIG(st));
		else if (WIFSTOPPED(st))
			rj_reaper_unstop(s, pid);
		else if (pid == s->command && !s->ended) {
			s->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
			s->ended = true;
			s->command = -1;
		} else {
			(void)rj_reaper_forget(s, pid);
		}
	}
	if (pid < 0 && errno == ECHILD && !s->ended) {
		s->status = RJ_EXIT_FAILED; /* cannot happen: the command is ours to wait for */
		s->ended = true;
	}
}

/* What was started stays without the process that started it (core/engine/keep.h). */
static void keep(const struct rj_reaper_state *s)
{
	if (getpid() == 1 && prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0 &&
	    (s->r->watch < 0 || rj_watch_keep(s->r->watch) == 0))
		tell(s, RJ_WIRE_KEPT, 0);
}

/* false when the client is gone. */
static bool on_control(const struct rj_reaper_state *s)
{
	struct rj_wire w;
	ssize_t n = rj_msg_receive(s->r->control, &w, sizeof(w), NULL, NULL);

	if (n != (ssize_t)sizeof(w))
		return n == -EAGAIN;
	if (w.what == RJ_WIRE_SIGNAL)
		forward(s, w.value);
	else if (w.what == RJ_WIRE_KEEP)
		keep(s);
	return true;
}

static void on_signals(struct rj_reaper_state *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGCHLD)
		reap(s);
	else if (is_ours(&info))
		forward(s, (int)info.ssi_signo);
}

/* The first command has ended and others stay: its client goes, and what it left is ended. */
static void part(struct rj_reaper_state *s)
{
	s->told = true;
	rj_close(&s->slave);
	s->slave = -1;
	rj_reaper_sweep(s);
	tell(s, RJ_WIRE_ENDED, s->status);
}

/* PID 1 has nothing left to do: the end of it, with all its mounts, takes longer than what the
 * host does meanwhile. Nobody is left in the jail when that is told. */
static void tell_over(const struct rj_reaper_state *s)
{
	struct rj_wire w = {.what = RJ_WIRE_OVER, .value = s->status};
	struct rusage ru = {0};

	/* Everybody in here is a descendant, so without a child there is nobody; and the kernel
	 * looks at every process of the machine for whom to kill. */
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD) {
		(void)kill(-1, SIGKILL);
		while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
			continue;
	}
	(void)getrusage(RUSAGE_CHILDREN, &ru);
	w.peak = (int64_t)ru.ru_maxrss << 10;
	(void)rj_msg_send(s->r->control, &w, sizeof(w), NULL, 0);
}

RJ_IDLE static int patience(const struct rj_reaper_state *s)
{
	int64_t left;

	if (!s->stop_at)
		return -1;
	left = (s->hup_at ? s->hup_at : s->stop_at) - rj_now_ms();
	return left < 0 ? 0 : (int)left;
}

/* Somebody asked for the end, and it is time for something: true for the end itself. */
static bool is_time(struct rj_reaper_state *s)
{
	if (!s->stop_at || patience(s) > 0)
		return false;
	if (!s->hup_at)
		return true;
	(void)kill(-1, SIGHUP);
	s->hup_at = 0;
	return s->stop_at <= rj_now_ms();
}

RJ_IDLE static void loop(struct rj_reaper_state *s)
{
	struct pollfd fds[] = {{.fd = s->signals, .events = POLLIN},
			       {.fd = s->r->control, .events = POLLIN},
			       {.fd = s->r->watch, .events = POLLIN},
			       {.fd = s->r->listen, .events = POLLIN}};

	int slim = SLIM_MS; /* once */

	reap(s);
	while (!s->ended || s->n > 0) {
		int n;

		if (s->ended && !s->told)
			part(s);
		n = poll(fds, RJ_COUNT(fds), s->stop_at ? patience(s) : slim);
		if (n < 0)
			continue;
		if (n == 0 && slim > 0) {
			rj_proc_slim();
			slim = -1;
		}
		/* The client is gone, or the watch, which never writes here; or time is up. */
		if ((fds[1].revents && !on_control(s)) || fds[2].revents || is_time(s)) {
			s->status = 128 + SIGKILL;
			return;
		}
		if (fds[0].revents)
			on_signals(s);
		if (fds[3].revents)
			rj_reaper_answer(s);
	}
}

static int take_terminal(const struct rj_reaper_state *s)
{
	for (int fd = 0; fd <= 2; fd++)
		if ((s->r->tty & (1u << fd)) && dup2(s->slave, fd) < 0)
			return -errno;
	return tcsetpgrp(s->slave, getpid()) < 0 ? -errno : 0;
}

static int cannot_exec(const char *program, int num, struct rj_err *err)
{
	rj_fail(err, num, "cannot run '%s' in the jail", program);
	if (num == ENOENT || num == ENOTDIR) {
		rj_exit_with(err, RJ_EXIT_NOT_FOUND);
		if (strchr(program, '/'))
			return rj_hint(
				err, "the jail shows the project, /usr and a home of its own; what "
				     "lies elsewhere on the host needs extra_ro_binds");
		return rj_hint(err, "it is not on the jail's PATH");
	}
	rj_exit_with(err, RJ_EXIT_NOT_EXEC);
	if (num == EACCES)
		return rj_hint(err, "is it executable, and its interpreter too?");
	return -num;
}

/* An empty mask, and SIGPIPE as programs expect it: robojail itself ignores it. Nothing else is
 * touched, so that what the user ignores on purpose (nohup) stays ignored. */
static void fresh_signals(void)
{
	const struct sigaction usual = {.sa_handler = SIG_DFL};
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigaction(SIGPIPE, &usual, NULL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The child, up to exec. The reaper's memory is its own as well, and that waits meanwhile, so
 * nothing is left in there that matters. */
static void start(void *arg)
{
	const struct rj_reaper_state *s = arg;
	const struct rj_reaper *r = s->r;
	struct rj_err err;
	int rc = 0;

	(void)setpgid(0, 0);
	if (s->slave >= 0)
		rc = take_terminal(s);
	if (rc < 0)
		rj_fail(&err, -rc, "cannot take the jail's terminal");
	else if (r->dir && chdir(r->dir) < 0)
		rc = rj_fail(&err, errno, "cannot enter %s in the jail", r->dir);
	if (rc == 0) {
		fresh_signals();
		(void)execvp(r->argv[0], r->argv);
		cannot_exec(r->argv[0], errno, &err);
	}
	rj_err_send(r->report, &err);
	_exit(err.status);
}

/* The terminal belongs to the reaper's session: /dev/tty, job control and hang-up then work as
 * usual. */
static int make_terminal(struct rj_reaper_state *s, struct rj_err *err)
{
	struct winsize ws = {.ws_row = s->r->size.rows, .ws_col = s->r->size.cols};
	RJ_AUTO(rj_close) int master = rj_tty_open_pair("/dev/ptmx", &s->slave, err);
	const struct rj_wire w = {.what = RJ_WIRE_TERMINAL};
	int rc;

	if (master < 0)
		return master;
	if (ioctl(s->slave, TIOCSCTTY, 0) < 0)
		return rj_fail(err, errno, "cannot make a controlling terminal");
	(void)ioctl(master, TIOCSWINSZ, &ws);
	rc = rj_msg_send(s->r->control, &w, sizeof(w), &master, 1);
	return rc < 0 ? rj_fail(err, -rc, "cannot hand out the terminal") : 0;
}

/* Default dispositions, except for what the caller ignores on purpose (nohup), all signals blocked.
 */
static int block_signals(struct rj_reaper_state *s, struct rj_err *err)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t all;

	(void)sigfillset(&all);
	for (size_t i = 0; i < RJ_COUNT(faults); i++)
		(void)sigdelset(&all, faults[i]);
	if (sigprocmask(SIG_SETMASK, &all, NULL) < 0)
		return rj_fail(err, errno, "cannot block signals");
	s->signals = signalfd(-1, &all, SFD_CLOEXEC);
	return s->signals < 0 ? rj_fail(err, errno, "cannot make a signalfd") : 0;
}

int rj_reaper_run(const struct rj_reaper *r, struct rj_err *err)
{
	struct rj_reaper_state s = {.r = r, .signals = -1, .slave = -1, .last_id = 1};

	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return rj_fail(err, errno, "cannot become a subreaper");
	if (block_signals(&s, err) < 0 || (r->tty && make_terminal(&s, err) < 0))
		return -err->num;
	environ = (char **)(uintptr_t)r->envp;
	s.command = rj_start_apart(start, &s);
	if (s.command < 0)
		return rj_fail(err, -s.command, "cannot start the command");
	(void)setpgid(s.command, s.command);
	if (r->started)
		r->started(r->arg);
	rj_close(&r->report);
	loop(&s);
	if (r->joined) {
		rj_reaper_sweep(&s);
		tell(&s, RJ_WIRE_ENDED, s.status);
	} else if (getpid() == 1) {
		tell_over(&s);
	}
	rj_close(&s.signals);
	rj_free(&s.joined);
	return s.status;
}
