/* Showing the configuration: as TOML with where each value comes from, as a template, as JSON. */
#include <jansson.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/base/toml.h"
#include "core/model/config_value.h"

/* Help is wrapped to this many columns in the template. */
#define COLUMNS 78

static void put_string(struct rj_buf *out, const char *s)
{
	rj_toml_quote(out, s, strlen(s));
}

static void put_value(const struct rj_config *c, const struct rj_config_row *row,
		      struct rj_buf *out)
{
	union rj_config_value value = rj_config_at(c, row);

	switch (row->type) {
	case RJ_CONFIG_STRING:
		put_string(out, *value.string);
		break;
	case RJ_CONFIG_BOOL:
		rj_buf_puts(out, *value.truth ? "true" : "false");
		break;
	case RJ_CONFIG_CHOICE:
		put_string(out, row->choices[*value.choice]);
		break;
	case RJ_CONFIG_STRINGS:
		rj_buf_putc(out, '[');
		for (size_t i = 0; i < value.strings->n; i++) {
			if (i)
				rj_buf_puts(out, ", ");
			put_string(out, value.strings->v[i]);
		}
		rj_buf_putc(out, ']');
		break;
	case RJ_CONFIG_NUMBER:
		rj_buf_printf(out, "%llu", (unsigned long long)*value.number);
		break;
	}
}

uint64_t rj_config_settings(const struct rj_config *c)
{
	/* What a running jail was made of, and cannot change any more. */
	static const char *const names[] = {
		"network_enabled", "extra_ro_binds", "extra_rw_binds", "hidden_paths",
		"layout",	   "sysfs",	     "memory_max",     "cpu_max",
		"tmp_size",	   "home_size",	     "disk_reserve",   "pids_max",
		"open_files",	   "caches",	     "git_hooks",      "allow_host_proc",
	};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	uint64_t hash;

	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++)
		for (size_t i = 0; i < RJ_COUNT(names); i++)
			if (!strcmp(row->name, names[i])) {
				put_value(c, row, &text);
				rj_buf_putc(&text, '\n');
			}
	hash = rj_hash(RJ_HASH_START, text.s, text.len);
	return hash ? hash : 1;
}

static void put_origin(const struct rj_config *c, const struct rj_config_row *row,
		       struct rj_buf *out)
{
	size_t line = c->lines[row - rj_config_rows()];

	if (line)
		rj_buf_printf(out, "%s:%zu", c->file, line);
	else
		rj_buf_puts(out, "default");
}

void rj_config_print(const struct rj_config *c, struct rj_buf *out)
{
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++) {
		RJ_AUTO(rj_buf_release) struct rj_buf origin = {0};

		rj_buf_printf(out, "%s = ", row->name);
		put_value(c, row, out);
		/* A file's name can hold anything; a comment of TOML, and a terminal, not. */
		put_origin(c, row, &origin);
		rj_buf_puts(out, " # ");
		rj_term_clean(out, origin.s, origin.len, 0);
		rj_buf_putc(out, '\n');
	}
}

/* Words as comment lines. */
static void put_comment(const char *words, struct rj_buf *out)
{
	size_t column = 0;

	while (*words) {
		size_t len = strcspn(words, " ");

		if (column == 0 || column + 1 + len > COLUMNS) {
			rj_buf_puts(out, column ? "\n#" : "#");
			column = 1;
		}
		rj_buf_putc(out, ' ');
		rj_buf_add(out, words, len);
		column += 1 + len;
		words += len + strspn(words + len, " ");
	}
	rj_buf_putc(out, '\n');
}

void rj_config_print_template(struct rj_buf *out)
{
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++) {
		put_comment(row->help, out);
		rj_buf_printf(out, "#%s = %s\n%s", row->name, row->standard,
			      row[1].name ? "\n" : "");
	}
}

static json_t *json_value(const struct rj_config *c, const struct rj_config_row *row)
{
	union rj_config_value value = rj_config_at(c, row);
	json_t *list;

	switch (row->type) {
	case RJ_CONFIG_STRING:
		return rj_json_text(*value.string, strlen(*value.string));
	case RJ_CONFIG_BOOL:
		return json_boolean(*value.truth);
	case RJ_CONFIG_CHOICE:
		return json_string(row->choices[*value.choice]);
	case RJ_CONFIG_STRINGS:
		list = json_array();
		for (size_t i = 0; i < value.strings->n; i++) {
			const char *s = value.strings->v[i];

			(void)json_array_append_new(list, rj_json_text(s, strlen(s)));
		}
		return list;
	case RJ_CONFIG_NUMBER:
		return json_integer((json_int_t)*value.number);
	}
	return NULL;
}

json_t *rj_config_json(const struct rj_config *c)
{
	json_t *root = json_object();

	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++) {
		RJ_AUTO(rj_buf_release) struct rj_buf origin = {0};
		json_t *entry = json_object();

		put_origin(c, row, &origin);
		(void)json_object_set_new(entry, "value", json_value(c, row));
		(void)json_object_set_new(entry, "origin", rj_json_text(origin.s, origin.len));
		(void)json_object_set_new(root, row->name, entry);
	}
	return root;
}
