/* The tree of a TOML document: making, finding, freeing. */
#include "core/base/toml_node.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"

/* Below this many entries a table is searched one by one. */
#define SMALL_TABLE 16u

struct rj_toml *rj_toml_new(void)
{
	struct rj_toml *root = rj_alloc(1, sizeof(*root));

	root->type = RJ_TOML_TABLE;
	root->made = RJ_TOML_MADE_BY_HEADER;
	root->at = root->key_at = (struct rj_toml_pos){1, 1};
	return root;
}

static size_t hash(const char *key, size_t len)
{
	const uint64_t h = rj_hash(RJ_HASH_START, key, len);

	return (size_t)(h ^ h >> 32);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *slot(const struct rj_toml *t, const char *key, size_t len)
{
	for (size_t i = hash(key, len);; i++) {
		uint32_t *s = &t->slots[i & (t->n_slots - 1)];
		const struct rj_toml *child = *s ? t->v[*s - 1] : NULL;

		if (!child || (child->key_len == len && !memcmp(child->key, key, len)))
			return s;
	}
}

/* The last entry of the table is new: put it into the index, which stays at most half full. */
static void index_last(struct rj_toml *t)
{
	size_t first = t->n - 1;

	if (t->n < SMALL_TABLE)
		return;
	if (t->n * 2 > t->n_slots) {
		free(t->slots);
		t->n_slots = t->n_slots ? t->n_slots * 2 : SMALL_TABLE * 4;
		t->slots = rj_alloc(t->n_slots, sizeof(*t->slots));
		first = 0;
	}
	for (size_t i = first; i < t->n; i++)
		*slot(t, t->v[i]->key, t->v[i]->key_len) = (uint32_t)i + 1;
}

struct rj_toml *rj_toml_add(struct rj_toml *parent, const char *key, size_t key_len,
			    struct rj_toml_pos at)
{
	struct rj_toml *child;

	if (parent->depth >= RJ_TOML_MAX_DEPTH)
		return NULL;
	child = rj_alloc(1, sizeof(*child));
	child->type = RJ_TOML_TABLE;
	child->depth = parent->depth + 1;
	child->at = child->key_at = at;
	parent->v = rj_grow(parent->v, &parent->cap, parent->n + 1, sizeof(*parent->v));
	parent->v[parent->n++] = child;
	if (key) {
		child->key = rj_alloc(key_len + 1, 1);
		memcpy(child->key, key, key_len);
		child->key_len = key_len;
		index_last(parent);
	}
	return child;
}

struct rj_toml *rj_toml_find(const struct rj_toml *table, const char *key, size_t key_len)
{
	if (table->n_slots) {
		uint32_t i = *slot(table, key, key_len);

		return i ? table->v[i - 1] : NULL;
	}
	for (size_t i = 0; i < table->n; i++) {
		struct rj_toml *child = table->v[i];

		if (child->key_len == key_len && !memcmp(child->key, key, key_len))
			return child;
	}
	return NULL;
}

const struct rj_toml *rj_toml_get(const struct rj_toml *table, const char *key)
{
	return rj_toml_find(table, key, strlen(key));
}

/* Deep as the tree: RJ_TOML_MAX_DEPTH at most. */
void rj_toml_free(struct rj_toml **root)
{
	struct rj_toml *t = *root;

	*root = NULL;
	if (!t)
		return;
	switch (t->type) {
	case RJ_TOML_TABLE:
	case RJ_TOML_ARRAY:
		for (size_t i = 0; i < t->n; i++)
			rj_toml_free(&t->v[i]);
		free(t->v);
		free(t->slots);
		break;
	case RJ_TOML_STRING:
	case RJ_TOML_DATETIME:
	case RJ_TOML_LOCAL_DATETIME:
	case RJ_TOML_LOCAL_DATE:
	case RJ_TOML_LOCAL_TIME:
		free(t->s);
		break;
	case RJ_TOML_INTEGER:
	case RJ_TOML_FLOAT:
	case RJ_TOML_BOOL:
		break;
	}
	free(t->key);
	free(t);
}

const char *rj_toml_type_name(enum rj_toml_type type)
{
	static const char *const names[] = {
		[RJ_TOML_TABLE] = "a table",
		[RJ_TOML_ARRAY] = "an array",
		[RJ_TOML_STRING] = "a string",
		[RJ_TOML_INTEGER] = "an integer",
		[RJ_TOML_FLOAT] = "a float",
		[RJ_TOML_BOOL] = "a boolean",
		[RJ_TOML_DATETIME] = "a date-time",
		[RJ_TOML_LOCAL_DATETIME] = "a local date-time",
		[RJ_TOML_LOCAL_DATE] = "a local date",
		[RJ_TOML_LOCAL_TIME] = "a local time",
	};

	return names[type];
}
