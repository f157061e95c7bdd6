/* state_plain: the records of a state file as it nearly always is, without a tree of JSON values.
 * Every command reads all of them, and a tree of a thousand takes ten times as long. */
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/model/state_parts.h"

/* Where the reader stands. Each step is false when something else is there. */
struct reader {
	const char *at, *end;
};

struct span {
	const char *s;
	size_t len;
};

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\n' || *r->at == '\t' || *r->at == '\r'))
		r->at++;
}

static bool take(struct reader *r, const char *token)
{
	size_t len = strlen(token);

	skip_blanks(r);
	if ((size_t)(r->end - r->at) < len || memcmp(r->at, token, len) != 0)
		return false;
	r->at += len;
	return true;
}

static bool take_text(struct reader *r, struct span *ret)
{
	unsigned char high = 0;

	if (!take(r, "\""))
		return false;
	ret->s = r->at;
	for (; r->at < r->end && *r->at != '"'; r->at++) {
		if ((unsigned char)*r->at < ' ' || *r->at == '\\')
			return false;
		high |= (unsigned char)*r->at;
	}
	ret->len = (size_t)(r->at - ret->s);
	return (high < 0x80 || rj_utf8_is_valid(ret->s, ret->len)) && take(r, "\"");
}

static bool take_key(struct reader *r, struct span *ret)
{
	return take_text(r, ret) && take(r, ":");
}

static bool same(const struct span *a, const char *b)
{
	return !strncmp(a->s, b, a->len) && !b[a->len];
}

static bool take_entrypoint(struct reader *r, struct rj_jail *jail)
{
	struct span word;

	if (jail->entrypoint.n || !take(r, "["))
		return false;
	do {
		if (!take_text(r, &word))
			return false;
		rj_strv_give(&jail->entrypoint, rj_strndup(word.s, word.len));
	} while (take(r, ","));
	return take(r, "]");
}

static bool take_flag(struct reader *r, bool *flag)
{
	if (*flag || !take(r, "true"))
		return false;
	*flag = true;
	return true;
}

/* `*next`: the field that most likely comes, since they are written in their order. */
static bool take_member(struct reader *r, struct rj_jail *jail, size_t *next)
{
	struct span key, value;

	if (!take_key(r, &key))
		return false;
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++) {
		size_t k = (*next + i) % RJ_STATE_FIELDS;
		char **field = rj_state_text(jail, k);

		if (!same(&key, rj_state_fields[k].key))
			continue;
		if (*field || !take_text(r, &value))
			return false;
		*field = rj_strndup(value.s, value.len);
		*next = k + 1;
		return true;
	}
	if (same(&key, "entrypoint"))
		return take_entrypoint(r, jail);
	return same(&key, "nested")	? take_flag(r, &jail->nested)
	       : same(&key, "creating") ? take_flag(r, &jail->creating)
					: false;
}

static bool take_record(struct reader *r, struct rj_jail *jail)
{
	struct span name;
	size_t next = 0;

	if (!take_key(r, &name) || !take(r, "{"))
		return false;
	do {
		if (!take_member(r, jail, &next))
			return false;
	} while (take(r, ","));
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++)
		if (rj_state_fields[i].required && !*rj_state_text(jail, i))
			return false;
	return same(&name, jail->name) && take(r, "}");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct rj_jail *)a)->name, ((const struct rj_jail *)b)->name);
}

/* Sort them; false when a name is there twice. */
static bool sort(struct rj_jail *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(v[i - 1].name, v[i].name))
			return false;
	return true;
}

bool rj_state_read_plain(const char *text, size_t len, struct rj_jail **ret_jails, size_t *ret_n)
{
	struct reader r = {.at = text, .end = text + len};
	struct rj_jail *v = NULL;
	size_t n = 0, cap = 0;
	bool plain = take(&r, "{") && take(&r, "\"jails\"") && take(&r, ":") && take(&r, "{");

	if (plain && !take(&r, "}")) {
		do {
			v = rj_grow(v, &cap, n + 1, sizeof(*v));
			v[n] = (struct rj_jail){0};
			plain = take_record(&r, &v[n++]);
		} while (plain && take(&r, ","));
		plain = plain && take(&r, "}");
	}
	plain = plain && take(&r, "}");
	skip_blanks(&r);
	if (plain && r.at == r.end && (n == 0 || sort(v, n))) {
		*ret_jails = v;
		*ret_n = n;
		return true;
	}
	rj_jails_free(v, n);
	return false;
}
