/* caches: where each tool's cache is, what of it is shown, and what is refused. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/caches.h"

/* A host: directories that are there, a link, and variables, for one test at a time. */
static const char *const *dirs;
static const char *const *vars; /* NAME, VALUE, ... */

static const struct rj_path_fact *look(void *arg, const char *path)
{
	static const struct rj_path_fact none = {RJ_PATH_NONE, NULL, NULL, 0, 0, 0};
	static const struct rj_path_fact link = {RJ_PATH_DIR, "/home/u/.ssh", "../.ssh", 1, 3, 0};
	static struct rj_path_fact dir = {RJ_PATH_DIR, NULL, NULL, 1, 2, 0};

	(void)arg;
	if (!strcmp(path, "/home/u/.cache/uv"))
		return &link;
	for (size_t i = 0; dirs[i]; i++)
		if (!strcmp(dirs[i], path)) {
			dir.real = dirs[i];
			return &dir;
		}
	return &none;
}

static const char *variable(void *arg, const char *name)
{
	(void)arg;
	for (size_t i = 0; vars && vars[i]; i += 2)
		if (!strcmp(vars[i], name))
			return vars[i + 1];
	return NULL;
}

static const struct rj_facts facts = {.look = look, .variable = variable, .home = "/home/u"};

/* "LOWER>PLACE=UPPER;" for each overlay and "!PLACE;" for each mask; malloc'd, or NULL. */
static char *lay(const char *name, struct rj_config *config, struct rj_err *err)
{
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
	const struct rj_layout_in in = {.config = config, .facts = &facts, .cache = "/d/c"};
	struct rj_buf out = {0};

	rj_strv_add(&config->caches, name);
	if (rj_layout_add_caches(&p, &in, err) < 0)
		return NULL;
	for (size_t i = 0; i < p.n; i++)
		if (p.v[i].kind == RJ_STEP_OVERLAY)
			rj_buf_printf(&out, "%s>%s=%s;", p.v[i].src, p.v[i].dst, p.v[i].upper);
		else
			rj_buf_printf(&out, "!%s;", p.v[i].dst);
	return rj_buf_take(&out);
}

static const char *const all[] = {"/home/u/.npm/_cacache",
				  "/home/u/.cache/pip",
				  "/home/u/.cargo/registry",
				  "/home/u/.cargo/git/db",
				  "/home/u/go/pkg/mod",
				  "/home/u/.cache/go-build",
				  "/home/u/.ccache",
				  "/home/u/.ccache/ccache.conf",
				  "/home/u/.gradle/caches",
				  "/home/u/.m2/repository",
				  "/home/u/.local/share/pnpm/store",
				  "/far/npm/_cacache",
				  "/far/pip",
				  "/far/pkg/mod",
				  "/far/x/yarn",
				  "/usr/share/pip",
				  "/home/u",
				  NULL};

static const struct {
	const char *name, *vars[3], *expected, *env;
} places[] = {
	{"npm", {0}, "/home/u/.npm/_cacache>/home/u/.npm/_cacache=/d/c/npm-_cacache;", ""},
	{"pip", {0}, "/home/u/.cache/pip>/home/u/.cache/pip=/d/c/pip-pip;", ""},
	{"cargo",
	 {0},
	 "/home/u/.cargo/registry>/home/u/.cargo/registry=/d/c/cargo-registry;"
	 "/home/u/.cargo/git/db>/home/u/.cargo/git/db=/d/c/cargo-db;",
	 ""},
	{"go",
	 {0},
	 "/home/u/go/pkg/mod>/home/u/go/pkg/mod=/d/c/go-mod;"
	 "/home/u/.cache/go-build>/home/u/.cache/go-build=/d/c/go-go-build;",
	 ""},
	{"go",
	 {"GOPATH", "/far:/home/u/go"},
	 "/far/pkg/mod>/far/pkg/mod=/d/c/go-mod;"
	 "/home/u/.cache/go-build>/home/u/.cache/go-build=/d/c/go-go-build;",
	 "GOMODCACHE=/far/pkg/mod"},
	{"ccache",
	 {0},
	 "/home/u/.ccache>/home/u/.ccache=/d/c/ccache-.ccache;"
	 "!/home/u/.ccache/ccache.conf;",
	 "CCACHE_DIR=/home/u/.ccache"},
	{"gradle", {0}, "/home/u/.gradle/caches>/home/u/.gradle/caches=/d/c/gradle-caches;", ""},
	{"maven", {0}, "/home/u/.m2/repository>/home/u/.m2/repository=/d/c/maven-repository;", ""},
	{"pnpm",
	 {0},
	 "/home/u/.local/share/pnpm/store>/home/u/.local/share/pnpm/store=/d/c/pnpm-store;",
	 ""},
	{"yarn", {0}, "", ""}, /* not on this host */
	{"yarn",
	 {"XDG_CACHE_HOME", "/far/x"},
	 "/far/x/yarn>/far/x/yarn=/d/c/yarn-yarn;",
	 "YARN_CACHE_FOLDER=/far/x/yarn"},
	{"pip",
	 {"PIP_CACHE_DIR", "/far/pip"},
	 "/far/pip>/far/pip=/d/c/pip-pip;",
	 "PIP_CACHE_DIR=/far/pip"},
	/* parts of a directory out of the home come to where the tool looks by itself */
	{"npm",
	 {"npm_config_cache", "/far/npm"},
	 "/far/npm/_cacache>/home/u/.npm/_cacache=/d/c/npm-_cacache;",
	 ""},
	/* relative: as if it were not set */
	{"pip",
	 {"PIP_CACHE_DIR", "pip"},
	 "/home/u/.cache/pip>/home/u/.cache/pip=/d/c/pip-pip;",
	 ""},
};

Test(caches, each_tool_has_its_directory)
{
	dirs = all;
	for (size_t i = 0; i < RJ_COUNT(places); i++) {
		RJ_AUTO(rj_config_release) struct rj_config config = {0};
		RJ_AUTO(rj_strv_release) struct rj_strv env = {0};
		struct rj_err err = {0};
		char *got;

		rj_config_init(&config);
		vars = places[i].vars;
		got = lay(places[i].name, &config, &err);
		cr_assert_not_null(got, "%s: %s", places[i].name, err.msg);
		cr_expect_str_eq(got, places[i].expected);
		free(got);
		rj_cache_env(&config, &facts, &env);
		cr_expect_str_eq(env.n ? env.v[0] : "", places[i].env);
	}
}

Test(caches, a_variable_that_was_let_through_is_corrected)
{
	static const char *const far[] = {"npm_config_cache", "/far/npm", NULL};
	RJ_AUTO(rj_config_release) struct rj_config config = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv env = {0};

	dirs = all;
	vars = far;
	rj_config_init(&config);
	rj_strv_add(&config.caches, "npm");
	rj_strv_add(&env, "npm_config_cache=/far/npm");
	rj_cache_env(&config, &facts, &env);
	cr_expect_eq(env.n, 1u);
	cr_expect_str_eq(env.v[0], "npm_config_cache=/home/u/.npm");
}

Test(caches, refused)
{
	static const struct {
		const char *name, *vars[3], *rw, *hidden, *msg;
	} rows[] = {
		{"pip",
		 {"PIP_CACHE_DIR", "/usr/share/pip"},
		 NULL,
		 NULL,
		 "is a directory of more than a cache"},
		{"pip",
		 {"PIP_CACHE_DIR", "/home/u"},
		 NULL,
		 NULL,
		 "is a directory of more than a cache"},
		{"pip", {0}, NULL, ".cache/pip/wheels", "would show what is hidden"},
		{"pip", {0}, NULL, ".cache", "would show what is hidden"},
		{"uv", {0}, NULL, NULL, "would show what is hidden"}, /* by a link */
		{"pip", {0}, "/home/u", NULL, "can be written by the jail: bind /home/u"},
		{"pip", {0}, "/home/u/.cache/pip:/x", NULL, "can be written by the jail"},
	};

	dirs = all;
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_config_release) struct rj_config config = {0};
		struct rj_err err = {0};

		rj_config_init(&config);
		vars = rows[i].vars;
		if (rows[i].rw)
			rj_strv_add(&config.extra_rw_binds, rows[i].rw);
		if (rows[i].hidden)
			rj_strv_add(&config.hidden_paths, rows[i].hidden);
		cr_expect_null(lay(rows[i].name, &config, &err));
		cr_expect_not_null(strstr(err.msg, rows[i].msg), "%s", err.msg);
		cr_expect_not_null(strstr(err.hint, "out of caches in config.toml"), "%s",
				   err.hint);
	}
}

Test(caches, nothing_that_is_covered_in_a_nested_jail)
{
	RJ_AUTO(rj_config_release) struct rj_config config = {0};
	struct rj_err err = {0};

	dirs = all;
	vars = NULL;
	rj_config_init(&config);
	config.nested = true;
	cr_expect_null(lay("ccache", &config, &err));
	cr_expect_not_null(strstr(err.msg, "ccache.conf"), "%s", err.msg);
}
