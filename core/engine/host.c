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

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/program.h"
#include "core/sys/file.h"

enum {
	HOSTS_MAX = 1 << 20,
	HEAD_MAX = 4096,
	LINKS_MAX = 8, /* that are followed by hand, one leading to the other */
};

struct rj_host_path {
	struct rj_host_path *next; /* in its bucket */
	struct rj_path_fact fact;
	const char *head; /* read when asked for */
	size_t head_len;
	bool head_asked;
	char path[];
};

static char *read_link(struct rj_host *host, const char *path)
{
	char text[PATH_MAX];
	ssize_t n = readlink(path, text, sizeof(text));

	return n > 0 && (size_t)n < sizeof(text) ? rj_arena_strndup(&host->memory, text, (size_t)n)
						 : NULL;
}

static void set(struct rj_path_fact *f, const char *real, const struct stat *st)
{
	f->real = real;
	f->kind = S_ISDIR(st->st_mode) ? RJ_PATH_DIR : RJ_PATH_FILE;
	f->dev = st->st_dev;
	f->ino = st->st_ino;
	if (S_ISREG(st->st_mode) && (st->st_mode & 0444) == 0444 && st->st_size <= RJ_PATH_SMALL)
		f->changed =
			(uint64_t)st->st_ctim.tv_sec * 1000000000u + (uint64_t)st->st_ctim.tv_nsec;
}

/* A path that may lead through links, by the kernel. */
static void follow(struct rj_host *host, struct rj_host_path *p)
{
	RJ_AUTO(rj_close) int fd = openat(AT_FDCWD, p->path, O_PATH | O_CLOEXEC);
	const char *real;
	struct stat st;
	char self[32];

	p->fact.link = read_link(host, p->path);
	if (fd < 0)
		return;
	(void)snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	real = read_link(host, self);
	if (real && fstat(fd, &st) == 0)
		set(&p->fact, real, &st);
}

static struct rj_host_path *find(struct rj_host *host, const char *path, size_t len,
				 unsigned links);

/* Is there no link on the way into the directory? What is found in there is looked at again when it
 * is bound, without following any (apply.c). */
static bool is_straight(const struct rj_host_path *dir)
{
	return dir->fact.real && !strcmp(dir->fact.real, dir->path);
}

/* The path that a link in a directory without links on its way leads to; NULL where that is better
 * asked of the kernel: what /proc calls links are none. */
static char *target_of(const char *path, const char *text)
{
	RJ_AUTO(rj_free) char *dir = NULL;
	const char *rest = text;

	if (rj_path_contains("/proc", path))
		return NULL;
	while (!strncmp(rest, "../", 3))
		rest += 3;
	if (strstr(rest, "..")) /* of what it may lead through a link, the parent is not known */
		return NULL;
	dir = rj_path_parent(path);
	return rj_path_absolute(dir, text);
}

static bool follow_one(struct rj_host *host, struct rj_host_path *p, unsigned links)
{
	RJ_AUTO(rj_free) char *target = NULL;
	const struct rj_host_path *there;
	const char *link;

	if (links >= LINKS_MAX)
		return false;
	p->fact.link = read_link(host, p->path);
	target = p->fact.link ? target_of(p->path, p->fact.link) : NULL;
	if (!target)
		return false;
	there = find(host, target, strlen(target), links + 1);
	link = p->fact.link;
	p->fact = there->fact;
	p->fact.link = link;
	return true;
}

/* In a directory that is reached through links: what really is in there. */
static bool go_straight(struct rj_host *host, struct rj_host_path *p,
			const struct rj_host_path *dir, unsigned links)
{
	RJ_AUTO(rj_free) char *path = NULL;

	if (links >= LINKS_MAX || !dir->fact.real || rj_path_contains("/proc", p->path))
		return false;
	path = rj_path_join(dir->fact.real, rj_path_base(p->path));
	p->fact = find(host, path, strlen(path), links + 1)->fact;
	return true;
}

/* Where others may put links for us to follow, the kernel decides (proc(5), protected_symlinks). */
static bool is_trusted(const struct rj_host *host, const struct stat *link)
{
	return link->st_uid == 0 || link->st_uid == host->facts.uid;
}

static void examine(struct rj_host *host, struct rj_host_path *p, unsigned links)
{
	const size_t above = (size_t)(rj_path_base(p->path) - p->path);
	const bool is_normal = rj_path_is_normal(p->path);
	const struct rj_host_path *dir =
		is_normal && above > 1 ? find(host, p->path, above - 1, links) : NULL;
	struct stat st;

	if (is_normal && (!dir || is_straight(dir))) {
		int rc = lstat(p->path, &st);

		if (rc < 0 && errno == ENOENT)
			return;
		if (rc == 0 && !S_ISLNK(st.st_mode)) {
			set(&p->fact, p->path, &st);
			return;
		}
		if (rc == 0 && is_trusted(host, &st) && follow_one(host, p, links))
			return;
	} else if (dir && go_straight(host, p, dir, links)) {
		return;
	}
	follow(host, p);
}

static struct rj_host_path *find(struct rj_host *host, const char *path, size_t len, unsigned links)
{
	struct rj_host_path **bucket =
		&host->paths[rj_hash(RJ_HASH_START, path, len) % RJ_HOST_BUCKETS];
	struct rj_host_path *p;

	for (p = *bucket; p; p = p->next)
		if (!strncmp(p->path, path, len) && p->path[len] == '\0')
			return p;
	p = rj_arena_alloc(&host->memory, sizeof(*p) + len + 1);
	memcpy(p->path, path, len);
	p->next = *bucket;
	*bucket = p; /* before it is examined: a link that leads to itself finds nothing */
	examine(host, p, links);
	return p;
}

static struct rj_host_path *get(struct rj_host *host, const char *path)
{
	return find(host, path, strlen(path), 0);
}

static const struct rj_path_fact *look(void *arg, const char *path)
{
	return &get(arg, path)->fact;
}

/* O_NONBLOCK: a pipe by that name must not be waited for. */
static void read_head(struct rj_host *host, struct rj_host_path *p)
{
	RJ_AUTO(rj_close)
	int fd = openat(AT_FDCWD, p->path,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	text = rj_arena_alloc(&host->memory, HEAD_MAX + 1);
	n = pread(fd, text, HEAD_MAX, 0);
	if (n < 0)
		return;
	p->head = text;
	p->head_len = (size_t)n;
}

static const char *head(void *arg, const char *path, size_t *ret_len)
{
	struct rj_host_path *p = get(arg, path);

	if (!p->head_asked)
		read_head(arg, p);
	p->head_asked = true;
	*ret_len = p->head_len;
	return p->head;
}

static bool runs(void *arg, const char *path)
{
	return get(arg, path)->fact.kind == RJ_PATH_FILE && rj_program_runs(path);
}

static const char *variable(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

static const char *hosts(void *arg)
{
	struct rj_host *host = arg;
	struct rj_err none;

	if (!host->hosts_asked)
		(void)rj_file_read(AT_FDCWD, "/etc/hosts", HOSTS_MAX, &host->hosts, &none);
	host->hosts_asked = true;
	return rj_buf_str(&host->hosts);
}

void rj_host_init(struct rj_host *host, const struct rj_dirs *dirs, const struct rj_config *config)
{
	const struct passwd *pw;
	const struct group *gr;
	struct sysinfo machine;

	*host = (struct rj_host){.facts = {.look = look, .uid = getuid(), .gid = getgid()}};
	host->facts.head = head;
	host->facts.runs = runs;
	host->facts.variable = variable;
	host->facts.hosts = hosts;
	host->facts.search = getenv("PATH");
	host->facts.pyenv = getenv("PYENV_VERSION");
	host->facts.arg = host;
	host->facts.home = dirs->home;
	if (sysinfo(&machine) == 0)
		host->facts.ram = (uint64_t)machine.totalram * machine.mem_unit;
	/* Names matter for user = "self" alone, and a user database may be slow to ask. */
	if (config->user == RJ_USER_SELF) {
		pw = getpwuid(host->facts.uid);
		host->facts.user = rj_arena_strdup(&host->memory, pw ? pw->pw_name : "user");
		gr = getgrgid(host->facts.gid);
		host->facts.group = rj_arena_strdup(&host->memory, gr ? gr->gr_name : "user");
	}
}

int rj_host_check(struct rj_err *err)
{
	char self[32];

	/* a number that only a /proc of this PID namespace knows */
	if (readlink("/proc/self", self, sizeof(self)) > 0)
		return 0;
	rj_refuse(err, ENOENT, "/proc is not mounted, or not for this PID namespace");
	rj_exit_with(err, RJ_EXIT_NO_FEATURE);
	return rj_hint(err, "sudo mount -t proc proc /proc");
}

void rj_host_release(struct rj_host *host)
{
	memset(host->paths, 0, sizeof(host->paths));
	rj_arena_release(&host->memory);
	rj_buf_release(&host->hosts);
}
