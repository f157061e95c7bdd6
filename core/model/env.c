#include "core/model/env.h"

#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"

#define SYSTEM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void set(struct rj_strv *env, const char *name, const char *value)
{
	struct rj_buf b = {0};

	rj_buf_puts(&b, name);
	rj_buf_putc(&b, '=');
	rj_buf_puts(&b, value);
	rj_strv_give(env, rj_buf_take(&b));
}

static bool is_ours(const char *name)
{
	/* The defaults of the basedir specification lie below HOME, which is right inside. */
	static const char *const ours[] = {"HOME",	     "USER",
					   "LOGNAME",	     "SHELL",
					   "PATH",	     "ROBOJAIL",
					   "ROBOJAIL_NAME",  "IS_SANDBOX",
					   "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
					   "XDG_DATA_HOME",  "XDG_STATE_HOME",
					   "XDG_BIN_HOME",   "XDG_RUNTIME_DIR"};

	if (!strncmp(name, "GIT_CONFIG_", 11))
		return true;
	for (size_t i = 0; i < RJ_COUNT(ours); i++)
		if (!strcmp(name, ours[i]))
			return true;
	return false;
}

/* Two settings as pairs of key and value, through the environment (git-config(1),
 * GIT_CONFIG_COUNT); those without a value are left out. */
static void set_git(struct rj_strv *env, const char *const pairs[4])
{
	char name[32], count[2] = "0";

	for (int i = 0; i < 4; i += 2) {
		if (!pairs[i + 1])
			continue;
		(void)snprintf(name, sizeof(name), "GIT_CONFIG_KEY_%s", count);
		set(env, name, pairs[i]);
		(void)snprintf(name, sizeof(name), "GIT_CONFIG_VALUE_%s", count);
		set(env, name, pairs[i + 1]);
		count[0]++;
	}
	if (count[0] > '0')
		set(env, "GIT_CONFIG_COUNT", count);
}

static bool is_ours_entry(const char *entry)
{
	RJ_AUTO(rj_free) char *name = rj_strndup(entry, strcspn(entry, "="));

	return is_ours(name);
}

void rj_env_pass(const struct rj_config *config, char *const *outer, struct rj_strv *ret_env)
{
	for (; outer && *outer; outer++) {
		RJ_AUTO(rj_free) char *name = rj_strndup(*outer, strcspn(*outer, "="));

		if (strchr(*outer, '=') && !is_ours(name) && rj_config_env_passes(config, name))
			rj_strv_add(ret_env, *outer);
	}
}

void rj_env_join(char *const *outer, char *const *inner, struct rj_strv *ret_env)
{
	for (; outer && *outer; outer++)
		if (!is_ours_entry(*outer))
			rj_strv_add(ret_env, *outer);
	for (; inner && *inner; inner++)
		if (is_ours_entry(*inner))
			rj_strv_add(ret_env, *inner);
}

void rj_env_build(const struct rj_config *config, const struct rj_identity *id, const char *jail,
		  const char *exclude, const char *hooks, char *const *outer,
		  struct rj_strv *ret_env)
{
	struct rj_buf path = {0}, runtime = {0};

	rj_env_pass(config, outer, ret_env);
	rj_buf_printf(&path, "%s/.local/bin:" SYSTEM_PATH, id->home);
	rj_buf_printf(&runtime, RJ_LAYOUT_RUNTIME "/%u", (unsigned)id->uid);
	set(ret_env, "HOME", id->home);
	set(ret_env, "USER", id->user);
	set(ret_env, "LOGNAME", id->user);
	set(ret_env, "SHELL", id->shell);
	set(ret_env, "PATH", rj_buf_str(&path));
	set(ret_env, "ROBOJAIL", "1");
	set(ret_env, "ROBOJAIL_NAME", jail);
	set(ret_env, "IS_SANDBOX", "1");
	set(ret_env, "XDG_RUNTIME_DIR", rj_buf_str(&runtime));
	rj_buf_release(&runtime);
	rj_buf_release(&path);
	set_git(ret_env,
		(const char *const[]){"core.excludesFile", exclude, "core.hooksPath", hooks});
}

static bool has(const struct rj_strv *env, const char *name, size_t len)
{
	for (size_t i = 0; i < env->n; i++)
		if (!strncmp(env->v[i], name, len) && env->v[i][len] == '=')
			return true;
	return false;
}

void rj_env_add_named(struct rj_strv *env, const struct rj_strv *names, char *const *outer)
{
	for (; outer && *outer; outer++) {
		size_t len = strcspn(*outer, "=");
		RJ_AUTO(rj_free) char *name = rj_strndup(*outer, len);

		if ((*outer)[len] && rj_strv_has(names, name) && !is_ours(name) &&
		    !has(env, name, len))
			rj_strv_add(env, *outer);
	}
}

void rj_env_add_path(struct rj_strv *env, const struct rj_strv *first, const struct rj_strv *last)
{
	for (size_t i = 0; first->n + last->n > 0 && i < env->n; i++) {
		struct rj_buf b = {0};

		if (strncmp(env->v[i], "PATH=", 5) != 0)
			continue;
		rj_buf_puts(&b, "PATH=");
		for (size_t k = 0; k < first->n; k++)
			rj_buf_printf(&b, "%s:", first->v[k]);
		rj_buf_puts(&b, env->v[i] + 5);
		for (size_t k = 0; k < last->n; k++)
			rj_buf_printf(&b, ":%s", last->v[k]);
		rj_free(&env->v[i]);
		env->v[i] = rj_buf_take(&b);
	}
}
