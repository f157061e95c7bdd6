/*
 * layout - the skeleton of a jail's view: root, system directories, kernel file systems, worktree
 */
#include "core/model/layout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/caches.h"

static const char *const system_dirs[] = {"/usr",   "/bin",   "/sbin",	"/lib",
					  "/lib32", "/lib64", "/libx32"};

/* Never a link in "/" to a project's entry: these mean something to programs. */
static const char *const reserved[] = {
	"boot", "home", "lost+found", "media", "mnt", "nix",
	"opt",	"root", "snap",	      "srv",   "sys", "work",
};

const char *rj_layout_workdir(const struct rj_layout_in *in)
{
	return in->config->layout == RJ_LAYOUT_ROOT ? "/" : in->jail->worktree_path;
}

bool rj_layout_is_system(const char *path)
{
	for (size_t i = 0; i < RJ_COUNT(system_dirs); i++)
		if (rj_path_contains(system_dirs[i], path))
			return true;
	return false;
}

int rj_layout_add_bind(struct rj_plan *p, const struct rj_facts *facts, const char *src,
		       const char *dst, unsigned flags, struct rj_err *err)
{
	const struct rj_path_fact *f = facts->look(facts->arg, src);

	if (f->kind == RJ_PATH_NONE)
		return rj_refuse(err, ENOENT, "%s does not exist, or is out of your reach", src);
	if (f->kind == RJ_PATH_DIR)
		flags |= RJ_STEP_IS_DIR;
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_BIND,
					.flags = flags,
					.src = f->real,
					.dst = dst,
					.dev = f->dev,
					.ino = f->ino});
	return 0;
}

static void add_system(struct rj_plan *p, const struct rj_layout_in *in)
{
	const struct rj_facts *facts = in->facts;
	bool may_link = in->config->layout == RJ_LAYOUT_PATH;

	for (size_t i = 0; i < RJ_COUNT(system_dirs); i++) {
		const char *path = system_dirs[i];
		const struct rj_path_fact *f = facts->look(facts->arg, path);
		struct rj_err none;

		/* In a worktree that is the root, a link would be an entry of the project. */
		if (f->link && may_link)
			rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK,
							.src = f->link,
							.dst = path});
		else if (f->kind == RJ_PATH_DIR)
			(void)rj_layout_add_bind(p, facts, path, path, 0, &none);
	}
}

/* The worktree itself comes first when it is the root. */
static int add_worktree(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err)
{
	bool is_root = in->config->layout == RJ_LAYOUT_ROOT;
	const char *dst = is_root ? "/" : in->jail->worktree_path;

	if (rj_layout_add_bind(p, in->facts, in->jail->worktree_path, dst, RJ_STEP_WRITABLE, err) <
	    0) {
		rj_wrap(err, "the jail's worktree is gone");
		return rj_hint(err,
			       "was it moved? Move it back. Was it deleted by hand? 'robojail "
			       "destroy %s' removes what is left and keeps the commits on branch "
			       "%s",
			       in->jail->name, in->jail->branch);
	}
	if (is_root)
		p->v[p->n - 1].kind = RJ_STEP_ROOT_BIND;
	return 0;
}

static void add_text(struct rj_plan *p, const char *dir, const char *name, const char *text)
{
	RJ_AUTO(rj_free) char *dst = rj_path_join(dir, name);

	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_FILE, .src = text, .dst = dst});
}

/* A bare repository with main's refs as files of ours, and main's objects as alternates. */
static void add_remote(struct rj_plan *p, const struct rj_layout_in *in, const char *alternates)
{
	const char *remote = in->git.remote;
	RJ_AUTO(rj_free) char *refs = rj_path_join(remote, "refs");

	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_DIR, .mode = 0755, .dst = remote});
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_DIR, .mode = 0755, .dst = refs});
	add_text(p, remote, "HEAD", in->git.remote_head);
	add_text(p, remote, "config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
	add_text(p, remote, "packed-refs", in->git.remote_refs);
	add_text(p, remote, "objects/info/alternates", alternates);
}

/* It names directories of the host; git inside would complain of each. They are mounted flat. */
static void hide_alternates(struct rj_plan *p, const struct rj_layout_in *in, const char *objects,
			    const char *dst)
{
	static const char name[] = "info/alternates";
	RJ_AUTO(rj_free) char *there = rj_path_join(objects, name);
	RJ_AUTO(rj_free) char *over = rj_path_join(dst, name);

	if (in->facts->look(in->facts->arg, there)->kind != RJ_PATH_NONE)
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_MASK, .dst = over});
}

static int add_objects(struct rj_plan *p, const struct rj_layout_in *in, struct rj_buf *alternates,
		       struct rj_err *err)
{
	for (size_t i = 0; in->git.host_objects && in->git.host_objects[i]; i++) {
		struct rj_buf b = {0};
		RJ_AUTO(rj_free) char *dst = NULL;

		rj_buf_printf(&b, "%s/%zu", in->git.objects, i);
		dst = rj_buf_take(&b);
		if (rj_layout_add_bind(p, in->facts, in->git.host_objects[i], dst, 0, err) < 0)
			return rj_wrap(err, "the main repository's objects are gone");
		hide_alternates(p, in, in->git.host_objects[i], dst);
		rj_buf_puts(alternates, dst);
		rj_buf_putc(alternates, '\n');
	}
	return 0;
}

static int add_git(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err)
{
	bool is_root = in->config->layout == RJ_LAYOUT_ROOT;
	RJ_AUTO(rj_buf_release) struct rj_buf alternates = {0};
	RJ_AUTO(rj_free) char *pointer = rj_path_join(in->git.dir, "pointer");
	RJ_AUTO(rj_free) char *over = rj_path_join(rj_layout_workdir(in), ".git");

	rj_plan_add(p, (struct rj_step){.kind = is_root ? RJ_STEP_TMPFS : RJ_STEP_DIR,
					.mode = 0755,
					.dst = in->git.dir});
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_DIR, .mode = 0755, .dst = in->git.objects});
	add_text(p, in->git.dir, "pointer", in->git.pointer);
	if (rj_layout_add_bind(p, in->facts, in->git.host_git, in->git.git, RJ_STEP_WRITABLE, err) <
	    0)
		return rj_wrap(err, "the jail's git directory is gone");
	if (add_objects(p, in, &alternates, err) < 0)
		return -err->num;
	add_remote(p, in, rj_buf_str(&alternates));
	if (in->git.host_hooks) {
		RJ_AUTO(rj_free) char *hooks = rj_path_join(in->git.dir, RJ_LAYOUT_HOOKS);

		if (rj_layout_add_bind(p, in->facts, in->git.host_hooks, hooks, 0, err) < 0)
			return -err->num;
	}
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_BIND_INSIDE, .src = pointer, .dst = over});
	return 0;
}

/* Is "/name" taken by a step, or by what programs expect there? */
static bool is_taken(const struct rj_plan *p, size_t steps, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < RJ_COUNT(reserved); i++)
		if (!strcmp(reserved[i], name))
			return true;
	for (size_t i = 0; i < RJ_COUNT(system_dirs); i++)
		if (!strcmp(system_dirs[i] + 1, name))
			return true;
	for (size_t i = 1; i < steps; i++) {
		const char *dst = p->v[i].dst + 1;

		if (*dst == *name && !strncmp(dst, name, len) &&
		    (dst[len] == '/' || dst[len] == '\0'))
			return true;
	}
	return false;
}

static void add_links(struct rj_plan *p, const struct rj_layout_in *in)
{
	const char *w = in->jail->worktree_path;
	size_t steps;

	if (!is_taken(p, p->n, &RJ_LAYOUT_WORK[1]) || !rj_path_contains(RJ_LAYOUT_WORK, w))
		rj_plan_add(p, (struct rj_step){
				       .kind = RJ_STEP_SYMLINK, .src = w, .dst = RJ_LAYOUT_WORK});
	steps = p->n;
	for (char *const *name = in->top; name && *name; name++) {
		RJ_AUTO(rj_free) char *src = NULL;
		RJ_AUTO(rj_free) char *dst = NULL;

		if (!strcmp(*name, ".git") || is_taken(p, steps, *name))
			continue;
		src = rj_path_join(w, *name);
		dst = rj_path_join("/", *name);
		rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_SYMLINK, .src = src, .dst = dst});
	}
}

void rj_layout_add_dir(struct rj_plan *p, const struct rj_layout_in *in, const char *dst,
		       const char *size)
{
	const bool is_root = in->config->layout == RJ_LAYOUT_ROOT;

	rj_plan_add(p, (struct rj_step){.kind = is_root ? RJ_STEP_TMPFS : RJ_STEP_DIR,
					.mode = 0755,
					.size = is_root ? size : NULL,
					.dst = dst});
}

void rj_layout_ensure_top(struct rj_plan *p, const struct rj_layout_in *in, const char *dst)
{
	RJ_AUTO(rj_free) char *top = rj_strndup(dst, 1 + strcspn(dst + 1, "/"));

	if (in->config->layout != RJ_LAYOUT_ROOT || rj_layout_is_system(top))
		return;
	for (size_t i = 1; i < p->n; i++)
		if (rj_path_contains(top, p->v[i].dst))
			return;
	if (strcmp(top, dst) != 0)
		rj_plan_add(p,
			    (struct rj_step){
				    .kind = RJ_STEP_TMPFS, .mode = 0755, .size = "1m", .dst = top});
}

void rj_layout_mountpoints(const struct rj_plan *p, struct rj_strv *ret_names)
{
	for (size_t i = 1; i < p->n; i++) {
		const char *dst = p->v[i].dst + 1;
		RJ_AUTO(rj_free) char *name = rj_strndup(dst, strcspn(dst, "/"));

		if (strcmp(name, ".git") != 0 && !rj_strv_has(ret_names, name))
			rj_strv_add(ret_names, name);
	}
}

static int refuse_collisions(const struct rj_layout_in *in, const struct rj_plan *p,
			     struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};

	rj_layout_mountpoints(p, &names);
	for (char *const *name = in->top; name && *name; name++) {
		if (!rj_strv_has(&names, *name))
			continue;
		rj_refuse(err, EEXIST,
			  "layout = \"root\" cannot show this project: it has a '%s' of its own, "
			  "where "
			  "the jail needs the system's",
			  *name);
		return rj_hint(err, "set layout = \"path\" in config.toml");
	}
	return 0;
}

static void add_exclude(struct rj_plan *p, const struct rj_layout_in *in)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	rj_layout_mountpoints(p, &names);
	for (size_t i = 0; i < names.n; i++)
		rj_buf_printf(&text, "/%s/\n", names.v[i]);
	add_text(p, in->git.dir, RJ_LAYOUT_EXCLUDE, rj_buf_str(&text));
}

int rj_layout_begin(const struct rj_layout_in *in, struct rj_plan *p, struct rj_err *err)
{
	if (in->config->layout != RJ_LAYOUT_ROOT)
		rj_plan_add(p,
			    (struct rj_step){.kind = RJ_STEP_ROOT_TMPFS, .mode = 0755, .dst = "/"});
	else if (add_worktree(p, in, err) < 0)
		return -err->num;
	add_system(p, in);
	rj_layout_add_kernel(p, in);
	rj_layout_add_scratch(p, in);
	return 0;
}

int rj_layout_end(const struct rj_layout_in *in, struct rj_plan *p, struct rj_err *err)
{
	bool is_root = in->config->layout == RJ_LAYOUT_ROOT;

	if (rj_layout_add_binds(p, in, err) < 0 || rj_layout_add_caches(p, in, err) < 0)
		return -err->num;
	if (!is_root && add_worktree(p, in, err) < 0)
		return -err->num;
	if (add_git(p, in, err) < 0 || rj_layout_add_project(p, in, err) < 0)
		return -err->num;
	if (in->jail->entrypoint.n > 0 &&
	    rj_layout_add_program(p, in, in->jail->entrypoint.v[0], err) < 0)
		return -err->num;
	if (is_root) {
		add_exclude(p, in);
		return refuse_collisions(in, p, err);
	}
	add_links(p, in);
	return 0;
}
