#include "core/engine/selftest_site.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/worktree.h"
#include "core/sys/file.h"
#include "core/sys/proc.h"

enum {
	OUT_MAX = 1 << 20,
	WORDS_MAX = 32,
	TIME_MAX_MS = 60000, /* of a program, which takes a second or two */
};

/* ---- programs */

/* The forked child. What the caller "forgot" is on purpose: see RJ_ATTEMPT(inherited). */
static void exec_there(const struct rj_selftest_site *s, char *const *argv, int out)
{
	static const char *const unset[] = {"XDG_CONFIG_HOME",
					    "XDG_DATA_HOME",
					    "XDG_STATE_HOME",
					    "GIT_DIR",
					    "GIT_WORK_TREE",
					    "GIT_INDEX_FILE",
					    NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (const char *const *name = unset; *name; name++)
		(void)unsetenv(*name);
	(void)setenv("HOME", s->home, 1);
	(void)setenv(RJ_ATTACK_ENV, RJ_ATTACK_SECRET, 1);
	(void)sigprocmask(SIG_SETMASK, &s->mask, NULL);
	if (dup2(null, 0) < 0 || dup2(out < 0 ? null : out, 1) < 0 || dup2(1, 2) < 0 ||
	    dup2(s->secret_fd, RJ_ATTACK_FD) < 0 || chdir(s->dir) < 0)
		_exit(RJ_EXIT_NOT_MADE);
	(void)execvp(argv[0], argv);
	_exit(errno == ENOENT ? RJ_EXIT_NOT_FOUND : RJ_EXIT_NOT_EXEC);
}

/* All that comes, until the end of file or of the time. */
static void collect(int fd, int pidfd, struct rj_buf *out)
{
	const int64_t until = rj_now_ms() + TIME_MAX_MS;
	char chunk[16384];
	ssize_t n;

	for (;;) {
		if (!rj_readable_by(fd, until)) {
			(void)rj_pidfd_kill(pidfd, SIGKILL);
			return;
		}
		n = read(fd, chunk, sizeof(chunk));
		if (n <= 0)
			return;
		if (out && out->len + (size_t)n <= OUT_MAX)
			rj_buf_add(out, chunk, (size_t)n);
	}
}

int rj_selftest_call(const struct rj_selftest_site *s, char *const *argv, struct rj_buf *out)
{
	int pipe_fds[2];
	int pidfd;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return -errno;
	pid = rj_clone(0, &pidfd);
	if (pid == 0)
		exec_there(s, argv, pipe_fds[1]);
	rj_close(&pipe_fds[1]);
	if (pid > 0) {
		collect(pipe_fds[0], pidfd, out);
		rj_close(&pidfd);
		pid = rj_wait(pid);
	}
	rj_close(&pipe_fds[0]);
	return pid;
}

/* argv of up to WORDS_MAX words; those of ours are never written to. */
static void add_words(char **argv, size_t n, const char *const *words)
{
	for (; *words && n < WORDS_MAX; words++)
		argv[n++] = (char *)(uintptr_t)*words;
	argv[n] = NULL;
}

int rj_selftest_robojail(const struct rj_selftest_site *s, const char *const *words,
			 struct rj_buf *out)
{
	char *argv[WORDS_MAX + 1] = {s->program};

	add_words(argv, 1, words);
	return rj_selftest_call(s, argv, out);
}

int rj_selftest_git(const struct rj_selftest_site *s, const char *dir, const char *const *words,
		    struct rj_buf *out)
{
	char *argv[WORDS_MAX + 1];
	int status;

	add_words(argv, 0, RJ_WORDS("git", "-C", dir));
	add_words(argv, 3, words);
	status = rj_selftest_call(s, argv, out);
	return status == RJ_EXIT_NOT_FOUND ? -ENOENT : status;
}

/* ---- the place */

static int copy_program(const char *to, struct rj_err *err)
{
	RJ_AUTO(rj_close) int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	RJ_AUTO(rj_close) int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	struct stat st;
	off_t at = 0;

	if (from < 0 || fd < 0 || fstat(from, &st) < 0)
		return rj_fail(err, errno, "cannot copy this program to %s", to);
	while (at < st.st_size) {
		ssize_t n = sendfile(fd, from, &at, (size_t)(st.st_size - at));

		if (n <= 0)
			return rj_fail(err, n ? errno : EIO, "cannot copy this program to %s", to);
	}
	return 0;
}

static int make_dir(struct rj_selftest_site *s, struct rj_err *err)
{
	const char *tmp = getenv("TMPDIR");
	RJ_AUTO(rj_free)
	char *dir = rj_path_join(tmp && *tmp == '/' ? tmp : "/tmp", "robojail-selftest-XXXXXX");
	char *real;

	if (!mkdtemp(dir))
		return rj_fail(err, errno, "cannot make the directory %s", dir);
	real = realpath(dir, NULL);
	s->dir = real ? real : rj_strdup(dir);
	return 0;
}

/* The target keeps them waiting too: it ends with its standard input, and removes its segment. */
static void hold_signals(sigset_t *ret_old)
{
	static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < RJ_COUNT(ending); i++) {
		struct sigaction is;

		if (sigaction(ending[i], NULL, &is) == 0 && is.sa_handler != SIG_IGN)
			(void)sigaddset(&set, ending[i]);
	}
	(void)sigprocmask(SIG_BLOCK, &set, ret_old);
}

bool rj_selftest_stopped(void)
{
	sigset_t waiting;

	return sigpending(&waiting) == 0 &&
	       (sigismember(&waiting, SIGINT) || sigismember(&waiting, SIGTERM) ||
		sigismember(&waiting, SIGHUP) || sigismember(&waiting, SIGQUIT));
}

static int start_target(struct rj_selftest_site *s, struct rj_err *err)
{
	char *keys[RJ_ATTACK_SITE_KEYS + 1];
	char *argv[RJ_ATTACK_SITE_KEYS + 4] = {s->program, (char[]){"selftest"},
					       (char[]){"--target"}};
	int in[2] = {-1, -1}, out[2] = {-1, -1};
	char line[128];
	ssize_t n = 0;

	rj_attack_site_print(&s->seen, keys);
	memcpy(argv + 3, keys, sizeof(keys));
	if (pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0) {
		s->target = fork();
		if (s->target == 0) {
			(void)setenv(RJ_ATTACK_ENV, RJ_ATTACK_SECRET, 1);
			(void)setenv("HOME", s->home, 1);
			if (dup2(in[0], 0) == 0 && dup2(out[1], 1) == 1)
				(void)execv(s->program, argv);
			_exit(RJ_EXIT_NOT_EXEC);
		}
		rj_close(&out[1]);
		n = s->target > 0 ? read(out[0], line, sizeof(line) - 1) : -1;
		s->hold = in[1];
	}
	rj_close(&in[0]);
	rj_close(&out[0]);
	for (size_t i = 0; i < RJ_ATTACK_SITE_KEYS; i++)
		free(keys[i]);
	line[n > 0 ? n : 0] = '\0';
	s->seen.pid = s->target;
	for (char *save, *word = strtok_r(line, " \n", &save); word;
	     word = strtok_r(NULL, " \n", &save))
		(void)rj_attack_site_set(&s->seen, word);
	if (s->seen.port && s->seen.shm)
		return 0;
	rj_refuse(err, EIO, "cannot start what the attempts are aimed at");
	return rj_hint(err, "may programs be run from %s? Else set TMPDIR", s->dir);
}

int rj_selftest_site_init(struct rj_selftest_site *s, struct rj_err *err)
{
	struct rj_buf name = {0};

	*s = (struct rj_selftest_site){.hold = -1, .secret_fd = -1};
	hold_signals(&s->mask);
	if (make_dir(s, err) < 0)
		return -err->num;
	s->program = rj_path_join(s->dir, "robojail");
	s->home = rj_path_join(s->dir, "home");
	s->secret = rj_path_join(s->home, ".secret");
	s->mark = rj_path_join(s->dir, "mark");
	s->socket = rj_path_join(s->dir, "socket");
	rj_buf_printf(&name, "%s-%d", s->dir, (int)getpid());
	s->abstract = rj_buf_take(&name);
	s->seen = (struct rj_attack_site){.work = s->dir,
					  .repo = s->dir,
					  .secret = s->secret,
					  .mark = s->mark,
					  .socket = s->socket,
					  .abstract = s->abstract};
	if (rj_mkdirs(s->home, 0700, err) < 0 || copy_program(s->program, err) < 0 ||
	    rj_file_replace(s->secret, RJ_ATTACK_SECRET, strlen(RJ_ATTACK_SECRET), 0600, err) < 0)
		return -err->num;
	s->secret_fd = open(s->secret, O_RDONLY | O_CLOEXEC);
	return s->secret_fd < 0 ? rj_fail(err, errno, "cannot open %s", s->secret)
				: start_target(s, err);
}

void rj_selftest_site_release(struct rj_selftest_site *s)
{
	const sigset_t mask = s->mask;
	struct rj_err ignored;

	rj_close(&s->hold);
	rj_close(&s->secret_fd);
	if (s->target > 0)
		(void)rj_wait(s->target);
	if (s->dir)
		(void)rj_tree_remove(s->dir, &ignored);
	free(s->dir);
	free(s->program);
	free(s->home);
	free(s->secret);
	free(s->mark);
	free(s->socket);
	free(s->abstract);
	*s = (struct rj_selftest_site){.hold = -1, .secret_fd = -1};
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
}
