#include "core/engine/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

enum { TRUST_MAX = 16 << 20 };

void rj_trust_hash(const void *bytes, size_t len, char ret[RJ_TRUST_HASH])
{
	unsigned char sum[32];

	/* it fails for want of hardware only, which is not used */
	if (mbedtls_sha256(bytes, len, sum, 0) != 0)
		abort();
	for (size_t i = 0; i < sizeof(sum); i++)
		(void)snprintf(ret + 2 * i, 3, "%02x", sum[i]);
}

static bool is_entry(const json_t *e)
{
	return json_is_string(json_object_get(e, "repo")) &&
	       json_is_string(json_object_get(e, "sha256"));
}

static int parse(const struct rj_buf *text, const char *file, json_t **ret, struct rj_err *err)
{
	json_t *list = json_loadb(rj_buf_str(text), text->len, JSON_REJECT_DUPLICATES, NULL);
	bool good = json_is_array(list);

	for (size_t i = 0; good && i < json_array_size(list); i++)
		good = is_entry(json_array_get(list, i));
	if (good) {
		*ret = list;
		return 0;
	}
	json_decref(list);
	rj_refuse(err, EINVAL, "%s is no list of trusted project files", file);
	return rj_hint(err, "repair it, or move it away to trust nothing");
}

static int load(const struct rj_ctx *ctx, json_t **ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(ctx->dirs.state, "trust.json");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (access(file, F_OK) < 0 && errno == ENOENT) {
		*ret = json_array();
		return 0;
	}
	if (rj_file_read(AT_FDCWD, file, TRUST_MAX, &text, err) < 0)
		return -err->num;
	return parse(&text, file, ret, err);
}

static bool is_of(const json_t *e, const char *repo)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	struct rj_err none;

	return rj_json_bytes(json_object_get(e, "repo"), &b, &none) == 0 &&
	       !strcmp(rj_buf_str(&b), repo);
}

static bool has(const json_t *list, const char *repo, const char *hash)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);

		if (is_of(e, repo) &&
		    !strcmp(json_string_value(json_object_get(e, "sha256")), hash))
			return true;
	}
	return false;
}

int rj_trust_has(const struct rj_ctx *ctx, const char *repo, const char *hash, bool *ret,
		 struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *list = NULL;

	if (load(ctx, &list, err) < 0)
		return -err->num;
	*ret = has(list, repo, hash);
	return 0;
}

int rj_trust_list(const struct rj_ctx *ctx, json_t **ret, struct rj_err *err)
{
	return load(ctx, ret, err);
}

static void add(json_t *list, const char *repo, const char *hash)
{
	json_t *e = json_object();
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;

	if (gmtime_r(&now, &tm))
		(void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
	(void)json_object_set_new(e, "repo", rj_json_text(repo, strlen(repo)));
	(void)json_object_set_new(e, "sha256", json_string(hash));
	(void)json_object_set_new(e, "at", json_string(when));
	(void)json_array_append_new(list, e);
}

static size_t drop(json_t *list, const char *repo)
{
	size_t n = 0;

	for (size_t i = json_array_size(list); i-- > 0;)
		if (is_of(json_array_get(list, i), repo)) {
			(void)json_array_remove(list, i);
			n++;
		}
	return n;
}

/* `hash` NULL: drop all of the repository. */
static int change(const struct rj_ctx *ctx, const char *repo, const char *hash, size_t *ret_n,
		  struct rj_err *err)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(ctx->dirs.state, "trust.json");
	RJ_AUTO(rj_free) char *lock_path = rj_path_join(ctx->dirs.state, "trust.json.lock");
	RJ_AUTO(rj_json_decref) json_t *list = NULL;
	RJ_AUTO(rj_free) char *text = NULL;
	RJ_AUTO(rj_close) int lock = -1;

	if (rj_mkdirs(ctx->dirs.state, 0700, err) < 0)
		return -err->num;
	lock = rj_lock_open(lock_path, err);
	if (lock < 0 || rj_lock_wait(lock, RJ_LOCK_EXCLUSIVE, err) < 0 || load(ctx, &list, err) < 0)
		return -err->num;
	if (!hash)
		*ret_n = drop(list, repo);
	else if (!has(list, repo, hash))
		add(list, repo, hash);
	text = rj_must(json_dumps(list, JSON_INDENT(2)));
	return rj_file_replace(file, text, strlen(text), 0600, err);
}

int rj_trust_add(const struct rj_ctx *ctx, const char *repo, const char *hash, struct rj_err *err)
{
	size_t none;

	return change(ctx, repo, hash, &none, err);
}

int rj_trust_revoke(const struct rj_ctx *ctx, const char *repo, size_t *ret_n, struct rj_err *err)
{
	return change(ctx, repo, NULL, ret_n, err);
}
