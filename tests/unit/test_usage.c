/* usage and du: what processes and directories hold, hostile ones included. */
#include "core/sys/usage.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/sys/du.h"
#include "core/sys/file.h"
#include "core/sys/rlimit.h"
#include "tests/unit/dirfix.h"

enum { MIB = 1 << 20 };

/* A tree that stands for /proc: only the files that are read. */
static char top[] = "/tmp/rj-usage.XXXXXX";
static int root = -1;

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(top));
	root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void clean_up(void)
{
	rj_close(&root);
	dirfix_drop(top);
}

TestSuite(usage, .init = set_up, .fini = clean_up);

static void put(const char *path, const char *text, size_t len)
{
	RJ_AUTO(rj_close) int fd = openat(root, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	cr_assert_eq(rj_write_all(fd, text, len), 0, "%s", path);
}

static void process(int pid, const char *status, const char *rollup)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d", pid);
	cr_assert_eq(mkdirat(root, path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%d/status", pid);
	put(path, status, strlen(status));
	(void)snprintf(path, sizeof(path), "%d/smaps_rollup", pid);
	if (rollup)
		put(path, rollup, strlen(rollup));
}

Test(usage, sums_processes)
{
	struct rj_usage u;

	process(1, "Name:\trj-init\nVmPTE:\t10 kB\nRssAnon:\t90 kB\nThreads:\t1\n", NULL);
	process(7,
		"Name:\tbig one\nVmSwap:\t100 kB\nRssAnon:\t200 kB\nRssFile:\t9999 kB\n"
		"RssShmem:\t300 kB\nThreads:\t3\n",
		"00-ff r\nRss: 9 kB\nPss_Anon:  150 kB\nPss_Shmem:  50 kB\nSwapPss:  100 kB\n");
	process(8, "Name:\tzombie\nState:\tZ\nThreads:\t1\n", NULL);
	put("loadavg", "1", 1);
	cr_assert_eq(rj_usage_read(root, false, &u), 0);
	cr_expect_eq(u.memory, 700u << 10);
	cr_expect_eq(u.tasks, 5u);
	cr_expect_eq(u.biggest, 7);
	cr_expect_str_eq(u.name, "big one");
	cr_assert_eq(rj_usage_read(root, true, &u), 0);
	cr_expect_eq(u.memory, 400u << 10);
}

/* A file's pages count when they are locked, and no more of them than are. */
Test(usage, sums_locked_pages)
{
	struct rj_usage u;

	process(7, "Name:\tx\nVmLck:\t400 kB\nRssAnon:\t10 kB\nRssFile:\t5000 kB\nThreads:\t1\n",
		"00-ff r\nPss:  700 kB\nPss_Anon:  10 kB\nPss_File:  90 kB\nLocked:  100 kB\n");
	process(8, "Name:\ty\nVmLck:\t9000 kB\nRssFile:\t20 kB\nThreads:\t1\n", NULL);
	cr_assert_eq(rj_usage_read(root, false, &u), 0);
	cr_expect_eq(u.memory, 430u << 10);
	cr_expect_eq(u.biggest, 7);
	cr_assert_eq(rj_usage_read(root, true, &u), 0);
	cr_expect_eq(u.memory, 120u << 10);
}

/* PID 1 of a jail is ours. */
Test(usage, the_first_process_is_never_the_biggest)
{
	struct rj_usage u;

	process(1, "Name:\tx\nRssAnon:\t90000 kB\nThreads:\t1\n", NULL);
	cr_assert_eq(rj_usage_read(root, false, &u), 0);
	cr_expect_eq(u.biggest, 0);
}

/* A name cannot make up a line: the kernel writes its newline as two characters. */
Test(usage, a_name_is_no_number)
{
	struct rj_usage u;

	process(5, "Name:\tRssAnon:\t5 kB\nThreads:\t2\nRssAnon:\t7 kB\n", NULL);
	cr_assert_eq(rj_usage_read(root, false, &u), 0);
	cr_expect_eq(u.memory, 7u << 10);
	cr_expect_eq(u.tasks, 2u);
	cr_expect_str_eq(u.name, "RssAnon:\t5 kB");
}

/* Does a child with 64 MiB of shared pages show? Others on the machine come and go meanwhile. */
static bool sees_child(int proc, const int pipes[2], char *shared, pid_t *ret)
{
	struct rj_usage before, after;
	char byte;

	cr_assert_eq(rj_usage_read(proc, false, &before), 0);
	*ret = fork();
	if (*ret == 0) {
		memset(shared, 1, 64 * MIB);
		if (write(pipes[1], "x", 1) == 1)
			(void)pause();
		_exit(0);
	}
	cr_assert_eq(read(pipes[0], &byte, 1), 1);
	cr_assert_eq(rj_usage_read(proc, false, &after), 0);
	return after.memory + 32 * MIB >= before.memory + 64 * MIB;
}

/* Real processes: shared pages count once, private ones are seen, the right one is killed. */
Test(usage, of_this_machine)
{
	RJ_AUTO(rj_close) int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char *shared =
		mmap(NULL, 64 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int pipes[2], status;
	bool seen = false;
	pid_t child;

	cr_assert_neq(shared, MAP_FAILED);
	cr_assert_eq(pipe(pipes), 0);
	for (size_t i = 0; i < 10 && !seen; i++) {
		cr_assert_eq(madvise(shared, 64 * MIB, MADV_REMOVE), 0);
		seen = sees_child(proc, pipes, shared, &child);
		cr_expect_eq(rj_usage_kill(proc, child), 0);
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	cr_expect(seen);
	cr_expect_eq(rj_usage_kill(proc, child), -ENOENT);
	cr_expect_eq(rj_usage_kill(proc, 2000000000), -ENOENT);
	(void)munmap(shared, 64 * MIB);
	rj_close(&pipes[0]);
	rj_close(&pipes[1]);
}

/* All of the tree in steps of `entries`; the last result. */
static int measure(size_t entries, uint64_t *ret, unsigned *ret_steps)
{
	RJ_AUTO(rj_du_free) struct rj_du *du = rj_du_new(root);
	int rc;

	*ret_steps = 0;
	do
		rc = rj_du_step(du, entries, ret);
	while (rc == 0 && ++*ret_steps < 100000);
	return rc;
}

static void fill(const char *path, size_t len)
{
	RJ_AUTO(rj_free) char *bytes = rj_alloc(1, len);

	memset(bytes, 'x', len);
	put(path, bytes, len);
}

Test(usage, du_counts_what_is_on_disk)
{
	uint64_t before, after;
	unsigned steps;

	cr_assert_eq(mkdirat(root, "a", 0755), 0);
	cr_assert_eq(mkdirat(root, "a/b", 0755), 0);
	cr_assert_eq(measure(1000, &before, &steps), 1);
	fill("a/b/one", MIB);
	fill("two", MIB);
	cr_assert_eq(linkat(root, "two", root, "a/again", 0), 0);
	cr_assert_eq(symlinkat("/usr", root, "a/usr"), 0);
	cr_assert_eq(mkfifoat(root, "a/fifo", 0644), 0);
	cr_assert_eq(measure(1000, &after, &steps), 1);
	cr_expect_geq(after - before, 2u * MIB);
	cr_expect_leq(after - before, 2u * MIB + 64 * 1024);
	/* In small steps it is the same, and no step looks at more than it may. */
	cr_assert_eq(measure(1, &before, &steps), 1);
	cr_expect_eq(before, after);
	cr_expect_geq(steps, 10u);
}

/* Nor are empty files for nothing. */
Test(usage, du_counts_inodes)
{
	uint64_t before, after;
	unsigned steps;
	char name[16];

	cr_assert_eq(measure(1000, &before, &steps), 1);
	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "e%d", i);
		put(name, "", 0);
	}
	cr_assert_eq(measure(1000, &after, &steps), 1);
	cr_expect_geq(after - before, 200u * 512);
	cr_expect_leq(after - before, 200u * 512 + 64 * 1024);
}

/* A file with a hole takes no room, whatever its size. */
Test(usage, du_is_not_fooled_by_sizes)
{
	RJ_AUTO(rj_close) int fd = openat(root, "sparse", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	uint64_t bytes;
	unsigned steps;

	cr_assert_eq(ftruncate(fd, (off_t)1 << 40), 0);
	cr_assert_eq(measure(1000, &bytes, &steps), 1);
	cr_expect_leq(bytes, (uint64_t)MIB);
}

Test(usage, du_refuses_what_cannot_be_walked)
{
	RJ_AUTO(rj_close) int at = dup(root);
	struct rlimit files;
	uint64_t bytes;
	unsigned steps;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &files), 0);
	cr_assert_geq(files.rlim_max, 600u);
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < 510; i++) {
		int next;

		cr_assert_eq(mkdirat(at, "d", 0755), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		rj_close(&at);
		at = next;
	}
	cr_expect_eq(measure(100000, &bytes, &steps), -ELOOP);
	if (geteuid() == 0) /* root opens everything */
		return;
	cr_assert_eq(renameat(root, "d", root, "e"), 0);
	cr_assert_eq(fchmodat(root, "e", 0, 0), 0);
	cr_expect_eq(measure(100000, &bytes, &steps), -EACCES);
	cr_expect_eq(fchmodat(root, "e", 0755, 0), 0);
}

static int in_child(int resource, uint64_t value, rlim_t *ret_soft, rlim_t *ret_hard)
{
	struct rlimit *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t child;

	cr_assert_neq(shared, MAP_FAILED);
	child = fork();
	if (child == 0) {
		struct rj_err err;

		if (rj_rlimit_lower(resource, "X", value, &err) < 0 || getrlimit(resource, shared))
			_exit(1);
		_exit(0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	*ret_soft = shared->rlim_cur;
	*ret_hard = shared->rlim_max;
	(void)munmap(shared, sizeof(*shared));
	return status;
}

Test(usage, limits_are_lowered_never_raised)
{
	struct rlimit was;
	rlim_t soft, hard;

	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &was), 0);
	cr_expect_eq(in_child(RLIMIT_NOFILE, 100, &soft, &hard), 0);
	cr_expect_eq(soft, 100u);
	cr_expect_eq(hard, 100u);
	cr_expect_eq(in_child(RLIMIT_NOFILE, RLIM_INFINITY - 1, &soft, &hard), 0);
	cr_expect_eq(soft, was.rlim_cur);
	cr_expect_eq(hard, was.rlim_max);
}

Test(usage, limits_are_halved_once_for_all)
{
	struct rlimit r;
	struct rj_err err;
	int status;
	pid_t child = fork();

	if (child == 0) {
		r = (struct rlimit){.rlim_cur = 101, .rlim_max = 400};
		if (setrlimit(RLIMIT_SIGPENDING, &r) < 0 ||
		    rj_rlimit_halve(RLIMIT_SIGPENDING, "X", &err) < 0 ||
		    getrlimit(RLIMIT_SIGPENDING, &r) < 0)
			_exit(1);
		_exit(r.rlim_cur == 50 && r.rlim_max == 50 ? 0 : 2);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect_eq(status, 0);
	cr_assert_eq(getrlimit(RLIMIT_CPU, &r), 0);
	if (r.rlim_cur == RLIM_INFINITY) {
		cr_expect_eq(rj_rlimit_halve(RLIMIT_CPU, "X", &err), 0);
		cr_assert_eq(getrlimit(RLIMIT_CPU, &r), 0);
		cr_expect_eq(r.rlim_cur, RLIM_INFINITY, "no limit stays none");
	}
}

Test(usage, the_oom_score_rises_only)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err err = {0};

	cr_assert_eq(rj_oom_score_raise(600, &err), 0, "%s", err.msg);
	cr_assert_eq(rj_oom_score_raise(500, &err), 0, "%s", err.msg);
	cr_assert_eq(rj_file_read(AT_FDCWD, "/proc/self/oom_score_adj", 64, &text, &err), 0);
	cr_expect_str_eq(rj_buf_str(&text), "600\n");
}
