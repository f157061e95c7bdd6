#include "core/engine/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/wire.h"
#include "core/sys/file.h"
#include "core/sys/msg.h"
#include "core/sys/proc.h"

enum { BACKLOG = 128 };

static int lock_file(int dir, struct rj_err *err)
{
	struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = openat(dir, "owner", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	int num;

	if (fd < 0)
		return rj_fail(err, errno, "cannot open the file 'owner' of the jail");
	if (fcntl(fd, F_OFD_SETLK, &l) == 0)
		return fd;
	num = errno;
	rj_close(&fd);
	if (num == EAGAIN || num == EACCES)
		return -EAGAIN;
	return rj_fail(err, num, "cannot lock the file 'owner' of the jail");
}

/* A path of a socket has room for 107 bytes (unix(7)), so it is named by its directory's
 * descriptor. */
static void address(int dir, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	(void)snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/" RJ_WIRE_SOCKET,
		       dir);
}

int rj_owner_offer(struct rj_owner *o, struct rj_err *err)
{
	struct sockaddr_un at;
	int rc;

	address(o->dir, &at);
	rc = bind(o->listen, (const struct sockaddr *)&at, sizeof(at));
	if (rc < 0 && errno == EADDRINUSE && unlinkat(o->dir, RJ_WIRE_SOCKET, 0) == 0)
		rc = bind(o->listen, (const struct sockaddr *)&at, sizeof(at));
	if (rc < 0 || listen(o->listen, BACKLOG) < 0)
		return rj_fail(err, errno, "cannot make the jail's socket " RJ_WIRE_SOCKET);
	o->offered = true;
	return 0;
}

int rj_owner_take(const struct rj_ctx *ctx, const char *name, struct rj_owner *ret,
		  struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, name, NULL);
	struct rj_owner o = RJ_OWNER_NONE;

	o.dir = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (o.dir < 0)
		return rj_fail(err, errno, "cannot open %s", path);
	o.lock = lock_file(o.dir, err);
	if (o.lock >= 0) {
		o.listen = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
		if (o.listen < 0)
			rj_fail(err, errno, "cannot make a socket");
	}
	if (o.listen >= 0) {
		*ret = o;
		return 1;
	}
	rj_close(&o.dir);
	rj_close(&o.lock);
	return o.lock == -EAGAIN ? 0 : -err->num;
}

void rj_owner_started(struct rj_owner *o)
{
	rj_close(&o->listen);
	o->listen = -1;
}

void rj_owner_withdraw(struct rj_owner *o)
{
	if (o->offered)
		(void)unlinkat(o->dir, RJ_WIRE_SOCKET, 0);
	o->offered = false;
}

void rj_owner_release(struct rj_owner *o)
{
	rj_owner_started(o);
	rj_owner_withdraw(o);
	rj_close(&o->lock);
	rj_close(&o->dir);
	*o = (struct rj_owner)RJ_OWNER_NONE;
}

bool rj_owner_keep(int control)
{
	struct rj_wire w = {.what = RJ_WIRE_KEEP};

	if (rj_msg_send(control, &w, sizeof(w), NULL, 0) < 0)
		return false;
	for (;;) {
		int fds[RJ_MSG_FDS];
		size_t n;

		if (rj_msg_receive(control, &w, sizeof(w), fds, &n) != (ssize_t)sizeof(w))
			return false;
		while (n > 0)
			rj_close(&fds[--n]);
		if (w.what == RJ_WIRE_KEPT)
			return true;
	}
}

pid_t rj_owner_fork(struct rj_child *child, int lock, struct rj_err *err)
{
	int report[2];
	pid_t pid;
	int rc;

	if (pipe2(report, O_CLOEXEC) < 0)
		return rj_fail(err, errno, "cannot make a pipe");
	pid = fork();
	if (pid == 0) {
		rj_close(&report[0]);
		rc = rj_proc_background(err);
		if (rc == 0)
			rc = rj_lock_try(lock, RJ_LOCK_SHARED, err);
		if (rc == -EAGAIN)
			rj_refuse(err, EBUSY, "the jail's lock is held by a create or destroy");
		if (rc < 0) {
			rj_err_send(report[1], err);
			_exit(RJ_EXIT_FAILED);
		}
		rj_proc_set_title("rj-keeper");
		rj_close(&report[1]);
		return 0;
	}
	rj_close(&report[1]);
	rc = pid < 0 ? rj_fail(err, errno, "cannot start a process that keeps the jail")
		     : rj_err_receive(report[0], err);
	rj_close(&report[0]);
	if (rc == 0)
		return pid;
	if (pid > 0)
		(void)rj_wait(pid);
	(void)rj_pidfd_kill(child->pidfd, SIGKILL);
	return rc;
}

void rj_owner_wait(struct rj_child *child)
{
	struct pollfd fds[2] = {{.fd = child->pidfd, .events = POLLIN}, {.events = POLLIN}};
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	fds[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	while (!fds[0].revents) {
		if (poll(fds, RJ_COUNT(fds), -1) < 0)
			continue;
		if (fds[1].revents)
			(void)rj_pidfd_kill(child->pidfd, SIGKILL);
		fds[1].events = 0;
	}
	rj_close(&fds[1].fd);
}
