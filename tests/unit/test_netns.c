/* netns: a network namespace made by a third process, or by the one that needs it. */
#include "core/sys/netns.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/nsfs.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/sys/msg.h"
#include "core/sys/proc.h"
#include "core/sys/seccomp.h"

static ino_t number_of(const char *namespace)
{
	struct stat st;

	return stat(namespace, &st) == 0 ? st.st_ino : 0;
}

/* Is there loopback, up, and nothing else? */
static bool is_alone(void)
{
	const int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = {.ifr_name = "lo"};
	struct if_nameindex *all = if_nameindex();

	return ioctl(sock, SIOCGIFFLAGS, &lo) == 0 && (lo.ifr_flags & IFF_UP) && all &&
	       all[0].if_name && !strcmp(all[0].if_name, "lo") && !all[1].if_name;
}

/* Each bit of the status is a wrong answer. */
static int inside(int from, ino_t outer)
{
	struct rj_err err = {0};
	int wrong = 0;
	char c;

	if (number_of("/proc/self/ns/net") != outer)
		return 255;
	wrong |= (rj_netns_enter(from, &err) < 0) << 0;
	wrong |= (recv(from, &c, 1, 0) != 0) << 4; /* the other end is closed when all is done */
	wrong |= (number_of("/proc/self/ns/net") == outer) << 1;
	wrong |= !is_alone() << 2;
	/* it belongs to this user namespace: what was made by another could not be changed */
	wrong |= (setns(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), CLONE_NEWNET) < 0) << 3;
	return wrong;
}

static void check(bool offered)
{
	const ino_t outer = number_of("/proc/self/ns/net");
	int pair[2], pidfd = -1;
	struct rj_err err;
	pid_t pid;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid = rj_clone(CLONE_NEWUSER, &pidfd);
	cr_assert_geq(pid, 0, "no user namespace: %s", strerror(-pid));
	if (pid == 0) {
		(void)close(pair[1]);
		_exit(inside(pair[0], outer));
	}
	if (offered)
		cr_expect_eq(rj_netns_offer(pidfd, pair[1], &err), 0);
	(void)close(pair[1]);
	(void)close(pair[0]);
	cr_expect_eq(rj_wait(pid), 0);
	cr_expect_eq(number_of("/proc/self/ns/net"), outer, "the parent stays where it is");
	(void)close(pidfd);
}

Test(netns, is_made_beside_and_taken)
{
	check(true);
}

Test(netns, is_made_by_itself_where_nothing_comes)
{
	check(false);
}

/* A process in a user namespace of its own, which waits. */
struct waiting {
	pid_t pid;
	int pidfd;
	int until;   /* it ends when this is closed */
	int pair[2]; /* of sockets */
};

static struct waiting start_waiting(void)
{
	struct waiting w = {.pidfd = -1};
	int wait[2];
	char c;

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, w.pair), 0);
	cr_assert_eq(pipe2(wait, O_CLOEXEC), 0);
	w.pid = rj_clone(CLONE_NEWUSER, &w.pidfd);
	cr_assert_geq(w.pid, 0, "no user namespace: %s", strerror(-w.pid));
	if (w.pid == 0) {
		(void)close(wait[1]);
		_exit(read(wait[0], &c, 1) == 0 ? 0 : 1);
	}
	(void)close(wait[0]);
	w.until = wait[1];
	return w;
}

static void end_waiting(const struct waiting *w)
{
	(void)close(w->until);
	cr_expect_eq(rj_wait(w->pid), 0);
	(void)close(w->pidfd);
	(void)close(w->pair[0]);
	(void)close(w->pair[1]);
}

Test(netns, comes_as_a_descriptor)
{
	const struct waiting w = start_waiting();
	int fd = -1, owner;
	char path[64];
	struct rj_err err;
	struct stat st;

	cr_expect_eq(rj_netns_offer(w.pidfd, w.pair[1], &err), 0);
	cr_expect_eq(rj_fd_receive(w.pair[0], &fd), 'n');
	cr_assert_geq(fd, 0);
	cr_expect_eq(fstat(fd, &st), 0);
	cr_expect_neq(st.st_ino, number_of("/proc/self/ns/net"));
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)w.pid);
	owner = ioctl(fd, NS_GET_USERNS);
	cr_expect_eq(fstat(owner, &st), 0);
	cr_expect_eq(st.st_ino, number_of(path), "it belongs to the child's user namespace");
	(void)close(owner);
	(void)close(fd);
	end_waiting(&w);
}

Test(netns, says_that_nothing_comes)
{
	char what = 0;
	struct rj_err err;
	int pair[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	cr_expect_eq(rj_netns_offer(-1, pair[1], &err), 0); /* no process */
	cr_expect_eq(recv(pair[0], &what, 1, MSG_DONTWAIT), 1);
	cr_expect_eq(what, '-');
	(void)close(pair[0]);
	(void)close(pair[1]);
}

/* No interface changes its flags from here on. */
static int freeze_interfaces(void)
{
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIOCSIFFLAGS, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct rj_err err;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return rj_seccomp_load(code, sizeof(code) / sizeof(code[0]), &err);
}

/* Each test is a process of its own, which the filter stays with. */
Test(netns, without_loopback_is_an_error)
{
	const struct waiting w = start_waiting();
	struct rj_err err;

	cr_assert_eq(freeze_interfaces(), 0);
	cr_expect_eq(rj_netns_offer(w.pidfd, w.pair[1], &err), -EPERM);
	cr_expect_str_eq(err.msg, "cannot bring up the jail's loopback interface: Operation not "
				  "permitted");
	end_waiting(&w);
}
