/*
 * Fuzz the TOML reader: any bytes are read or refused with a place, and what
 * is read can be walked, searched and freed.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every entry is found again by its key, every string ends where it says. */
static void walk(const struct rj_toml *t)
{
	switch (t->type) {
	case RJ_TOML_TABLE:
	case RJ_TOML_ARRAY:
		assert(t->depth <= RJ_TOML_MAX_DEPTH);
		for (size_t i = 0; i < t->n; i++) {
			const struct rj_toml *child = t->v[i];

			assert(child->depth == t->depth + 1);
			assert(child->at.line > 0 && child->at.col > 0);
			assert(!child->key == (t->type == RJ_TOML_ARRAY));
			if (child->key && strlen(child->key) == child->key_len)
				assert(rj_toml_get(t, child->key) == child);
			walk(child);
		}
		break;
	case RJ_TOML_STRING:
	case RJ_TOML_DATETIME:
	case RJ_TOML_LOCAL_DATETIME:
	case RJ_TOML_LOCAL_DATE:
	case RJ_TOML_LOCAL_TIME:
		assert(t->s[t->len] == '\0');
		break;
	case RJ_TOML_INTEGER:
	case RJ_TOML_FLOAT:
	case RJ_TOML_BOOL:
		break;
	}
}

/* A string written by rj_toml_quote must be read back as the same bytes. */
static void read_back(const struct rj_toml *t)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_toml_free) struct rj_toml *again = NULL;
	struct rj_err err = {0};
	int r;

	if (t->type != RJ_TOML_STRING)
		return;
	rj_buf_puts(&text, "s=");
	rj_toml_quote(&text, t->s, t->len);
	r = rj_toml_parse(text.s, text.len, "again", &again, &err);
	assert(r == 0);
	assert(again->v[0]->len == t->len && !memcmp(again->v[0]->s, t->s, t->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	struct rj_err err = {0};
	int r = rj_toml_parse((const char *)data, size, "fuzz", &root, &err);

	if (r < 0) {
		assert(!root && err.num == -r && !strncmp(err.msg, "fuzz:", 5));
		return 0;
	}
	assert(err.num == 0);
	walk(root);
	for (size_t i = 0; i < root->n; i++)
		read_back(root->v[i]);
	return 0;
}
