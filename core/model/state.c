#include "core/model/state_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

const struct rj_state_field rj_state_fields[RJ_STATE_FIELDS] = {
	{"id", offsetof(struct rj_jail, id), true},
	{"name", offsetof(struct rj_jail, name), true},
	{"repo_path", offsetof(struct rj_jail, repo_path), true},
	{"worktree_path", offsetof(struct rj_jail, worktree_path), true},
	{"branch_name", offsetof(struct rj_jail, branch), true},
	{"created_at", offsetof(struct rj_jail, created_at), true},
	{"git_dir", offsetof(struct rj_jail, git_dir), false},
	{"admin", offsetof(struct rj_jail, admin), false},
	{"base", offsetof(struct rj_jail, base), false},
	{"agent", offsetof(struct rj_jail, agent), false},
};

char *rj_state_print(const json_t *state)
{
	char *text = json_dumps(state, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	struct rj_buf b = {0};

	if (text) {
		rj_buf_printf(&b, "%s\n", text);
		free(text);
	}
	return rj_buf_take(&b);
}

static char *get_text(const json_t *value)
{
	struct rj_buf b = {0};
	struct rj_err ignored;

	if (!json_is_string(value) || rj_json_bytes(value, &b, &ignored) < 0) {
		rj_buf_release(&b);
		return NULL;
	}
	return rj_buf_take(&b);
}

static int get_entrypoint(const json_t *record, const char *name, struct rj_jail *jail,
			  struct rj_err *err)
{
	const json_t *list = json_object_get(record, "entrypoint");
	const json_t *value;
	size_t i;

	if (!list || json_is_null(list))
		return 0;
	if (!json_is_array(list))
		return rj_refuse(err, EINVAL, "the record of jail '%s': entrypoint is no list",
				 name);
	json_array_foreach(list, i, value)
	{
		char *word = get_text(value);

		if (!word)
			return rj_refuse(err, EINVAL,
					 "the record of jail '%s': entrypoint holds no text", name);
		rj_strv_give(&jail->entrypoint, word);
	}
	return 0;
}

static int fill(const json_t *record, const char *name, struct rj_jail *jail, struct rj_err *err)
{
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++) {
		const struct rj_state_field *f = &rj_state_fields[i];
		char **field = rj_state_text(jail, i);

		*field = get_text(json_object_get(record, f->key));
		if (!*field && f->required)
			return rj_refuse(err, EINVAL, "the record of jail '%s' lacks \"%s\"", name,
					 f->key);
	}
	if (strcmp(jail->name, name) != 0)
		return rj_refuse(err, EINVAL, "the record of jail '%s' names itself '%s'", name,
				 jail->name);
	jail->nested = json_is_true(json_object_get(record, "nested"));
	jail->creating = json_is_true(json_object_get(record, "creating"));
	return get_entrypoint(record, name, jail, err);
}

/* All of them, so that no command works on a file that another one cannot read. */
static int check_records(json_t *jails, struct rj_err *err)
{
	const char *name;
	json_t *record;

	json_object_foreach(jails, name, record)
	{
		RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};

		if (fill(record, name, &jail, err) < 0)
			return -err->num;
	}
	return 0;
}

int rj_state_parse(const char *text, size_t len, const char *file, json_t **ret_state,
		   struct rj_err *err)
{
	json_error_t why;
	json_t *doc;
	int rc;

	if (len == 0)
		doc = json_object();
	else
		doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	if (!doc)
		return rj_refuse(err, EINVAL, "%s:%d:%d: %s", file, why.line, why.column, why.text);
	if (json_is_object(doc) && !json_object_get(doc, "jails"))
		json_object_set_new(doc, "jails", json_object());
	if (!json_is_object(json_object_get(doc, "jails")))
		rc = rj_refuse(err, EINVAL, "it holds no object \"jails\"");
	else
		rc = check_records(json_object_get(doc, "jails"), err);
	if (rc < 0) {
		json_decref(doc);
		return rj_wrap(err, "%s", file);
	}
	*ret_state = doc;
	return 0;
}

int rj_state_get(const json_t *state, const char *name, struct rj_jail *ret_jail,
		 struct rj_err *err)
{
	const json_t *record = json_object_get(json_object_get(state, "jails"), name);
	struct rj_jail jail = {0};

	if (!record)
		return -ENOENT;
	if (fill(record, name, &jail, err) < 0) {
		rj_jail_release(&jail);
		return -err->num;
	}
	*ret_jail = jail;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void rj_state_names(const json_t *state, struct rj_strv *ret_names)
{
	json_t *jails = json_object_get(state, "jails");
	const char *name;
	json_t *record;

	json_object_foreach(jails, name, record) rj_strv_add(ret_names, name);
	if (ret_names->n > 0)
		qsort(ret_names->v, ret_names->n, sizeof(*ret_names->v), by_text);
}

int rj_state_list(const char *text, size_t len, const char *file, const char *only,
		  struct rj_jail **ret_jails, size_t *ret_n, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *state = NULL;
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};
	struct rj_jail *jails;
	size_t n = 0;

	if (rj_state_read_plain(text, len, only, ret_jails, ret_n))
		return 0;
	if (rj_state_parse(text, len, file, &state, err) < 0)
		return -err->num;
	rj_state_names(state, &names);
	jails = rj_alloc(names.n + 1, sizeof(*jails));
	for (size_t i = 0; i < names.n; i++) {
		if (only && strcmp(names.v[i], only) != 0)
			continue;
		if (rj_state_get(state, names.v[i], &jails[n], err) < 0) {
			rj_jails_free(jails, n);
			return -err->num;
		}
		n++;
	}
	*ret_jails = jails;
	*ret_n = n;
	return 0;
}

/* Kept only when it is true, as RoboJail 0.1 knows neither. */
static void put_flag(json_t *record, const char *key, bool value)
{
	if (value)
		json_object_set_new(record, key, json_true());
	else
		json_object_del(record, key);
}

void rj_state_put(json_t *state, const struct rj_jail *jail)
{
	json_t *jails = json_object_get(state, "jails");
	json_t *record = json_object_get(jails, jail->name);

	if (!json_is_object(record)) {
		record = json_object();
		json_object_set_new(jails, jail->name, record);
	}
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++) {
		const struct rj_state_field *f = &rj_state_fields[i];
		const char *s = *(char *const *)((const char *)jail + f->off);

		if (s)
			json_object_set_new(record, f->key, rj_json_text(s, strlen(s)));
	}
	json_object_del(record, "entrypoint");
	if (jail->entrypoint.n > 0) {
		json_t *list = json_array();

		for (size_t i = 0; i < jail->entrypoint.n; i++) {
			const char *s = jail->entrypoint.v[i];

			json_array_append_new(list, rj_json_text(s, strlen(s)));
		}
		json_object_set_new(record, "entrypoint", list);
	}
	put_flag(record, "nested", jail->nested);
	put_flag(record, "creating", jail->creating);
}

void rj_state_remove(json_t *state, const char *name)
{
	json_object_del(json_object_get(state, "jails"), name);
}
