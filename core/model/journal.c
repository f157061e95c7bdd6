#include "core/model/journal.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"

static const char *const peaks[] = {
	[RJ_PEAK_UNKNOWN] = NULL,
	[RJ_PEAK_CGROUP] = "cgroup",
	[RJ_PEAK_SAMPLES] = "samples",
	[RJ_PEAK_PROCESS] = "largest-process",
};

const char *rj_journal_peak_name(enum rj_peak_by by)
{
	return peaks[by];
}

void rj_journal_set_argv(struct rj_journal_entry *e, char *const *argv)
{
	size_t room = RJ_JOURNAL_WORDS;

	for (; *argv && room > 0; argv++) {
		const size_t len = strlen(*argv);
		const size_t keep = len < room ? len : room - 1;

		rj_strv_give(&e->argv, rj_strndup(*argv, keep));
		e->argv_cut |= keep < len;
		room -= keep + 1;
	}
	e->argv_cut |= *argv != NULL;
}

static json_t *text(const char *s)
{
	return rj_json_text(s, strlen(s));
}

static json_t *list(const struct rj_strv *v)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(a, text(v->v[i]));
	return a;
}

static json_t *number(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

json_t *rj_journal_json(const struct rj_journal_entry *e)
{
	const char *by = rj_journal_peak_name(e->peak_by);
	json_t *o = json_object();

	json_object_set_new(o, "id", text(e->id));
	json_object_set_new(o, "command", list(&e->argv));
	if (e->argv_cut)
		json_object_set_new(o, "command_cut", json_true());
	json_object_set_new(o, "started", e->started ? text(e->started) : json_null());
	json_object_set_new(o, "seconds",
			    e->ms < 0 ? json_null() : json_real((double)e->ms / 1000));
	json_object_set_new(o, "status", number(e->status));
	json_object_set_new(o, "user", e->user ? text(e->user) : json_null());
	json_object_set_new(o, "recorded", json_boolean(e->recorded));
	json_object_set_new(o, "commits", number(e->commits));
	json_object_set_new(o, "files_changed", number(e->files));
	json_object_set_new(o, "memory_peak", number(by ? (int64_t)e->peak : -1));
	json_object_set_new(o, "memory_peak_by", by ? text(by) : json_null());
	json_object_set_new(o, "limits", list(&e->limits));
	return o;
}

/* The last message, or else the last word, goes. False when neither is left. */
static bool shorten(json_t *o)
{
	json_t *limits = json_object_get(o, "limits");
	json_t *words = json_object_get(o, "command");

	if (json_array_size(limits) > 0)
		return json_array_remove(limits, json_array_size(limits) - 1) == 0;
	json_object_set_new(o, "command_cut", json_true());
	return json_array_size(words) > 0 &&
	       json_array_remove(words, json_array_size(words) - 1) == 0;
}

char *rj_journal_print(const struct rj_journal_entry *e)
{
	RJ_AUTO(rj_json_decref) json_t *o = rj_journal_json(e);
	struct rj_buf b = {0};

	do {
		char *line = rj_must(json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15)));

		b.len = 0;
		rj_buf_printf(&b, "%s\n", line);
		free(line);
	} while (b.len > RJ_JOURNAL_LINE && shorten(o));
	return rj_buf_take(&b);
}

static char *get_text(const json_t *value)
{
	struct rj_buf b = {0};
	struct rj_err ignored;

	if (json_is_string(value) && rj_json_bytes(value, &b, &ignored) == 0)
		return rj_buf_take(&b);
	rj_buf_release(&b);
	return NULL;
}

static char *get(const json_t *o, const char *key)
{
	return get_text(json_object_get(o, key));
}

static void get_list(const json_t *o, const char *key, struct rj_strv *ret)
{
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(o, key), i, value)
	{
		char *s = get_text(value);

		if (s)
			rj_strv_give(ret, s);
	}
}

static int64_t get_number(const json_t *o, const char *key)
{
	const json_t *value = json_object_get(o, key);

	return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
									: -1;
}

/* Not more than centuries, so that it can be counted in milliseconds. */
static int64_t get_ms(const json_t *o)
{
	const json_t *value = json_object_get(o, "seconds");
	const double s = json_number_value(value);

	return json_is_number(value) && s >= 0 && s < 1e10 ? (int64_t)(s * 1000 + 0.5) : -1;
}

static void get_peak(const json_t *o, struct rj_journal_entry *e)
{
	RJ_AUTO(rj_free) char *by = get(o, "memory_peak_by");
	const int64_t n = get_number(o, "memory_peak");

	for (size_t i = 1; by && n >= 0 && i < RJ_COUNT(peaks); i++)
		if (!strcmp(by, peaks[i])) {
			e->peak = (uint64_t)n;
			e->peak_by = (enum rj_peak_by)i;
		}
}

bool rj_journal_parse(const char *line, size_t len, struct rj_journal_entry *ret)
{
	RJ_AUTO(rj_json_decref) json_t *o = json_loadb(line, len, 0, NULL);
	struct rj_journal_entry e = {.id = get(o, "id")};
	const int64_t status = get_number(o, "status");

	*ret = (struct rj_journal_entry){0};
	if (!e.id || !rj_journal_is_id(e.id)) {
		rj_free(&e.id);
		return false;
	}
	e.started = get(o, "started");
	e.user = get(o, "user");
	get_list(o, "command", &e.argv);
	e.argv_cut = json_is_true(json_object_get(o, "command_cut"));
	e.recorded = json_is_true(json_object_get(o, "recorded"));
	e.ms = get_ms(o);
	e.status = status <= 255 ? (int)status : -1;
	e.commits = get_number(o, "commits");
	e.files = get_number(o, "files_changed");
	get_peak(o, &e);
	get_list(o, "limits", &e.limits);
	*ret = e;
	return true;
}

void rj_journal_entry_release(struct rj_journal_entry *e)
{
	rj_free(&e->id);
	rj_free(&e->started);
	rj_free(&e->user);
	rj_strv_release(&e->argv);
	rj_strv_release(&e->limits);
}

bool rj_journal_is_id(const char *text)
{
	const size_t len = strlen(text);

	return len > 0 && len < RJ_JOURNAL_ID && text[0] != '-' &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
		       len;
}
