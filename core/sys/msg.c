#include "core/sys/msg.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "core/base/mem.h"

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int) * RJ_MSG_FDS)];
};

/*
 * What nobody has received yet counts per user, and is held to the soft limit on files of whoever
 * sends more (unix(7)). So that others, jails included, do not stop us, all that we may have goes
 * for this one.
 */
static int send_with_all(int sock, const struct msghdr *msg)
{
	struct rlimit was, all;
	int rc;

	if (getrlimit(RLIMIT_NOFILE, &was) < 0)
		return -errno;
	all = (struct rlimit){.rlim_cur = was.rlim_max, .rlim_max = was.rlim_max};
	(void)setrlimit(RLIMIT_NOFILE, &all);
	rc = sendmsg(sock, msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
	(void)setrlimit(RLIMIT_NOFILE, &was);
	return rc;
}

int rj_msg_send(int sock, const void *bytes, size_t len, const int *fds, size_t n)
{
	union control c = {.room = {0}};
	struct iovec iov = {.iov_len = len};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t sent;

	memcpy(&iov.iov_base, &bytes, sizeof(bytes)); /* sendmsg(2) does not write to it */
	if (n > RJ_MSG_FDS)
		return -EINVAL;
	if (n > 0) {
		msg.msg_control = &c;
		msg.msg_controllen = (socklen_t)CMSG_SPACE(sizeof(int) * n);
		c.head.cmsg_level = SOL_SOCKET;
		c.head.cmsg_type = SCM_RIGHTS;
		c.head.cmsg_len = (socklen_t)CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(&c.head), fds, sizeof(int) * n);
	}
	do
		sent = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno == ETOOMANYREFS)
		return send_with_all(sock, &msg);
	return sent < 0 ? -errno : 0;
}

static size_t take_fds(struct msghdr *msg, int *ret_fds)
{
	const struct cmsghdr *h = CMSG_FIRSTHDR(msg);
	size_t n;

	if (!h || h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS ||
	    h->cmsg_len < CMSG_LEN(sizeof(int)))
		return 0;
	n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(ret_fds, CMSG_DATA(h), sizeof(int) * n);
	return n;
}

ssize_t rj_msg_receive(int sock, void *bytes, size_t size, int *ret_fds, size_t *ret_n)
{
	union control c = {.room = {0}};
	struct iovec iov = {.iov_base = bytes, .iov_len = size};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c.room),
	};
	int fds[RJ_MSG_FDS];
	size_t n;
	ssize_t len;

	if (ret_n)
		*ret_n = 0;
	do
		len = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	n = take_fds(&msg, fds);
	if (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		len = -EMSGSIZE;
	if (ret_n && len >= 0) {
		memcpy(ret_fds, fds, sizeof(int) * n);
		*ret_n = n;
		return len;
	}
	while (n > 0)
		rj_close(&fds[--n]);
	return len;
}

int rj_fd_send(int sock, char byte, int fd)
{
	return rj_msg_send(sock, &byte, 1, &fd, fd >= 0 ? 1 : 0);
}

int rj_fd_receive(int sock, int *ret_fd)
{
	int fds[RJ_MSG_FDS];
	size_t n;
	char byte = 0;
	ssize_t len = rj_msg_receive(sock, &byte, 1, fds, &n);

	*ret_fd = n > 0 ? fds[0] : -1;
	while (n > 1)
		rj_close(&fds[--n]);
	return len > 0 ? (unsigned char)byte : (int)len;
}
