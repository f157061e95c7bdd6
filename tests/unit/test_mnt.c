/* mnt: a mount namespace that the kernel takes down by itself, after its process. */
#include "core/sys/mnt.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/sys/proc.h"
#include "core/sys/userns.h"

enum { STAYS_MS = 200, LOOK_MS = 50, LOOKS = 400 };

struct jail {
	pid_t pid;
	int pidfd;
	int alive;  /* it ends when this is closed */
	int notify; /* readable once its tmpfs is no more (inotify(7): IN_UNMOUNT) */
};

static int with_tmpfs(uid_t uid, gid_t gid, bool lingers, int ready, int alive)
{
	struct rj_err err;
	char c;

	if (rj_userns_map(0, uid, 0, gid, &err) < 0 || mount("t", "/mnt", "tmpfs", 0, NULL) < 0)
		return 1;
	if (lingers)
		rj_mnt_linger();
	return write(ready, "", 1) == 1 && read(alive, &c, 1) == 0 ? 0 : 1;
}

static struct jail start(bool lingers)
{
	const uid_t uid = getuid();
	const gid_t gid = getgid();
	struct jail j = {.pidfd = -1, .notify = inotify_init1(IN_CLOEXEC)};
	int ready[2], alive[2];
	char path[64], c;

	cr_assert_eq(pipe2(ready, O_CLOEXEC), 0);
	cr_assert_eq(pipe2(alive, O_CLOEXEC), 0);
	j.pid = rj_clone(CLONE_NEWUSER | CLONE_NEWNS, &j.pidfd);
	cr_assert_geq(j.pid, 0, "no namespaces: %s", strerror(-j.pid));
	if (j.pid == 0) {
		(void)close(alive[1]);
		_exit(with_tmpfs(uid, gid, lingers, ready[1], alive[0]));
	}
	(void)close(alive[0]);
	(void)close(ready[1]);
	cr_assert_eq(read(ready[0], &c, 1), 1, "no tmpfs");
	(void)close(ready[0]);
	j.alive = alive[1];
	(void)snprintf(path, sizeof(path), "/proc/%d/root/mnt", (int)j.pid);
	cr_assert_geq(inotify_add_watch(j.notify, path, IN_DELETE_SELF), 0);
	return j;
}

/* Each close of a local socket makes the kernel look for those that nobody can reach. */
static void collect(void)
{
	int pair[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

static bool is_gone(const struct jail *j, int ms)
{
	struct pollfd p = {.fd = j->notify, .events = POLLIN};

	collect();
	return poll(&p, 1, ms) == 1;
}

static void check(bool lingers)
{
	struct jail j = start(lingers);
	bool gone = false;

	cr_expect_not(is_gone(&j, STAYS_MS), "its process is there");
	(void)close(j.alive);
	cr_expect_eq(rj_wait(j.pid), 0);
	for (int i = 0; !gone && i < LOOKS; i++)
		gone = is_gone(&j, LOOK_MS);
	cr_expect(gone, "nothing holds it after its process");
	(void)close(j.pidfd);
	(void)close(j.notify);
}

Test(mnt, goes_with_its_process)
{
	check(false);
}

Test(mnt, that_lingers_goes_as_well)
{
	check(true);
}
