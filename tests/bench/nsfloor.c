/*
 * nsfloor - the least that a jail of namespaces can cost; no sandbox, and nothing to use
 *
 *   nsfloor [-l LEVEL] [-n] PROJECT /COMMAND [ARG...]
 *
 * Level 0 starts the command and waits for it. 1 does so in new user, mount, PID, IPC and UTS
 * namespaces. 2 gives it a root like that of bwrap in b-start.sh as well, by mount(2); 3 makes
 * the same one by open_tree(2), mount_setattr(2) and move_mount(2). -n adds a network namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Linux 5.2 and 5.12; include/uapi/linux/mount.h */
enum { TREE_CLONE = 1, TREE_CLOEXEC = O_CLOEXEC, FROM_EMPTY_PATH = 4 };
struct attr {
	uint64_t set, clear, propagation, userns;
};
#define ATTR_RDONLY 1u
#define ATTR_NOSUID 2u

static int level = 3;
static bool own_net;
static const char *project;

static long need(long rc, const char *what)
{
	if (rc >= 0)
		return rc;
	(void)fprintf(stderr, "nsfloor: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void put(const char *path, const char *text)
{
	int fd = (int)need(open(path, O_WRONLY | O_CLOEXEC), path);

	need(write(fd, text, strlen(text)), path);
	(void)close(fd);
}

static void touch(const char *path)
{
	(void)close((int)need(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644), path));
}

static void make_dirs(const char *path)
{
	char text[PATH_MAX];

	(void)snprintf(text, sizeof(text), "%s", path);
	for (char *s = text + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		(void)mkdir(text, 0755);
		*s = '/';
	}
	(void)mkdir(text, 0755);
}

/* from lies in the old root, to below the directory that we are in. */
static void show(const char *from, const char *to, bool read_only)
{
	struct attr a = {.set = ATTR_NOSUID | (read_only ? ATTR_RDONLY : 0)};
	const unsigned long flags = MS_BIND | MS_REMOUNT | MS_NOSUID | (read_only ? MS_RDONLY : 0);
	struct stat st;
	int tree;

	if (stat(from, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		make_dirs(to);
	else
		touch(to);
	if (level < 3) {
		need(mount(from, to, NULL, MS_BIND | MS_REC, NULL), from);
		need(mount(NULL, to, NULL, flags, NULL), from);
		return;
	}
	tree = (int)need(
		syscall(SYS_open_tree, AT_FDCWD, from, TREE_CLONE | TREE_CLOEXEC | AT_RECURSIVE),
		from);
	need(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &a, sizeof(a)),
	     from);
	need(syscall(SYS_move_mount, tree, "", AT_FDCWD, to, FROM_EMPTY_PATH), from);
	(void)close(tree);
}

static void make_dev(void)
{
	static const char *const names[] = {"null", "zero", "full", "random", "urandom", "tty"};

	(void)mkdir("dev", 0755);
	need(mount("tmpfs", "dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755"), "/dev");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "/dev/%s", names[i]);
		touch(path + 1);
		need(mount(path, path + 1, NULL, MS_BIND, NULL), path);
	}
	(void)mkdir("dev/pts", 0755);
	(void)mkdir("dev/shm", 01777);
	need(mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		   "newinstance,ptmxmode=0666,mode=620"),
	     "/dev/pts");
}

static void make_root(void)
{
	static const char *const etc[] = {"passwd",	   "group",	  "hosts", "resolv.conf",
					  "nsswitch.conf", "ld.so.cache", "ssl",   "alternatives"};
	static const char *const links[] = {"bin", "lib", "lib64", "sbin"};

	need(mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL), "/");
	/* a directory that nothing which is shown lies below */
	need(mount("tmpfs", "/mnt", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"), "/mnt");
	need(chdir("/mnt"), "/mnt");
	show("/usr", "usr", true);
	need(mkdir("etc", 0755), "etc");
	for (size_t i = 0; i < sizeof(etc) / sizeof(etc[0]); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/etc/%s", etc[i]);
		show(path, path + 1, true);
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char to[16];

		(void)snprintf(to, sizeof(to), "usr/%s", links[i]);
		need(symlink(to, links[i]), links[i]);
	}
	(void)mkdir("proc", 0755);
	(void)mkdir("tmp", 01777);
	need(mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL), "/proc");
	make_dev();
	need(mount("tmpfs", "tmp", "tmpfs", MS_NOSUID | MS_NODEV, NULL), "/tmp");
	show(project, project + 1, false);
	need(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	need(umount2(".", MNT_DETACH), "the old root");
	need(chdir(project), project);
}

static void enter(void)
{
	char map[64];
	const unsigned uid = getuid(), gid = getgid();

	need(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
		     (own_net ? CLONE_NEWNET : 0)),
	     "unshare");
	put("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	put("/proc/self/uid_map", map);
	(void)snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	put("/proc/self/gid_map", map);
}

static void loopback(void)
{
	struct ifreq r = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = (int)need(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

	need(ioctl(fd, SIOCSIFFLAGS, &r), "the loopback device");
	(void)close(fd);
}

int main(int argc, char **argv)
{
	int o, st;
	pid_t pid;

	while ((o = getopt(argc, argv, "+l:n")) != -1) {
		if (o == 'l' && strlen(optarg) == 1 && optarg[0] >= '0' && optarg[0] <= '3')
			level = optarg[0] - '0';
		else if (o == 'n')
			own_net = true;
		else
			argc = 0;
	}
	if (argc - optind < 2 || argv[optind][0] != '/' || argv[optind + 1][0] != '/') {
		(void)fprintf(stderr, "usage: nsfloor [-l 0..3] [-n] /PROJECT /COMMAND...\n");
		return 2;
	}
	project = argv[optind];
	if (level > 0)
		enter();
	pid = (pid_t)need(level >= 2 ? fork() : vfork(), "fork");
	if (pid == 0) {
		if (own_net)
			loopback();
		if (level >= 2)
			make_root();
		if (level > 0)
			(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		(void)execv(argv[optind + 1], argv + optind + 1);
		_exit(127);
	}
	while (waitpid(pid, &st, 0) < 0)
		if (errno != EINTR)
			return 125;
	return WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}
