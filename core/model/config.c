/* The configuration: defaults and what the user's text says, both read by the same table. */
#include "core/model/config.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/toml.h"
#include "core/model/config_value.h"

/* The default shows how a value is written; an array's, often empty, does not. */
static int refuse_type(const char *file, const struct rj_toml *node,
		       const struct rj_config_row *row, const char *expected, struct rj_err *err)
{
	(void)rj_toml_refuse(err, file, node->at, "%s: expected %s, found %s", row->name, expected,
			     rj_toml_type_name(node->type));
	if (row->type == RJ_CONFIG_STRINGS)
		return -err->num;
	if (row->standard[0] == '"')
		return rj_hint(err, "a string stands in quotes, as in %s = %s", row->name,
			       row->standard);
	return rj_hint(err, "write it like %s = %s", row->name, row->standard);
}

/* A string, through the row's reader; malloc'd. */
static int read_string(const char *file, const struct rj_config_row *row,
		       const struct rj_toml *node, char **ret, struct rj_err *err)
{
	struct rj_err why = {0};

	if (node->type != RJ_TOML_STRING)
		return refuse_type(file, node, row, "a string", err);
	for (size_t i = 0; i < node->len; i++)
		if ((unsigned char)node->s[i] < 0x20 || node->s[i] == 0x7f)
			return rj_toml_refuse(err, file, node->at,
					      "%s: control characters are not allowed", row->name);
	if (!row->read) {
		*ret = rj_strdup(node->s);
		return 0;
	}
	if (row->read(node->s, ret, &why) < 0) {
		(void)rj_toml_refuse(err, file, node->at, "%s: %s", row->name, why.msg);
		return rj_hint(err, "%s", why.hint);
	}
	return 0;
}

static int read_strings(const char *file, const struct rj_config_row *row,
			const struct rj_toml *node, struct rj_strv *out, struct rj_err *err)
{
	if (node->type != RJ_TOML_ARRAY)
		return refuse_type(file, node, row, "an array of strings", err);
	rj_strv_release(out);
	for (size_t i = 0; i < node->n; i++) {
		char *s = NULL;
		int r = read_string(file, row, node->v[i], &s, err);

		if (r < 0)
			return r;
		rj_strv_give(out, s);
	}
	return 0;
}

static int read_choice(const char *file, const struct rj_config_row *row,
		       const struct rj_toml *node, unsigned *out, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf names = {0}, found = {0};
	const char *near;

	if (node->type != RJ_TOML_STRING)
		return refuse_type(file, node, row, "a string", err);
	for (unsigned i = 0; row->choices[i]; i++) {
		if (strlen(node->s) == node->len && !strcmp(node->s, row->choices[i])) {
			*out = i;
			return 0;
		}
		rj_buf_printf(&names, "%s\"%s\"", i ? " or " : "", row->choices[i]);
	}
	rj_toml_quote(&found, node->s, node->len);
	near = rj_nearest(node->s, row->choices);
	(void)rj_toml_refuse(err, file, node->at, "%s: expected %s, found %.100s", row->name,
			     rj_buf_str(&names), rj_buf_str(&found));
	return near ? rj_hint(err, "did you mean \"%s\"?", near) : -err->num;
}

static int read_number(const char *file, const struct rj_config_row *row,
		       const struct rj_toml *node, uint64_t *ret, struct rj_err *err)
{
	if (node->type != RJ_TOML_INTEGER)
		return refuse_type(file, node, row, "an integer", err);
	if (node->integer < (int64_t)row->least || (uint64_t)node->integer > row->most)
		return rj_toml_refuse(err, file, node->at, "%s: %lld is not from %llu to %llu",
				      row->name, (long long)node->integer,
				      (unsigned long long)row->least,
				      (unsigned long long)row->most);
	*ret = (uint64_t)node->integer;
	return 0;
}

static int read_value(const char *file, const struct rj_config_row *row, const struct rj_toml *node,
		      struct rj_config *c, struct rj_err *err)
{
	union rj_config_value value = rj_config_at(c, row);
	char *s = NULL;
	int r;

	switch (row->type) {
	case RJ_CONFIG_STRING:
		r = read_string(file, row, node, &s, err);
		if (r < 0)
			return r;
		free(*value.string);
		*value.string = s;
		return 0;
	case RJ_CONFIG_BOOL:
		if (node->type != RJ_TOML_BOOL)
			return refuse_type(file, node, row, "a boolean, true or false", err);
		*value.truth = node->truth;
		return 0;
	case RJ_CONFIG_CHOICE:
		return read_choice(file, row, node, value.choice, err);
	case RJ_CONFIG_STRINGS:
		return read_strings(file, row, node, value.strings, err);
	case RJ_CONFIG_NUMBER:
		return read_number(file, row, node, value.number, err);
	}
	return 0;
}

/* Names the key, and the known one that was probably meant, or else all of them. */
static int refuse_key(const char *file, const struct rj_toml *node, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf key = {0}, all = {0};
	const char *names[RJ_CONFIG_MAX_KEYS + 1] = {NULL}, *near;

	for (size_t i = 0; rj_config_rows()[i].name; i++) {
		names[i] = rj_config_rows()[i].name;
		rj_buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	rj_toml_quote(&key, node->key, node->key_len);
	(void)rj_toml_refuse(err, file, node->key_at, "unknown key %.100s", rj_buf_str(&key));
	near = rj_nearest(node->key, names);
	return near ? rj_hint(err, "did you mean %s?", near)
		    : rj_hint(err, "the keys are: %s", rj_buf_str(&all));
}

static const struct rj_config_row *find_row(const struct rj_toml *node)
{
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++)
		if (strlen(node->key) == node->key_len && !strcmp(node->key, row->name))
			return row;
	return NULL;
}

/* Strings without escapes, in quotes, as the defaults have them; malloc'd, NULL at the end. */
static char *next_quoted(const char **at)
{
	const char *from = strchr(*at, '"');
	const char *to = from ? strchr(from + 1, '"') : NULL;

	if (!to)
		return NULL;
	*at = to + 1;
	return rj_strndup(from + 1, (size_t)(to - from - 1));
}

/* The rows are ours; a bad default is seen by every test and every start. */
static char *next_default(const struct rj_config_row *row, const char **at)
{
	RJ_AUTO(rj_free) char *word = next_quoted(at);
	struct rj_err err;
	char *kept;

	if (!word || !row->read)
		return rj_strdup(word);
	if (row->read(word, &kept, &err) < 0)
		abort();
	return kept;
}

static unsigned default_choice(const struct rj_config_row *row)
{
	RJ_AUTO(rj_free) char *word = next_quoted(&(const char *){row->standard});
	unsigned i = 0;

	while (strcmp(word, row->choices[i]) != 0)
		i++;
	return i;
}

/* They are of a plain kind of TOML, and read at each start: by this in a tenth of the time. */
static void set_default(struct rj_config *c, const struct rj_config_row *row)
{
	union rj_config_value value = rj_config_at(c, row);
	const char *at = row->standard;
	char *word;

	switch (row->type) {
	case RJ_CONFIG_STRING:
		*value.string = next_default(row, &at);
		break;
	case RJ_CONFIG_BOOL:
		*value.truth = *at == 't';
		break;
	case RJ_CONFIG_CHOICE:
		*value.choice = default_choice(row);
		break;
	case RJ_CONFIG_STRINGS:
		while ((word = next_default(row, &at)))
			rj_strv_give(value.strings, word);
		break;
	case RJ_CONFIG_NUMBER:
		*value.number = strtoull(at, NULL, 10);
		break;
	}
}

void rj_config_init(struct rj_config *c)
{
	*c = (struct rj_config){0};
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++)
		set_default(c, row);
}

void rj_config_release(struct rj_config *c)
{
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++) {
		union rj_config_value value = rj_config_at(c, row);

		if (row->type == RJ_CONFIG_STRING)
			rj_free(value.string);
		else if (row->type == RJ_CONFIG_STRINGS)
			rj_strv_release(value.strings);
	}
	free(c->file);
	*c = (struct rj_config){0};
}

int rj_config_parse(const char *text, size_t len, const char *file, struct rj_config *c,
		    struct rj_err *err)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	RJ_AUTO(rj_config_release) struct rj_config next = {0};
	int r = rj_toml_parse(text, len, file, &root, err);

	if (r < 0)
		return r;
	rj_config_init(&next);
	next.file = rj_strdup(file);
	for (size_t i = 0; i < root->n; i++) {
		const struct rj_toml *node = root->v[i];
		const struct rj_config_row *row = find_row(node);

		if (!row)
			return refuse_key(file, node, err);
		r = read_value(file, row, node, &next, err);
		if (r < 0)
			return r;
		next.lines[row - rj_config_rows()] = node->key_at.line;
	}
	rj_config_release(c);
	*c = next;
	next = (struct rj_config){0};
	return 0;
}
