#include "core/engine/agentgive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/engine/host.h"
#include "core/git/sha1.h"
#include "core/sys/below.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

enum { RECORD_MAX = 1 << 20 };

struct give {
	const struct rj_ctx *ctx;
	int home;	 /* the jail's */
	json_t *record;	 /* {path: hash of what was given} */
	bool is_changed; /* it is to be written */
};

int rj_agent_open_home(const struct rj_ctx *ctx, const char *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail, "home");
	int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? rj_fail(err, errno, "cannot open the jail's home %s", path) : fd;
}

int rj_agent_read_own(const struct rj_ctx *ctx, const struct rj_agent_file *f, char **ret_real,
		      struct rj_buf *ret_text, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ctx->dirs.home, f->path);
	RJ_AUTO(rj_host_release) struct rj_host host = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0}, writable = {0};
	RJ_AUTO(rj_free) char *real = NULL;
	RJ_AUTO(rj_close) int fd = -1;
	int rc;

	rj_host_init(&host, &ctx->dirs, &ctx->config);
	if (rj_agent_places(ctx, &host.facts, &hidden, &writable, err) < 0)
		return -err->num;
	rc = rj_agent_locate(&host.facts, path, &hidden, &writable, &real, err);
	if (rc < 0)
		return rc;
	/* What was a directory then may be a link now. */
	fd = rj_openat2(AT_FDCWD, real, O_RDONLY | O_NONBLOCK | O_NOCTTY, RJ_RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return rj_fail(err, -fd, "cannot open %s", real);
	if (rj_below_read_fd(fd, real, RJ_AGENT_FILE_MAX, ret_text, err) < 0)
		return -err->num;
	*ret_real = real;
	real = NULL;
	return 0;
}

static char *hash_of(const char *text, size_t len)
{
	char hex[RJ_SHA1_HEX];
	struct rj_sha1 s;

	rj_sha1_init(&s);
	rj_sha1_update(&s, text, len);
	rj_sha1_final_hex(&s, hex);
	return rj_strdup(hex);
}

/* A hash of what of the jail's copy could have been given. Of TOML, which is written anew, and of
 * text that is all of it; a copy that says nothing any more is none of what was given. */
static char *hash_of_copy(const struct rj_agent_file *f, const struct rj_buf *copy)
{
	RJ_AUTO(rj_buf_release) struct rj_buf picked = {0};
	struct rj_err none;

	if (f->format != RJ_AGENT_JSON)
		return hash_of(rj_buf_str(copy), copy->len);
	if (rj_agent_filter(f, rj_buf_str(copy), copy->len, f->path, &picked, &none) < 0)
		return rj_strdup("");
	return hash_of(rj_buf_str(&picked), picked.len);
}

/* What the agent added to a JSON file of its own stays there. */
static void add_to_copy(const struct rj_agent_file *f, const struct rj_buf *copy,
			struct rj_buf *text)
{
	RJ_AUTO(rj_json_decref) json_t *doc = NULL;
	RJ_AUTO(rj_json_decref) json_t *ours = NULL;
	char *printed;

	if (f->format != RJ_AGENT_JSON || copy->len == 0)
		return;
	doc = json_loadb(copy->s, copy->len, JSON_REJECT_DUPLICATES, NULL);
	ours = json_loadb(rj_buf_str(text), text->len, 0, NULL);
	if (!json_is_object(doc) || !json_is_object(ours))
		return;
	rj_agent_merge(doc, ours);
	printed = rj_must(json_dumps(doc, JSON_INDENT(2) | JSON_PRESERVE_ORDER));
	rj_buf_release(text);
	rj_buf_printf(text, "%s\n", printed);
	free(printed);
}

/* May it be written, and is there a need to? */
static bool is_due(const struct give *g, const struct rj_agent_file *f, const char *own, bool there,
		   const struct rj_buf *copy)
{
	const char *last = json_string_value(json_object_get(g->record, f->path));
	RJ_AUTO(rj_free) char *now = NULL;

	if (!there)
		return true;
	if (!last || !strcmp(last, own))
		return false;
	now = hash_of_copy(f, copy);
	return !strcmp(last, now);
}

static enum rj_gift_state give_one(struct give *g, const struct rj_agent_file *f,
				   struct rj_gift *gift)
{
	RJ_AUTO(rj_buf_release) struct rj_buf own = {0}, text = {0}, copy = {0};
	RJ_AUTO(rj_free) char *real = NULL;
	RJ_AUTO(rj_free) char *hash = NULL;
	struct rj_err *err = &gift->why;
	int rc = rj_agent_read_own(g->ctx, f, &real, &own, err);

	if (rc == -ENOENT && err->num == 0)
		return RJ_GIFT_NOTHING;
	if (rc < 0 || rj_agent_filter(f, rj_buf_str(&own), own.len, real, &text, err) < 0)
		return RJ_GIFT_REFUSED;
	if (text.len == 0)
		return RJ_GIFT_NOTHING;
	hash = hash_of(text.s, text.len);
	rc = rj_below_read(g->home, f->path, RJ_AGENT_FILE_MAX, &copy, err);
	if (rc < 0 && rc != -ENOENT)
		return RJ_GIFT_REFUSED;
	if (!is_due(g, f, hash, rc == 0, &copy))
		return RJ_GIFT_KEPT;
	add_to_copy(f, &copy, &text);
	if (rj_below_write(g->home, f->path, rj_buf_str(&text), text.len,
			   f->kind == RJ_AGENT_MEMORY ? 0644 : 0600, err) < 0)
		return RJ_GIFT_REFUSED;
	rj_free(&hash);
	hash = hash_of_copy(f, &text);
	json_object_set_new(g->record, f->path, rj_must(json_string(hash)));
	g->is_changed = true;
	return RJ_GIFT_GIVEN;
}

static void give_told(struct give *g, const struct rj_agent_file *f, struct rj_gift *gift)
{
	gift->state = give_one(g, f, gift);
	if (gift->state == RJ_GIFT_REFUSED)
		rj_wrap(&gift->why, "the agent is not given ~/%s", f->path);
}

static json_t *read_record(const struct rj_ctx *ctx, const char *jail)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail, "agent.json");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err none;
	json_t *doc = NULL;

	/* Without it every copy counts as the agent's own, and stays. */
	if (rj_file_read(AT_FDCWD, path, RECORD_MAX, &text, &none) == 0)
		doc = json_loadb(rj_buf_str(&text), text.len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(doc))
		return doc;
	json_decref(doc);
	return rj_must(json_object());
}

static int write_record(const struct rj_ctx *ctx, const char *jail, const json_t *record,
			struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail, "agent.json");
	RJ_AUTO(rj_free) char *text = rj_must(json_dumps(record, JSON_INDENT(2) | JSON_SORT_KEYS));

	return rj_file_replace(path, text, strlen(text), 0600, err);
}

/* One session at a time; a descriptor of the caller's. */
static int lock(const struct rj_ctx *ctx, const char *jail, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail, "agent.lock");
	int fd = rj_lock_open(path, err);

	if (fd < 0 || rj_lock_wait(fd, RJ_LOCK_EXCLUSIVE, err) == 0)
		return fd;
	rj_close(&fd);
	return -err->num;
}

static int give_all(const struct rj_ctx *ctx, const struct rj_jail *jail,
		    const struct rj_agent *agent, bool first, struct rj_gift *gifts,
		    struct rj_err *err)
{
	RJ_AUTO(rj_close) int held = -1;
	RJ_AUTO(rj_close) int home = -1;
	RJ_AUTO(rj_json_decref) json_t *record = NULL;
	struct give g = {.ctx = ctx};

	held = lock(ctx, jail->name, err);
	if (held < 0)
		return held;
	home = rj_agent_open_home(ctx, jail->name, err);
	if (home < 0)
		return home;
	record = read_record(ctx, jail->name);
	g.home = home;
	g.record = record;
	for (size_t i = 0; first && i < agent->persist.n; i++)
		if (rj_below_mkdirs(home, agent->persist.v[i], err) < 0)
			return rj_wrap(err, "cannot prepare the jail's home");
	for (size_t i = 0; i < agent->n_files; i++)
		if (first || agent->files[i].when == RJ_AGENT_AT_START)
			give_told(&g, &agent->files[i], &gifts[i]);
	return g.is_changed ? write_record(ctx, jail->name, record, err) : 0;
}

int rj_agent_give_first(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_gifts *ret,
			struct rj_err *err)
{
	RJ_AUTO(rj_gifts_release) struct rj_gifts g = {0};

	if (!jail->agent)
		return 0;
	if (rj_agent_load(ctx, jail->agent, &g.agent, err) < 0)
		return -err->num;
	g.v = rj_alloc(g.agent.n_files + 1, sizeof(*g.v));
	if (give_all(ctx, jail, &g.agent, true, g.v, err) < 0)
		return -err->num;
	if (ret) {
		*ret = g;
		g = (struct rj_gifts){0};
	}
	return 0;
}

void rj_gifts_release(struct rj_gifts *g)
{
	rj_agent_release(&g->agent);
	rj_free(&g->v);
}

int rj_agent_at_start(const struct rj_ctx *ctx, const struct rj_jail *jail, rj_tell_fn *tell,
		      struct rj_agent *ret_agent, struct rj_err *err)
{
	RJ_AUTO(rj_gifts_release) struct rj_gifts g = {0};
	int rc;

	if (!jail->agent)
		return 0;
	rc = rj_agent_load(ctx, jail->agent, &g.agent, err);
	if (rc == -ENOENT) {
		rj_wrap(err, "the jail's agent gets neither files nor variables");
		if (tell)
			tell(err);
		*err = (struct rj_err){0};
		return 0;
	}
	if (rc < 0)
		return rc;
	g.v = rj_alloc(g.agent.n_files + 1, sizeof(*g.v));
	if (tell && give_all(ctx, jail, &g.agent, false, g.v, err) < 0)
		return -err->num;
	for (size_t i = 0; i < g.agent.n_files; i++)
		if (g.v[i].state == RJ_GIFT_REFUSED)
			tell(&g.v[i].why);
	*ret_agent = g.agent;
	g.agent = (struct rj_agent){0};
	return 0;
}

int rj_agent_given(const struct rj_ctx *ctx, const char *jail, const struct rj_agent_file *f,
		   const struct rj_buf *text, struct rj_err *err)
{
	RJ_AUTO(rj_close) int held = lock(ctx, jail, err);
	RJ_AUTO(rj_json_decref) json_t *record = NULL;
	RJ_AUTO(rj_free) char *hash = NULL;

	if (held < 0)
		return held;
	record = read_record(ctx, jail);
	hash = hash_of_copy(f, text);
	json_object_set_new(record, f->path, rj_must(json_string(hash)));
	return write_record(ctx, jail, record, err);
}
