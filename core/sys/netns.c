#include "core/sys/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"
#include "core/sys/uapi.h"
#include "core/sys/userns.h"

enum { MADE = 'n', NONE = '-', NOT_MADE = 255 };

static int loopback_up(void)
{
	RJ_AUTO(rj_close) int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = {.ifr_flags = IFF_UP, .ifr_name = "lo"};

	return sock < 0 || ioctl(sock, SIOCSIFFLAGS, &lo) < 0 ? -errno : 0;
}

static int not_up(int num, struct rj_err *err)
{
	return rj_fail(err, num, "cannot bring up the jail's loopback interface");
}

struct order {
	int pidfd, to;
};

/* In a child that shares the parent's memory. setns takes a pidfd since Linux 5.8. */
static void make(void *arg)
{
	const struct order *o = arg;
	int fd = -1;

	if (setns(o->pidfd, CLONE_NEWUSER) == 0 && unshare(CLONE_NEWNET) == 0)
		fd = rj_own_namespace(RJ_PIDFD_GET_NET_NAMESPACE, "/proc/self/ns/net");
	if (fd < 0 || rj_fd_send(o->to, MADE, fd) != 0)
		_exit(NOT_MADE);
	_exit(-loopback_up());
}

int rj_netns_offer(int pidfd, int to, struct rj_err *err)
{
	struct order o = {pidfd, to};
	const pid_t pid = rj_start_apart(make, &o);
	const int status = pid < 0 ? NOT_MADE : rj_wait(pid);

	if (status == 0)
		return 0;
	if (status != NOT_MADE)
		return not_up(status > 0 && status < 128 ? status : ECANCELED, err);
	(void)rj_fd_send(to, NONE, -1);
	return 0;
}

static int explain(int num, struct rj_err *err)
{
	if (num != ENOSPC && num != EUSERS && num != EINVAL)
		return rj_userns_explain(num, err);
	rj_fail(err, num, "cannot make a network namespace");
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "%s",
		       num == EINVAL ? "the kernel must be built with them: zgrep NET_NS "
				       "/proc/config.gz"
				     : "the limit on them is reached: sudo sysctl -w "
				       "user.max_net_namespaces=15000");
}

int rj_netns_enter(int from, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = -1;
	const int what = rj_fd_receive(from, &fd);
	int rc;

	if (what == MADE && fd >= 0 && setns(fd, CLONE_NEWNET) == 0)
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return explain(errno, err);
	rc = loopback_up();
	return rc < 0 ? not_up(-rc, err) : 0;
}
