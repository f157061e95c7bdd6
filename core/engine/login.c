#include "core/engine/login.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/host.h"
#include "core/sys/below.h"
#include "core/sys/file.h"

enum {
	LOGIN_MAX = 1 << 20,
	LEFT_MAX = 20, /* keys that are named */
};

struct rj_login_state {
	struct rj_buf own, copy; /* texts */
	json_t *mine;		 /* the user's document; an empty one when there is no file */
	json_t *picked;		 /* what may come back */
};

static json_t *parse(const struct rj_buf *text, const char *name, struct rj_err *err)
{
	json_error_t why;
	json_t *doc = json_loadb(rj_buf_str(text), text->len, JSON_REJECT_DUPLICATES, &why);

	if (json_is_object(doc))
		return doc;
	if (doc)
		rj_refuse(err, EINVAL, "%s holds no JSON object", name);
	else
		rj_refuse(err, EINVAL, "%s:%d:%d: %s", name, why.line, why.column, why.text);
	json_decref(doc);
	return NULL;
}

/* Where a file that is not there yet would be made: a directory of the user's own, not hidden. */
static int place_new(const struct rj_ctx *ctx, const struct rj_agent_file *f, char **ret,
		     struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ctx->dirs.home, f->path);
	RJ_AUTO(rj_free) char *dir = rj_path_parent(path);
	RJ_AUTO(rj_host_release) struct rj_host host = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0}, writable = {0};
	RJ_AUTO(rj_free) char *real = NULL;
	struct stat st;
	int rc;

	if (lstat(path, &st) == 0) {
		rj_refuse(err, ENOENT, "%s is a symlink to nothing", path);
		return rj_hint(err, "remove it, or make what it leads to");
	}
	rj_host_init(&host, &ctx->dirs, &ctx->config);
	if (rj_agent_places(ctx, &host.facts, &hidden, &writable, err) < 0)
		return -err->num;
	rc = rj_agent_locate(&host.facts, dir, &hidden, &writable, &real, err);
	if (rc == -ENOENT) {
		rj_refuse(err, ENOENT, "there is no directory %s", dir);
		return rj_hint(err, "start the agent once outside, or: mkdir -p %s", dir);
	}
	if (rc < 0)
		return rc;
	*ret = rj_path_join(real, rj_path_base(path));
	return 0;
}

/* Below the home: a link of the user's may lead elsewhere, and who writes there is not known. */
static int check_target(const struct rj_ctx *ctx, const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *home = rj_real_path(ctx->dirs.home, err);

	if (!home)
		return -err->num;
	if (rj_path_contains(home, path))
		return 0;
	rj_refuse(err, EPERM, "your login lies at %s, outside of your home", path);
	return rj_hint(err, "log in there by hand, or move the file below your home");
}

static int read_own(const struct rj_ctx *ctx, const struct rj_agent_file *f, struct rj_login *l,
		    struct rj_err *err)
{
	struct rj_err why = {0};
	int rc = rj_agent_read_own(ctx, f, &l->path, &l->state->own, &why);

	l->is_new = rc == -ENOENT && why.num == 0;
	if (l->is_new) {
		l->state->mine = rj_must(json_object());
		if (place_new(ctx, f, &l->path, err) < 0)
			return -err->num;
	} else if (rc < 0) {
		*err = why;
		return rc;
	} else {
		l->state->mine = parse(&l->state->own, l->path, err);
		if (!l->state->mine)
			return -err->num;
	}
	return check_target(ctx, l->path, err);
}

static bool add_change(void *arg, const char *key, const json_t *mine, const json_t *theirs)
{
	struct rj_login *l = arg;
	struct rj_buf old = {0}, new = {0};
	struct rj_login_change c = {.key = rj_strdup(key)};

	if (mine)
		rj_agent_show(mine, &old);
	rj_agent_show(theirs, &new);
	c.mine = mine ? rj_buf_take(&old) : NULL;
	c.theirs = rj_buf_take(&new);
	l->v = rj_grow(l->v, &l->cap, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = c;
	return true;
}

static bool add_left(void *arg, const char *key, const json_t *mine, const json_t *theirs)
{
	struct rj_strv *left = arg;

	(void)mine;
	(void)theirs;
	rj_strv_add(left, key);
	return left->n < LEFT_MAX;
}

int rj_login_compare(const struct rj_ctx *ctx, const char *jail, const struct rj_agent_file *f,
		     struct rj_login *ret, struct rj_err *err)
{
	RJ_AUTO(rj_login_release)
	struct rj_login l = {.state = rj_alloc(1, sizeof(*l.state))};
	RJ_AUTO(rj_json_decref) json_t *theirs = NULL;
	RJ_AUTO(rj_json_decref) json_t *whole = NULL;
	RJ_AUTO(rj_close) int home = rj_agent_open_home(ctx, jail, err);
	int rc;

	if (f->kind != RJ_AGENT_LOGIN)
		return rj_refuse(err, EINVAL, "%s is no login", f->path);
	if (home < 0)
		return home;
	rc = rj_below_read(home, f->path, LOGIN_MAX, &l.state->copy, err);
	if (rc == -ENOENT)
		return rc;
	if (rc < 0)
		return rj_wrap(err, "the jail's copy");
	theirs = parse(&l.state->copy, f->path, err);
	if (!theirs)
		return rj_wrap(err, "the jail's copy");
	if (read_own(ctx, f, &l, err) < 0)
		return -err->num;
	l.state->picked = rj_agent_pick(&f->back, theirs, true);
	rj_agent_diff(l.state->mine, l.state->picked, add_change, &l);
	/* What differs still after that is what is left behind. */
	whole = rj_must(json_deep_copy(l.state->mine));
	rj_agent_merge(whole, l.state->picked);
	rj_agent_diff(whole, theirs, add_left, &l.left);
	*ret = l;
	l = (struct rj_login){0};
	return 0;
}

/* Nobody else, the agent outside above all, changed it since it was shown. */
static int check_same(const struct rj_ctx *ctx, const struct rj_agent_file *f,
		      const struct rj_login *l, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf now = {0};
	RJ_AUTO(rj_free) char *real = NULL;
	struct rj_err why = {0};
	int rc = rj_agent_read_own(ctx, f, &real, &now, &why);
	bool is_new = rc == -ENOENT && why.num == 0;

	if (rc < 0 && !is_new) {
		*err = why;
		return rc;
	}
	if (is_new == l->is_new && now.len == l->state->own.len &&
	    !memcmp(rj_buf_str(&now), rj_buf_str(&l->state->own), now.len) &&
	    (is_new || !strcmp(real, l->path)))
		return 0;
	rj_refuse(err, ESTALE, "%s was changed meanwhile", l->path);
	return rj_hint(err, "see what is in it now, and try again");
}

int rj_login_write(const struct rj_ctx *ctx, const char *jail, const struct rj_agent_file *f,
		   const struct rj_login *login, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *doc = rj_must(json_deep_copy(login->state->mine));
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	char *printed;
	struct stat st;

	if (check_same(ctx, f, login, err) < 0)
		return -err->num;
	rj_agent_merge(doc, login->state->picked);
	printed = rj_must(json_dumps(doc, JSON_INDENT(2) | JSON_PRESERVE_ORDER));
	rj_buf_printf(&text, "%s\n", printed);
	free(printed);
	if (login->is_new || lstat(login->path, &st) < 0)
		st.st_mode = 0600;
	if (rj_file_replace(login->path, text.s, text.len, st.st_mode & 0777, err) < 0)
		return -err->num;
	return rj_agent_given(ctx, jail, f, &login->state->copy, err);
}

void rj_login_release(struct rj_login *login)
{
	for (size_t i = 0; i < login->n; i++) {
		free(login->v[i].key);
		free(login->v[i].mine);
		free(login->v[i].theirs);
	}
	free(login->v);
	free(login->path);
	rj_strv_release(&login->left);
	if (login->state) {
		rj_buf_release(&login->state->own);
		rj_buf_release(&login->state->copy);
		json_decref(login->state->mine);
		json_decref(login->state->picked);
		free(login->state);
	}
	*login = (struct rj_login){0};
}
