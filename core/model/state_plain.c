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

static bool take_char(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool take_text(struct reader *r, struct span *ret)
{
	unsigned char high = 0;

	if (!take_char(r, '"'))
		return false;
	ret->s = r->at;
	for (; r->at < r->end && *r->at != '"'; r->at++) {
		if ((unsigned char)*r->at < ' ' || *r->at == '\\')
			return false;
		high |= (unsigned char)*r->at;
	}
	ret->len = (size_t)(r->at - ret->s);
	return (high < 0x80 || rj_utf8_is_valid(ret->s, ret->len)) && take_char(r, '"');
}

static bool take_key(struct reader *r, struct span *ret)
{
	return take_text(r, ret) && take_char(r, ':');
}

static bool same(const struct span *a, const char *b)
{
	return !strncmp(a->s, b, a->len) && !b[a->len];
}

/* A record as it lies in the text. */
struct record {
	struct span name, field[RJ_STATE_FIELDS], entrypoint; /* that is what stands in [] */
	bool nested, creating;
};

static bool take_entrypoint(struct reader *r, struct span *ret)
{
	struct span word;

	if (ret->s || !take_char(r, '['))
		return false;
	ret->s = r->at;
	do {
		if (!take_text(r, &word))
			return false;
	} while (take_char(r, ','));
	ret->len = (size_t)(r->at - ret->s);
	return take_char(r, ']');
}

static bool take_flag(struct reader *r, bool *flag)
{
	static const char word[] = "true";
	const size_t len = sizeof(word) - 1;

	skip_blanks(r);
	if (*flag || (size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return false;
	r->at += len;
	*flag = true;
	return true;
}

/* `*next`: the field that most likely comes, since they are written in their order. */
static bool take_member(struct reader *r, struct record *record, size_t *next)
{
	struct span key;

	if (!take_key(r, &key))
		return false;
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++) {
		size_t k = (*next + i) % RJ_STATE_FIELDS;

		if (!same(&key, rj_state_fields[k].key))
			continue;
		*next = k + 1;
		return !record->field[k].s && take_text(r, &record->field[k]);
	}
	if (same(&key, "entrypoint"))
		return take_entrypoint(r, &record->entrypoint);
	return same(&key, "nested")	? take_flag(r, &record->nested)
	       : same(&key, "creating") ? take_flag(r, &record->creating)
					: false;
}

static int compare(const struct span *a, const struct span *b)
{
	const int c = memcmp(a->s, b->s, a->len < b->len ? a->len : b->len);

	return c ? c : (a->len > b->len) - (a->len < b->len);
}

static bool take_record(struct reader *r, struct record *record)
{
	size_t next = 0;

	if (!take_key(r, &record->name) || !take_char(r, '{'))
		return false;
	do {
		if (!take_member(r, record, &next))
			return false;
	} while (take_char(r, ','));
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++)
		if (rj_state_fields[i].required && !record->field[i].s)
			return false;
	return take_char(r, '}') && !compare(&record->name, &record->field[RJ_STATE_NAME]);
}

struct records {
	struct record *v;
	size_t n, cap;
};

static bool take_all(struct reader *r, struct records *all)
{
	struct span key;

	if (!take_char(r, '{') || !take_key(r, &key) || !same(&key, "jails") || !take_char(r, '{'))
		return false;
	if (!take_char(r, '}')) {
		do {
			all->v = rj_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
			all->v[all->n] = (struct record){0};
			if (!take_record(r, &all->v[all->n++]))
				return false;
		} while (take_char(r, ','));
		if (!take_char(r, '}'))
			return false;
	}
	if (!take_char(r, '}'))
		return false;
	skip_blanks(r);
	return r->at == r->end;
}

static int by_name(const void *a, const void *b)
{
	return compare(&(*(struct record *const *)a)->name, &(*(struct record *const *)b)->name);
}

/* In order; false when a name is there twice. */
static bool sort(const struct record **v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), by_name);
	for (size_t i = 1; i < n; i++)
		if (!by_name(&v[i - 1], &v[i]))
			return false;
	return true;
}

static struct rj_jail keep(const struct record *record)
{
	struct rj_jail jail = {.nested = record->nested, .creating = record->creating};
	struct reader r = {record->entrypoint.s, record->entrypoint.s + record->entrypoint.len};
	struct span word;

	for (size_t i = 0; i < RJ_STATE_FIELDS; i++)
		if (record->field[i].s)
			*rj_state_text(&jail, i) =
				rj_strndup(record->field[i].s, record->field[i].len);
	while (r.at < r.end && take_text(&r, &word)) {
		rj_strv_give(&jail.entrypoint, rj_strndup(word.s, word.len));
		(void)take_char(&r, ',');
	}
	return jail;
}

bool rj_state_read_plain(const char *text, size_t len, const char *only, struct rj_jail **ret_jails,
			 size_t *ret_n)
{
	struct reader r = {.at = text, .end = text + len};
	RJ_AUTO(rj_free) const struct record **sorted = NULL;
	struct records all = {0};
	bool is_plain = take_all(&r, &all);

	sorted = rj_alloc(all.n + 1, sizeof(*sorted));
	for (size_t i = 0; i < all.n; i++)
		sorted[i] = &all.v[i];
	is_plain = is_plain && sort(sorted, all.n);
	if (is_plain) {
		*ret_jails = rj_alloc(only ? 1 : all.n + 1, sizeof(**ret_jails));
		*ret_n = 0;
		for (size_t i = 0; i < all.n; i++)
			if (!only || same(&sorted[i]->name, only))
				(*ret_jails)[(*ret_n)++] = keep(sorted[i]);
	}
	free(all.v);
	return is_plain;
}
