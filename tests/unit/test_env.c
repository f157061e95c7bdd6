#include <criterion/criterion.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/env.h"

static const struct rj_identity id = {
	.user = "root", .group = "root", .home = "/home/u", .shell = "/bin/sh"};

static const char *get(const struct rj_strv *env, const char *name)
{
	const char *found = NULL;
	size_t len = strlen(name);

	for (size_t i = 0; i < env->n; i++)
		if (!strncmp(env->v[i], name, len) && env->v[i][len] == '=') {
			cr_expect_null(found, "%s is there twice", name);
			found = env->v[i] + len + 1;
		}
	return found;
}

Test(env, passes_what_is_listed_and_sets_what_is_ours)
{
	char term[] = "TERM=xterm", key[] = "AWS_SECRET=x", home[] = "HOME=/evil",
	     jail[] = "ROBOJAIL=no", odd[] = "TERMINAL", lang[] = "LANG=C.UTF-8=x",
	     cache[] = "XDG_CACHE_HOME=/mnt/c", runtime[] = "XDG_RUNTIME_DIR=/run/user/7",
	     dirs[] = "XDG_DATA_DIRS=/usr/share";
	char *const outer[] = {term, key, home, jail, odd, lang, cache, runtime, dirs, NULL};
	RJ_AUTO(rj_strv_release) struct rj_strv env = {0};
	struct rj_config config;

	rj_config_init(&config);
	rj_strv_add(&config.env_passthrough, "HOME");
	rj_strv_add(&config.env_passthrough, "ROBOJAIL");
	rj_strv_add(&config.env_passthrough, "XDG_*");
	rj_env_build(&config, &id, "j", NULL, NULL, outer, &env);
	cr_expect_str_eq(get(&env, "TERM"), "xterm");
	cr_expect_str_eq(get(&env, "LANG"), "C.UTF-8=x");
	cr_expect_null(get(&env, "AWS_SECRET"));
	cr_expect_null(get(&env, "LC_ALL"));
	cr_expect_str_eq(get(&env, "HOME"), "/home/u");
	cr_expect_str_eq(get(&env, "USER"), "root");
	cr_expect_str_eq(get(&env, "LOGNAME"), "root");
	cr_expect_str_eq(get(&env, "SHELL"), "/bin/sh");
	cr_expect_str_eq(get(&env, "ROBOJAIL"), "1");
	cr_expect_str_eq(get(&env, "ROBOJAIL_NAME"), "j");
	cr_expect_str_eq(get(&env, "IS_SANDBOX"), "1");
	cr_expect_not_null(strstr(get(&env, "PATH"), "/usr/bin"));
	cr_expect_null(get(&env, "XDG_CACHE_HOME"));
	cr_expect_str_eq(get(&env, "XDG_DATA_DIRS"), "/usr/share");
	cr_expect_str_eq(get(&env, "XDG_RUNTIME_DIR"), "/run/user/0");
	cr_expect_eq(env.n, 12);
	rj_config_release(&config);
}

Test(env, exclude_rules_and_hooks_reach_git)
{
	char forged[] = "GIT_CONFIG_COUNT=2";
	char *const outer[] = {forged, NULL};
	RJ_AUTO(rj_strv_release) struct rj_strv env = {0};
	struct rj_config config;

	rj_config_init(&config);
	rj_strv_add(&config.env_passthrough, "GIT_*");
	rj_env_build(&config, &id, "j", "/x", "/h", outer, &env);
	cr_expect_str_eq(get(&env, "GIT_CONFIG_COUNT"), "2");
	cr_expect_str_eq(get(&env, "GIT_CONFIG_KEY_0"), "core.excludesFile");
	cr_expect_str_eq(get(&env, "GIT_CONFIG_VALUE_0"), "/x");
	cr_expect_str_eq(get(&env, "GIT_CONFIG_KEY_1"), "core.hooksPath");
	cr_expect_str_eq(get(&env, "GIT_CONFIG_VALUE_1"), "/h");
	rj_config_release(&config);
}

Test(env, names_of_a_preset_pass_but_not_what_is_ours)
{
	char key[] = "A_KEY=x=y", other[] = "B_KEY=z", home[] = "HOME=/evil",
	     git[] = "GIT_CONFIG_X=1", twice[] = "TERM=new", odd[] = "A_KEY";
	char *const outer[] = {key, other, home, git, twice, odd, NULL};
	RJ_AUTO(rj_strv_release) struct rj_strv env = {0}, names = {0};

	rj_strv_add(&env, "HOME=/home/u");
	rj_strv_add(&env, "TERM=old");
	rj_strv_add(&names, "A_KEY");
	rj_strv_add(&names, "HOME");
	rj_strv_add(&names, "TERM");
	rj_strv_add(&names, "GIT_CONFIG_X");
	rj_env_add_named(&env, &names, outer);
	cr_expect_eq(env.n, 3);
	cr_expect_str_eq(get(&env, "A_KEY"), "x=y");
	cr_expect_str_eq(get(&env, "HOME"), "/home/u");
	cr_expect_str_eq(get(&env, "TERM"), "old");
}
