#include "core/engine/ctx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

enum { CONFIG_MAX = 1 << 20 };

static int find_home(char **ret_home, struct rj_err *err)
{
	const char *home = getenv("HOME");

	if (!home || home[0] != '/') {
		rj_refuse(err, EINVAL, "HOME is %s", home ? "not an absolute path" : "not set");
		return rj_hint(err,
			       "RoboJail keeps its jails below your home: export HOME=/home/you");
	}
	*ret_home = rj_path_absolute("/", home);
	if (strcmp(*ret_home, "/") != 0)
		return 0;
	rj_refuse(err, EINVAL, "HOME is /");
	return rj_hint(err, "the jail shows its own home there: export HOME=/home/you");
}

/* $VARIABLE/robojail, or HOME/fallback/robojail; the basedir specification ignores relative ones.
 */
static char *base_dir(const char *variable, const char *home, const char *fallback)
{
	const char *value = getenv(variable);
	RJ_AUTO(rj_free)
	char *base = value && value[0] == '/' ? rj_path_absolute("/", value)
					      : rj_path_join(home, fallback);

	return rj_path_join(base, "robojail");
}

static int init_dirs(struct rj_dirs *d, struct rj_err *err)
{
	if (find_home(&d->home, err) < 0)
		return -err->num;
	d->config_dir = base_dir("XDG_CONFIG_HOME", d->home, ".config");
	d->data = base_dir("XDG_DATA_HOME", d->home, ".local/share");
	d->state = base_dir("XDG_STATE_HOME", d->home, ".local/state");
	d->config_file = rj_path_join(d->config_dir, "config.toml");
	d->jails = rj_path_join(d->data, "jails");
	d->private = rj_path_join(d->data, "private");
	d->mirrors = rj_path_join(d->data, "mirrors");
	d->state_file = rj_path_join(d->state, "jails.json");
	return 0;
}

/* Defaults are for who has no file: one out of reach may hold what keeps a jail in. */
static int refuse_lost(const char *file, struct rj_err *err)
{
	rj_wrap(err, "cannot read %s", file);
	return rj_hint(err, "your settings may lie there, and the defaults are no safe guess: mend "
			    "that path, or remove what is in the way");
}

/* 0: there is none, and no link that leads nowhere or file on the way to where it would be. */
static int find_config(const char *file, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_strdup(file);
	struct stat st;

	while (stat(path, &st) < 0) {
		char *name = strrchr(path, '/');

		if (errno != ENOENT && errno != ENOTDIR) {
			(void)rj_fail(err, errno, "%s", path);
			return refuse_lost(file, err);
		}
		if (lstat(path, &st) == 0) {
			(void)rj_refuse(err, ENOENT, "%s is a symlink to what does not exist",
					path);
			return refuse_lost(file, err);
		}
		name[name == path] = '\0';
	}
	if (!strcmp(path, file))
		return 1;
	if (S_ISDIR(st.st_mode))
		return 0;
	(void)rj_refuse(err, ENOTDIR, "%s is not a directory", path);
	return refuse_lost(file, err);
}

/* 1: there is none, and *ret is as it was. */
static int read_config(const struct rj_dirs *d, struct rj_config *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	const int found = find_config(d->config_file, err);

	if (found <= 0)
		return found < 0 ? found : 1;
	if (rj_file_read(AT_FDCWD, d->config_file, CONFIG_MAX, &text, err) < 0)
		return -err->num;
	return rj_config_parse(rj_buf_str(&text), text.len, d->config_file, ret, err);
}

int rj_ctx_load_config(struct rj_ctx *ctx, struct rj_err *err)
{
	const int rc = read_config(&ctx->dirs, &ctx->config, err);

	return rc < 0 ? rc : 0;
}

int rj_ctx_init_dirs(struct rj_ctx *ctx, struct rj_err *err)
{
	*ctx = (struct rj_ctx){0};
	rj_config_init(&ctx->config);
	if (init_dirs(&ctx->dirs, err) == 0)
		return 0;
	rj_ctx_release(ctx);
	return -err->num;
}

int rj_ctx_init(struct rj_ctx *ctx, struct rj_err *err)
{
	int rc;

	*ctx = (struct rj_ctx){0};
	rc = init_dirs(&ctx->dirs, err);
	if (rc == 0)
		rc = read_config(&ctx->dirs, &ctx->config, err);
	if (rc < 0)
		rj_ctx_release(ctx);
	else if (rc > 0)
		rj_config_init(&ctx->config);
	return rc < 0 ? rc : 0;
}

void rj_ctx_release(struct rj_ctx *ctx)
{
	struct rj_dirs *d = &ctx->dirs;

	free(d->home);
	free(d->config_dir);
	free(d->config_file);
	free(d->data);
	free(d->jails);
	free(d->private);
	free(d->mirrors);
	free(d->state);
	free(d->state_file);
	rj_config_release(&ctx->config);
	rj_project_release(&ctx->project);
	*ctx = (struct rj_ctx){0};
}

char *rj_ctx_private(const struct rj_ctx *ctx, const char *name, const char *part)
{
	char *dir = rj_path_join(ctx->dirs.private, name);
	char *path;

	if (!part)
		return dir;
	path = rj_path_join(dir, part);
	rj_free(&dir);
	return path;
}
