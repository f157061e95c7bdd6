#include "core/sys/family.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"

enum { DEPTH = 1000, NAME = 32 };

struct process {
	pid_t pid, parent;
	uint64_t cpu, started;
};

struct table {
	struct process *v;
	size_t n, cap;
};

static ssize_t slurp(int proc, pid_t pid, const char *file, char *text, size_t size)
{
	char path[NAME];
	RJ_AUTO(rj_close) int fd = -1;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "%d/%s", (int)pid, file);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	n = fd < 0 ? -1 : read(fd, text, size - 1);
	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* Fields of /proc/PID/stat that are wanted, by their numbers in proc(5). */
enum field_number { STATE = 3, PARENT = 4, USER = 14, DEAD_SYSTEM = 17, STARTED = 22 };

/* The name, in parentheses, may hold anything but NUL; behind the last one come a letter and
 * numbers only. USER to DEAD_SYSTEM are four times that are summed. */
static bool parse(const char *stat, struct process *p)
{
	const char *s = strrchr(stat, ')');
	char *end;

	if (!s || s[1] != ' ' || !s[2])
		return false;
	s += 3;
	for (int field = STATE + 1; field <= STARTED; field++, s = end) {
		const long long n = strtoll(s, &end, 10);

		if (end == s)
			return false;
		if (field == PARENT)
			p->parent = (pid_t)n;
		else if (field >= USER && field <= DEAD_SYSTEM)
			p->cpu += (uint64_t)n;
		else if (field == STARTED)
			p->started = (uint64_t)n;
	}
	return true;
}

static int by_pid(const void *a, const void *b)
{
	const struct process *x = a, *y = b;

	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static int read_table(int proc, struct table *t)
{
	int fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const int num = errno;
	const struct dirent *e;
	char text[1024];

	if (!d) {
		rj_close(&fd);
		return -num;
	}
	while ((e = readdir(d))) {
		struct process p = {.pid = (pid_t)strtol(e->d_name, NULL, 10)};

		if (p.pid <= 0 || slurp(fd, p.pid, "stat", text, sizeof(text)) <= 0 ||
		    !parse(text, &p))
			continue; /* it ended meanwhile */
		t->v = rj_grow(t->v, &t->cap, t->n + 1, sizeof(*t->v));
		t->v[t->n++] = p;
	}
	(void)closedir(d);
	if (t->n > 0)
		qsort(t->v, t->n, sizeof(*t->v), by_pid);
	return 0;
}

static const struct process *find(const struct table *t, pid_t pid)
{
	const struct process key = {.pid = pid};

	return t->n ? bsearch(&key, t->v, t->n, sizeof(*t->v), by_pid) : NULL;
}

/* Whose descendant it is. The table is not of one moment, so there may even be a circle. */
static struct rj_family *family_of(const struct table *t, const struct process *p,
				   struct rj_family *families, size_t n)
{
	for (int depth = 0; p && depth < DEPTH; depth++) {
		for (size_t i = 0; i < n; i++)
			if (families[i].top > 0 && families[i].top == p->parent)
				return &families[i];
		p = find(t, p->parent);
	}
	return NULL;
}

static uint64_t field(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

int rj_family_read(int proc, struct rj_family *families, size_t n)
{
	struct table t = {0};
	char text[4096];
	int rc = read_table(proc, &t);

	for (size_t i = 0; i < n; i++) {
		const struct process *top = find(&t, families[i].top);

		families[i] = (struct rj_family){.top = families[i].top, .found = top != NULL};
		families[i].started = top ? top->started : 0;
	}
	for (size_t i = 0; i < t.n; i++) {
		struct rj_family *f = family_of(&t, &t.v[i], families, n);

		if (!f || slurp(proc, t.v[i].pid, "status", text, sizeof(text)) <= 0)
			continue;
		f->processes++;
		f->cpu += t.v[i].cpu;
		f->memory += (field(text, "\nRssAnon:") + field(text, "\nRssShmem:") +
			      field(text, "\nVmSwap:"))
			     << 10;
	}
	free(t.v);
	return rc;
}
