/* One preset: from TOML to struct rj_agent, and the checks of its values. */
#include "core/model/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/model/agent_value.h"

static const char *const kinds[] = {"login", "settings", "memory", NULL};
static const char *const whens[] = {"create", "start", NULL};
static const char *const formats[] = {"json", "toml", "text", NULL};

const char *rj_agent_kind_name(enum rj_agent_kind kind)
{
	return kinds[kind];
}

const char *rj_agent_when_name(enum rj_agent_when when)
{
	return whens[when];
}

int rj_agent_check_name(const char *name, struct rj_err *err)
{
	size_t len = strlen(name);

	if (len > 0 && len <= 64 && name[0] != '-' && name[0] != '.' && strcmp(name, "none") != 0 &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
		    len)
		return 0;
	rj_refuse(err, EINVAL, "'%s' is no name for an agent preset", name);
	return rj_hint(err, "letters, digits, '-', '_' and '.', at most 64; not \"none\", which "
			    "means no preset");
}

typedef int reader(const char *value, char **ret, struct rj_err *err);

struct row {
	const char *name;
	size_t off;
	reader *read;		    /* a string, or a list of such; NULL for a choice */
	const char *const *choices; /* an enum */
	bool is_list;
};

#define LIST(T, field, how)                                                                    \
	{                                                                                      \
		.name = #field, .off = offsetof(struct T, field), .read = how, .is_list = true \
	}
#define TEXT(T, field, how)                                                   \
	{                                                                     \
		.name = #field, .off = offsetof(struct T, field), .read = how \
	}
#define CHOICE(T, field, list)                                                    \
	{                                                                         \
		.name = #field, .off = offsetof(struct T, field), .choices = list \
	}

static const struct row agent_rows[] = {TEXT(rj_agent, extends, rj_agent_read_program),
					TEXT(rj_agent, summary, rj_agent_read_line),
					LIST(rj_agent, programs, rj_agent_read_program),
					LIST(rj_agent, env, rj_agent_read_env),
					LIST(rj_agent, persist, rj_agent_read_path),
					LIST(rj_agent, flags, rj_agent_read_line),
					LIST(rj_agent, domains, rj_agent_read_line),
					{.name = NULL}};
static const struct row file_rows[] = {TEXT(rj_agent_file, path, rj_agent_read_path),
				       CHOICE(rj_agent_file, kind, kinds),
				       CHOICE(rj_agent_file, when, whens),
				       CHOICE(rj_agent_file, format, formats),
				       LIST(rj_agent_file, keep, rj_agent_read_key),
				       LIST(rj_agent_file, back, rj_agent_read_key),
				       {.name = NULL}};

/* The known key that was probably meant, or else all of them. */
static int refuse_key(const char *file, const struct rj_toml *node, const struct row *rows,
		      struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf key = {0}, all = {0};
	const char *names[RJ_COUNT(agent_rows) + 1] = {NULL}, *near;
	size_t n = 0;

	for (; rows[n].name; n++) {
		names[n] = rows[n].name;
		rj_buf_printf(&all, "%s%s", n ? ", " : "", names[n]);
	}
	if (rows == agent_rows) {
		names[n] = "file";
		rj_buf_puts(&all, ", [[file]]");
	}
	rj_toml_quote(&key, node->key, node->key_len);
	(void)rj_toml_refuse(err, file, node->key_at, "unknown key %.100s", rj_buf_str(&key));
	near = rj_nearest(node->key, names);
	return near ? rj_hint(err, "did you mean %s?", near)
		    : rj_hint(err, "the keys are: %s", rj_buf_str(&all));
}

static int read_text(const char *file, const char *key, reader *read, const struct rj_toml *node,
		     char **ret, struct rj_err *err)
{
	struct rj_err why = {0};

	if (node->type != RJ_TOML_STRING)
		return rj_toml_refuse(err, file, node->at, "%s: expected a string, found %s", key,
				      rj_toml_type_name(node->type));
	for (size_t i = 0; i < node->len; i++)
		if ((unsigned char)node->s[i] < 0x20 || node->s[i] == 0x7f)
			return rj_toml_refuse(err, file, node->at,
					      "%s: control characters are not allowed", key);
	if (read(node->s, ret, &why) == 0)
		return 0;
	(void)rj_toml_refuse(err, file, node->at, "%s: %s", key, why.msg);
	return rj_hint(err, "%s", why.hint);
}

static int read_choice(const char *file, const struct row *row, const struct rj_toml *node,
		       unsigned *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf all = {0};

	for (unsigned i = 0; row->choices[i]; i++) {
		if (node->type == RJ_TOML_STRING && strlen(node->s) == node->len &&
		    !strcmp(node->s, row->choices[i])) {
			*ret = i;
			return 0;
		}
		rj_buf_printf(&all, "%s\"%s\"", i ? " or " : "", row->choices[i]);
	}
	return rj_toml_refuse(err, file, node->at, "%s: expected %s", row->name, rj_buf_str(&all));
}

static int read_row(const char *file, const struct row *row, const struct rj_toml *node, void *to,
		    struct rj_err *err)
{
	void *field = (char *)to + row->off;
	char *s = NULL;

	if (row->choices)
		return read_choice(file, row, node, field, err);
	if (!row->is_list) {
		if (read_text(file, row->name, row->read, node, &s, err) < 0)
			return -err->num;
		free(*(char **)field);
		*(char **)field = s;
		return 0;
	}
	if (node->type != RJ_TOML_ARRAY)
		return rj_toml_refuse(err, file, node->at,
				      "%s: expected an array of strings, found %s", row->name,
				      rj_toml_type_name(node->type));
	for (size_t i = 0; i < node->n; i++) {
		RJ_AUTO(rj_free) char *entry = NULL;

		if (read_text(file, row->name, row->read, node->v[i], &entry, err) < 0)
			return -err->num;
		if (!rj_strv_has(field, entry))
			rj_strv_add(field, entry);
	}
	return 0;
}

static const struct row *find_row(const struct row *rows, const struct rj_toml *node)
{
	for (; rows->name; rows++)
		if (strlen(node->key) == node->key_len && !strcmp(node->key, rows->name))
			return rows;
	return NULL;
}

static void file_release(struct rj_agent_file *f)
{
	free(f->path);
	rj_strv_release(&f->keep);
	rj_strv_release(&f->back);
	*f = (struct rj_agent_file){0};
}

static enum rj_agent_format format_of(const char *path)
{
	size_t len = strlen(path);

	if (len > 5 && !strcmp(path + len - 5, ".json"))
		return RJ_AGENT_JSON;
	return len > 5 && !strcmp(path + len - 5, ".toml") ? RJ_AGENT_TOML : RJ_AGENT_TEXT;
}

/* What must fit together; `at` is the table. */
static int check_file(const char *file, const struct rj_toml *node, struct rj_agent_file *f,
		      struct rj_err *err)
{
	if (!f->path)
		return rj_toml_refuse(err, file, node->at, "this file has no path");
	if (!rj_toml_get(node, "kind"))
		return rj_toml_refuse(err, file, node->at, "this file has no kind");
	if (!rj_toml_get(node, "when"))
		return rj_toml_refuse(err, file, node->at, "this file has no when");
	if (!rj_toml_get(node, "format"))
		f->format = format_of(f->path);
	if (f->kind == RJ_AGENT_LOGIN && f->format != RJ_AGENT_JSON) {
		rj_toml_refuse(err, file, f->at, "a login is a JSON file");
		return rj_hint(err, "of others RoboJail cannot tell what may come back from a "
				    "jail: pass a variable, or copy it as kind = \"settings\"");
	}
	if ((f->format != RJ_AGENT_TEXT) != (f->keep.n > 0)) {
		rj_toml_refuse(err, file, f->at, "%s",
			       f->keep.n > 0 ? "keep is for JSON and TOML: a text is copied whole"
					     : "keep is missing: the keys that are copied");
		return rj_hint(err, "a file of which everything may be copied is format = "
				    "\"text\"");
	}
	if (f->kind != RJ_AGENT_LOGIN && f->back.n > 0)
		return rj_toml_refuse(err, file, f->at,
				      "back is for logins: nothing else of a "
				      "jail is brought back");
	if (f->kind == RJ_AGENT_LOGIN && !rj_toml_get(node, "back"))
		for (size_t i = 0; i < f->keep.n; i++)
			rj_strv_add(&f->back, f->keep.v[i]);
	return 0;
}

/* In place of one by the same path, which the preset that is extended may have. */
static void put_file(struct rj_agent *a, struct rj_agent_file *f)
{
	for (size_t i = 0; i < a->n_files; i++)
		if (!strcmp(a->files[i].path, f->path)) {
			file_release(&a->files[i]);
			a->files[i] = *f;
			return;
		}
	a->files = rj_grow(a->files, &a->cap, a->n_files + 1, sizeof(*a->files));
	a->files[a->n_files++] = *f;
}

static int read_file(const char *file, const struct rj_toml *node, struct rj_agent *a,
		     struct rj_err *err)
{
	struct rj_agent_file f = {0};
	const struct rj_toml *path = rj_toml_get(node, "path");
	int rc = 0;

	f.at = path ? path->at : node->at;
	for (size_t i = 0; rc == 0 && i < node->n; i++) {
		const struct row *row = find_row(file_rows, node->v[i]);

		rc = row ? read_row(file, row, node->v[i], &f, err)
			 : refuse_key(file, node->v[i], file_rows, err);
	}
	if (rc == 0)
		rc = check_file(file, node, &f, err);
	if (rc < 0)
		file_release(&f);
	else
		put_file(a, &f);
	return rc;
}

static int read_files(const char *file, const struct rj_toml *node, struct rj_agent *a,
		      struct rj_err *err)
{
	for (size_t i = 0; node->type == RJ_TOML_ARRAY && i < node->n; i++) {
		if (node->v[i]->type != RJ_TOML_TABLE)
			return rj_toml_refuse(err, file, node->v[i]->at, "file: expected a table");
		if (read_file(file, node->v[i], a, err) < 0)
			return -err->num;
	}
	if (node->type != RJ_TOML_ARRAY)
		return rj_toml_refuse(err, file, node->at, "write it as [[file]]");
	return 0;
}

/* What is extended comes first, so that the preset's own follows and replaces. */
static int read_extended(const char *file, const struct rj_toml *root, struct rj_agent *a,
			 struct rj_err *err)
{
	const struct rj_toml *node = rj_toml_get(root, "extends");
	RJ_AUTO(rj_free) char *base = NULL;
	const char *names[64] = {NULL}, *near;

	if (!node)
		return 0;
	if (read_text(file, "extends", rj_agent_read_program, node, &base, err) < 0)
		return -err->num;
	for (size_t i = 0; rj_agent_texts[i].name && i + 1 < RJ_COUNT(names); i++) {
		const struct rj_agent_text *t = &rj_agent_texts[i];

		names[i] = t->name;
		if (!strcmp(t->name, base))
			return rj_agent_parse(base, t->text, strlen(t->text), NULL, a, err);
	}
	(void)rj_toml_refuse(err, file, node->at, "extends: '%s' is no preset of RoboJail's own",
			     base);
	near = rj_nearest(base, names);
	return near ? rj_hint(err, "did you mean \"%s\"?", near)
		    : rj_hint(err, "they are listed by: robojail agents");
}

static int read_agent(const char *file, const struct rj_toml *root, struct rj_agent *a,
		      struct rj_err *err)
{
	for (size_t i = 0; i < root->n; i++) {
		const struct rj_toml *node = root->v[i];
		const struct row *row = find_row(agent_rows, node);
		int rc;

		if (!strcmp(node->key, "file") && node->key_len == 4)
			rc = read_files(file, node, a, err);
		else
			rc = row ? read_row(file, row, node, a, err)
				 : refuse_key(file, node, agent_rows, err);
		if (rc < 0)
			return rc;
	}
	if (a->summary)
		return 0;
	return rj_refuse(err, EINVAL, "%s: summary is missing: one line on what agent it is", file);
}

int rj_agent_parse(const char *name, const char *text, size_t len, const char *origin,
		   struct rj_agent *ret, struct rj_err *err)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	RJ_AUTO(rj_agent_release) struct rj_agent a = {0};
	const char *file = origin ? origin : name;

	if (rj_agent_check_name(name, err) < 0 || rj_toml_parse(text, len, file, &root, err) < 0)
		return -err->num;
	/* Ours extend nothing, so this ends. */
	if (origin && read_extended(file, root, &a, err) < 0)
		return -err->num;
	free(a.name);
	a.name = rj_strdup(name);
	a.origin = rj_strdup(origin);
	if (read_agent(file, root, &a, err) < 0)
		return -err->num;
	*ret = a;
	a = (struct rj_agent){0};
	return 0;
}

void rj_agent_release(struct rj_agent *a)
{
	free(a->name);
	free(a->origin);
	free(a->extends);
	free(a->summary);
	rj_strv_release(&a->programs);
	rj_strv_release(&a->env);
	rj_strv_release(&a->persist);
	rj_strv_release(&a->flags);
	rj_strv_release(&a->domains);
	for (size_t i = 0; i < a->n_files; i++)
		file_release(&a->files[i]);
	free(a->files);
	*a = (struct rj_agent){0};
}
