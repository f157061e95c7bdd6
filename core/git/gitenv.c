/* gitenv: git's configuration as the environment has it. */
#include "core/git/gitenv.h"

#include <git2.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"

static const struct {
	const char *variable, *name;
	int level;
} files[] = {
	{"GIT_CONFIG_GLOBAL", ".gitconfig", GIT_CONFIG_LEVEL_GLOBAL},
	{"GIT_CONFIG_SYSTEM", "gitconfig", GIT_CONFIG_LEVEL_SYSTEM},
};

static bool is_none(const char *path)
{
	return !*path || !strcmp(path, "/dev/null");
}

static bool can_be_told(const char *path, const char *name)
{
	return is_none(path) || (*path == '/' && !strcmp(rj_path_base(path), name));
}

static int look_in(int level, const char *dir)
{
	return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, dir);
}

int rj_gitenv_apply(void)
{
	const char *no_system = getenv("GIT_CONFIG_NOSYSTEM");
	int rc = 0, none = 0;

	for (size_t i = 0; i < RJ_COUNT(files); i++) {
		const char *path = getenv(files[i].variable);
		RJ_AUTO(rj_free) char *dir = NULL;

		if (!path || !can_be_told(path, files[i].name))
			continue;
		dir = is_none(path) ? rj_strdup("") : rj_path_parent(path);
		rc |= look_in(files[i].level, dir);
		if (files[i].level == GIT_CONFIG_LEVEL_GLOBAL)
			rc |= look_in(GIT_CONFIG_LEVEL_XDG, "");
	}
	if (no_system && git_config_parse_bool(&none, no_system) == 0 && none)
		rc |= look_in(GIT_CONFIG_LEVEL_SYSTEM, "");
	return rc;
}

static void tell(struct rj_strv *notes, const char *variable, const char *remedy)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s is not read here, as git does: %s", variable, remedy);
	rj_strv_give(notes, rj_buf_take(&b));
}

void rj_gitenv_tell(struct rj_strv *notes)
{
	const char *count = getenv("GIT_CONFIG_COUNT");

	for (size_t i = 0; i < RJ_COUNT(files); i++) {
		const char *path = getenv(files[i].variable);

		if (path && !can_be_told(path, files[i].name))
			tell(notes, files[i].variable,
			     "name a file in it by an absolute path that ends with /.gitconfig "
			     "(/gitconfig for the system's)");
	}
	if (count && *count && strcmp(count, "0") != 0)
		tell(notes, "GIT_CONFIG_COUNT",
		     "what it sets for core.autocrlf and the like, set with git config");
}
