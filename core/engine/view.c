#include "core/engine/view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/agentgive.h"
#include "core/engine/home.h"
#include "core/engine/hooks.h"
#include "core/engine/host.h"
#include "core/git/private.h"
#include "core/model/caches.h"
#include "core/model/env.h"
#include "core/sys/file.h"
#include "core/sys/names.h"

enum { TOP_MAX = 1000 }; /* names at the top of a project that become links in "/" */

/* What the view borrows from while it lives. */
struct rj_view_state {
	struct rj_config config; /* a shallow copy: strings belong to the context */
	struct rj_jail jail;	 /* the same, with the program that is to be bound */
	struct rj_host host;
	struct rj_strv objects, top;
	char *home, *cache, *git, *hooks;
	struct rj_agent agent; /* empty for none */
	char *program; /* a program outside the system directories that the plan has to show */
	bool optional; /* it is not what runs: the jail is made without it when it is missing */
};

/* A directory without entries; a name that is none of ours to open is not empty. */
static bool is_empty_dir(int dir, const char *name)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct rj_names names = {.fd = fd};

	return fd >= 0 && !rj_names_next(&names);
}

static int list_top(const struct rj_jail *jail, bool is_root, struct rj_strv *ret,
		    struct rj_err *err)
{
	RJ_AUTO(rj_close)
	int dir = openat(AT_FDCWD, jail->worktree_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = dir};
	const struct dirent *e;

	if (dir < 0 && errno == ENOENT)
		return 0; /* the plan says it better */
	if (dir < 0)
		return rj_fail(err, errno, "cannot list %s", jail->worktree_path);
	while ((e = rj_names_next(&names)) && (is_root || ret->n < TOP_MAX))
		if (!(is_root && is_empty_dir(dir, e->d_name)))
			rj_strv_add(ret, e->d_name);
	return 0;
}

static const char *shell_of(const struct rj_config *config, const struct rj_facts *facts)
{
	return facts->look(facts->arg, config->default_shell)->kind == RJ_PATH_FILE
		       ? config->default_shell
		       : "/bin/sh";
}

/* What runs, and which program of it the plan must show. */
static void choose_command(struct rj_view *v, const struct rj_session_args *args)
{
	struct rj_view_state *s = v->state;
	const struct rj_facts *facts = &s->host.facts;
	const struct rj_strv *entry = &v->jail->entrypoint;

	s->optional = args->argv != NULL;
	rj_strv_add_all(&v->words, args->argv);
	for (size_t i = 0; !args->argv && i < entry->n; i++)
		rj_strv_add(&v->words, entry->v[i]);
	if (v->words.n == 0)
		rj_strv_add(&v->words, shell_of(v->config, facts));
	/* Shown whatever is started first: `enter` may join. */
	s->program = rj_strdup(entry->n > 0 ? entry->v[0] : shell_of(v->config, facts));
	v->argv = v->words.v;
}

/* Where in the worktree the user stands, if there; else its top. */
static char *choose_dir(const struct rj_view *v)
{
	const struct rj_layout_in in = {.jail = v->jail, .config = v->config};
	const char *workdir = rj_layout_workdir(&in);
	RJ_AUTO(rj_free) char *cwd = getcwd(NULL, 0);
	const char *w = v->jail->worktree_path;

	if (!cwd || !rj_path_is_normal(cwd) || !rj_path_contains(w, cwd) || !strcmp(cwd, w))
		return rj_strdup(workdir);
	return rj_path_join(workdir, cwd + strlen(w) + 1);
}

/* What all jails of this configuration share. */
static int begin_plan(struct rj_view *v, void (*begun)(void *arg), void *arg, struct rj_err *err)
{
	const struct rj_layout_in in = {.jail = v->jail,
					.config = v->config,
					.facts = &v->state->host.facts,
					.outer_proc = v->outer_proc};

	if (rj_layout_begin(&in, &v->plan, err) < 0)
		return -err->num;
	if (begun)
		begun(arg);
	rj_layout_etc(&in, &v->plan);
	if (begun)
		begun(arg);
	return 0;
}

static int end_plan(struct rj_view *v, const struct rj_ctx *ctx, void (*begun)(void *arg),
		    void *arg, struct rj_err *err)
{
	struct rj_view_state *s = v->state;
	char *entry[] = {s->program, NULL};
	const char *const hidden[] = {ctx->dirs.data, ctx->dirs.state, ctx->dirs.config_dir, NULL};
	const struct rj_layout_in in = {
		.jail = &s->jail,
		.config = v->config,
		.facts = &s->host.facts,
		.home = s->home,
		.cache = s->cache,
		.links = &ctx->project.link,
		.ret_entry = &v->entry,
		.entry_optional = s->optional,
		.outer_proc = v->outer_proc,
		.hidden = hidden,
		.top = s->top.v,
		.git = {.pointer = RJ_INSIDE_POINTER,
			.dir = RJ_INSIDE_DIR,
			.host_git = s->git,
			.git = RJ_INSIDE_GIT,
			.host_objects = s->objects.v,
			.objects = RJ_INSIDE_OBJECTS,
			.host_hooks = s->hooks,
			.remote = RJ_INSIDE_HOST,
			.remote_refs = rj_buf_str(&v->refresh.packed),
			.remote_head = rj_buf_str(&v->refresh.head)},
	};

	s->jail.entrypoint = (struct rj_strv){.v = entry, .n = s->program ? 1 : 0};
	if (rj_layout_end(&in, &v->plan, err) < 0)
		return -err->num;
	if (begun) /* of a plan that is refused nothing is attached anywhere */
		begun(arg);
	return rj_plan_check(&v->plan, err);
}

/* So that `run` finds the entrypoint by its name, too; behind all else. */
static void add_own_path(struct rj_view *v)
{
	const struct rj_strv none = {0}, *entry = &v->jail->entrypoint;
	RJ_AUTO(rj_strv_release) struct rj_strv dir = {0};

	if (entry->n == 0 || !rj_path_is_normal(entry->v[0]) || rj_layout_is_system(entry->v[0]))
		return;
	rj_strv_give(&dir, rj_path_parent(entry->v[0]));
	if (!strchr(dir.v[0], ':'))
		rj_env_add_path(&v->env, &none, &dir);
}

static int identify(struct rj_view *v, struct rj_ctx *ctx, const struct rj_session_args *args,
		    struct rj_err *err)
{
	struct rj_view_state *s = v->state;

	(void)args;
	(void)err;
	s->home = rj_ctx_private(ctx, v->jail->name, "home");
	v->id = rj_layout_identity(v->config, &s->host.facts);
	return 0;
}

int rj_view_fill(struct rj_view *v, struct rj_ctx *ctx, const struct rj_session_args *args,
		 void (*begun)(void *arg), void *arg, struct rj_err *err)
{
	struct rj_view_state *s = v->state;
	bool is_root = v->config->layout == RJ_LAYOUT_ROOT;

	s->cache = rj_ctx_private(ctx, v->jail->name, "cache");
	s->git = rj_ctx_private(ctx, v->jail->name, "git");
	if (rj_host_check(err) < 0 || begin_plan(v, begun, arg, err) < 0 ||
	    rj_agent_at_start(ctx, v->jail, args->agent_tell, &s->agent, err) < 0 ||
	    list_top(v->jail, is_root, &s->top, err) < 0 ||
	    rj_private_object_dirs(v->jail->git_dir, &s->objects, err) < 0 ||
	    rj_refresh_prepare(ctx, v->jail, &v->refresh, err) < 0 ||
	    (v->config->git_hooks && rj_hooks_copy(ctx, v->jail, &s->hooks, err) < 0))
		return -err->num;
	choose_command(v, args);
	return end_plan(v, ctx, begun, arg, err);
}

void rj_view_finish(struct rj_view *v)
{
	struct rj_view_state *s = v->state;
	bool is_root = v->config->layout == RJ_LAYOUT_ROOT;

	v->dir = choose_dir(v);
	v->id.shell = shell_of(v->config, &s->host.facts);
	rj_env_build(v->config, &v->id, v->jail->name,
		     is_root ? RJ_INSIDE_DIR "/" RJ_LAYOUT_EXCLUDE : NULL,
		     s->hooks ? RJ_INSIDE_DIR "/" RJ_LAYOUT_HOOKS : NULL, environ, &v->env);
	rj_cache_env(v->config, &s->host.facts, &v->env);
	rj_env_add_named(&v->env, &s->agent.env, environ);
	rj_env_add_path(&v->env, &v->entry.first, &v->entry.last);
	add_own_path(v);
}

/* A user namespace whose maker is number 0 cannot map itself into a nested one: that needs
 * CAP_SETFCAP since 5.12 (user_namespaces(7)), and no jail has a capability. */
static int choose_nested_user(struct rj_config *config, const struct rj_session_args *args,
			      struct rj_err *err)
{
	if (args->user && config->user == RJ_USER_ROOT) {
		rj_refuse(err, EINVAL,
			  "in a nested jail nobody is root: the kernel lets number 0 make no "
			  "user namespace without a capability");
		return rj_hint(err, "leave --user out; programs inside may become root in "
				    "namespaces of their own");
	}
	config->user = RJ_USER_SELF;
	return 0;
}

typedef int fill_fn(struct rj_view *v, struct rj_ctx *ctx, const struct rj_session_args *args,
		    struct rj_err *err);

static int make(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		fill_fn *fill_in, struct rj_view *ret_view, struct rj_err *err)
{
	struct rj_view v = {.jail = jail, .state = rj_alloc(1, sizeof(*v.state))};
	int rc;

	v.state->config = ctx->config;
	v.state->jail = *jail;
	v.config = &v.state->config;
	v.state->config.nested = jail->nested;
	v.outer_proc = args->outer_proc;
	if (args->user)
		v.state->config.user = strcmp(args->user, "self") ? RJ_USER_ROOT : RJ_USER_SELF;
	rc = v.config->nested ? choose_nested_user(&v.state->config, args, err) : 0;
	rj_host_init(&v.state->host, &ctx->dirs, v.config);
	v.settings = rj_config_settings(v.config);
	if (rc < 0 || fill_in(&v, ctx, args, err) < 0) {
		rj_view_release(&v);
		return -err->num;
	}
	*ret_view = v;
	return 0;
}

int rj_view_open(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		 struct rj_view *ret_view, struct rj_err *err)
{
	return make(ctx, jail, args, identify, ret_view, err);
}

int rj_view_make(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		 struct rj_view *ret_view, struct rj_err *err)
{
	if (rj_view_open(ctx, jail, args, ret_view, err) < 0)
		return -err->num;
	if (rj_home_make(ret_view->state->home, err) < 0 ||
	    rj_view_fill(ret_view, ctx, args, NULL, NULL, err) < 0) {
		rj_view_release(ret_view);
		return -err->num;
	}
	rj_view_finish(ret_view);
	return 0;
}

/* PATH, HOME and the like are those of the jail's first command (rj_env_join). */
static int fill_joining(struct rj_view *v, struct rj_ctx *ctx, const struct rj_session_args *args,
			struct rj_err *err)
{
	if (rj_agent_at_start(ctx, v->jail, args->agent_tell, &v->state->agent, err) < 0)
		return -err->num;
	choose_command(v, args);
	v->dir = choose_dir(v);
	v->id = rj_layout_identity(v->config, &v->state->host.facts);
	rj_env_pass(v->config, environ, &v->env);
	rj_cache_env(v->config, &v->state->host.facts, &v->env);
	rj_env_add_named(&v->env, &v->state->agent.env, environ);
	return 0;
}

int rj_view_join(struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_session_args *args,
		 struct rj_view *ret_view, struct rj_err *err)
{
	return make(ctx, jail, args, fill_joining, ret_view, err);
}

struct rj_sandbox rj_view_sandbox(const struct rj_view *view)
{
	return (struct rj_sandbox){
		.plan = &view->plan,
		.inside_uid = view->id.uid,
		.inside_gid = view->id.gid,
		.hostname = view->jail->name,
		.wall = view->config->nested ? RJ_WALL_NESTED : 0,
		.filter = rj_filter_of_jail(view->id.uid == 0, view->config->nested),
		.own_network = !view->config->network_enabled,
	};
}

void rj_view_started(struct rj_view *view)
{
	struct rj_view_state *s = view->state;

	if (view->config->layout != RJ_LAYOUT_ROOT)
		rj_plan_release(&view->plan);
	rj_entrypoint_release(&view->entry);
	rj_strv_release(&view->env);
	rj_host_release(&s->host);
	rj_strv_release(&s->objects);
	rj_strv_release(&s->top);
}

void rj_view_release(struct rj_view *view)
{
	struct rj_view_state *s = view->state;

	if (!s)
		return;
	rj_view_started(view);
	rj_plan_release(&view->plan);
	rj_strv_release(&view->words);
	rj_refresh_release(&view->refresh);
	free(view->dir);
	rj_agent_release(&s->agent);
	free(s->home);
	free(s->cache);
	free(s->git);
	free(s->hooks);
	free(s->program);
	free(s);
	*view = (struct rj_view){0};
}

void rj_view_clean(const struct rj_ctx *ctx, const struct rj_view *view)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};
	RJ_AUTO(rj_free) char *lock = rj_ctx_private(ctx, view->jail->name, "lock");
	int dir;

	if (view->config->layout != RJ_LAYOUT_ROOT)
		return;
	dir = open(view->jail->worktree_path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	rj_layout_mountpoints(&view->plan, &names);
	/* Our own shared lock does not show: F_GETLK tells of other processes' only. */
	if (dir >= 0 && rj_lock_holder(AT_FDCWD, lock) == 0)
		for (size_t i = 0; i < names.n; i++)
			(void)unlinkat(dir, names.v[i], AT_REMOVEDIR);
	rj_close(&dir);
}
