#include "core/model/project.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/path.h"
#include "core/base/toml.h"
#include "core/model/config_value.h"
#include "core/model/layout.h"
#include "core/model/limits.h"

enum type {
	TYPE_ITEMS,
	TYPE_STRING,
	TYPE_BOOL,
	TYPE_NUMBER,
	TYPE_LIMITS,
};

struct key {
	const char *name;
	enum type type;
	size_t off;
	int (*read)(const char *value, char **ret, struct rj_err *err);
};

#define AT(field) offsetof(struct rj_project, field)

static int read_copy(const char *value, char **ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *src = NULL;
	RJ_AUTO(rj_free) char *dst = NULL;

	if (rj_project_item(value, &src, &dst, err) < 0)
		return -err->num;
	*ret = rj_strdup(value);
	return 0;
}

static int read_link(const char *value, char **ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dst = NULL;

	if (strchr(value, ':'))
		return rj_refuse(err, EINVAL, "'%s': a link has one path, which is the same inside",
				 value);
	return rj_project_item(value, ret, &dst, err);
}

static int read_setup(const char *value, char **ret, struct rj_err *err)
{
	if (!value[strspn(value, " ")])
		return rj_refuse(err, EINVAL, "the command is empty");
	*ret = rj_strdup(value);
	return 0;
}

static const struct key keys[] = {
	{"copy", TYPE_ITEMS, AT(copy), read_copy},
	{"link", TYPE_ITEMS, AT(link), read_link},
	{"setup", TYPE_STRING, AT(setup), read_setup},
	{"shell", TYPE_STRING, AT(shell), rj_config_read_shell},
	{"network", TYPE_BOOL, AT(network), NULL},
	{"limits", TYPE_LIMITS, 0, NULL},
	{NULL, 0, 0, NULL},
};

static const struct key limit_keys[] = {
	{"memory_max", TYPE_STRING, AT(memory_max), rj_limit_read_memory},
	{"pids_max", TYPE_NUMBER, AT(pids_max), NULL},
	{"cpu_max", TYPE_STRING, AT(cpu_max), rj_limit_read_cpu},
	{"tmp_size", TYPE_STRING, AT(tmp_size), rj_limit_read_tmp},
	{"home_size", TYPE_STRING, AT(home_size), rj_limit_read_home},
	{"open_files", TYPE_NUMBER, AT(open_files), NULL},
	{NULL, 0, 0, NULL},
};

static const struct key top_keys[] = {{"project", TYPE_LIMITS, 0, NULL}, {NULL, 0, 0, NULL}};

/* Would git, on any system, take the part for its own directory? */
static bool is_git(const char *part, size_t len)
{
	return (len >= 4 && !strncasecmp(part, ".git", 4) &&
		(len == 4 || strchr(". :", part[4]) != NULL)) ||
	       (len == 5 && !strncasecmp(part, "git~1", 5));
}

static int check_path(const char *path, struct rj_err *err)
{
	if (!*path)
		return rj_refuse(err, EINVAL, "a path is missing");
	if (*path == '/' || *path == '~') {
		rj_refuse(err, EINVAL, "'%s' does not lie in the project", path);
		return rj_hint(err, "write a path as it is seen from the top of the repository");
	}
	for (size_t len; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len == 2 && !strncmp(path, "..", 2))
			return rj_refuse(err, EINVAL, "\"..\" is not allowed in a path");
		if (is_git(path, len))
			return rj_refuse(err, EINVAL, "'%.*s' is git's own", (int)len, path);
	}
	return 0;
}

/* "a//./b/" -> "a/b"; malloc'd, NULL for what is the top itself. */
static char *tidy(const char *path)
{
	RJ_AUTO(rj_free) char *whole = rj_path_absolute("/", path);

	return whole[1] ? rj_strdup(whole + 1) : NULL;
}

int rj_project_item(const char *text, char **ret_src, char **ret_dst, struct rj_err *err)
{
	const char *colon = strchr(text, ':');
	RJ_AUTO(rj_free) char *first = rj_strndup(text, strcspn(text, ":"));
	const char *second = colon ? colon + 1 : first;
	char *src, *dst;

	if (strchr(second, ':'))
		return rj_refuse(err, EINVAL, "'%s': more than one colon", text);
	if (check_path(first, err) < 0 || check_path(second, err) < 0)
		return -err->num;
	src = tidy(first);
	dst = tidy(second);
	if (!src || !dst) {
		free(src);
		free(dst);
		return rj_refuse(err, EINVAL, "'%s' is the top of the project itself", text);
	}
	*ret_src = src;
	*ret_dst = dst;
	return 0;
}

static int read_string(const char *file, const struct key *key, const struct rj_toml *node,
		       char **ret, struct rj_err *err)
{
	struct rj_err why = {0};

	if (node->type != RJ_TOML_STRING)
		return rj_toml_refuse(err, file, node->at, "%s: expected a string, found %s",
				      key->name, rj_toml_type_name(node->type));
	for (size_t i = 0; i < node->len; i++)
		if ((unsigned char)node->s[i] < 0x20 || node->s[i] == 0x7f)
			return rj_toml_refuse(err, file, node->at,
					      "%s: control characters are not allowed", key->name);
	if (key->read(node->s, ret, &why) == 0)
		return 0;
	rj_toml_refuse(err, file, node->at, "%s: %s", key->name, why.msg);
	return rj_hint(err, "%s", why.hint);
}

static int read_items(const char *file, const struct key *key, const struct rj_toml *node,
		      struct rj_strv *ret, struct rj_err *err)
{
	if (node->type != RJ_TOML_ARRAY)
		return rj_toml_refuse(err, file, node->at,
				      "%s: expected an array of strings, found %s", key->name,
				      rj_toml_type_name(node->type));
	if (node->n > RJ_PROJECT_ITEMS)
		return rj_toml_refuse(err, file, node->at, "%s: more than %d entries", key->name,
				      RJ_PROJECT_ITEMS);
	for (size_t i = 0; i < node->n; i++) {
		char *s = NULL;

		if (read_string(file, key, node->v[i], &s, err) < 0)
			return -err->num;
		rj_strv_give(ret, s);
	}
	return 0;
}

/* A limit has in here the bounds that it has in the configuration. */
static int64_t least_of(const struct key *key)
{
	const struct rj_config_row *row = rj_config_rows();

	while (strcmp(row->name, key->name) != 0)
		row++;
	return (int64_t)row->least;
}

static int read_table(const char *file, const struct key *table, const struct rj_toml *node,
		      struct rj_project *p, struct rj_err *err);

static int read_value(const char *file, const struct key *key, const struct rj_toml *node,
		      struct rj_project *p, struct rj_err *err)
{
	void *field = (char *)p + key->off;

	switch (key->type) {
	case TYPE_ITEMS:
		return read_items(file, key, node, field, err);
	case TYPE_STRING:
		return read_string(file, key, node, field, err);
	case TYPE_BOOL:
		if (node->type != RJ_TOML_BOOL)
			return rj_toml_refuse(err, file, node->at,
					      "%s: expected true or false, found %s", key->name,
					      rj_toml_type_name(node->type));
		p->network = node->truth ? RJ_PROJECT_ON : RJ_PROJECT_OFF;
		return 0;
	case TYPE_NUMBER:
		if (node->type != RJ_TOML_INTEGER || node->integer < least_of(key))
			return rj_toml_refuse(err, file, node->at,
					      "%s: expected an integer from %lld on", key->name,
					      (long long)least_of(key));
		*(uint64_t *)field = (uint64_t)node->integer;
		return 0;
	case TYPE_LIMITS:
		return read_table(file, key == top_keys ? keys : limit_keys, node, p, err);
	}
	return 0;
}

static const struct key *find_key(const struct key *table, const struct rj_toml *node)
{
	for (; table->name; table++)
		if (strlen(node->key) == node->key_len && !strcmp(node->key, table->name))
			return table;
	return NULL;
}

static int refuse_key(const char *file, const struct key *table, const struct rj_toml *node,
		      struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf key = {0}, all = {0};
	const char *names[RJ_COUNT(keys)] = {NULL}, *near;

	for (size_t i = 0; table[i].name && i + 1 < RJ_COUNT(names); i++) {
		names[i] = table[i].name;
		rj_buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
	}
	rj_toml_quote(&key, node->key, node->key_len);
	rj_toml_refuse(err, file, node->key_at, "unknown key %.100s", rj_buf_str(&key));
	near = rj_nearest(node->key, names);
	return near ? rj_hint(err, "did you mean %s?", near)
		    : rj_hint(err, "the keys here are: %s", rj_buf_str(&all));
}

static int read_table(const char *file, const struct key *table, const struct rj_toml *node,
		      struct rj_project *p, struct rj_err *err)
{
	if (node->type != RJ_TOML_TABLE)
		return rj_toml_refuse(err, file, node->at, "expected a table, found %s",
				      rj_toml_type_name(node->type));
	for (size_t i = 0; i < node->n; i++) {
		const struct key *key = find_key(table, node->v[i]);

		if (!key)
			return refuse_key(file, table, node->v[i], err);
		if (read_value(file, key, node->v[i], p, err) < 0)
			return -err->num;
	}
	return 0;
}

int rj_project_parse(const char *text, size_t len, const char *file, struct rj_project *ret,
		     struct rj_err *err)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;

	if (len > RJ_PROJECT_MAX)
		return rj_refuse(err, EFBIG, "%s is larger than %d KiB", file,
				 RJ_PROJECT_MAX >> 10);
	if (rj_toml_parse(text, len, file, &root, err) < 0)
		return -err->num;
	return read_table(file, top_keys, root, ret, err);
}

void rj_project_release(struct rj_project *p)
{
	rj_strv_release(&p->copy);
	rj_strv_release(&p->link);
	free(p->setup);
	free(p->shell);
	free(p->memory_max);
	free(p->cpu_max);
	free(p->tmp_size);
	free(p->home_size);
	*p = (struct rj_project){0};
}
