#include "core/engine/reaper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/proc.h"
#include "core/sys/tty.h"

struct state {
	const struct rj_reaper *r;
	int signals; /* signalfd */
	int slave;   /* the jail's terminal, or -1 */
	pid_t command;
	bool ended;
	int status;
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
static void forward(const struct state *s, int sig)
{
	if (sig == SIGTSTP)
		(void)kill(-s->command, SIGSTOP);
	else if (is_keyboard(sig))
		(void)kill(-s->command, sig);
	else
		(void)kill(s->command, sig);
}

static void reap(struct state *s)
{
	int st;
	pid_t pid;

	while ((pid = waitpid(-1, &st, WNOHANG | WUNTRACED)) > 0) {
		if (pid != s->command)
			continue;
		if (WIFSTOPPED(st)) {
			if (s->r->control >= 0)
				(void)rj_fd_send(s->r->control, RJ_REAPER_STOPPED, -1);
			continue;
		}
		s->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
		s->ended = true;
	}
	if (pid < 0 && errno == ECHILD && !s->ended) {
		s->status = RJ_EXIT_FAILED; /* cannot happen: the command is ours to wait for */
		s->ended = true;
	}
}

static void loop(struct state *s)
{
	struct pollfd fds[] = {{.fd = s->signals, .events = POLLIN},
			       {.fd = s->r->control, .events = POLLIN},
			       {.fd = s->r->watch, .events = POLLIN}};

	reap(s);
	while (!s->ended) {
		struct signalfd_siginfo info;

		if (poll(fds, RJ_COUNT(fds), -1) < 0)
			continue;
		/* The supervisor is gone, or the watch: they never write here. */
		if (fds[1].revents || fds[2].revents) {
			s->status = 128 + SIGKILL;
			return;
		}
		if (read(s->signals, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGCHLD)
			reap(s);
		else if (is_ours(&info))
			forward(s, (int)info.ssi_signo);
	}
}

static int take_terminal(const struct state *s)
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

/* The forked child, up to exec. */
static void start(const struct state *s)
{
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
		environ = (char **)(uintptr_t)r->envp;
		(void)execvp(r->argv[0], r->argv);
		cannot_exec(r->argv[0], errno, &err);
	}
	rj_err_send(r->report, &err);
	_exit(err.status);
}

/* The terminal belongs to PID 1's session: /dev/tty, job control and hang-up then work as usual. */
static int make_terminal(struct state *s, struct rj_err *err)
{
	struct winsize ws = {.ws_row = s->r->size.rows, .ws_col = s->r->size.cols};
	RJ_AUTO(rj_close) int master = rj_tty_open_pair("/dev/ptmx", &s->slave, err);
	int rc;

	if (master < 0)
		return master;
	if (ioctl(s->slave, TIOCSCTTY, 0) < 0)
		return rj_fail(err, errno, "cannot make a controlling terminal");
	(void)ioctl(master, TIOCSWINSZ, &ws);
	rc = rj_fd_send(s->r->control, RJ_REAPER_TTY, master);
	return rc < 0 ? rj_fail(err, -rc, "cannot hand out the terminal") : 0;
}

/* Default dispositions, except for what the caller ignores on purpose (nohup), all signals blocked.
 */
static int block_signals(struct state *s, struct rj_err *err)
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
	struct state s = {.r = r, .signals = -1, .slave = -1};

	if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return rj_fail(err, errno, "cannot become a subreaper");
	if (block_signals(&s, err) < 0 || (r->tty && make_terminal(&s, err) < 0))
		return -err->num;
	s.command = fork();
	if (s.command < 0)
		return rj_fail(err, errno, "cannot start the command");
	if (s.command == 0)
		start(&s);
	(void)setpgid(s.command, s.command);
	rj_close(&r->report);
	loop(&s);
	rj_close(&s.signals);
	return s.status;
}
