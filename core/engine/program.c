#include "core/engine/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/host.h"
#include "core/model/entrypoint.h"
#include "core/model/words.h"

bool rj_program_runs(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

char *rj_program_on_path(const char *name)
{
	const char *path = getenv("PATH");

	for (const char *p = path; p && *p; p += *p == ':') {
		size_t len = strcspn(p, ":");
		RJ_AUTO(rj_free) char *dir = rj_strndup(p, len);
		RJ_AUTO(rj_free) char *candidate = NULL;

		p += len;
		if (dir[0] != '/') /* what is relative depends on where one stands */
			continue;
		candidate = rj_path_join(dir, name);
		if (rj_program_runs(candidate))
			return rj_path_absolute("/", candidate);
	}
	return NULL;
}

static char *by_path(const char *word, const char *home)
{
	RJ_AUTO(rj_free) char *cwd = getcwd(NULL, 0);

	if (!strncmp(word, "~/", 2))
		return rj_path_absolute(home, word + 2);
	return rj_path_absolute(cwd ? cwd : "/", word);
}

/* What a version manager would start is started itself: the manager is not in the jail. */
static int look_behind(char **path, const struct rj_ctx *ctx, struct rj_err *err)
{
	RJ_AUTO(rj_host_release) struct rj_host host = {0};
	char *real = NULL;

	rj_host_init(&host, &ctx->dirs, &ctx->config);
	if (rj_host_check(err) < 0 || rj_entrypoint_behind_shim(&host.facts, *path, &real, err) < 0)
		return rj_wrap(err, "entrypoint");
	if (real) {
		rj_free(path);
		*path = real;
	}
	return 0;
}

static int resolve(char **word, const char *home, struct rj_err *err)
{
	bool is_path = strchr(*word, '/') != NULL;
	char *found = is_path ? by_path(*word, home) : rj_program_on_path(*word);

	if (!found) {
		rj_refuse(err, ENOENT, "entrypoint '%s' is not on your PATH", *word);
		return rj_hint(err, "install it, or give its path: --entrypoint ~/bin/%s", *word);
	}
	if (!rj_program_runs(found)) {
		struct stat st;
		int num = stat(found, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : EACCES;

		rj_fail(err, num, "entrypoint %s cannot be run", found);
		rj_free(&found);
		return rj_hint(err, "give an executable file that exists on this machine");
	}
	rj_free(word);
	*word = found;
	return 0;
}

int rj_program_resolve(const char *line, const struct rj_ctx *ctx, struct rj_strv *ret_words,
		       struct rj_err *err)
{
	struct rj_strv words = {0};

	if (rj_words_split(line, &words, err) < 0)
		return rj_wrap(err, "entrypoint");
	if (resolve(&words.v[0], ctx->dirs.home, err) < 0 ||
	    look_behind(&words.v[0], ctx, err) < 0) {
		rj_strv_release(&words);
		return -err->num;
	}
	*ret_words = words;
	return 0;
}

char *rj_program_again(const struct rj_ctx *ctx, const char *path)
{
	RJ_AUTO(rj_free) char *found = NULL;
	struct rj_err none;

	/* a name, of a record of RoboJail 0.1, is looked up inside */
	if (path[0] != '/' || access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR))
		return NULL;
	found = rj_program_on_path(rj_path_base(path));
	if (!found || look_behind(&found, ctx, &none) < 0)
		return NULL;
	return rj_strdup(found);
}
