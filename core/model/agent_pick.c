/* What of a document is copied, and what of it may come back: an allow-list of keys. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/model/agent.h"

enum {
	PLAIN_MAX = 64,	  /* entries of a list that came from a jail */
	SHOWN_WHOLE = 12, /* characters of a text that is no secret, most likely */
	SHOWN = 4,
	DEPTH_MAX = 8, /* levels in which differences are looked for */
	NAME_SHOWN = 64,
};

/* One part, up to its end: bare, or between quotes, in which no escape is known. */
static size_t take_part(const char *s, struct rj_strv *parts)
{
	size_t len = s[0] == '"' ? strcspn(s + 1, "\"\\") : strcspn(s, ".\"\\");

	if (len == 0 || (s[0] == '"' && s[len + 1] != '"'))
		return 0;
	rj_strv_give(parts, rj_strndup(s + (s[0] == '"'), len));
	return s[0] == '"' ? len + 2 : len;
}

int rj_agent_key_split(const char *key, struct rj_strv *ret_parts, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv parts = {0};

	for (const char *s = key;; s++) {
		size_t len = take_part(s, &parts);
		const char *part = len ? parts.v[parts.n - 1] : "";
		const char *star = strchr(part, '*');

		s += len;
		if (len == 0 || (*s && *s != '.') || (star && star[1])) {
			rj_refuse(err, EINVAL, "'%s' is not a key", key);
			return rj_hint(err, "parts with dots between, as in a.b; \"a.b\" in quotes "
					    "is one; a * at a part's end stands for anything");
		}
		if (!*s)
			break;
	}
	*ret_parts = parts;
	parts = (struct rj_strv){0};
	return 0;
}

static bool part_fits(const char *part, const char *name)
{
	const char *star = strchr(part, '*');

	return star ? !strncmp(part, name, (size_t)(star - part)) : !strcmp(part, name);
}

static bool is_plain(const json_t *v)
{
	const json_t *entry;
	size_t i;

	if (json_is_object(v))
		return false;
	if (!json_is_array(v))
		return true;
	if (json_array_size(v) > PLAIN_MAX)
		return false;
	json_array_foreach(v, i, entry)
	{
		if (json_is_object(entry) || json_is_array(entry))
			return false;
	}
	return true;
}

/* As deep as `parts` is long. */
static void pick(json_t *dst, const json_t *src, char *const *parts, bool plain)
{
	json_t *value, *sub;
	const char *name;

	/* The macro takes what is not const, and changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)src, name, value)
	{
		if (!part_fits(parts[0], name))
			continue;
		if (!parts[1]) {
			if (!plain || is_plain(value))
				json_object_set_new(dst, name, rj_must(json_deep_copy(value)));
			continue;
		}
		if (!json_is_object(value))
			continue;
		sub = json_object_get(dst, name);
		if (!json_is_object(sub)) {
			sub = rj_must(json_object());
			json_object_set_new(dst, name, sub);
		}
		pick(sub, value, parts + 1, plain);
		if (json_object_size(sub) == 0)
			json_object_del(dst, name);
	}
}

json_t *rj_agent_pick(const struct rj_strv *keys, const json_t *doc, bool plain)
{
	json_t *picked = rj_must(json_object());
	struct rj_err none;

	for (size_t i = 0; json_is_object(doc) && i < keys->n; i++) {
		RJ_AUTO(rj_strv_release) struct rj_strv parts = {0};

		if (rj_agent_key_split(keys->v[i], &parts, &none) == 0)
			pick(picked, doc, parts.v, plain);
	}
	return picked;
}

void rj_agent_merge(json_t *doc, const json_t *picked)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)picked, name, value)
	{
		json_t *old = json_object_get(doc, name);

		if (json_is_object(value) && json_is_object(old))
			rj_agent_merge(old, value);
		else
			json_object_set_new(doc, name, rj_must(json_deep_copy(value)));
	}
}

/* The name of a key in a path of them. */
static void put_part(struct rj_buf *out, const char *name)
{
	if (out->len > 0)
		rj_buf_putc(out, '.');
	if (strlen(name) > NAME_SHOWN) {
		rj_toml_quote(out, name, NAME_SHOWN);
		rj_buf_puts(out, "...");
	} else if (name[0] && !name[strcspn(name, ".\" \t\r\n\\")])
		rj_buf_puts(out, name);
	else
		rj_toml_quote(out, name, strlen(name));
}

static bool diff(const json_t *mine, const json_t *theirs, const char *path, unsigned depth,
		 rj_agent_diff_fn *each, void *arg)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)theirs, name, value)
	{
		json_t *old = json_object_get(mine, name);
		RJ_AUTO(rj_buf_release) struct rj_buf key = {0};

		rj_buf_puts(&key, path);
		put_part(&key, name);
		if (json_is_object(value) && depth < DEPTH_MAX) {
			if (!diff(old, value, rj_buf_str(&key), depth + 1, each, arg))
				return false;
		} else if (!json_equal(old, value) && !each(arg, rj_buf_str(&key), old, value)) {
			return false;
		}
	}
	return true;
}

void rj_agent_diff(const json_t *mine, const json_t *theirs, rj_agent_diff_fn *each, void *arg)
{
	(void)diff(mine, theirs, "", 1, each, arg);
}

static void show_text(const char *s, size_t len, struct rj_buf *out)
{
	size_t n = 0, at = 0, cut = 0;

	while (at < len) {
		uint32_t c;
		size_t step = rj_utf8_decode(s + at, len - at, &c);

		if (n == SHOWN)
			cut = at;
		n++;
		at += step ? step : 1;
	}
	if (n > SHOWN_WHOLE) {
		rj_buf_add(out, s, cut);
		rj_buf_printf(out, "... (%zu characters)", n);
	} else if (n == 0) {
		rj_buf_puts(out, "\"\"");
	} else {
		rj_buf_add(out, s, len);
	}
}

void rj_agent_show(const json_t *value, struct rj_buf *out)
{
	char *text;
	const json_t *entry;
	size_t i;

	if (json_is_string(value)) {
		show_text(json_string_value(value), json_string_length(value), out);
		return;
	}
	if (json_is_array(value)) {
		rj_buf_putc(out, '[');
		json_array_foreach(value, i, entry)
		{
			rj_buf_puts(out, i ? ", " : "");
			rj_agent_show(entry, out);
		}
		rj_buf_putc(out, ']');
		return;
	}
	if (json_is_object(value)) {
		rj_buf_printf(out, "{%zu keys}", json_object_size(value));
		return;
	}
	text = rj_must(json_dumps(value, JSON_ENCODE_ANY));
	rj_buf_puts(out, text);
	free(text);
}

static int filter_json(const struct rj_agent_file *f, const char *text, size_t len,
		       const char *name, struct rj_buf *out, struct rj_err *err)
{
	json_error_t why;
	RJ_AUTO(rj_json_decref) json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);
	RJ_AUTO(rj_json_decref) json_t *picked = NULL;
	char *printed;

	if (!doc)
		return rj_refuse(err, EINVAL, "%s:%d:%d: %s", name, why.line, why.column, why.text);
	if (!json_is_object(doc))
		return rj_refuse(err, EINVAL, "%s holds no JSON object", name);
	picked = rj_agent_pick(&f->keep, doc, f->kind == RJ_AGENT_LOGIN);
	if (json_object_size(picked) == 0)
		return 0;
	printed = rj_must(json_dumps(picked, JSON_INDENT(2) | JSON_SORT_KEYS));
	rj_buf_printf(out, "%s\n", printed);
	free(printed);
	return 0;
}

int rj_agent_filter(const struct rj_agent_file *f, const char *text, size_t len, const char *name,
		    struct rj_buf *out, struct rj_err *err)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;

	switch (f->format) {
	case RJ_AGENT_JSON:
		return filter_json(f, text, len, name, out, err);
	case RJ_AGENT_TOML:
		if (rj_toml_parse(text, len, name, &root, err) < 0)
			return -err->num;
		rj_agent_pick_toml(&f->keep, root, out);
		return 0;
	case RJ_AGENT_TEXT:
		rj_buf_add(out, text, len);
		return 0;
	}
	return 0;
}
