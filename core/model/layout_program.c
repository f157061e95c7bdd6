/*
 * layout: the entrypoint's program, when it lies outside what every jail shows
 *
 * The path is walked part by part as the kernel does; each symlink met on the way becomes a symlink
 * inside, and the file at the end is bound, alone and read-only, at its real place.
 */
#include "core/model/layout.h"

#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"

enum { MAX_LINKS = 40 }; /* as the kernel's limit, path_resolution(7) */

/* Is the path shown anyhow, with what it is on the host? */
static bool is_shown(const struct rj_layout_in *in, const struct rj_plan *p, const char *path)
{
	if (rj_layout_is_system(path) || rj_path_contains(in->jail->worktree_path, path))
		return true;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].kind == RJ_STEP_BIND && !strcmp(p->v[i].src, p->v[i].dst) &&
		    rj_path_contains(p->v[i].dst, path))
			return true;
	return false;
}

/* The first symlink on the way to `path`, as a path of its own; NULL when there is none. */
static char *first_link(const struct rj_facts *facts, const char *path, const char **ret_text)
{
	for (const char *s = path + 1; s; s = strchr(s, '/')) {
		size_t len;
		char *prefix;
		const struct rj_path_fact *f;

		s += *s == '/';
		len = (size_t)(s - path) + strcspn(s, "/");
		prefix = rj_strndup(path, len);
		f = facts->look(facts->arg, prefix);
		if (f->link) {
			*ret_text = f->link;
			return prefix;
		}
		rj_free(&prefix);
	}
	return NULL;
}

/* May the jail write there, at whatever place it sees it? `path` is a real one of the host. */
static bool is_writable(const struct rj_plan *p, const char *path)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct rj_step *s = &p->v[i];

		if ((s->kind == RJ_STEP_BIND || s->kind == RJ_STEP_ROOT_BIND) &&
		    (s->flags & RJ_STEP_WRITABLE) && rj_path_contains(s->src, path))
			return true;
	}
	return false;
}

/* A link that the jail can write, in an earlier session, must not choose what of the host is shown.
 */
static int refuse_led_away(const char *program, const char *link, const char *path,
			   struct rj_err *err)
{
	rj_refuse(err, ELOOP,
		  "entrypoint %s leads to %s by the symlink %s, which the jail can write", program,
		  path, link);
	return rj_hint(err,
		       "is that meant? Then bind %s itself (extra_ro_binds in config.toml); else "
		       "remove the symlink",
		       path);
}

static int add_file(struct rj_plan *p, const struct rj_layout_in *in, const char *path,
		    const char *program, struct rj_err *err)
{
	if (is_shown(in, p, path))
		return 0;
	rj_layout_ensure_top(p, in, path);
	if (rj_layout_add_bind(p, in->facts, path, path, 0, err) < 0) {
		rj_wrap(err, "entrypoint %s", program);
		return rj_hint(
			err,
			"was it moved or updated? 'robojail run %s -- COMMAND' works without "
			"it",
			in->jail->name);
	}
	if (p->v[p->n - 1].flags & RJ_STEP_IS_DIR)
		return rj_refuse(err, EISDIR, "entrypoint %s is a directory", program);
	return 0;
}

int rj_layout_add_program(struct rj_plan *p, const struct rj_layout_in *in, const char *program,
			  struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_strdup(program);
	RJ_AUTO(rj_free) char *led = NULL; /* the first link that the jail can write */

	for (int links = 0; links < MAX_LINKS; links++) {
		const char *text = NULL;
		RJ_AUTO(rj_free) char *link = first_link(in->facts, path, &text);
		RJ_AUTO(rj_free) char *parent = NULL;
		RJ_AUTO(rj_free) char *target = NULL;
		const char *rest;
		char *next;

		if (led && !is_shown(in, p, link ? link : path))
			return refuse_led_away(program, led, path, err);
		if (!link)
			return add_file(p, in, path, program, err);
		if (!led && is_writable(p, link))
			led = rj_strdup(link);
		if (!is_shown(in, p, link)) {
			rj_layout_ensure_top(p, in, link);
			rj_plan_add(p, (struct rj_step){
					       .kind = RJ_STEP_SYMLINK, .src = text, .dst = link});
		}
		parent = rj_path_parent(link);
		target = rj_path_absolute(parent, text);
		rest = path + strlen(link);
		next = *rest ? rj_path_join(target, rest + 1) : rj_strdup(target);
		rj_free(&path);
		path = next;
	}
	rj_refuse(err, ELOOP, "entrypoint %s: too many symlinks", program);
	return -err->num;
}
