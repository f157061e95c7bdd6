/*
 * cgroup_find - where this process is among the control groups, and where a session may have one;
 * see cgroup.h
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/cgroup_parts.h"
#include "core/sys/file.h"

enum { TEXT_MAX = 4 << 20 };

char *rj_cgroup_path_of(const char *proc_cgroup)
{
	for (const char *line = proc_cgroup; *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n");

		if (len > 3 && !strncmp(line, "0::/", 4))
			return rj_strndup(line + 3, len - 3);
		line += len;
	}
	return NULL;
}

/* "\040" and the like, as mountinfo has them (proc(5)). */
static char *unescape(const char *s, size_t len)
{
	char *out = rj_strndup(s, len), *to = out;

	for (const char *from = out; *from; to++)
		if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	*to = '\0';
	return out;
}

char *rj_cgroup_mount_of(const char *mountinfo, char **ret_top)
{
	for (const char *line = mountinfo; *line; line += *line == '\n') {
		const char *end = line + strcspn(line, "\n");
		const char *field[6] = {line};
		const char *p = line;
		int n = 0;

		for (; p < end && n < 5; p++)
			if (*p == ' ')
				field[++n] = p + 1;
		p = strstr(line, " - "); /* spaces in paths are escaped */
		if (n == 5 && p && p < end && !strncmp(p, " - cgroup2 ", 11)) {
			*ret_top = unescape(field[3], strcspn(field[3], " "));
			return unescape(field[4], strcspn(field[4], " "));
		}
		line = end;
	}
	return NULL;
}

/* The top of the hierarchy where it usually is, found without a list of all mounts, of which a
 * machine with containers has hundreds; -1 when it is not there. The top has the number 1; that of
 * a mount that shows a part of it is another one. */
static int open_usual(void)
{
	static const char *const usual[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

	for (size_t i = 0; i < RJ_COUNT(usual); i++) {
		int fd = openat(AT_FDCWD, usual[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;
		struct stat st;

		if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC &&
		    fstat(fd, &st) == 0 && st.st_ino == 1)
			return fd;
		rj_close(&fd);
	}
	return -1;
}

static int open_mounted(char **ret_top)
{
	RJ_AUTO(rj_buf_release) struct rj_buf mounts = {0};
	RJ_AUTO(rj_free) char *dir = NULL;
	struct rj_err none;
	int fd;

	if (rj_file_read(AT_FDCWD, "/proc/self/mountinfo", TEXT_MAX, &mounts, &none) < 0)
		return -none.num;
	dir = rj_cgroup_mount_of(rj_buf_str(&mounts), ret_top);
	if (!dir || !rj_path_is_normal(*ret_top))
		return -ENOENT;
	fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_root(char **ret_top)
{
	int fd = open_usual();

	if (fd < 0)
		return open_mounted(ret_top);
	*ret_top = rj_strdup("/");
	return fd;
}

/* Where a process is below `top`. */
static int path_below(pid_t pid, const char *top, char **ret)
{
	RJ_AUTO(rj_buf_release) struct rj_buf groups = {0};
	RJ_AUTO(rj_free) char *path = NULL;
	char name[32] = "/proc/self/cgroup";
	const char *below;
	struct rj_err none;

	if (pid)
		(void)snprintf(name, sizeof(name), "/proc/%d/cgroup", pid);
	if (rj_file_read(AT_FDCWD, name, TEXT_MAX, &groups, &none) < 0)
		return -none.num;
	path = rj_cgroup_path_of(rj_buf_str(&groups));
	if (!path || !rj_path_is_normal(path) || !rj_path_contains(top, path))
		return -ENOENT;
	below = strcmp(top, "/") ? path + strlen(top) : path;
	*ret = rj_strdup(*below ? below : "/");
	return 0;
}

int rj_cgroup_open(pid_t pid, unsigned any_of, char **ret_path)
{
	RJ_AUTO(rj_free) char *top = NULL;
	int root = open_root(&top), rc = 0;

	if (root < 0)
		return root;
	/* first, because /proc/PID/cgroup takes longer where version 1 is mounted as well */
	if (any_of && !(rj_cgroup_controllers_in(root, "cgroup.controllers") & any_of))
		rc = -ENOTSUP;
	if (rc == 0)
		rc = path_below(pid, top, ret_path);
	if (rc == 0)
		return root;
	rj_close(&root);
	return rc;
}

int rj_cgroup_at(int root, const char *path)
{
	int fd = openat(root, path[1] ? path + 1 : ".",
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

ssize_t rj_cgroup_text(int dir, const char *file, char *text, size_t size)
{
	RJ_AUTO(rj_close) int fd = openat(dir, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n;
}

unsigned rj_cgroup_controllers_in(int dir, const char *file)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
		{"cpu", RJ_CGROUP_CPU}, {"memory", RJ_CGROUP_MEMORY}, {"pids", RJ_CGROUP_PIDS}};
	char text[1024];
	char *rest = text, *word;
	unsigned bits = 0;

	(void)rj_cgroup_text(dir, file, text, sizeof(text));
	while ((word = strsep(&rest, " \n")))
		for (size_t i = 0; i < RJ_COUNT(known); i++)
			if (!strcmp(word, known[i].name))
				bits |= known[i].bit;
	return bits;
}

/* Is nobody else there? */
static bool is_alone(int dir, pid_t self, pid_t child)
{
	char text[256];
	char *rest = text, *line;

	if (rj_cgroup_text(dir, "cgroup.procs", text, sizeof(text)) <= 0)
		return false;
	while ((line = strsep(&rest, "\n"))) {
		const long pid = strtol(line, NULL, 10);

		if (*line && pid != self && (!child || pid != child))
			return false;
	}
	return true;
}

/* systemd.resource-control(5), Delegate=: the unit's group and all below are ours to arrange. */
static bool is_delegated(int dir)
{
	char value[2];

	return fgetxattr(dir, "user.delegate", value, sizeof(value)) == 1 && value[0] == '1';
}

static bool is_writable(int dir)
{
	return faccessat(dir, ".", W_OK, AT_EACCESS) == 0 &&
	       faccessat(dir, "cgroup.procs", W_OK, AT_EACCESS) == 0 &&
	       faccessat(dir, "cgroup.subtree_control", W_OK, AT_EACCESS) == 0;
}

/* The root of all groups may have processes and hand out controllers; it has no type. */
static bool is_top(int dir)
{
	return faccessat(dir, "cgroup.type", F_OK, 0) < 0;
}

static void look_at(int dir, bool is_host, pid_t self, pid_t child, struct rj_cgroup_place *ret)
{
	if (!is_writable(dir)) {
		ret->why = "the control group that robojail runs in is not yours to divide";
		return;
	}
	if (!is_host && !is_top(dir) && !is_delegated(dir) && !is_alone(dir, self, child)) {
		ret->why = "other processes are in robojail's control group, which is not "
			   "delegated to you";
		return;
	}
	ret->make_host = !is_host && !is_top(dir);
	ret->controllers = rj_cgroup_controllers_in(dir, ret->make_host ? "cgroup.controllers"
									: "cgroup.subtree_control");
	if (ret->controllers != RJ_CGROUP_ALL)
		ret->why = "the control group that robojail runs in has not been given the "
			   "controller for it";
}

void rj_cgroup_look(int root, const char *own, pid_t self, pid_t child, struct rj_cgroup_place *ret)
{
	/* We are where an earlier robojail put everybody: the place is above. */
	bool is_host = !strcmp(rj_path_base(own), RJ_CGROUP_HOST);
	RJ_AUTO(rj_free) char *path = is_host ? rj_path_parent(own) : rj_strdup(own);
	RJ_AUTO(rj_close) int dir = rj_cgroup_at(root, path);

	*ret = (struct rj_cgroup_place){0};
	if (dir < 0)
		ret->why = "the control group that robojail runs in cannot be opened";
	else
		look_at(dir, is_host, self, child, ret);
	if (ret->controllers)
		ret->path = rj_strdup(path);
}

void rj_cgroup_place_release(struct rj_cgroup_place *place)
{
	rj_free(&place->path);
}
