/* Attempts on the kernel: rows P1, P6, P7, P8. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/attack/attack.h"
#include "core/base/mem.h"
#include "core/sys/userns.h"

/* ---- P1 */

/* A terminal of one's own, the slave end as the controlling one. In a process of its own. */
static int own_terminal(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	const char *name =
		master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 ? NULL : ptsname(master);
	int slave;

	if (!name || setsid() < 0)
		return -1;
	slave = open(name, O_RDWR | O_CLOEXEC);
	return slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0 ? -1 : slave;
}

/* The kernel takes the low 32 bits of the request for the whole. */
static int ask_terminal(unsigned long request, void *arg)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		int fd = own_terminal();

		if (fd < 0)
			_exit(255);
		_exit(syscall(SYS_ioctl, fd, request, arg) < 0 ? errno : 0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		return 255;
	return WEXITSTATUS(status);
}

static enum rj_attack_result try_terminal(unsigned long request, void *arg,
					  struct rj_attack_note *note)
{
	const unsigned long ways[] = {request, request | 1ul << 32, request | 0xfful << 56};
	int num = 255;

	for (size_t i = 0; i < RJ_COUNT(ways); i++) {
		num = ask_terminal(ways[i], arg);
		if (num == 0)
			return rj_attack_say(note, RJ_ATTACK_WORKED,
					     i ? "with high bits set" : "the terminal took it");
	}
	errno = num;
	if (num == 255)
		return rj_attack_say(note, RJ_ATTACK_MOOT, "no terminal could be made");
	if (num == EIO) /* dev.tty.legacy_tiocsti = 0, since 6.2 */
		return rj_attack_say(note, RJ_ATTACK_MOOT, "this kernel refuses it to all");
	return rj_attack_refused(note, "ioctl");
}

RJ_ATTEMPT(type_ahead)
{
	char c = 'x';

	(void)site;
	return try_terminal(TIOCSTI, &c, note);
}

RJ_ATTEMPT(line_discipline)
{
	int n_tty = 0;

	(void)site;
	return try_terminal(TIOCSETD, &n_tty, note);
}

/* ---- P6 */

/*
 * Calls whose code an agent has no business in. The arguments are wrong on purpose: what matters is
 * who says so. The kernel's own code, when it is reached, finds fault with them; the caller of a
 * refused call sees ENOSYS or EPERM. Calls that every user is refused anyway are not here.
 */
struct call {
	const char *name;
	long nr, arg[5];
};

static const struct call dangerous[] = {
	{"keyctl", SYS_keyctl, {9999, 0, 0, 0, 0}},
	{"add_key", SYS_add_key, {0, 0, 0, 0, 0}},
	{"request_key", SYS_request_key, {0, 0, 0, 0, 0}},
	{"perf_event_open", SYS_perf_event_open, {0, 0, 0, -1, 0}},
	{"userfaultfd", SYS_userfaultfd, {0xfff, 0, 0, 0, 0}},
	{"io_uring_setup", 425, {0, 0, 0, 0, 0}},
	{"io_uring_enter", 426, {-1, 0, 0, 0, 0}},
	{"io_uring_register", 427, {-1, 0, 0, 0, 0}},
	{"open_by_handle_at", SYS_open_by_handle_at, {-1, 0, 0, 0, 0}},
	{"bpf", SYS_bpf, {9999, 0, 0, 0, 0}},
};

static const struct call of_mounts[] = {
	{"open_tree", 428, {-1, 0, 0, 0, 0}},	{"fspick", 433, {-1, 0, 0xffff, 0, 0}},
	{"clone3", 435, {0, 0, 0, 0, 0}},	{"mount_setattr", 442, {-1, 0, 0, 0, 0}},
	{"setns", SYS_setns, {-1, 0, 0, 0, 0}}, {"unshare", SYS_unshare, {0x7fffffff, 0, 0, 0, 0}},
};

static enum rj_attack_result reach(const struct call *calls, size_t count,
				   struct rj_attack_note *note)
{
	char list[sizeof(note->text)] = "";
	size_t len = 0, n = 0;

	for (size_t i = 0; i < count; i++) {
		const long *a = calls[i].arg;
		long rc = syscall(calls[i].nr, a[0], a[1], a[2], a[3], a[4]);

		if (rc >= 0) /* none of them does anything with these arguments */
			(void)close((int)rc);
		else if (errno == ENOSYS || errno == EPERM)
			continue;
		n++;
		len += (size_t)snprintf(list + len, sizeof(list) - len, " %s", calls[i].name);
		if (len >= sizeof(list))
			len = sizeof(list) - 1;
	}
	if (n)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "%zu of %zu reached:%.50s", n, count,
				     list);
	return rj_attack_say(note, RJ_ATTACK_REFUSED, "none of %zu reached", count);
}

RJ_ATTEMPT(system_calls)
{
	(void)site;
	return reach(dangerous, RJ_COUNT(dangerous), note);
}

RJ_ATTEMPT(mount_calls)
{
	(void)site;
	return reach(of_mounts, RJ_COUNT(of_mounts), note);
}

#ifdef __x86_64__
/* getpid through the door of 32-bit programs. A filter that kills is seen by the parent. */
static int i386_getpid(void)
{
	long rc = 20;

	__asm__ volatile("int $0x80" : "+a"(rc) : : "r8", "r9", "r10", "r11", "memory");
	return (int)rc;
}

static bool works_in_child(bool x32)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit((x32 ? (int)syscall(0x40000000L | SYS_getpid) : i386_getpid()) == getpid()
			      ? 0
			      : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

RJ_ATTEMPT(foreign_abi)
{
	bool i386 = works_in_child(false), x32 = works_in_child(true);

	(void)site;
	if (i386 || x32)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "%s%s%s", i386 ? "i386" : "",
				     i386 && x32 ? ", " : "", x32 ? "x32" : "");
	return rj_attack_say(note, RJ_ATTACK_REFUSED, "neither i386 nor x32");
}
#else
RJ_ATTEMPT(foreign_abi)
{
	(void)site;
	return rj_attack_say(note, RJ_ATTACK_MOOT, "not on this architecture");
}
#endif

RJ_ATTEMPT(user_namespace)
{
	(void)site;
	if (unshare(CLONE_NEWUSER) == 0)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "made one");
	return rj_attack_refused(note, "unshare");
}

/* ---- P7 */

RJ_ATTEMPT(capabilities)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct rj_err err;
	char name[65];

	(void)site;
	/* one's own namespaces give them to everybody, where they can be made */
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS) == 0 &&
	    rj_userns_map(0, uid, 0, gid, &err) == 0 &&
	    mount("none", "/tmp", "tmpfs", 0, NULL) == 0)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "mounted over /tmp");
	/* the name that it has: for root on a host it would work */
	if (gethostname(name, sizeof(name)) == 0 &&
	    sethostname(name, strnlen(name, sizeof(name))) == 0)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "set the host name");
	if (chroot("/") == 0)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "chroot");
	return rj_attack_refused(note, "chroot");
}

/* ---- P8 */

static const struct {
	const char *path;
	int flags;
} files[] = {
	{"/proc/sysrq-trigger", O_WRONLY},
	{"/proc/sys/kernel/core_pattern", O_WRONLY},
	{"/proc/sys/vm/drop_caches", O_WRONLY},
	{"/proc/kcore", O_RDONLY},
	{"/proc/keys", O_RDONLY},
	{"/proc/kallsyms", O_RDONLY},
	{"/proc/timer_list", O_RDONLY},
	{"/proc/acpi/wakeup", O_RDONLY},
	{"/proc/scsi/scsi", O_RDONLY},
	{"/sys/kernel/uevent_seqnum", O_RDONLY},
	{"/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY},
	{"/sys/fs/cgroup/cgroup.procs", O_RDONLY},
	{"/dev/mem", O_RDONLY},
	{"/dev/kmsg", O_RDONLY},
	{"/dev/kvm", O_RDWR},
	{"/dev/fuse", O_RDWR},
	{"/dev/net/tun", O_RDWR},
	{"/dev/sda", O_RDONLY},
	{"/dev/vda", O_RDONLY},
	{"/dev/nvme0n1", O_RDONLY},
	{"/dev/input/event0", O_RDONLY},
};

/* Opened for reading and nothing in it: a mask, not the file. */
static bool is_there(const char *path, int flags)
{
	RJ_AUTO(rj_close) int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char byte;

	return fd >= 0 && (flags != O_RDONLY || read(fd, &byte, 1) == 1);
}

RJ_ATTEMPT(kernel_files)
{
	size_t n = 0;
	const char *first = NULL;

	(void)site;
	for (size_t i = 0; i < RJ_COUNT(files); i++)
		if (is_there(files[i].path, files[i].flags)) {
			first = first ? first : files[i].path;
			n++;
		}
	if (n)
		return rj_attack_say(note, RJ_ATTACK_WORKED, "%zu of %zu, %s first", n,
				     RJ_COUNT(files), first);
	return rj_attack_say(note, RJ_ATTACK_REFUSED, "none of %zu", RJ_COUNT(files));
}
