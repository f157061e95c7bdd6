#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/family.h"
#include "tests/unit/dirfix.h"

static char dir[64];
static int root = -1;

static void setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/rj-family-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void teardown(void)
{
	(void)close(root);
	dirfix_drop(dir);
}

static void put(int pid, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%d", dir, pid);
	(void)mkdir(path, 0755);
	(void)snprintf(path, sizeof(path), "%s/%d/%s", dir, pid, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

/* 1, 2, 3 and 4 clock ticks of CPU each, but scaled. */
static void process(int pid, int parent, const char *name, int scale, int kib)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
		       "%d (%s) S %d 1 1 0 -1 4194560 1 2 3 4 %d %d %d %d 20 0 1 0 %d 99 88 77\n",
		       pid, name, parent, scale, 2 * scale, 3 * scale, 4 * scale, pid * 100);
	put(pid, "stat", text);
	(void)snprintf(
		text, sizeof(text),
		"Name:\tx\nVmSwap:\t%d kB\nRssAnon:\t%d kB\nRssFile:\t9999 kB\nRssShmem:\t%d "
		"kB\n",
		kib, kib, kib);
	put(pid, "status", text);
}

Test(family, sums_descendants_only, .init = setup, .fini = teardown)
{
	struct rj_family f[] = {{.top = 10}, {.top = 20}, {.top = 77}, {.top = 0}};

	process(1, 0, "init", 1000, 1000);
	process(10, 1, "top", 1000, 1000);
	process(11, 10, "a) S 20 1 (", 1, 1); /* a name that looks like more of the line */
	process(12, 11, "b", 10, 10);
	process(13, 12, "c", 100, 100);
	process(20, 1, "other", 1000, 1000);
	process(21, 20, "d", 5, 5);
	process(30, 1, "stranger", 1000, 1000);
	put(40, "stat", "40 (cut) S 10");
	(void)mkdirat(root, "50", 0755); /* it has ended meanwhile */
	(void)mkdirat(root, "self", 0755);
	cr_assert_eq(rj_family_read(root, f, 4), 0);
	cr_expect(f[0].found && f[1].found && !f[2].found && !f[3].found);
	cr_expect_eq(f[0].processes, 3);
	cr_expect_eq(f[0].cpu, 1110u);
	cr_expect_eq(f[0].memory, 333u << 10);
	cr_expect_eq(f[0].started, 1000u);
	cr_expect_eq(f[1].processes, 1);
	cr_expect_eq(f[1].cpu, 50u);
	cr_expect_eq(f[2].processes + f[3].processes, 0);
}

Test(family, a_circle_has_an_end, .init = setup, .fini = teardown)
{
	struct rj_family f = {.top = 10};

	process(11, 12, "a", 1, 1);
	process(12, 11, "b", 1, 1);
	cr_assert_eq(rj_family_read(root, &f, 1), 0);
	cr_expect(!f.found);
	cr_expect_eq(f.processes, 0);
}

Test(family, of_this_machine)
{
	int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_family f = {.top = getpid()};
	pid_t pid = fork();

	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	cr_assert_eq(rj_family_read(proc, &f, 1), 0);
	cr_expect(f.found);
	cr_expect_eq(f.processes, 1);
	cr_expect_gt(f.memory, 0u);
	cr_expect_gt(f.started, 0u);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)close(proc);
}
