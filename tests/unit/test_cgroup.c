/* cgroup: a directory tree stands for the hierarchy; test_cgroup_kernel.c has the kernel's own. */
#include "core/sys/cgroup.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/sys/file.h"
#include "tests/unit/dirfix.h"

enum { SELF = 4242, ALL = RJ_CGROUP_CPU | RJ_CGROUP_MEMORY | RJ_CGROUP_PIDS };

static char top[] = "/tmp/rj-cgroup.XXXXXX";
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

TestSuite(cgroup, .init = set_up, .fini = clean_up);

static void put(const char *group, const char *file, const char *text)
{
	char path[256];
	RJ_AUTO(rj_close) int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/%s", group, file);
	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	cr_assert_eq(rj_write_all(fd, text, strlen(text)), 0, "%s", path);
}

static void expect(const char *group, const char *file, const char *text)
{
	RJ_AUTO(rj_buf_release) struct rj_buf got = {0};
	struct rj_err err = {0};
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", group, file);
	cr_expect_eq(rj_file_read(root, path, 4096, &got, &err), 0, "%s", err.msg);
	cr_expect_str_eq(rj_buf_str(&got), text, "%s", path);
}

static bool exists(const char *path)
{
	return faccessat(root, path, F_OK, 0) == 0;
}

/* A group as the kernel shows it; `procs` are its processes. */
static void group(const char *path, const char *procs, const char *controllers, const char *subtree)
{
	cr_assert_eq(mkdirat(root, path, 0755), 0, "%s", path);
	put(path, "cgroup.type", "domain\n");
	put(path, "cgroup.procs", procs);
	put(path, "cgroup.controllers", controllers);
	put(path, "cgroup.subtree_control", subtree);
}

static bool delegate(const char *path)
{
	RJ_AUTO(rj_close) int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fsetxattr(fd, "user.delegate", "1", 1, 0) == 0;
}

Test(cgroup, reads_its_own_path)
{
	static const struct {
		const char *text, *path;
	} rows[] = {
		{"0::/\n", "/"},
		{"0::/user.slice/a b.scope\n", "/user.slice/a b.scope"},
		{"9:name=systemd:/x\n4:memory:/y\n0::/z", "/z"},
		{"4:memory:/y\n", NULL},
		{"", NULL},
		{"10::/x\n", NULL},
		{"0::relative\n", NULL},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *got = rj_cgroup_path_of(rows[i].text);

		if (rows[i].path)
			cr_expect_str_eq(got, rows[i].path);
		else
			cr_expect_null(got);
	}
}

Test(cgroup, finds_the_mount)
{
	static const char hybrid[] =
		"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		"35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
		"41 31 0:38 /in /sys/fs/cgroup/uni\\040fied rw,relatime shared:9 - cgroup2 cgroup2 "
		"rw\n"
		"42 31 0:39 / /late rw - cgroup2 cgroup2 rw\n";
	RJ_AUTO(rj_free) char *shows = NULL;
	RJ_AUTO(rj_free) char *dir = rj_cgroup_mount_of(hybrid, &shows);
	char *none = NULL;

	cr_assert_not_null(dir);
	cr_expect_str_eq(dir, "/sys/fs/cgroup/uni fied");
	cr_expect_str_eq(shows, "/in");
	cr_expect_null(rj_cgroup_mount_of("", &none));
	cr_expect_null(rj_cgroup_mount_of("1 2 0:1 / / rw - ext4 x - cgroup2 rw\n", &none));
	cr_expect_null(none);
}

Test(cgroup, a_scope_with_us_alone_is_a_place)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};

	group("s", "4242\n", "cpuset cpu io memory pids\n", "");
	rj_cgroup_look(root, "/s", SELF, 0, &place);
	cr_assert_str_eq(place.path, "/s");
	cr_expect_eq(place.controllers, (unsigned)ALL);
	cr_expect(place.make_host);
	cr_expect_null(place.why);

	rj_cgroup_place_release(&place);
	group("with-child", "4242\n4250\n", "cpu memory pids\n", "");
	rj_cgroup_look(root, "/with-child", SELF, 4250, &place);
	cr_assert_str_eq(place.path, "/with-child",
			 "who is put into the session's group is no other");
}

Test(cgroup, what_is_not_ours_is_none)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};

	group("shared", "17\n4242\n", "cpu memory pids\n", "");
	rj_cgroup_look(root, "/shared", SELF, 0, &place);
	cr_expect_null(place.path);
	cr_expect_eq(place.controllers, 0u);
	cr_expect_not_null(strstr(place.why, "other processes"));
	rj_cgroup_look(root, "/shared", SELF, 170, &place);
	cr_expect_null(place.path, "170 is not 17");

	group("empty", "4242\n", "cpuset io\n", "");
	rj_cgroup_look(root, "/empty", SELF, 0, &place);
	cr_expect_null(place.path);
	cr_expect_not_null(strstr(place.why, "controller"));

	rj_cgroup_look(root, "/gone", SELF, 0, &place);
	cr_expect_null(place.path);
	cr_expect_not_null(place.why);

	/* Without a single file that is ours to write: as the system's own groups are. */
	cr_assert_eq(mkdirat(root, "system", 0755), 0);
	rj_cgroup_look(root, "/system", SELF, 0, &place);
	cr_expect_null(place.path);
	cr_expect_not_null(strstr(place.why, "not yours to divide"));
}

Test(cgroup, systemd_says_what_is_delegated)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};

	group("s", "17\n4242\n", "memory pids\n", "");
	if (!delegate("s"))
		cr_skip("this file system has no user attributes");
	rj_cgroup_look(root, "/s", SELF, 0, &place);
	cr_assert_str_eq(place.path, "/s");
	cr_expect_eq(place.controllers, (unsigned)(RJ_CGROUP_MEMORY | RJ_CGROUP_PIDS));
	cr_expect_not_null(place.why, "it says what is missing");
}

Test(cgroup, the_second_session_is_beside_the_first)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};

	group("s", "", "cpu memory pids\n", "cpu memory pids\n");
	group("s/robojail-host", "17\n4242\n", "cpu memory pids\n", "");
	rj_cgroup_look(root, "/s/robojail-host", SELF, 0, &place);
	cr_assert_str_eq(place.path, "/s");
	cr_expect(!place.make_host);
	cr_expect_eq(place.controllers, (unsigned)ALL);
}

/* Only what its subtree_control hands out counts there. */
Test(cgroup, the_root_of_all_groups_needs_no_host)
{
	RJ_AUTO(rj_cgroup_place_release) struct rj_cgroup_place place = {0};

	put(".", "cgroup.procs", "1\n2\n4242\n");
	put(".", "cgroup.controllers", "cpu memory pids\n");
	put(".", "cgroup.subtree_control", "memory\n");
	rj_cgroup_look(root, "/", SELF, 0, &place);
	cr_assert_str_eq(place.path, "/");
	cr_expect(!place.make_host);
	cr_expect_eq(place.controllers, (unsigned)RJ_CGROUP_MEMORY);
}

static void make(const char *path, bool make_host, struct rj_cgroup *ret)
{
	char copy[64];
	const struct rj_cgroup_place place = {
		.path = copy, .controllers = ALL, .make_host = make_host};
	struct rj_err err = {0};

	(void)snprintf(copy, sizeof(copy), "%s", path);
	cr_assert_eq(rj_cgroup_make(root, &place, "j", SELF, ret, &err), 0, "%s", err.msg);
}

Test(cgroup, makes_a_group_and_writes_limits)
{
	struct rj_cgroup g = {.parent = -1, .dir = -1};
	struct rj_err err = {0};

	group("s", "4242\n", "cpu memory pids\n", "");
	make("/s", true, &g);
	expect("s", "robojail-host/cgroup.procs", "4242");
	expect("s", "cgroup.subtree_control", "+pids"); /* the last of three writes */
	cr_expect_str_eq(g.name, "robojail-j-4242");
	cr_expect_eq(rj_cgroup_set(&g, "memory.max", "1000", &err), 0, "%s", err.msg);
	expect("s/robojail-j-4242", "memory.max", "1000");
	cr_expect_eq(rj_cgroup_set(&g, "no/such", "1", &err), -ENOENT);
	cr_expect_not_null(strstr(err.msg, "no/such of the group robojail-j-4242"), "%s", err.msg);
	rj_cgroup_release(&g, false);
	cr_expect_eq(g.dir, -1);
	cr_expect(exists("s/robojail-j-4242"));
}

Test(cgroup, a_failure_names_the_group_and_leaves_none)
{
	char path[] = "/s";
	const struct rj_cgroup_place place = {.path = path, .controllers = ALL, .make_host = true};
	struct rj_cgroup g = {.parent = -1, .dir = -1};
	struct rj_err err = {0};

	group("s", "4242\n", "cpu memory pids\n", "");
	/* The kernel's EBUSY, as far as a directory tree can play it. */
	cr_assert_eq(unlinkat(root, "s/cgroup.subtree_control", 0), 0);
	cr_assert_eq(mkdirat(root, "s/cgroup.subtree_control", 0755), 0);
	cr_expect_eq(rj_cgroup_make(root, &place, "j", SELF, &g, &err), -EISDIR);
	cr_expect_not_null(strstr(err.msg, "/s: cannot switch on the controller cpu"), "%s",
			   err.msg);
	cr_expect(!exists("s/robojail-j-4242"));
	cr_expect_eq(g.dir, -1);
}

Test(cgroup, reads_events)
{
	struct rj_cgroup g = {.parent = -1, .dir = -1};

	cr_expect_eq(rj_cgroup_read(&g, "memory.events", "oom_kill"), 0u, "no group");
	group("s", "4242\n", "cpu memory pids\n", "");
	make("/s", false, &g);
	put("s/robojail-j-4242", "memory.events",
	    "low 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 9\n");
	put("s/robojail-j-4242", "pids.events", "max 7\n");
	put("s/robojail-j-4242", "memory.peak", "123456789012\n");
	cr_expect_eq(rj_cgroup_read(&g, "memory.events", "oom_kill"), 2u);
	cr_expect_eq(rj_cgroup_read(&g, "memory.events", "oom"), 3u);
	cr_expect_eq(rj_cgroup_read(&g, "memory.events", "oo"), 0u);
	cr_expect_eq(rj_cgroup_read(&g, "pids.events", "max"), 7u);
	cr_expect_eq(rj_cgroup_read(&g, "memory.peak", NULL), 123456789012u);
	cr_expect_eq(rj_cgroup_read(&g, "absent", NULL), 0u);
	rj_cgroup_release(&g, false);
}

/* PID 1 lives; nothing has a PID above the kernel's highest. */
Test(cgroup, groups_of_dead_supervisors_go)
{
	struct rj_cgroup g = {.parent = -1, .dir = -1};

	group("s", "4242\n", "cpu memory pids\n", "");
	cr_assert_eq(mkdirat(root, "s/robojail-old-99999999", 0755), 0);
	cr_assert_eq(mkdirat(root, "s/robojail-a-b-1", 0755), 0);
	cr_assert_eq(mkdirat(root, "s/robojail-host", 0755), 0);
	cr_assert_eq(mkdirat(root, "s/other-99999999", 0755), 0);
	make("/s", false, &g);
	cr_expect(!exists("s/robojail-old-99999999"));
	cr_expect(exists("s/robojail-a-b-1"));
	cr_expect(exists("s/robojail-host"));
	cr_expect(exists("s/other-99999999"));
	rj_cgroup_release(&g, true);
	cr_expect(!exists("s/robojail-j-4242"));
}

Test(cgroup, another_supervisors_group_is_found)
{
	struct rj_cgroup g = {.parent = -1, .dir = -1};

	cr_assert_eq(mkdirat(root, "s", 0755), 0);
	cr_assert_eq(mkdirat(root, "s/robojail-j-77", 0755), 0);
	cr_assert_eq(mkdirat(root, "robojail-k-78", 0755), 0);
	cr_expect_eq(rj_cgroup_find(root, "/s/robojail-host", "j", 78, &g), -ENOENT);
	cr_expect_eq(rj_cgroup_find(root, "/s/robojail-host", "x", 77, &g), -ENOENT);
	cr_assert_eq(rj_cgroup_find(root, "/s/robojail-host", "j", 77, &g), 0);
	/* Without the kernel's file the processes are ended one by one; here there are none. */
	put("s/robojail-j-77", "cgroup.kill", "");
	rj_cgroup_kill(&g);
	expect("s/robojail-j-77", "cgroup.kill", "1");
	rj_cgroup_release(&g, false);
	cr_assert_eq(rj_cgroup_find(root, "/robojail-host", "k", 78, &g), 0);
	rj_cgroup_release(&g, false);
	cr_assert_eq(rj_cgroup_find(root, "/", "k", 78, &g), 0);
	rj_cgroup_release(&g, false);
}

Test(cgroup, kills_one_by_one_where_the_kernel_is_old)
{
	struct rj_cgroup g = {.parent = -1, .dir = -1};
	const pid_t child = fork();
	char text[32];
	int status;

	if (child == 0) {
		(void)pause();
		_exit(0);
	}
	group("s", "4242\n", "cpu memory pids\n", "");
	make("/s", false, &g);
	(void)snprintf(text, sizeof(text), "%d\n", child);
	put("s/robojail-j-4242", "cgroup.procs", text);
	rj_cgroup_kill(&g);
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	rj_cgroup_release(&g, false);
}
