/* core/sys/landlock: what each ABI has, and that a domain holds where this kernel has it. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/landlock.h"
#include "tests/unit/dirfix.h"

#define ALL (RJ_LANDLOCK_FILES | RJ_LANDLOCK_NO_TCP | RJ_LANDLOCK_SCOPE)

Test(landlock, an_abi_has_what_it_has)
{
	cr_assert_eq(rj_landlock_supported(ALL, 0), 0);
	cr_assert_eq(rj_landlock_supported(ALL, 1), 0, "renames between directories would fail");
	cr_assert_eq(rj_landlock_supported(ALL, 2), RJ_LANDLOCK_FILES);
	cr_assert_eq(rj_landlock_supported(ALL, 4), RJ_LANDLOCK_FILES | RJ_LANDLOCK_NO_TCP);
	cr_assert_eq(rj_landlock_supported(ALL, 6), ALL);
	cr_assert_eq(rj_landlock_supported(RJ_LANDLOCK_SCOPE, 99), RJ_LANDLOCK_SCOPE);
}

Test(landlock, nothing_to_do_is_no_error)
{
	struct rj_err err = {.num = 7};
	unsigned have = 1;

	cr_assert_eq(rj_landlock_new(0, &have, &err), -ENOTSUP);
	cr_assert_eq(have, 0);
	cr_assert_eq(err.num, 7);
}

static void touch(const char *dir, const char *name)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	cr_assert_geq(fd, 0);
	(void)close(fd);
}

static bool can(const char *dir, const char *name, int flags)
{
	char path[256];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

/* In a process of its own: the domain is for life. Each bit of the status is a wrong answer. */
static int inside(const char *open_dir, const char *shut_dir)
{
	struct rj_err err = {0};
	unsigned have;
	int rules = rj_landlock_new(RJ_LANDLOCK_FILES, &have, &err), fd, file;
	int wrong = 0;

	if (rules < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 255;
	fd = open(open_dir, O_PATH | O_CLOEXEC);
	file = openat(open(shut_dir, O_PATH | O_CLOEXEC), "read", O_RDONLY | O_CLOEXEC);
	if (rj_landlock_allow(rules, fd,
			      RJ_LANDLOCK_READ | RJ_LANDLOCK_WRITE | RJ_LANDLOCK_CHANGE |
				      RJ_LANDLOCK_BELOW,
			      "open", &err) < 0 ||
	    rj_landlock_allow(rules, file, RJ_LANDLOCK_READ | RJ_LANDLOCK_CHANGE, "file", &err) <
		    0 ||
	    rj_landlock_allow(rules, file, RJ_LANDLOCK_READ | RJ_LANDLOCK_BELOW, "file", &err) !=
		    -EINVAL ||
	    rj_landlock_enter(rules, &err) < 0)
		return 254;
	wrong |= !can(open_dir, "there", O_RDWR) << 0;
	wrong |= !can(open_dir, "new", O_RDWR | O_CREAT) << 1;
	wrong |= can(shut_dir, "there", O_RDONLY) << 2;
	wrong |= can(shut_dir, "new", O_RDWR | O_CREAT) << 3;
	wrong |= !can(shut_dir, "read", O_RDONLY) << 4;
	wrong |= can(shut_dir, "read", O_RDWR) << 5;
	wrong |= (mknodat(fd, "node", S_IFCHR | 0600, 0) == 0) << 6;
	return wrong;
}

Test(landlock, a_domain_holds)
{
	char dir[] = "/tmp/rj-landlock-XXXXXX", open_dir[64], shut_dir[64];
	int status;
	pid_t pid;

	if (rj_landlock_abi() < 2)
		cr_skip_test("this kernel has no Landlock");
	cr_assert_not_null(mkdtemp(dir));
	(void)snprintf(open_dir, sizeof(open_dir), "%s/open", dir);
	(void)snprintf(shut_dir, sizeof(shut_dir), "%s/shut", dir);
	cr_assert(mkdir(open_dir, 0700) == 0 && mkdir(shut_dir, 0700) == 0);
	touch(open_dir, "there");
	touch(shut_dir, "there");
	touch(shut_dir, "read");
	cr_assert(can(shut_dir, "there", O_RDONLY), "without a domain it works");
	pid = fork();
	if (pid == 0)
		_exit(inside(open_dir, shut_dir));
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	dirfix_drop(dir);
	cr_assert_eq(WEXITSTATUS(status), 0, "wrong: %#x", (unsigned)WEXITSTATUS(status));
}
