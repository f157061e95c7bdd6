/* The process that attempts are aimed at: named, with the secret in its environment, listening on
 * an abstract socket, a path and a port, with a segment of shared memory. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/selftest.h"

static int listen_at(int family, const void *addr, socklen_t len)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, addr, len) == 0 && listen(fd, 8) == 0)
		return fd;
	rj_close(&fd);
	return -1;
}

static int listen_unix(const char *name, bool abstract)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t at = abstract ? 1 : 0, len = strlen(name);

	if (at + len >= sizeof(addr.sun_path))
		return -1;
	memcpy(addr.sun_path + at, name, len);
	return listen_at(AF_UNIX, &addr,
			 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + at + len +
				     (abstract ? 0 : 1)));
}

static int listen_tcp(long *ret_port)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int fd = listen_at(AF_INET, &addr, len);

	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&addr, &len) == 0)
		*ret_port = ntohs(addr.sin_port);
	return fd;
}

static int make_segment(long *ret_key)
{
	for (int tries = 0; tries < 16; tries++) {
		key_t key = (key_t)(0x726a0000 + ((getpid() + tries) & 0xffff));
		int id = shmget(key, 4096, IPC_CREAT | IPC_EXCL | 0600);
		void *at;

		if (id < 0)
			continue;
		at = shmat(id, NULL, 0);
		if (!at || (intptr_t)at == -1)
			continue;
		memcpy(at, RJ_ATTACK_SECRET, sizeof(RJ_ATTACK_SECRET));
		(void)shmdt(at);
		*ret_key = key;
		return id;
	}
	return -1;
}

static void answer(int listener)
{
	struct sockaddr_storage who;
	socklen_t len = sizeof(who);
	int fd = accept4(listener, (struct sockaddr *)&who, &len, SOCK_CLOEXEC);

	/* Who has gone already needs no answer. */
	(void)send(fd, RJ_ATTACK_SECRET, strlen(RJ_ATTACK_SECRET), MSG_NOSIGNAL);
	rj_close(&fd);
}

int rj_selftest_target(const struct rj_attack_site *site)
{
	long port = 0, key = 0;
	int segment = make_segment(&key);
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = listen_unix(site->abstract, true), .events = POLLIN},
		{.fd = listen_unix(site->socket, false), .events = POLLIN},
		{.fd = -1, .events = POLLIN},
	};

	fds[3].fd = listen_tcp(&port);
	(void)prctl(PR_SET_NAME, RJ_ATTACK_TARGET, 0, 0, 0);
	if (segment >= 0 && fds[1].fd >= 0 && fds[2].fd >= 0 && fds[3].fd >= 0 &&
	    dprintf(STDOUT_FILENO, "port=%ld shm=%ld\n", port, key) > 0)
		while (!fds[0].revents && poll(fds, RJ_COUNT(fds), -1) >= 0)
			for (size_t i = 1; i < RJ_COUNT(fds); i++)
				if (fds[i].revents)
					answer(fds[i].fd);
	if (segment >= 0)
		(void)shmctl(segment, IPC_RMID, NULL);
	return 0;
}
