#ifndef RJ_TESTS_ENTRYFIX_H
#define RJ_TESTS_ENTRYFIX_H

#include <criterion/criterion.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/entrypoint.h"

/* Hosts made of a table, one line a path, below a system that is always there. */

/* A path of a host: a directory ("/"), a link ("> TEXT"), or a file with that text. */
struct place {
	const char *path, *is;
};

enum { FACTS = 512 };

struct table {
	const struct place *v;
	struct rj_path_fact facts[FACTS];
	char *paths[FACTS];
	size_t n;
};

static const struct place system_places[] = {
	{"/usr/bin/env", "\177ELF"},
	{"/usr/bin/node", "\177ELF"},
	{"/bin", "> usr/bin"},
	{"/usr/bin/bash", "\177ELF"},
	{"/usr/bin/sh", "\177ELF"},
	{"/usr/bin/python3", "\177ELF"},
	{NULL, NULL},
};

static inline const struct place *at(const struct table *t, const char *path)
{
	for (const struct place *p = t->v; p->path; p++)
		if (!strcmp(p->path, path))
			return p;
	for (const struct place *p = system_places; p->path; p++)
		if (!strcmp(p->path, path))
			return p;
	return NULL;
}

/* Something lies below. */
static inline bool is_dir(const struct table *t, const char *path)
{
	for (const struct place *p = t->v; p->path; p++)
		if (rj_path_contains(path, p->path) && strcmp(path, p->path) != 0)
			return true;
	return !strcmp(path, "/usr/bin") || !strcmp(path, "/usr") || !strcmp(path, "/home/u");
}

/* The path without links, or NULL: as the kernel walks it. */
static inline char *real_path(const struct table *t, const char *path)
{
	char *now = rj_strdup(path);

	for (int links = 0; links < 50; links++) {
		bool found = false;

		for (size_t i = 1; !found && i <= strlen(now); i++) {
			RJ_AUTO(rj_free) char *prefix = rj_strndup(now, i);
			const struct place *p = now[i] == '/' || !now[i] ? at(t, prefix) : NULL;
			RJ_AUTO(rj_free) char *parent = rj_path_parent(prefix);
			RJ_AUTO(rj_free) char *target = NULL;
			char *next;

			if (!p || p->is[0] != '>')
				continue;
			target = rj_path_absolute(parent, p->is + 2);
			next = now[i] ? rj_path_join(target, now + i + 1) : rj_strdup(target);
			rj_free(&now);
			now = next;
			found = true;
		}
		if (!found)
			return now;
	}
	rj_free(&now);
	return NULL;
}

static inline const struct rj_path_fact *look(void *arg, const char *path)
{
	struct table *t = arg;
	const struct place *p = at(t, path);
	RJ_AUTO(rj_free) char *real = real_path(t, path);
	struct rj_path_fact *f;

	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->paths[i], path))
			return &t->facts[i];
	cr_assert_lt(t->n, FACTS);
	f = &t->facts[t->n];
	t->paths[t->n++] = rj_strdup(path);
	f->link = p && p->is[0] == '>' ? p->is + 2 : NULL;
	p = real ? at(t, real) : NULL;
	if (p && p->is[0] != '>' && strcmp(p->is, "/") != 0)
		f->kind = RJ_PATH_FILE;
	else if (real && ((p && !strcmp(p->is, "/")) || is_dir(t, real)))
		f->kind = RJ_PATH_DIR;
	if (f->kind != RJ_PATH_NONE) {
		f->real = real;
		real = NULL;
	}
	return f;
}

static inline const char *head(void *arg, const char *path, size_t *ret_len)
{
	const struct place *p = at(arg, path);

	if (!p || p->is[0] == '>' || !strcmp(p->is, "/"))
		return NULL;
	*ret_len = strlen(p->is);
	return p->is;
}

static inline void table_release(struct table *t)
{
	for (size_t i = 0; i < t->n; i++) {
		rj_free(&t->paths[i]);
		rj_free(&t->facts[i].real);
	}
}

#define P(...) ((const struct place[]){__VA_ARGS__, {NULL, NULL}})
#define NODE   "#!/usr/bin/env node\n"

#endif
