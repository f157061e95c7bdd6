/* Of a TOML document the keys that a preset keeps, written anew. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/agent.h"

#define BARE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static void put_key(struct rj_buf *out, const struct rj_toml *node)
{
	if (node->key_len > 0 && strspn(node->key, BARE) == node->key_len)
		rj_buf_add(out, node->key, node->key_len);
	else
		rj_toml_quote(out, node->key, node->key_len);
}

/* A float needs a point or an exponent, or it would be an integer. */
static void put_real(struct rj_buf *out, double real)
{
	char text[64];

	if (isnan(real) || isinf(real)) {
		rj_buf_puts(out, isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
		return;
	}
	(void)snprintf(text, sizeof(text), "%.17g", real);
	rj_buf_puts(out, text);
	if (!strpbrk(text, ".e"))
		rj_buf_puts(out, ".0");
}

static bool is_single(const struct rj_toml *v)
{
	return v->type != RJ_TOML_TABLE && v->type != RJ_TOML_ARRAY;
}

static void put_single(struct rj_buf *out, const struct rj_toml *v)
{
	switch (v->type) {
	case RJ_TOML_STRING:
		rj_toml_quote(out, v->s, v->len);
		break;
	case RJ_TOML_INTEGER:
		rj_buf_printf(out, "%" PRId64, v->integer);
		break;
	case RJ_TOML_FLOAT:
		put_real(out, v->real);
		break;
	case RJ_TOML_BOOL:
		rj_buf_puts(out, v->truth ? "true" : "false");
		break;
	case RJ_TOML_DATETIME:
	case RJ_TOML_LOCAL_DATETIME:
	case RJ_TOML_LOCAL_DATE:
	case RJ_TOML_LOCAL_TIME:
		rj_buf_add(out, v->s, v->len);
		break;
	case RJ_TOML_TABLE:
	case RJ_TOML_ARRAY:
		break;
	}
}

/* A table is nobody's value here: a preset names the keys in it. */
static void put_pair(struct rj_buf *out, const char *path, const struct rj_toml *v)
{
	for (size_t i = 0; v->type == RJ_TOML_ARRAY && i < v->n; i++)
		if (!is_single(v->v[i]))
			return;
	if (v->type == RJ_TOML_TABLE)
		return;
	rj_buf_printf(out, "%s = ", path);
	if (v->type == RJ_TOML_ARRAY) {
		rj_buf_putc(out, '[');
		for (size_t i = 0; i < v->n; i++) {
			rj_buf_puts(out, i ? ", " : "");
			put_single(out, v->v[i]);
		}
		rj_buf_putc(out, ']');
	} else {
		put_single(out, v);
	}
	rj_buf_putc(out, '\n');
}

static bool part_fits(const char *part, const struct rj_toml *node)
{
	const char *star = strchr(part, '*');
	size_t len = star ? (size_t)(star - part) : strlen(part);

	return node->key_len >= len && !memcmp(part, node->key, len) &&
	       (star || node->key_len == len);
}

static bool fits_any(const struct rj_strv *keys, const struct rj_toml *const *way, size_t n)
{
	struct rj_err none;

	for (size_t i = 0; i < keys->n; i++) {
		RJ_AUTO(rj_strv_release) struct rj_strv parts = {0};
		bool fits = rj_agent_key_split(keys->v[i], &parts, &none) == 0 && parts.n == n;

		for (size_t k = 0; fits && k < n; k++)
			fits = part_fits(parts.v[k], way[k]);
		if (fits)
			return true;
	}
	return false;
}

enum { DEPTH = 16 }; /* parts of a key */

/* Dotted keys at the top of the document, which may be in any order and are never tables. */
static void walk(const struct rj_strv *keys, const struct rj_toml *table, const char *path,
		 const struct rj_toml **way, size_t n, struct rj_buf *out)
{
	for (size_t i = 0; n < DEPTH && i < table->n; i++) {
		const struct rj_toml *node = table->v[i];
		RJ_AUTO(rj_buf_release) struct rj_buf key = {0};

		way[n] = node;
		rj_buf_puts(&key, path);
		if (n > 0)
			rj_buf_putc(&key, '.');
		put_key(&key, node);
		if (node->type == RJ_TOML_TABLE)
			walk(keys, node, rj_buf_str(&key), way, n + 1, out);
		else if (fits_any(keys, way, n + 1))
			put_pair(out, rj_buf_str(&key), node);
	}
}

void rj_agent_pick_toml(const struct rj_strv *keys, const struct rj_toml *doc, struct rj_buf *out)
{
	const struct rj_toml *way[DEPTH];

	walk(keys, doc, "", way, 0, out);
}
