/* probe_around - what is around the kernel: file systems, cgroup, terminal, git */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/term.h"
#include "core/sys/file.h"
#include "core/sys/probe.h"
#include "core/sys/proc.h"

enum { GIT_MS = 2000 };

/* statfs(2), and linux/magic.h */
static const struct {
	const char *name;
	uint32_t magic;
	bool network;
} types[] = {
	{"ext4", 0xef53, false},	{"xfs", 0x58465342, false},
	{"btrfs", 0x9123683e, false},	{"f2fs", 0xf2f52010, false},
	{"zfs", 0x2fc12fc1, false},	{"tmpfs", 0x01021994, false},
	{"overlay", 0x794c7630, false}, {"bcachefs", 0xca451a4e, false},
	{"vfat", 0x4d44, false},	{"exfat", 0x2011bab0, false},
	{"ntfs", 0x5346544e, false},	{"ecryptfs", 0xf15f, false},
	{"nfs", 0x6969, true},		{"cifs", 0xff534d42, true},
	{"smb", 0xfe534d42, true},	{"9p", 0x01021997, true},
	{"ceph", 0x00c36400, true},	{"afs", 0x5346414f, true},
	{"fuse", 0x65735546, true},	{"ramfs", 0x858458f6, false},
};

static void name_type(uint32_t magic, struct rj_fs_facts *ret)
{
	(void)snprintf(ret->type, sizeof(ret->type), "0x%x", magic);
	for (size_t i = 0; i < RJ_COUNT(types); i++)
		if (types[i].magic == magic) {
			(void)snprintf(ret->type, sizeof(ret->type), "%s", types[i].name);
			ret->network = types[i].network;
		}
}

/* Is the last part of `path` found by its name in capitals, too? Nothing is made for it. */
static bool folds_case(const char *path, const struct stat *st)
{
	RJ_AUTO(rj_free) char *other = rj_strdup(path);
	struct stat again;
	bool changed = false;

	for (char *s = strrchr(other, '/'); s && *s; s++)
		if (*s >= 'a' && *s <= 'z') {
			*s = (char)(*s - 'a' + 'A');
			changed = true;
		}
	return changed && stat(other, &again) == 0 && again.st_dev == st->st_dev &&
	       again.st_ino == st->st_ino;
}

void rj_probe_fs(const char *path, struct rj_fs_facts *ret)
{
	RJ_AUTO(rj_free) char *at = rj_strdup(path);
	struct statfs fs;
	struct statvfs vfs;
	struct stat st;
	int rc;

	*ret = (struct rj_fs_facts){.path = path};
	while ((rc = stat(at, &st)) < 0 && (errno == ENOENT || errno == ENOTDIR) &&
	       strcmp(at, "/") != 0) {
		char *parent = rj_path_parent(at);

		rj_free(&at);
		at = parent;
	}
	if (rc < 0 || statfs(at, &fs) < 0 || statvfs(at, &vfs) < 0) {
		ret->num = errno;
		return;
	}
	if (!S_ISDIR(st.st_mode))
		ret->closed = ENOTDIR;
	else if (access(at, W_OK | X_OK) < 0)
		ret->closed = errno == EROFS ? 0 : errno; /* which is told by `read_only` */
	ret->exists = !strcmp(at, path);
	if (ret->exists) {
		ret->owner = st.st_uid;
		ret->mode = st.st_mode;
	}
	name_type((uint32_t)fs.f_type, ret);
	ret->read_only = (vfs.f_flag & ST_RDONLY) != 0;
	ret->noexec = (vfs.f_flag & ST_NOEXEC) != 0;
	ret->casefold = folds_case(at, &st);
	ret->free_mib = (uint64_t)vfs.f_bavail * vfs.f_frsize >> 20;
	ret->free_inodes = vfs.f_files ? (uint64_t)vfs.f_favail : UINT64_MAX;
}

static void read_text(const char *path, struct rj_buf *ret)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t n;

	/* proc and cgroup files tell no size */
	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0)
		rj_buf_add(ret, text, (size_t)n);
}

/* Where systemd mounts the v2 hierarchy: alone, or beside those of version 1, which then hold the
 * controllers. */
static const char *v2_mount(void)
{
	if (access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0)
		return "/sys/fs/cgroup";
	if (access("/sys/fs/cgroup/unified/cgroup.controllers", F_OK) == 0)
		return "/sys/fs/cgroup/unified";
	return NULL;
}

/*
 * Its own group in the v2 hierarchy: "0::/path" of /proc/self/cgroup. Kept apart from what sets
 * limits, since it only looks.
 */
static void look_at_cgroup(struct rj_hostfacts *f)
{
	RJ_AUTO(rj_buf_release) struct rj_buf own = {0}, list = {0}, file = {0};
	const char *line, *mount = v2_mount();
	size_t len;

	read_text("/proc/self/cgroup", &own);
	line = rj_buf_str(&own);
	if (strncmp(line, "0::", 3) != 0)
		line = strstr(line, "\n0::") ? strstr(line, "\n0::") + 1 : NULL;
	f->cgroup.v2 = line && mount;
	if (!f->cgroup.v2)
		return;
	line += strlen("0::");
	len = strcspn(line, "\n");
	(void)snprintf(f->cgroup.path, sizeof(f->cgroup.path), "%s%.*s", mount, (int)len, line);
	rj_buf_printf(&file, "%s%.*s", mount, (int)len, line);
	/* To make a group and move into it, all three must be writable (cgroups(7), delegation). */
	f->cgroup.delegated = access(file.s, W_OK) == 0;
	rj_buf_puts(&file, "/cgroup.procs");
	f->cgroup.delegated = f->cgroup.delegated && access(file.s, W_OK) == 0;
	file.len -= strlen("procs");
	rj_buf_puts(&file, "controllers");
	read_text(file.s, &list);
	(void)snprintf(f->cgroup.controllers, sizeof(f->cgroup.controllers), "%.*s",
		       (int)strcspn(rj_buf_str(&list), "\n"), rj_buf_str(&list));
}

void rj_probe_around(struct rj_hostfacts *f)
{
	const char *term = getenv("TERM");
	struct winsize ws = {0};

	f->tty.in = isatty(STDIN_FILENO);
	f->tty.out = isatty(STDOUT_FILENO);
	if (f->tty.out && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0) {
		f->tty.rows = ws.ws_row;
		f->tty.cols = ws.ws_col;
	}
	(void)snprintf(f->tty.term, sizeof(f->tty.term), "%s", term ? term : "");
	f->tty.colors = rj_term_has_color(stdout);
	look_at_cgroup(f);
}

static char *find_git(const char *path)
{
	while (path && *path) {
		size_t len = strcspn(path, ":");
		RJ_AUTO(rj_free) char *dir = rj_strndup(path, len);

		if (dir[0] == '/') {
			char *file = rj_path_join(dir, "git");
			struct stat st;

			if (access(file, X_OK) == 0 && stat(file, &st) == 0 && S_ISREG(st.st_mode))
				return file;
			free(file);
		}
		path += len + (path[len] == ':');
	}
	return NULL;
}

static void run_git(const char *file, int out)
{
	char name[] = "git", option[] = "--version";
	char *const argv[] = {name, option, NULL};
	char *const none[] = {NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0 && chdir("/") == 0 && dup2(null, 0) >= 0 && dup2(out, 1) >= 0 &&
	    dup2(null, 2) >= 0)
		(void)execve(file, argv, none);
	_exit(RJ_EXIT_NOT_FOUND);
}

void rj_probe_git(const char *path_variable, char *ret, size_t size)
{
	RJ_AUTO(rj_free) char *file = find_git(path_variable);
	int ends[2], pidfd = -1;
	struct pollfd p = {.events = POLLIN};
	ssize_t n = -1;
	pid_t pid;

	ret[0] = '\0';
	if (!file || pipe2(ends, O_CLOEXEC) < 0)
		return;
	pid = rj_clone(0, &pidfd);
	if (pid == 0)
		run_git(file, ends[1]);
	rj_close(&ends[1]);
	p.fd = ends[0];
	if (pid > 0 && poll(&p, 1, GIT_MS) == 1)
		n = read(ends[0], ret, size - 1);
	ret[n > 0 ? n : 0] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	rj_close(&ends[0]);
	if (pid > 0) {
		(void)rj_pidfd_kill(pidfd, SIGKILL);
		(void)rj_wait(pid);
	}
	rj_close(&pidfd);
}
