/* state_plain: the records of a state file as it nearly always is, without a tree of JSON values.
 * Every command reads the file, and a tree of a thousand records takes ten times as long. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
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

/* Loops count on a pointer of their own: the reader's would be stored for each byte. */
static void skip_blanks(struct reader *r)
{
	const char *at = r->at;

	while (at < r->end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
		at++;
	r->at = at;
}

static bool take_char(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* Are these eight bytes ASCII, without '"', '\\' and control characters? What borrows from the
 * byte above is one of those itself. */
static bool is_plain(const char *p)
{
	const uint64_t each = UINT64_C(0x0101010101010101);
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return !((w | (w - each * ' ') | ((w ^ each * '"') - each) | ((w ^ each * '\\') - each)) &
		 each * 0x80);
}

static bool take_text(struct reader *r, struct span *ret)
{
	unsigned char high = 0;
	const char *at;

	if (!take_char(r, '"'))
		return false;
	ret->s = at = r->at;
	while (r->end - at >= 8 && is_plain(at))
		at += 8;
	for (; at < r->end && *at != '"'; at++) {
		if ((unsigned char)*at < ' ' || *at == '\\')
			return false;
		high |= (unsigned char)*at;
	}
	ret->len = (size_t)(at - ret->s);
	r->at = at;
	return (high < 0x80 || rj_utf8_is_valid(ret->s, ret->len)) && take_char(r, '"');
}

static bool take_key(struct reader *r, struct span *ret)
{
	return take_text(r, ret) && take_char(r, ':');
}

static bool same(const struct span *a, const char *b)
{
	size_t i = 0;

	while (i < a->len && a->s[i] == b[i])
		i++;
	return i == a->len && !b[i];
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

	do {
		if (!take_member(r, record, &next))
			return false;
	} while (take_char(r, ','));
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++)
		if (rj_state_fields[i].required && !record->field[i].s)
			return false;
	return take_char(r, '}') && !compare(&record->name, &record->field[RJ_STATE_NAME]);
}

/* The rest of a record that nobody asks for, as it is written: a line for each member, further in
 * than the brace that ends it. What the members are is not looked at, and no string goes over the
 * end of a line. */
static bool skip_record(struct reader *r)
{
	static const char member[] = "     ", end[] = "    }";
	const char *line;

	do {
		line = memchr(r->at, '\n', (size_t)(r->end - r->at));
		if (!line || r->end - line <= (ptrdiff_t)sizeof(member))
			return false;
		r->at = ++line;
	} while (!memcmp(line, member, sizeof(member) - 1));
	r->at += sizeof(end) - 1;
	return !memcmp(line, end, sizeof(end) - 1);
}

struct records {
	struct record *v; /* those that are asked for */
	size_t n, cap;
	struct span *names; /* of all */
	size_t names_n, names_cap;
};

static bool take_one(struct reader *r, const char *only, struct records *all)
{
	struct record record = {0};
	bool is_asked_for;

	if (!take_key(r, &record.name) || !take_char(r, '{'))
		return false;
	is_asked_for = !only || same(&record.name, only);
	if (!(is_asked_for ? take_record(r, &record) : skip_record(r)))
		return false;
	all->names = rj_grow(all->names, &all->names_cap, all->names_n + 1, sizeof(*all->names));
	all->names[all->names_n++] = record.name;
	if (is_asked_for) {
		all->v = rj_grow(all->v, &all->cap, all->n + 1, sizeof(*all->v));
		all->v[all->n++] = record;
	}
	return true;
}

static bool take_all(struct reader *r, const char *only, struct records *all)
{
	struct span key;

	if (!take_char(r, '{') || !take_key(r, &key) || !same(&key, "jails") || !take_char(r, '{'))
		return false;
	if (!take_char(r, '}')) {
		do {
			if (!take_one(r, only, all))
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

static bool has_twice(const struct span *names, size_t n)
{
	RJ_AUTO(rj_free) uint32_t *table = NULL; /* numbers from 1 on, each at its hash or behind */
	size_t size = 16;

	while (size < 2 * n)
		size *= 2;
	table = rj_alloc(size, sizeof(*table));
	for (size_t i = 0; i < n; i++) {
		size_t at = rj_hash(RJ_HASH_START, names[i].s, names[i].len) & (size - 1);

		for (; table[at]; at = (at + 1) & (size - 1))
			if (!compare(&names[table[at] - 1], &names[i]))
				return true;
		table[at] = (uint32_t)i + 1;
	}
	return false;
}

static int by_name(const void *a, const void *b)
{
	return compare(&((const struct record *)a)->name, &((const struct record *)b)->name);
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
	struct records all = {0};
	const bool is_plain = take_all(&r, only, &all) && !has_twice(all.names, all.names_n);

	if (is_plain) {
		if (all.n > 1)
			qsort(all.v, all.n, sizeof(*all.v), by_name);
		*ret_jails = rj_alloc(all.n + 1, sizeof(**ret_jails));
		for (size_t i = 0; i < all.n; i++)
			(*ret_jails)[i] = keep(&all.v[i]);
		*ret_n = all.n;
	}
	free(all.v);
	free(all.names);
	return is_plain;
}
