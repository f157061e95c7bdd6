#ifndef RJ_TESTS_GITFIX_H
#define RJ_TESTS_GITFIX_H

/*
 * A scratch directory and the real git, for tests that hold our git rooms against it.
 *
 * fix_begin() makes a fresh directory, goes there and makes it HOME, with an identity for git and
 * nothing of the machine's own configuration. sh("...") runs a shell command there and fails the
 * test when the command fails; out("...") gives what it printed.
 */
#include <criterion/criterion.h>
#include <git2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

#define FIX_UNUSED __attribute__((unused))

static FIX_UNUSED char fix_dir[128];

static FIX_UNUSED int fix_run(const char *command, struct rj_buf *ret_out)
{
	int fds[2];
	char chunk[4096];
	ssize_t n;
	int status = -1;
	pid_t pid;

	cr_assert(pipe(fds) == 0);
	pid = fork();
	cr_assert(pid >= 0);
	if (pid == 0) {
		(void)dup2(fds[1], 1);
		(void)close(fds[0]);
		(void)close(fds[1]);
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	(void)close(fds[1]);
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		if (ret_out)
			rj_buf_add(ret_out, chunk, (size_t)n);
	(void)close(fds[0]);
	cr_assert(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static FIX_UNUSED void sh(const char *command)
{
	int status = fix_run(command, NULL);

	cr_assert(status == 0, "%s: exit status %d", command, status);
}

/* What the command printed, without the last newline; the caller frees. */
static FIX_UNUSED char *out(const char *command)
{
	struct rj_buf b = {0};
	int status = fix_run(command, &b);

	cr_assert(status == 0, "%s: exit status %d", command, status);
	if (b.len && b.s[b.len - 1] == '\n')
		b.s[--b.len] = '\0';
	return rj_buf_take(&b);
}

static FIX_UNUSED void same(const char *got, const char *expected)
{
	cr_expect_str_eq(got, expected, "got '%s', not '%s'", got, expected);
}

/* Both commands print the same. */
static FIX_UNUSED void same_out(const char *a, const char *b)
{
	RJ_AUTO(rj_free) char *x = out(a);
	RJ_AUTO(rj_free) char *y = out(b);

	cr_expect_str_eq(x, y, "%s\n%s\n-- is not --\n%s\n%s", a, x, b, y);
}

static FIX_UNUSED void fix_begin(void)
{
	const char *tmp = getenv("TMPDIR");
	char *real;

	(void)snprintf(fix_dir, sizeof(fix_dir), "%.80s/rj-test-XXXXXX", tmp ? tmp : "/tmp");
	cr_assert(mkdtemp(fix_dir) != NULL);
	real = realpath(fix_dir, NULL);
	(void)snprintf(fix_dir, sizeof(fix_dir), "%.120s", real);
	free(real);
	cr_assert(chdir(fix_dir) == 0 && mkdir("home", 0700) == 0);
	RJ_AUTO(rj_free) char *home = rj_must(realpath("home", NULL));
	cr_assert(setenv("HOME", home, 1) == 0 && setenv("GIT_CONFIG_NOSYSTEM", "1", 1) == 0);
	/* The test framework may have started libgit2 already, with the machine's own HOME. */
	cr_assert(git_libgit2_init() > 0);
	(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_GLOBAL, home);
	(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
	(void)git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_SYSTEM, "");
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)unsetenv("GIT_DIR");
	(void)unsetenv("GIT_CEILING_DIRECTORIES");
	(void)umask(022);
	sh("git config --global user.name 'A U Thor' && git config --global user.email "
	   "a@example.org"
	   " && git config --global init.defaultBranch main && git config --global "
	   "advice.detachedHead false");
}

static FIX_UNUSED void fix_end(void)
{
	if (chdir("/") == 0 && setenv("RJ_FIX", fix_dir, 1) == 0)
		(void)fix_run("chmod -R u+rwX \"$RJ_FIX\" 2>/dev/null; rm -rf \"$RJ_FIX\"", NULL);
}

/* A repository `name` with two commits, a tag and a second branch. */
static FIX_UNUSED void fix_repo(const char *name)
{
	cr_assert(setenv("R", name, 1) == 0);
	sh("git init -q \"$R\" && cd \"$R\" && mkdir -p src/deep && echo one >a && echo two >src/b "
	   "&&"
	   " echo '#!/bin/sh' >src/run && chmod +x src/run && ln -s ../a src/deep/link && git add "
	   ". &&"
	   " git commit -q -m first && git tag -a -m 'a tag' v1 && git branch side && echo more "
	   ">>a &&"
	   " git commit -q -a -m second && git tag light");
}

#endif
