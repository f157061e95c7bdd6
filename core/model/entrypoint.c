/*
 * entrypoint: from a program to all that it needs, one thing leading to the next
 *
 * A path is walked part by part as the kernel does. Each symlink on the way becomes a symlink
 * inside; the file at its end is shown alone, or with the directory that it belongs to
 * (entrypoint_tree.c); and what its first bytes name (entrypoint_head.c) is walked likewise.
 */
#include "core/model/entrypoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/entrypoint_parts.h"

enum { MAX_DEPTH = 8 }; /* interpreters of interpreters: the kernel follows five, execve(2) */

static const char *const system_path[] = {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
					  "/usr/bin",	     "/sbin",	       "/bin"};

void rj_entrypoint_release(struct rj_entrypoint *e)
{
	for (size_t i = 0; i < e->n; i++) {
		free(e->v[i].path);
		free(e->v[i].text);
	}
	free(e->v);
	rj_strv_release(&e->first);
	rj_strv_release(&e->last);
	*e = (struct rj_entrypoint){0};
}

static int need(struct rj_finder *f, const char *path, const char *why, int depth,
		struct rj_err *err);

/* Add the directory of an interpreter to the PATH inside, so that env finds it there, too: first
 * when the system has another one by this name. */
static void add_to_path(struct rj_finder *f, const char *found)
{
	RJ_AUTO(rj_free) char *dir = rj_path_parent(found);
	RJ_AUTO(rj_free) char *own = rj_path_join(f->facts->home, ".local/bin");
	struct rj_strv *list = &f->ret->last;

	if (!strcmp(dir, own))
		return; /* it is the first one already */
	for (size_t i = 0; i < RJ_COUNT(system_path); i++) {
		RJ_AUTO(rj_free)
		char *other = rj_path_join(system_path[i], rj_path_base(found));

		if (!strcmp(system_path[i], dir))
			return;
		if (rj_entry_runs(f->facts, other))
			list = &f->ret->first;
	}
	if (!rj_strv_has(list, dir))
		rj_strv_add(list, dir);
}

static char *in_dir(const struct rj_finder *f, const char *dir, const char *name)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);

	return rj_entry_runs(f->facts, path) ? rj_path_absolute("/", path) : NULL;
}

/*
 * What was installed into one version of an interpreter is for that one, whatever PATH says at a
 * later start. Else as the host's env would find it; then where the script lies; then in the
 * system.
 */
static char *look_up(const struct rj_finder *f, const char *name, const char *called,
		     const char *real)
{
	RJ_AUTO(rj_free) char *beside = rj_path_parent(called);
	RJ_AUTO(rj_free) char *version = rj_entry_version(real);
	RJ_AUTO(rj_free) char *bin = version ? rj_path_join(version, "bin") : NULL;
	char *found = bin ? in_dir(f, bin, name) : NULL;

	for (const char *p = f->facts->search; !found && p && *p; p += *p == ':') {
		size_t len = strcspn(p, ":");
		RJ_AUTO(rj_free) char *dir = rj_strndup(p, len);

		p += len;
		if (dir[0] == '/') /* what is relative depends on where one stands */
			found = in_dir(f, dir, name);
	}
	if (!found)
		found = in_dir(f, beside, name);
	for (size_t i = 0; !found && i < RJ_COUNT(system_path); i++)
		found = in_dir(f, system_path[i], name);
	return found;
}

static int need_by_name(struct rj_finder *f, const char *name, const char *called,
			const char *script, int depth, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *found = look_up(f, name, called, script);
	RJ_AUTO(rj_free) char *real = NULL;

	if (!found) {
		rj_refuse(err, ENOENT,
			  "entrypoint %s: the script %s needs '%s', which is not on your PATH",
			  f->program, script, name);
		return rj_hint(err,
			       "install it, or start robojail from a shell whose PATH has it: "
			       "command -v %s",
			       name);
	}
	if (rj_entrypoint_behind_shim(f->facts, found, &real, err) < 0)
		return rj_wrap(err, "entrypoint %s: its interpreter", f->program);
	add_to_path(f, real ? real : found);
	return need(f, real ? real : found, "interpreter", depth, err);
}

static bool is_javascript(const char *name)
{
	static const char *const names[] = {"node", "nodejs", "bun", "deno"};

	for (size_t i = 0; i < RJ_COUNT(names); i++)
		if (!strcmp(rj_path_base(name), names[i]))
			return true;
	return false;
}

/* Is this package installed as a link in some node_modules, or does it name the script as its own?
 * A package.json that just lies about says nothing: all sorts of things may lie beside it. */
static bool owns(const struct rj_finder *f, const char *dir, const char *script)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(dir, "package.json");
	size_t len;
	const char *head = rj_entry_head(f->facts, file, &len);

	if (head && strstr(head, script + strlen(dir) + 1))
		return true;
	for (size_t i = 0; i < f->ret->n; i++) {
		const struct rj_need *n = &f->ret->v[i];
		const char *real = f->facts->look(f->facts->arg, n->path)->real;

		if (n->kind == RJ_NEED_LINK && strstr(n->path, "/node_modules/") && real &&
		    !strcmp(real, dir))
			return true;
	}
	return false;
}

/* A package that lies below no node_modules: somebody's own, or installed with npm link. */
static int need_package(struct rj_finder *f, const char *script, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = NULL;

	if (rj_finder_shows(f, script))
		return 0; /* the user bound it, or a directory that it lies in */
	dir = rj_entry_package(f->facts, script);
	if (!dir || rj_entry_is_wide(f->facts->home, dir) || !owns(f, dir, script))
		return 0;
	return rj_finder_add(f, RJ_NEED_DIR, dir, NULL, "npm package", err);
}

/* `called` is the script as it was named, `real` where it lies. */
static int need_interpreters(struct rj_finder *f, const struct rj_script *s, const char *called,
			     const char *real, int depth, struct rj_err *err)
{
	const char *runtime = s->name ? s->name : s->interp;

	if (s->interp[0] != '/') {
		rj_refuse(err, ENOEXEC, "entrypoint %s: the script %s begins with #!%s, no path",
			  f->program, real, s->interp);
		return rj_hint(err, "write #!/usr/bin/env %s there", s->interp);
	}
	if (need(f, s->interp, "interpreter", depth, err) < 0)
		return -err->num;
	if (s->name && s->name[0] == '/' && need(f, s->name, "interpreter", depth, err) < 0)
		return -err->num;
	if (s->name && !strchr(s->name, '/') &&
	    need_by_name(f, s->name, called, real, depth, err) < 0)
		return -err->num;
	if (s->target) {
		RJ_AUTO(rj_free) char *dir = rj_path_parent(called);
		RJ_AUTO(rj_free) char *target = rj_path_absolute(dir, s->target);

		return need(f, target, "program", depth, err);
	}
	return is_javascript(runtime) ? need_package(f, real, err) : 0;
}

/* What a file is loaded with: its linker, and the libraries beside that. */
static int need_linker(struct rj_finder *f, const char *interp, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *real = NULL;
	RJ_AUTO(rj_free) char *dir = NULL;
	bool ours;

	if (interp[0] != '/' || rj_layout_is_system(interp))
		return 0;
	if (rj_finder_walk(f, interp, &real, &ours, err) < 0)
		return -err->num;
	if (f->facts->look(f->facts->arg, real)->kind == RJ_PATH_NONE) {
		rj_refuse(err, ENOENT, "entrypoint %s: its dynamic linker %s does not exist",
			  f->program, interp);
		return rj_hint(err, "was a package removed? Install the program again");
	}
	dir = rj_path_parent(real);
	return ours ? 0
		    : rj_finder_add(f, RJ_NEED_DIR, dir, NULL, "dynamic linker and libraries", err);
}

/* The directories that a Python, or what PyInstaller made, looks for from its own place. */
static int need_beside(struct rj_finder *f, const char *real, int depth, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *bin = rj_path_parent(real);
	RJ_AUTO(rj_free) char *prefix = rj_path_parent(bin);
	RJ_AUTO(rj_free) char *lib = NULL;
	RJ_AUTO(rj_free) char *internal = rj_path_join(bin, "_internal");
	RJ_AUTO(rj_free) char *cfg = rj_path_join(prefix, "pyvenv.cfg");
	RJ_AUTO(rj_free) char *home = NULL;
	RJ_AUTO(rj_free) char *base = NULL;
	struct rj_buf b = {0};
	size_t len;
	const char *head;

	if (rj_entry_is_dir(f->facts, internal) &&
	    rj_finder_add(f, RJ_NEED_DIR, internal, NULL, "libraries of the program", err) < 0)
		return -err->num;
	if (strncmp(rj_path_base(real), "python", 6) != 0)
		return 0;
	rj_buf_printf(&b, "%s/lib/%s", strcmp(prefix, "/") ? prefix : "", rj_path_base(real));
	lib = rj_buf_take(&b);
	if (rj_entry_is_dir(f->facts, lib) &&
	    rj_finder_add(f, RJ_NEED_DIR, lib, NULL, "Python's library", err) < 0)
		return -err->num;
	/* A copy in a virtual environment: the Python that it was made from has the library. */
	head = rj_entry_head(f->facts, cfg, &len);
	home = head ? rj_entry_setting(head, len, "home") : NULL;
	if (!home || home[0] != '/')
		return 0;
	base = in_dir(f, home, rj_path_base(real));
	if (!base)
		base = in_dir(f, home, "python3");
	return base ? need(f, base, "interpreter", depth + 1, err) : 0;
}

static int need_contents(struct rj_finder *f, const char *called, const char *real, int depth,
			 struct rj_err *err)
{
	RJ_AUTO(rj_script_release) struct rj_script script = {0};
	RJ_AUTO(rj_free) char *interp = NULL;
	size_t len;
	const char *head = rj_entry_head(f->facts, real, &len);

	rj_script_parse(head, len, &script);
	if (script.interp)
		return need_interpreters(f, &script, called, real, depth + 1, err);
	interp = rj_elf_interp(head, len);
	if (interp && need_linker(f, interp, err) < 0)
		return -err->num;
	return rj_layout_is_system(real) ? 0 : need_beside(f, real, depth, err);
}

static int refuse_missing(const struct rj_finder *f, const char *what, const char *path,
			  struct rj_err *err)
{
	if (what)
		rj_refuse(err, ENOENT,
			  "entrypoint %s: its %s %s does not exist, or is out of your reach",
			  f->program, what, path);
	else
		rj_refuse(err, ENOENT, "entrypoint %s does not exist, or is out of your reach",
			  f->program);
	return rj_hint(err,
		       "was it moved or updated? A jail that is made already runs other commands "
		       "without it: 'robojail run %s -- COMMAND'",
		       f->in->jail->name);
}

static int need(struct rj_finder *f, const char *path, const char *why, int depth,
		struct rj_err *err)
{
	RJ_AUTO(rj_free) char *real = NULL;
	const struct rj_path_fact *fact;
	bool ours = false;

	if (depth > MAX_DEPTH) {
		rj_refuse(err, ELOOP, "entrypoint %s: too many interpreters, at %s", f->program,
			  path);
		return rj_hint(err, "do scripts name each other as their interpreters, in a ring?");
	}
	if (rj_finder_walk(f, path, &real, &ours, err) < 0)
		return -err->num;
	fact = f->facts->look(f->facts->arg, real);
	/* Where the jail sees the same place, it is for exec to say that nothing is there. */
	if (fact->kind == RJ_PATH_NONE && depth == 0 && rj_finder_shows(f, real))
		return 0;
	if (fact->kind == RJ_PATH_NONE)
		return refuse_missing(f, depth ? why : NULL, path, err);
	if (fact->kind == RJ_PATH_DIR) {
		rj_refuse(err, EISDIR, "entrypoint %s: %s is a directory", f->program, real);
		return rj_hint(err, "a program file is needed there");
	}
	if (rj_finder_add(f, RJ_NEED_FILE, real, NULL, why, err) < 0)
		return -err->num;
	return ours ? 0 : need_contents(f, path, real, depth, err);
}

static int by_path(const void *a, const void *b)
{
	const struct rj_need *x = a, *y = b;

	return strcmp(x->path, y->path);
}

/* What was found before the directory that holds it. */
static void prune(struct rj_entrypoint *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < e->n; i++) {
		bool held = false;

		for (size_t k = 0; k < e->n; k++)
			held = held || (k != i && e->v[k].kind == RJ_NEED_DIR && e->v[k].path &&
					rj_path_contains(e->v[k].path, e->v[i].path));
		if (held) {
			rj_free(&e->v[i].path);
			rj_free(&e->v[i].text);
		}
	}
	for (size_t i = 0; i < e->n; i++)
		if (e->v[i].path)
			e->v[kept++] = e->v[i];
	e->n = kept;
	if (kept > 0)
		qsort(e->v, kept, sizeof(*e->v), by_path);
}

int rj_entrypoint_resolve(const struct rj_layout_in *in, const struct rj_plan *plan,
			  const char *program, struct rj_entrypoint *ret, struct rj_err *err)
{
	struct rj_finder f = {
		.in = in, .facts = in->facts, .plan = plan, .program = program, .ret = ret};
	RJ_AUTO(rj_free) char *real = NULL;
	int rc = rj_entrypoint_behind_shim(in->facts, program, &real, err);

	if (rc == 0 && real) {
		rc = rj_refuse(
			err, ENOTSUP,
			"entrypoint %s is a version manager's shim, which cannot run in a jail",
			program);
		rj_hint(err, "make the jail with the program that it stands for now: %s", real);
	}
	if (rc == 0)
		rc = need(&f, program, "program", 0, err);
	rj_strv_release(&f.hidden);
	if (rc < 0)
		rj_entrypoint_release(ret);
	else
		prune(ret);
	return rc;
}
