/*
 * cgroup, what only the kernel can show: processes that move and groups that are killed. Tried
 * where this process may make groups; elsewhere only that is looked at.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/sys/cgroup.h"

/* A child that goes into the group, forks, and is killed with what it forked. */
static void try_real(int real, const char *path)
{
	char copy[256];
	const struct rj_cgroup_place place = {.path = copy, .make_host = true};
	struct rj_cgroup g = {.parent = -1, .dir = -1};
	struct rj_err err = {0};
	int status, pipes[2], go[2];
	char byte;
	pid_t child;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	cr_assert_eq(rj_cgroup_make(real, &place, "unit", getpid(), &g, &err), 0, "%s", err.msg);
	cr_assert_eq(pipe(pipes), 0);
	cr_assert_eq(pipe(go), 0);
	child = fork();
	if (child == 0) {
		(void)close(pipes[0]);
		if (read(go[0], &byte, 1) == 1 && fork() >= 0 && write(pipes[1], "x", 1) == 1)
			(void)pause();
		_exit(1);
	}
	cr_expect_eq(rj_cgroup_add(&g, child), 0);
	cr_expect_eq(write(go[1], "g", 1), 1);
	rj_close(&go[0]);
	rj_close(&go[1]);
	rj_close(&pipes[1]);
	cr_assert_eq(read(pipes[0], &byte, 1), 1);
	rj_cgroup_release(&g, true);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	while (read(pipes[0], &byte, 1) == 1) /* the end of file: the grandchild is gone, too */
		;
	rj_close(&pipes[0]);
}

Test(cgroup_kernel, a_session_is_killed_with_all_that_it_started)
{
	RJ_AUTO(rj_free) char *own = NULL;
	RJ_AUTO(rj_close) int real = rj_cgroup_open(0, 0, &own);
	struct rj_buf path = {0};
	char *none = NULL;

	if (real < 0)
		cr_skip("no cgroup2 here");
	cr_expect_eq(rj_cgroup_open(0, 1u << 20, &none), -ENOTSUP, "nobody has that controller");
	cr_expect_null(none);
	rj_buf_printf(&path, "%s/rj-unit-%d", strcmp(own, "/") ? own : "", getpid());
	if (mkdirat(real, rj_buf_str(&path) + 1, 0755) == 0) {
		RJ_AUTO(rj_buf_release) struct rj_buf host = {0};

		try_real(real, rj_buf_str(&path));
		rj_buf_printf(&host, "%s/robojail-host", rj_buf_str(&path) + 1);
		cr_expect_eq(unlinkat(real, rj_buf_str(&host), AT_REMOVEDIR), 0);
		cr_expect_eq(unlinkat(real, rj_buf_str(&path) + 1, AT_REMOVEDIR), 0,
			     "the session's group is gone, so this one is empty");
	} else {
		cr_expect(errno == EACCES || errno == EROFS || errno == EPERM, "%s",
			  strerror(errno));
	}
	rj_buf_release(&path);
}
