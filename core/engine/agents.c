#include "core/engine/agents.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/path.h"
#include "core/engine/host.h"
#include "core/model/layout.h"
#include "core/sys/file.h"

#define SUFFIX	   ".toml"
#define SUFFIX_LEN (sizeof(SUFFIX) - 1)

enum { PRESET_MAX = 1 << 20 };

int rj_agent_places(const struct rj_ctx *ctx, const struct rj_facts *facts,
		    struct rj_strv *ret_hidden, struct rj_strv *ret_writable, struct rj_err *err)
{
	const char *const own[] = {ctx->dirs.data, ctx->dirs.state, ctx->dirs.config_dir, NULL};
	const struct rj_layout_in in = {.config = &ctx->config, .facts = facts, .hidden = own};
	const struct rj_strv *binds = &ctx->config.extra_rw_binds;

	rj_layout_hidden(&in, ret_hidden);
	for (size_t i = 0; i < binds->n; i++) {
		RJ_AUTO(rj_free) char *src = NULL;
		RJ_AUTO(rj_free) char *dst = NULL;
		const struct rj_path_fact *f;

		if (rj_config_bind_parse(binds->v[i], ctx->dirs.home, &src, &dst, err) < 0)
			return -err->num;
		rj_strv_add(ret_writable, src);
		f = facts->look(facts->arg, src);
		if (f->real)
			rj_strv_add(ret_writable, f->real);
	}
	return 0;
}

static int check_places(const struct rj_ctx *ctx, const struct rj_agent *a, struct rj_err *err)
{
	RJ_AUTO(rj_host_release) struct rj_host host = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0}, writable = {0};

	rj_host_init(&host, &ctx->dirs, &ctx->config);
	if (rj_agent_places(ctx, &host.facts, &hidden, &writable, err) < 0)
		return -err->num;
	return rj_agent_check_hidden(a, ctx->dirs.home, &hidden, err);
}

static int load_file(const struct rj_ctx *ctx, const char *name, const char *file,
		     struct rj_agent *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_agent_release) struct rj_agent a = {0};

	if (rj_file_read(AT_FDCWD, file, PRESET_MAX, &text, err) < 0 ||
	    rj_agent_parse(name, rj_buf_str(&text), text.len, file, &a, err) < 0 ||
	    check_places(ctx, &a, err) < 0)
		return -err->num;
	*ret = a;
	a = (struct rj_agent){0};
	return 0;
}

static char *dir_of(const struct rj_ctx *ctx)
{
	return rj_path_join(ctx->dirs.config_dir, "agents");
}

static struct rj_agent *add(struct rj_agents *all)
{
	all->v = rj_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
	all->v[all->n] = (struct rj_agent){0};
	return &all->v[all->n];
}

/* Files of other names, editors' backups among them, are nobody's presets. */
static int load_users(const struct rj_ctx *ctx, struct rj_agents *all, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = dir_of(ctx);
	DIR *d = opendir(dir);
	const struct dirent *e;
	int rc = 0;

	if (!d && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (!d)
		return rj_fail(err, errno, "cannot list the agent presets in %s", dir);
	while (rc == 0 && (e = readdir(d))) {
		size_t len = strlen(e->d_name);
		RJ_AUTO(rj_free) char *file = rj_path_join(dir, e->d_name);
		RJ_AUTO(rj_free) char *name = NULL;

		if (e->d_name[0] == '.' || len <= SUFFIX_LEN ||
		    strcmp(e->d_name + len - SUFFIX_LEN, SUFFIX) != 0)
			continue;
		name = rj_strndup(e->d_name, len - SUFFIX_LEN);
		rc = load_file(ctx, name, file, add(all), err);
		if (rc == 0)
			all->n++;
	}
	(void)closedir(d);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	const struct rj_agent *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool has(const struct rj_agents *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].name, name))
			return true;
	return false;
}

int rj_agents_load(const struct rj_ctx *ctx, struct rj_agents *ret, struct rj_err *err)
{
	RJ_AUTO(rj_agents_release) struct rj_agents all = {0};

	if (load_users(ctx, &all, err) < 0)
		return -err->num;
	for (const struct rj_agent_text *t = rj_agent_texts; t->name; t++) {
		if (has(&all, t->name))
			continue;
		if (rj_agent_parse(t->name, t->text, strlen(t->text), NULL, add(&all), err) < 0)
			return -err->num;
		all.n++;
	}
	qsort(all.v, all.n, sizeof(*all.v), by_name);
	*ret = all;
	all = (struct rj_agents){0};
	return 0;
}

void rj_agents_release(struct rj_agents *a)
{
	for (size_t i = 0; i < a->n; i++)
		rj_agent_release(&a->v[i]);
	free(a->v);
	*a = (struct rj_agents){0};
}

/* All names are known only when all files can be read; if not, ours will do for a hint. */
static int no_such(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_agents_release) struct rj_agents all = {0};
	const char *names[64] = {NULL}, *near;
	struct rj_err none;

	(void)rj_agents_load(ctx, &all, &none);
	for (size_t i = 0; i < all.n && i + 1 < RJ_COUNT(names); i++)
		names[i] = all.v[i].name;
	near = rj_nearest(name, names);
	rj_refuse(err, ENOENT, "there is no agent preset '%s'", name);
	return near ? rj_hint(err, "did you mean '%s'? robojail agents lists all", near)
		    : rj_hint(err,
			      "robojail agents lists all; one of your own is "
			      "%s/agents/%s.toml",
			      ctx->dirs.config_dir, name);
}

int rj_agent_load(const struct rj_ctx *ctx, const char *name, struct rj_agent *ret,
		  struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = dir_of(ctx);
	RJ_AUTO(rj_free) char *base = NULL;
	RJ_AUTO(rj_free) char *file = NULL;
	struct rj_buf b = {0};

	if (rj_agent_check_name(name, err) < 0)
		return -err->num;
	rj_buf_printf(&b, "%s" SUFFIX, name);
	base = rj_buf_take(&b);
	file = rj_path_join(dir, base);
	if (access(file, F_OK) == 0)
		return load_file(ctx, name, file, ret, err);
	for (const struct rj_agent_text *t = rj_agent_texts; t->name; t++)
		if (!strcmp(t->name, name))
			return rj_agent_parse(name, t->text, strlen(t->text), NULL, ret, err);
	return no_such(ctx, name, err);
}

/* Of two that name a program: the user's own, but not by what it has of the other, which it
 * extends.
 */
static bool is_better(const struct rj_agent *a, const struct rj_agent *than)
{
	if (than->extends && strcmp(than->name, a->name) != 0 && !strcmp(than->extends, a->name))
		return true;
	if (a->extends && !strcmp(a->extends, than->name))
		return false;
	return a->origin && !than->origin;
}

int rj_agent_choose(const struct rj_ctx *ctx, const char *asked, const struct rj_strv *entrypoint,
		    char **ret_name, struct rj_err *err)
{
	RJ_AUTO(rj_agents_release) struct rj_agents all = {0};
	RJ_AUTO(rj_agent_release) struct rj_agent one = {0};
	const struct rj_agent *found = NULL;

	if (asked && !strcmp(asked, "none"))
		return 0;
	if (asked) {
		if (rj_agent_load(ctx, asked, &one, err) < 0)
			return -err->num;
		*ret_name = rj_strdup(asked);
		return 0;
	}
	if (entrypoint->n == 0)
		return 0;
	if (rj_agents_load(ctx, &all, err) < 0)
		return -err->num;
	for (size_t i = 0; i < all.n; i++)
		if (rj_strv_has(&all.v[i].programs, rj_path_base(entrypoint->v[0])) &&
		    (!found || is_better(&all.v[i], found)))
			found = &all.v[i];
	*ret_name = found ? rj_strdup(found->name) : NULL;
	return 0;
}
