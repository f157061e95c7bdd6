/* The table of attempts, and what they share. */
#include "core/attack/attack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* clang-format off */
const struct rj_attack rj_attacks[] = {
	{"1",   "home",           "read a file in the user's home", 0, rj_attempt_home},
	{"G1",  "pointer",        "lead the worktree's .git file elsewhere", 0, rj_attempt_pointer},
	{"G1",  "pointer-userns", "the same from a user namespace of its own", 0, rj_attempt_pointer_userns},
	{"G2",  "git-config",     "a command in the configuration of a git directory", RJ_ATTACK_LATER, rj_attempt_git_config},
	{"G3",  "nested-repo",    "a command in the configuration of a nested repository", RJ_ATTACK_LATER, rj_attempt_nested_repo},
	{"G4",  "main-repo",      "write to the main repository", 0, rj_attempt_main_repo},
	{"G5",  "bad-ref",        "a branch that leads to an object nobody has", RJ_ATTACK_LATER, rj_attempt_bad_ref},
	{"G6",  "symlink",        "a symlink to a secret in place of a file", RJ_ATTACK_LATER, rj_attempt_symlink},
	{"G8",  "hard-link",      "a hard link in the worktree to a file of the host", 0, rj_attempt_hard_link},
	{"G10", "same-stat",      "change a file, keep its size and time", RJ_ATTACK_LATER, rj_attempt_same_stat},
	{"G11", "ignored",        "hide a new file by ignore rules", RJ_ATTACK_LATER, rj_attempt_ignored},
	{"G12", "attributes",     "hide a change from the diff by attributes", RJ_ATTACK_LATER, rj_attempt_attributes},
	{"P1",  "type-ahead",     "type into a terminal (TIOCSTI)", 0, rj_attempt_type_ahead},
	{"P1",  "line-discipline", "change a terminal's line discipline (TIOCSETD)", 0, rj_attempt_line_discipline},
	{"P2",  "own-program",    "change the program that runs, through /proc/PID/exe", 0, rj_attempt_own_program},
	{"P3",  "inherited",      "use a descriptor or a variable of the caller's", 0, rj_attempt_inherited},
	{"P4",  "host-process",   "signal, trace, read a process of the host", 0, rj_attempt_host_process},
	{"P4",  "first-process",  "trace or read PID 1 of the jail", 0, rj_attempt_first_process},
	{"P5",  "outlive",        "leave a daemon behind that outlives the session", RJ_ATTACK_LATER, rj_attempt_outlive},
	{"P6",  "system-calls",   "reach dangerous system calls", 0, rj_attempt_system_calls},
	{"P6",  "mount-calls",    "reach those for mounts and namespaces", RJ_ATTACK_NESTED, rj_attempt_mount_calls},
	{"P6",  "foreign-abi",    "reach them as a 32-bit program (i386, x32)", 0, rj_attempt_foreign_abi},
	{"P6",  "user-namespace", "make a user namespace", RJ_ATTACK_NESTED, rj_attempt_user_namespace},
	{"P7",  "capabilities",   "mount, chroot, set the host name", RJ_ATTACK_NESTED, rj_attempt_capabilities},
	{"P8",  "kernel-files",   "read or write the kernel's files and devices", RJ_ATTACK_NESTED, rj_attempt_kernel_files},
	{"P9",  "processes",      "start processes without end", RJ_ATTACK_LIMIT, rj_attempt_processes},
	{"N1",  "abstract",       "connect to an abstract socket of the host", RJ_ATTACK_SCOPE, rj_attempt_abstract_socket},
	{"N2",  "path-socket",    "connect to a socket with a path", 0, rj_attempt_path_socket},
	{"N3",  "network",        "connect to the host while the network is off", RJ_ATTACK_OFFLINE, rj_attempt_network},
	{"N4",  "shared-memory",  "read System V shared memory of the host", 0, rj_attempt_shared_memory},
	{"T1",  "escape-sequence", "an escape sequence in a file name", RJ_ATTACK_LATER, rj_attempt_escape_sequence},
	{0},
};
/* clang-format on */

static const struct {
	const char *key;
	size_t off;
	bool number;
} keys[] = {
	{"work", offsetof(struct rj_attack_site, work), false},
	{"secret", offsetof(struct rj_attack_site, secret), false},
	{"repo", offsetof(struct rj_attack_site, repo), false},
	{"abstract", offsetof(struct rj_attack_site, abstract), false},
	{"socket", offsetof(struct rj_attack_site, socket), false},
	{"mark", offsetof(struct rj_attack_site, mark), false},
	{"port", offsetof(struct rj_attack_site, port), true},
	{"pid", offsetof(struct rj_attack_site, pid), true},
	{"shm", offsetof(struct rj_attack_site, shm), true},
	{"most", offsetof(struct rj_attack_site, most), true},
};
_Static_assert(RJ_COUNT(keys) == RJ_ATTACK_SITE_KEYS, "RJ_ATTACK_SITE_KEYS is wrong");

const struct rj_attack *rj_attack_find(const char *id)
{
	for (const struct rj_attack *a = rj_attacks; a->id; a++)
		if (!strcmp(a->id, id))
			return a;
	return NULL;
}

bool rj_attack_site_set(struct rj_attack_site *site, char *text)
{
	for (size_t i = 0; i < RJ_COUNT(keys); i++) {
		size_t len = strlen(keys[i].key);
		char *field = (char *)site + keys[i].off;

		if (strncmp(text, keys[i].key, len) != 0 || text[len] != '=')
			continue;
		if (keys[i].number)
			*(long *)(void *)field = strtol(text + len + 1, NULL, 10);
		else
			*(const char **)(void *)field = text + len + 1;
		return true;
	}
	return false;
}

void rj_attack_site_print(const struct rj_attack_site *site, char *ret[RJ_ATTACK_SITE_KEYS + 1])
{
	for (size_t i = 0; i < RJ_COUNT(keys); i++) {
		const char *field = (const char *)site + keys[i].off;
		struct rj_buf b = {0};

		if (keys[i].number)
			rj_buf_printf(&b, "%s=%ld", keys[i].key,
				      *(const long *)(const void *)field);
		else
			rj_buf_printf(&b, "%s=%s", keys[i].key,
				      *(const char *const *)(const void *)field);
		ret[i] = rj_buf_take(&b);
	}
	ret[RJ_COUNT(keys)] = NULL;
}

enum rj_attack_result rj_attack_say(struct rj_attack_note *note, enum rj_attack_result result,
				    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(note->text, sizeof(note->text), fmt, ap);
	va_end(ap);
	return result;
}

enum rj_attack_result rj_attack_refused(struct rj_attack_note *note, const char *what)
{
	return rj_attack_say(note, RJ_ATTACK_REFUSED, "%s: %s", what, strerror(errno));
}

bool rj_attack_reads(const char *path)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));

	return n > 0 && memmem(text, (size_t)n, RJ_ATTACK_SECRET, strlen(RJ_ATTACK_SECRET));
}
