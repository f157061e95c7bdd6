/*
 * entrypoint: what may be shown of the host, and the way to it through symlinks
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/entrypoint_parts.h"

enum { MAX_LINKS = 40 }; /* as the kernel's limit, path_resolution(7) */

bool rj_finder_shows(const struct rj_finder *f, const char *path)
{
	if (rj_layout_is_system(path) || rj_path_contains(f->in->jail->worktree_path, path))
		return true;
	for (size_t i = 0; i < f->plan->n; i++) {
		const struct rj_step *s = &f->plan->v[i];

		if (s->kind == RJ_STEP_BIND && !strcmp(s->src, s->dst) &&
		    rj_path_contains(s->dst, path))
			return true;
	}
	for (size_t i = 0; i < f->ret->n; i++)
		if (f->ret->v[i].kind == RJ_NEED_DIR && rj_path_contains(f->ret->v[i].path, path))
			return true;
	return false;
}

/* May the jail write there, at whatever place it sees it? `path` is a real one of the host. */
static bool is_writable(const struct rj_finder *f, const char *path)
{
	for (size_t i = 0; i < f->plan->n; i++) {
		const struct rj_step *s = &f->plan->v[i];

		if ((s->kind == RJ_STEP_BIND || s->kind == RJ_STEP_ROOT_BIND) &&
		    (s->flags & RJ_STEP_WRITABLE) && rj_path_contains(s->src, path))
			return true;
	}
	return false;
}

static int refuse(const struct rj_finder *f, const char *path, const char *why, const char *reason,
		  const char *about, struct rj_err *err)
{
	return rj_refuse(err, EPERM, "entrypoint %s needs %s (%s), which %s%s", f->program, path,
			 why, reason, about);
}

/* Nothing that is hidden, and no directory that holds more than a program. */
static int check(struct rj_finder *f, enum rj_need_kind kind, const char *path, const char *why,
		 struct rj_err *err)
{
	bool is_dir = kind == RJ_NEED_DIR;
	RJ_AUTO(rj_free) char *git = rj_path_join(path, ".git");

	if (f->hidden.n == 0)
		rj_layout_hidden(f->in, &f->hidden);
	for (size_t i = 0; i < f->hidden.n; i++) {
		const char *h = f->hidden.v[i];

		if (!rj_path_contains(h, path) && !(is_dir && rj_path_contains(path, h)))
			continue;
		refuse(f, path, why, rj_path_contains(h, path) ? "is hidden by " : "holds ", h,
		       err);
		return rj_hint(err,
			       "install it in another place, or take %s out of hidden_paths in "
			       "config.toml",
			       h);
	}
	if (is_dir && rj_entry_is_wide(f->facts->home, path)) {
		refuse(f, path, why, "holds more than a program", "", err);
		return rj_hint(err, "install it into a directory of its own");
	}
	if (is_dir && f->facts->look(f->facts->arg, git)->kind != RJ_PATH_NONE) {
		refuse(f, path, why, "is a git repository", "", err);
		return rj_hint(err,
			       "is the jail to see all of it? Then add it to extra_ro_binds in "
			       "config.toml");
	}
	for (size_t i = 1; is_dir && i < f->plan->n; i++) {
		if (!rj_path_contains(path, f->plan->v[i].dst))
			continue;
		refuse(f, path, why, "would cover what is bound at ", f->plan->v[i].dst, err);
		return rj_hint(err, "bind all of %s in config.toml, or nothing in it", path);
	}
	return 0;
}

int rj_finder_add(struct rj_finder *f, enum rj_need_kind kind, const char *path, const char *text,
		  const char *why, struct rj_err *err)
{
	struct rj_entrypoint *e = f->ret;

	if (rj_finder_shows(f, path))
		return 0;
	for (size_t i = 0; i < e->n; i++)
		if (!strcmp(e->v[i].path, path))
			return 0;
	if (check(f, kind, path, why, err) < 0)
		return -err->num;
	e->v = rj_grow(e->v, &e->cap, e->n + 1, sizeof(*e->v));
	e->v[e->n++] = (struct rj_need){
		.kind = kind, .path = rj_strdup(path), .text = rj_strdup(text), .why = why};
	return 0;
}

/* The first symlink on the way to `path`, as a path of its own; NULL when there is none. */
static char *first_link(const struct rj_facts *facts, const char *path, const char **ret_text)
{
	for (const char *s = path + 1; s; s = strchr(s, '/')) {
		size_t len;
		char *prefix;
		const struct rj_path_fact *fact;

		s += *s == '/';
		len = (size_t)(s - path) + strcspn(s, "/");
		prefix = rj_strndup(path, len);
		fact = facts->look(facts->arg, prefix);
		if (fact->link) {
			*ret_text = fact->link;
			return prefix;
		}
		rj_free(&prefix);
	}
	return NULL;
}

/* A link that the jail can write, in an earlier session, must not choose what of the host is shown.
 */
static int refuse_led_away(const struct rj_finder *f, const char *link, const char *path,
			   struct rj_err *err)
{
	rj_refuse(err, ELOOP,
		  "entrypoint %s leads to %s by the symlink %s, which the jail can write",
		  f->program, path, link);
	return rj_hint(err,
		       "is that meant? Then bind %s itself (extra_ro_binds in config.toml); else "
		       "remove the symlink",
		       path);
}

/* The directory that a program at this place belongs to. */
static int add_tree(struct rj_finder *f, const char *path, struct rj_err *err)
{
	const char *why;
	RJ_AUTO(rj_free) char *tree = NULL;

	if (rj_finder_shows(f, path) || f->facts->look(f->facts->arg, path)->kind == RJ_PATH_NONE)
		return 0;
	tree = rj_entry_tree(f->facts, path, &why);
	return tree ? rj_finder_add(f, RJ_NEED_DIR, tree, NULL, why, err) : 0;
}

int rj_finder_walk(struct rj_finder *f, const char *start, char **ret_real, bool *ret_ours,
		   struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_strdup(start);
	RJ_AUTO(rj_free) char *led = NULL; /* the first link that the jail can write */

	for (int links = 0; links < MAX_LINKS; links++) {
		const char *text = NULL;
		RJ_AUTO(rj_free) char *link = first_link(f->facts, path, &text);
		RJ_AUTO(rj_free) char *parent = NULL;
		RJ_AUTO(rj_free) char *target = NULL;
		const char *rest;
		char *next;

		if (led && !rj_finder_shows(f, link ? link : path))
			return refuse_led_away(f, led, path, err);
		if ((!link || !strcmp(link, path)) && !led && !is_writable(f, path) &&
		    add_tree(f, path, err) < 0)
			return -err->num;
		if (!link) {
			*ret_ours = led || is_writable(f, path);
			*ret_real = path;
			path = NULL;
			return 0;
		}
		if (!led && is_writable(f, link))
			led = rj_strdup(link);
		if (rj_finder_add(f, RJ_NEED_LINK, link, text, "symlink", err) < 0)
			return -err->num;
		parent = rj_path_parent(link);
		target = rj_path_absolute(parent, text);
		rest = path + strlen(link);
		next = *rest ? rj_path_join(target, rest + 1) : rj_strdup(target);
		rj_free(&path);
		path = next;
	}
	rj_refuse(err, ELOOP, "entrypoint %s: too many symlinks at %s", f->program, start);
	return rj_hint(err, "do they lead in a ring? readlink -f %s says so", start);
}
