#include "core/engine/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/path.h"
#include "core/model/state.h"
#include "core/sys/file.h"

enum { STATE_MAX = 256 << 20 };

/* A copy beside a file that is no state, named after its time so that it is made once. */
static void keep_copy(const char *file, const struct rj_buf *text, struct rj_err *err)
{
	struct rj_buf name = {0};
	RJ_AUTO(rj_free) char *copy = NULL;
	struct rj_err second;
	struct stat st;
	struct tm tm;
	char when[32];

	if (stat(file, &st) < 0 || !gmtime_r(&st.st_mtime, &tm) ||
	    strftime(when, sizeof(when), "%Y%m%d-%H%M%S", &tm) == 0)
		return;
	rj_buf_printf(&name, "%s.corrupt-%s", file, when);
	copy = rj_buf_take(&name);
	if (access(copy, F_OK) == 0 ||
	    rj_file_replace(copy, rj_buf_str(text), text->len, 0600, &second) == 0)
		rj_hint(err,
			"repair the file, or move it away to begin anew; worktrees and branches "
			"are "
			"untouched, and a copy is kept as %s",
			copy);
}

/* An empty text when there is no file. */
static int read_file(const char *file, struct rj_buf *text, struct rj_err *err)
{
	if (access(file, F_OK) == 0)
		return rj_file_read(AT_FDCWD, file, STATE_MAX, text, err);
	return errno == ENOENT ? 0 : rj_fail(err, errno, "cannot reach the state file %s", file);
}

static int corrupt(const char *file, const struct rj_buf *text, struct rj_err *err)
{
	rj_wrap(err, "the state file is corrupt");
	rj_hint(err,
		"repair it, or move it away to begin anew; worktrees and branches are untouched");
	keep_copy(file, text, err);
	return -err->num;
}

/* To change it. */
static int load(const struct rj_ctx *ctx, json_t **ret_state, struct rj_err *err)
{
	const char *file = ctx->dirs.state_file;
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (read_file(file, &text, err) < 0)
		return -err->num;
	if (rj_state_parse(rj_buf_str(&text), text.len, file, ret_state, err) < 0)
		return corrupt(file, &text, err);
	return 0;
}

static int list(const struct rj_ctx *ctx, const char *only, struct rj_jail **ret_jails,
		size_t *ret_n, struct rj_err *err)
{
	const char *file = ctx->dirs.state_file;
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (read_file(file, &text, err) < 0)
		return -err->num;
	if (rj_state_list(rj_buf_str(&text), text.len, file, only, ret_jails, ret_n, err) < 0)
		return corrupt(file, &text, err);
	return 0;
}

int rj_store_list(const struct rj_ctx *ctx, struct rj_jail **ret_jails, size_t *ret_n,
		  struct rj_err *err)
{
	return list(ctx, NULL, ret_jails, ret_n, err);
}

/* `names` end with NULL. */
static int no_such_jail(const char *const *names, const char *name, struct rj_err *err)
{
	const char *near = *names ? rj_nearest(name, names) : NULL;

	rj_refuse(err, ENOENT, "there is no jail '%s'", name);
	rj_exit_with(err, RJ_EXIT_NO_JAIL);
	if (near)
		return rj_hint(err, "did you mean '%s'?", near);
	if (*names)
		return rj_hint(err, "'robojail list' shows all");
	return rj_hint(err, "there are none: 'robojail create NAME' makes one");
}

int rj_store_find(const struct rj_ctx *ctx, const char *name, struct rj_jail *ret_jail,
		  struct rj_err *err)
{
	RJ_AUTO(rj_free) const char **names = NULL;
	struct rj_jail *jails;
	size_t n = 0;

	if (list(ctx, name, &jails, &n, err) < 0)
		return -err->num;
	if (n > 0) {
		*ret_jail = jails[0];
		free(jails);
		return 0;
	}
	rj_jails_free(jails, n);
	if (list(ctx, NULL, &jails, &n, err) < 0)
		return -err->num;
	names = rj_alloc(n + 1, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		names[i] = jails[i].name;
	(void)no_such_jail(names, name, err);
	rj_jails_free(jails, n);
	return -err->num;
}

/* Changes one thing in the state; returns -errno with *err to leave the file alone. */
typedef int change_fn(json_t *state, const struct rj_jail *jail, struct rj_err *err);

static int change(const struct rj_ctx *ctx, change_fn *fn, const struct rj_jail *jail,
		  struct rj_err *err)
{
	RJ_AUTO(rj_free) char *lock_path = rj_path_join(ctx->dirs.state, "jails.json.lock");
	RJ_AUTO(rj_json_decref) json_t *state = NULL;
	RJ_AUTO(rj_free) char *text = NULL;
	RJ_AUTO(rj_close) int lock = -1;

	if (rj_mkdirs(ctx->dirs.state, 0700, err) < 0)
		return -err->num;
	lock = rj_lock_open(lock_path, err);
	if (lock < 0 || rj_lock_wait(lock, RJ_LOCK_EXCLUSIVE, err) < 0)
		return -err->num;
	if (load(ctx, &state, err) < 0 || fn(state, jail, err) < 0)
		return -err->num;
	text = rj_state_print(state);
	return rj_file_put(ctx->dirs.state_file, text, strlen(text), 0600, err);
}

static bool has(const json_t *state, const char *name)
{
	return json_object_get(json_object_get(state, "jails"), name) != NULL;
}

int rj_store_taken(const char *name, struct rj_err *err)
{
	rj_refuse(err, EEXIST, "there is a jail '%s' already", name);
	return rj_hint(err, "take another name, or remove it: robojail destroy %s", name);
}

static int add(json_t *state, const struct rj_jail *jail, struct rj_err *err)
{
	if (has(state, jail->name))
		return rj_store_taken(jail->name, err);
	rj_state_put(state, jail);
	return 0;
}

static int update(json_t *state, const struct rj_jail *jail, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};

	if (!has(state, jail->name)) {
		rj_state_names(state, &names);
		return no_such_jail(names.n ? (const char *const *)names.v
					    : (const char *const[]){NULL},
				    jail->name, err);
	}
	rj_state_put(state, jail);
	return 0;
}

static int drop(json_t *state, const struct rj_jail *jail, struct rj_err *err)
{
	(void)err;
	rj_state_remove(state, jail->name);
	return 0;
}

int rj_store_add(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	return change(ctx, add, jail, err);
}

int rj_store_update(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err)
{
	return change(ctx, update, jail, err);
}

int rj_store_remove(const struct rj_ctx *ctx, const char *name, struct rj_err *err)
{
	const struct rj_jail jail = {.name = rj_strdup(name)};
	int rc = change(ctx, drop, &jail, err);

	free(jail.name);
	return rc;
}
