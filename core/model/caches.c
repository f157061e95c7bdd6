#include "core/model/caches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/path.h"

enum { PARTS = 3 };

enum root {
	ROOT_HOME,
	ROOT_CACHE, /* $XDG_CACHE_HOME, ~/.cache */
	ROOT_DATA,  /* $XDG_DATA_HOME, ~/.local/share */
};

/* A tool with two directories has two rows. */
struct row {
	const char *name;
	const char *var; /* the tool's own variable for the directory; NULL when it has none */
	enum root root;	 /* where it is without the variable */
	const char *dir;
	const char *parts[PARTS];  /* what of it is shared; none: all */
	const char *around, *rest; /* a variable that moves the default, and what follows it */
	const char *legacy;	   /* below the home: taken when it is there */
	const char *secret;	   /* a file in it that may hold passwords, and is covered */
};

/*
 * Sources: npm-cache(1), yarn v1 "yarn cache dir", pnpm.io/settings#storedir, pip "Caching", uv
 * "Caching", cargo book "Cargo Home", go help environment, ccache(1) "cache_dir", Gradle "The
 * Directories and Files Gradle Uses", Maven "Settings Reference".
 */
static const struct row rows[] = {
	{.name = "npm",
	 .var = "npm_config_cache",
	 .root = ROOT_HOME,
	 .dir = ".npm",
	 .parts = {"_cacache"}},
	{.name = "yarn", .var = "YARN_CACHE_FOLDER", .root = ROOT_CACHE, .dir = "yarn"},
	{.name = "pnpm", .var = "npm_config_store_dir", .root = ROOT_DATA, .dir = "pnpm/store"},
	{.name = "pip", .var = "PIP_CACHE_DIR", .root = ROOT_CACHE, .dir = "pip"},
	{.name = "uv", .var = "UV_CACHE_DIR", .root = ROOT_CACHE, .dir = "uv"},
	{.name = "cargo",
	 .var = "CARGO_HOME",
	 .root = ROOT_HOME,
	 .dir = ".cargo",
	 .parts = {"registry", "git/db"}},
	{.name = "go",
	 .var = "GOMODCACHE",
	 .root = ROOT_HOME,
	 .dir = "go/pkg/mod",
	 .around = "GOPATH",
	 .rest = "pkg/mod"},
	{.name = "go", .var = "GOCACHE", .root = ROOT_CACHE, .dir = "go-build"},
	{.name = "ccache",
	 .var = "CCACHE_DIR",
	 .root = ROOT_CACHE,
	 .dir = "ccache",
	 .legacy = ".ccache",
	 .secret = "ccache.conf"},
	{.name = "gradle",
	 .var = "GRADLE_USER_HOME",
	 .root = ROOT_HOME,
	 .dir = ".gradle",
	 .parts = {"caches"}},
	{.name = "maven", .root = ROOT_HOME, .dir = ".m2", .parts = {"repository"}},
};

/* A name that is two rows is listed once. */
static void names(const char *ret[RJ_COUNT(rows) + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < RJ_COUNT(rows); i++)
		if (n == 0 || strcmp(ret[n - 1], rows[i].name) != 0)
			ret[n++] = rows[i].name;
	ret[n] = NULL;
}

int rj_cache_read(const char *value, char **ret, struct rj_err *err)
{
	const char *all[RJ_COUNT(rows) + 1] = {NULL}, *near;
	RJ_AUTO(rj_buf_release) struct rj_buf list = {0};

	names(all);
	for (size_t i = 0; all[i]; i++) {
		if (!strcmp(all[i], value)) {
			*ret = rj_strdup(value);
			return 0;
		}
		rj_buf_printf(&list, "%s%s", i ? ", " : "", all[i]);
	}
	near = rj_nearest(value, all);
	(void)rj_refuse(err, EINVAL, "'%.64s' is no cache that robojail knows", value);
	return near ? rj_hint(err, "did you mean \"%s\"?", near)
		    : rj_hint(err, "known are: %s", rj_buf_str(&list));
}

static const char *variable(const struct rj_facts *facts, const char *name)
{
	const char *value = name && facts->variable ? facts->variable(facts->arg, name) : NULL;

	return value && value[0] == '/' ? value : NULL;
}

/* Where the tool looks inside, when nothing tells it otherwise; malloc'd. */
static char *standard_dir(const struct row *r, const struct rj_facts *facts)
{
	static const char *const below[] = {
		[ROOT_HOME] = "", [ROOT_CACHE] = ".cache", [ROOT_DATA] = ".local/share"};
	RJ_AUTO(rj_free) char *root = rj_path_absolute(facts->home, below[r->root]);

	return rj_path_join(root, r->dir);
}

/* Where it is on the host; malloc'd. */
static char *host_dir(const struct row *r, const struct rj_facts *facts)
{
	const char *value = variable(facts, r->var);
	RJ_AUTO(rj_free) char *first = NULL;

	if (value)
		return rj_path_absolute("/", value);
	value = variable(facts, r->around);
	if (value) { /* a list, whose first directory counts */
		first = rj_strndup(value, strcspn(value, ":"));
		return rj_path_absolute(first, r->rest);
	}
	if (r->legacy) {
		RJ_AUTO(rj_free) char *old = rj_path_join(facts->home, r->legacy);

		if (facts->look(facts->arg, old)->kind == RJ_PATH_DIR)
			return rj_strdup(old);
	}
	value = r->root == ROOT_CACHE  ? variable(facts, "XDG_CACHE_HOME")
		: r->root == ROOT_DATA ? variable(facts, "XDG_DATA_HOME")
				       : NULL;
	return value ? rj_path_absolute(value, r->dir) : standard_dir(r, facts);
}

/*
 * Inside it keeps its path, unless only parts of a directory outside of the home are shared: what
 * is around them, where the tool keeps locks, is not there to be written.
 */
static char *inside_dir(const struct row *r, const struct rj_facts *facts)
{
	char *host = host_dir(r, facts);

	if (!r->parts[0] || rj_path_contains(facts->home, host))
		return host;
	free(host);
	return standard_dir(r, facts);
}

void rj_cache_env(const struct rj_config *config, const struct rj_facts *facts, struct rj_strv *env)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		const struct row *r = &rows[i];
		RJ_AUTO(rj_free) char *dir = NULL;
		RJ_AUTO(rj_free) char *standard = NULL;
		struct rj_buf text = {0};
		size_t len, k = 0;

		if (!r->var || !rj_strv_has(&config->caches, r->name))
			continue;
		dir = inside_dir(r, facts);
		standard = standard_dir(r, facts);
		len = strlen(r->var);
		while (k < env->n && !(!strncmp(env->v[k], r->var, len) && env->v[k][len] == '='))
			k++;
		if (k == env->n && !strcmp(dir, standard))
			continue;
		rj_buf_printf(&text, "%s=%s", r->var, dir);
		if (k == env->n) {
			rj_strv_give(env, rj_buf_take(&text));
			continue;
		}
		free(env->v[k]); /* let through, where it may name a place that is not inside */
		env->v[k] = rj_buf_take(&text);
	}
}

static int refuse(const struct row *r, const char *src, const char *why, const char *other,
		  struct rj_err *err)
{
	rj_refuse(err, EPERM, "the cache of %s, %s, %s%s%s", r->name, src, why, *other ? " " : "",
		  other);
	return rj_hint(err, "take \"%s\" out of caches in config.toml, or move the cache", r->name);
}

/* Both as it is written and as it really is. */
static int check(const struct rj_layout_in *in, const struct row *r, const char *src,
		 const char *real, const struct rj_strv *hidden, struct rj_err *err)
{
	const struct rj_facts *facts = in->facts;
	const char *const paths[] = {src, real};

	for (size_t k = 0; k < RJ_COUNT(paths); k++) {
		if (rj_path_contains(paths[k], facts->home) || rj_layout_is_system(paths[k]))
			return refuse(r, src, "is a directory of more than a cache", "", err);
		for (size_t i = 0; i < hidden->n; i++)
			if (rj_path_contains(paths[k], hidden->v[i]) ||
			    rj_path_contains(hidden->v[i], paths[k]))
				return refuse(r, src, "would show what is hidden:", hidden->v[i],
					      err);
	}
	for (size_t i = 0; i < in->config->extra_rw_binds.n; i++) {
		const char *text = in->config->extra_rw_binds.v[i];
		RJ_AUTO(rj_free) char *from = NULL;
		RJ_AUTO(rj_free) char *to = NULL;
		const struct rj_path_fact *f;

		if (rj_config_bind_parse(text, facts->home, &from, &to, err) < 0)
			return -err->num;
		f = facts->look(facts->arg, from);
		if (rj_path_contains(from, src) || (f->real && (rj_path_contains(f->real, real) ||
								rj_path_contains(f->real, src))))
			return refuse(r, src, "can be written by the jail: bind", text, err);
	}
	return 0;
}

static int add_part(struct rj_plan *p, const struct rj_layout_in *in, const struct row *r,
		    const char *part, const struct rj_strv *hidden, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *host = host_dir(r, in->facts);
	RJ_AUTO(rj_free) char *inside = inside_dir(r, in->facts);
	RJ_AUTO(rj_free) char *src = rj_path_absolute(host, part);
	RJ_AUTO(rj_free) char *dst = rj_path_absolute(inside, part);
	const struct rj_path_fact *f = in->facts->look(in->facts->arg, src);
	RJ_AUTO(rj_free) char *upper = NULL;
	struct rj_buf id = {0};

	if (f->kind != RJ_PATH_DIR)
		return 0; /* nothing to begin with: the jail's home takes what the tool writes */
	if (check(in, r, src, f->real, hidden, err) < 0)
		return -err->num;
	rj_buf_printf(&id, "%s/%s-%s", in->cache, r->name, rj_path_base(src));
	upper = rj_buf_take(&id);
	rj_layout_ensure_top(p, in, dst);
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_OVERLAY,
					.flags = RJ_STEP_WRITABLE | RJ_STEP_IS_DIR,
					.src = f->real,
					.dst = dst,
					.upper = upper,
					.dev = f->dev,
					.ino = f->ino});
	return 0;
}

/* Covered where a jail cannot get at what is below a mount; see refuse_nested in layout_binds.c. */
static int add_secret(struct rj_plan *p, const struct rj_layout_in *in, const struct row *r,
		      struct rj_err *err)
{
	RJ_AUTO(rj_free) char *host = host_dir(r, in->facts);
	RJ_AUTO(rj_free) char *inside = inside_dir(r, in->facts);
	RJ_AUTO(rj_free) char *src = rj_path_join(host, r->secret);
	RJ_AUTO(rj_free) char *dst = rj_path_join(inside, r->secret);

	if (in->facts->look(in->facts->arg, src)->kind == RJ_PATH_NONE)
		return 0;
	if (in->config->nested)
		return refuse(r, host, "holds what a nested jail could get at:", src, err);
	rj_plan_add(p, (struct rj_step){.kind = RJ_STEP_MASK, .dst = dst});
	return 0;
}

int rj_layout_add_caches(struct rj_plan *p, const struct rj_layout_in *in, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0};

	if (in->config->caches.n == 0)
		return 0;
	rj_layout_hidden(in, &hidden);
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		const struct row *r = &rows[i];

		if (!rj_strv_has(&in->config->caches, r->name))
			continue;
		if (!r->parts[0] && add_part(p, in, r, "", &hidden, err) < 0)
			return -err->num;
		for (size_t k = 0; k < PARTS && r->parts[k]; k++)
			if (add_part(p, in, r, r->parts[k], &hidden, err) < 0)
				return -err->num;
		if (r->secret && add_secret(p, in, r, err) < 0)
			return -err->num;
	}
	return 0;
}
