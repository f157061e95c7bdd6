#include "core/engine/host.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/program.h"
#include "core/sys/file.h"

enum {
	HOSTS_MAX = 1 << 20,
	HEAD_MAX = 4096,
};

struct rj_host_path {
	char *path, *real, *link;
	char *head; /* read when asked for */
	size_t head_len;
	bool head_asked;
	struct rj_path_fact fact;
	struct rj_host_path *next;
};

static char *read_link(const char *path)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text));

	return n > 0 && (size_t)n < sizeof(text) ? rj_strndup(text, (size_t)n) : NULL;
}

/* A path that may lead through links. */
static int follow(struct rj_host_path *p, struct stat *ret)
{
	RJ_AUTO(rj_close) int fd = open(p->path, O_PATH | O_CLOEXEC);
	char self[32];

	p->link = read_link(p->path);
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (fd >= 0)
		p->real = read_link(self);
	return p->real ? fstat(fd, ret) : -1;
}

static struct rj_host_path *find(struct rj_host *host, const char *path);

/* Is there no link on the way to the last part? What is found so is looked at again when it is
 * bound, without following any (apply.c). */
static bool is_straight(struct rj_host *host, const char *path)
{
	RJ_AUTO(rj_free) char *dir = NULL;
	const struct rj_host_path *parent;

	if (!rj_path_is_normal(path))
		return false;
	if (strrchr(path, '/') == path)
		return true;
	dir = rj_path_parent(path);
	parent = find(host, dir);
	return parent->real && !strcmp(parent->real, dir);
}

static void examine(struct rj_host *host, struct rj_host_path *p)
{
	struct stat st = {0};
	int rc;

	if (is_straight(host, p->path)) {
		rc = lstat(p->path, &st);
		if (rc < 0 && errno == ENOENT)
			return;
		if (rc == 0 && !S_ISLNK(st.st_mode))
			p->real = rj_strdup(p->path);
	}
	if (!p->real && follow(p, &st) < 0)
		rj_free(&p->real);
	p->fact.link = p->link;
	if (!p->real)
		return;
	p->fact.real = p->real;
	p->fact.kind = S_ISDIR(st.st_mode) ? RJ_PATH_DIR : RJ_PATH_FILE;
	p->fact.dev = st.st_dev;
	p->fact.ino = st.st_ino;
}

static struct rj_host_path *find(struct rj_host *host, const char *path)
{
	struct rj_host_path *p;

	for (p = host->paths; p; p = p->next)
		if (!strcmp(p->path, path))
			return p;
	p = rj_alloc(1, sizeof(*p));
	p->path = rj_strdup(path);
	p->next = host->paths;
	host->paths = p;
	examine(host, p);
	return p;
}

static const struct rj_path_fact *look(void *arg, const char *path)
{
	return &find(arg, path)->fact;
}

/* O_NONBLOCK: a pipe by that name must not be waited for. */
static void read_head(struct rj_host_path *p)
{
	RJ_AUTO(rj_close)
	int fd = open(p->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	p->head = rj_alloc(1, HEAD_MAX + 1);
	n = pread(fd, p->head, HEAD_MAX, 0);
	if (n < 0)
		rj_free(&p->head);
	else
		p->head_len = (size_t)n;
}

static const char *head(void *arg, const char *path, size_t *ret_len)
{
	struct rj_host_path *p = find(arg, path);

	if (!p->head_asked)
		read_head(p);
	p->head_asked = true;
	*ret_len = p->head_len;
	return p->head;
}

static bool runs(void *arg, const char *path)
{
	return find(arg, path)->fact.kind == RJ_PATH_FILE && rj_program_runs(path);
}

static const char *variable(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

static const char *keep(struct rj_host *host, const char *s)
{
	rj_strv_add(&host->strings, s);
	return host->strings.v[host->strings.n - 1];
}

void rj_host_init(struct rj_host *host, const struct rj_dirs *dirs, const struct rj_config *config)
{
	const struct passwd *pw;
	const struct group *gr;
	struct sysinfo machine;
	struct rj_err none;

	*host = (struct rj_host){.facts = {.look = look, .uid = getuid(), .gid = getgid()}};
	host->facts.head = head;
	host->facts.runs = runs;
	host->facts.variable = variable;
	host->facts.search = getenv("PATH");
	host->facts.pyenv = getenv("PYENV_VERSION");
	host->facts.arg = host;
	host->facts.home = dirs->home;
	if (sysinfo(&machine) == 0)
		host->facts.ram = (uint64_t)machine.totalram * machine.mem_unit;
	/* Names matter for user = "self" alone, and a user database may be slow to ask. */
	if (config->user == RJ_USER_SELF) {
		pw = getpwuid(host->facts.uid);
		host->facts.user = keep(host, pw ? pw->pw_name : "user");
		gr = getgrgid(host->facts.gid);
		host->facts.group = keep(host, gr ? gr->gr_name : "user");
	}
	if (rj_file_read(AT_FDCWD, "/etc/hosts", HOSTS_MAX, &host->hosts, &none) == 0)
		host->facts.hosts = rj_buf_str(&host->hosts);
}

int rj_host_check(struct rj_err *err)
{
	if (access("/proc/self/fd", X_OK) == 0)
		return 0;
	rj_refuse(err, ENOENT, "/proc is not mounted, or not for this PID namespace");
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "sudo mount -t proc proc /proc");
}

void rj_host_release(struct rj_host *host)
{
	while (host->paths) {
		struct rj_host_path *p = host->paths;

		host->paths = p->next;
		free(p->path);
		free(p->real);
		free(p->link);
		free(p->head);
		free(p);
	}
	rj_strv_release(&host->strings);
	rj_buf_release(&host->hosts);
}
