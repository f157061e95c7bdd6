/* Attempts on what is reached by a name or a number: rows N1 to N4. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/attack/attack.h"
#include "core/base/mem.h"

static enum rj_attack_result ask(int family, const void *addr, socklen_t len,
				 struct rj_attack_note *note)
{
	RJ_AUTO(rj_close) int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[64];
	ssize_t n;

	if (fd < 0)
		return rj_attack_refused(note, "socket");
	if (connect(fd, addr, len) < 0)
		return rj_attack_refused(note, "connect");
	n = read(fd, text, sizeof(text));
	return n > 0 && memmem(text, (size_t)n, RJ_ATTACK_SECRET, strlen(RJ_ATTACK_SECRET))
		       ? rj_attack_say(note, RJ_ATTACK_WORKED, "it answered")
		       : rj_attack_say(note, RJ_ATTACK_REFUSED, "somebody else answered");
}

static enum rj_attack_result ask_unix(const char *name, bool abstract, struct rj_attack_note *note)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t at = abstract ? 1 : 0, len = strlen(name);

	if (at + len >= sizeof(addr.sun_path))
		return rj_attack_say(note, RJ_ATTACK_MOOT, "the name is too long");
	memcpy(addr.sun_path + at, name, len);
	return ask(AF_UNIX, &addr,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + at + len + !abstract),
		   note);
}

RJ_ATTEMPT(abstract_socket)
{
	return ask_unix(site->abstract, true, note);
}

RJ_ATTEMPT(path_socket)
{
	return ask_unix(site->socket, false, note);
}

RJ_ATTEMPT(network)
{
	const struct sockaddr_in addr = {.sin_family = AF_INET,
					 .sin_port = htons((uint16_t)site->port),
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	return ask(AF_INET, &addr, sizeof(addr), note);
}

RJ_ATTEMPT(shared_memory)
{
	int id = shmget((key_t)site->shm, 0, 0);
	void *at = id < 0 ? (void *)-1 : shmat(id, NULL, SHM_RDONLY);
	bool ours;

	if ((intptr_t)at == -1)
		return rj_attack_refused(note, id < 0 ? "shmget" : "shmat");
	ours = !strncmp(at, RJ_ATTACK_SECRET, strlen(RJ_ATTACK_SECRET));
	(void)shmdt(at);
	return ours ? rj_attack_say(note, RJ_ATTACK_WORKED, "read it")
		    : rj_attack_say(note, RJ_ATTACK_REFUSED, "another one is there");
}
