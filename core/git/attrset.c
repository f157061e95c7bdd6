/* attrset: which rule of which .gitattributes has a say. */
#include "core/git/attrset.h"

#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"

/* The only macro that git brings along. */
static const char builtin[] = "[attr]binary -diff -merge -text";

struct dir {
	char *name; /* with a '/' at its end */
	size_t len;
	struct rj_attrfile *file;
};

struct rj_attrset {
	unsigned flags;
	struct rj_attrnames names;
	struct rj_attrfile *own, *ranks[RJ_ATTRSET_RANKS];
	struct dir *dirs; /* those whose file has rules, sorted */
	size_t n, cap;
};

static bool state_smudges(const struct rj_attrnames *names, const struct rj_attrstate *s)
{
	const char *v = s->value;

	if (v == rj_attr_on)
		return s->name == RJ_ATTR_IDENT || names->v[s->name].smudges;
	return (s->name == RJ_ATTR_EOL && !strcmp(v, "crlf")) ||
	       (s->name == RJ_ATTR_ENCODING && v != rj_attr_off && v != rj_attr_none);
}

static bool states_smudge(const struct rj_attrnames *names, const struct rj_attrfile *f,
			  uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		if (state_smudges(names, &f->states[i]))
			return true;
	return false;
}

/* A macro may do so by another one. */
static void mark_macros(struct rj_attrnames *names)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < names->n; i++) {
			if (names->v[i].smudges || !names->v[i].file)
				continue;
			names->v[i].smudges = states_smudge(names, names->v[i].file,
							    names->v[i].first, names->v[i].n);
			again |= names->v[i].smudges;
		}
	}
}

static void mark_rules(const struct rj_attrnames *names, struct rj_attrfile *f)
{
	for (size_t i = 0; f && i < f->n; i++)
		f->rules[i].smudges = states_smudge(names, f, f->rules[i].first, f->rules[i].n);
}

struct rj_attrset *rj_attrset_new(const struct rj_buf texts[RJ_ATTRSET_RANKS], unsigned flags)
{
	struct rj_attrset *s = rj_alloc(1, sizeof(*s));
	unsigned how[RJ_ATTRSET_RANKS];

	s->flags = flags;
	rj_attrnames_init(&s->names);
	rj_attrfile_names(&s->names, builtin, strlen(builtin), RJ_ATTRFILE_MACROS);
	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++) {
		how[i] = flags | RJ_ATTRFILE_MACROS;
		if (i != RJ_ATTRSET_TOP)
			how[i] |= RJ_ATTRFILE_DISK;
		rj_attrfile_names(&s->names, rj_buf_str(&texts[i]), texts[i].len, how[i]);
	}
	s->own = rj_attrfile_new(&s->names, builtin, strlen(builtin), RJ_ATTRFILE_MACROS);
	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++)
		s->ranks[i] =
			rj_attrfile_new(&s->names, rj_buf_str(&texts[i]), texts[i].len, how[i]);
	mark_macros(&s->names);
	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++)
		mark_rules(&s->names, s->ranks[i]);
	return s;
}

void rj_attrset_free(struct rj_attrset **s)
{
	if (!*s)
		return;
	for (size_t i = 0; i < (*s)->n; i++) {
		rj_free(&(*s)->dirs[i].name);
		rj_attrfile_free(&(*s)->dirs[i].file);
	}
	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++)
		rj_attrfile_free(&(*s)->ranks[i]);
	rj_attrfile_free(&(*s)->own);
	rj_attrnames_release(&(*s)->names);
	rj_free(&(*s)->dirs);
	rj_free(s);
}

/* Its place among the directories, or the one where it belongs. */
static size_t find(const struct rj_attrset *s, const char *dir, size_t len, bool *ret_there)
{
	size_t from = 0, to = s->n;

	while (from < to) {
		const size_t mid = from + (to - from) / 2;
		const struct dir *d = &s->dirs[mid];
		int order = memcmp(dir, d->name, len < d->len ? len : d->len);

		*ret_there = order == 0 && len == d->len;
		if (*ret_there)
			return mid;
		if (order < 0 || (order == 0 && len < d->len))
			to = mid;
		else
			from = mid + 1;
	}
	*ret_there = false;
	return from;
}

bool rj_attrset_add(struct rj_attrset *s, const char *dir, size_t dir_len, const char *text,
		    size_t len)
{
	struct dir d = {.len = dir_len};
	bool there;
	size_t at = find(s, dir, dir_len, &there);

	if (!there && dir_len)
		d.file = rj_attrfile_new(&s->names, text, len, s->flags);
	if (!d.file)
		return !s->names.full;
	mark_rules(&s->names, d.file);
	d.name = rj_strndup(dir, dir_len);
	s->dirs = rj_grow(s->dirs, &s->cap, s->n + 1, sizeof(d));
	memmove(s->dirs + at + 1, s->dirs + at, (s->n - at) * sizeof(d));
	s->dirs[at] = d;
	s->n++;
	return !s->names.full;
}

bool rj_attrset_speaks(const struct rj_attrset *s)
{
	bool any = s->n > 0;

	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++)
		any |= s->ranks[i] && s->ranks[i]->n > 0;
	return any;
}

struct look {
	const struct rj_attrset *s;
	const char *path, *name;
	const char *values[RJ_ATTR_NAMES];
	unsigned left; /* of the first RJ_ATTR_COUNT */
};

/* What is known by now is not changed. */
static void take(struct look *k, const struct rj_attrfile *f, uint32_t first, uint32_t n)
{
	const struct rj_attrnames *names = &k->s->names;

	while (n-- > 0 && k->left) {
		const struct rj_attrstate *st = &f->states[first + n];

		if (k->values[st->name])
			continue;
		k->values[st->name] = st->value;
		k->left -= st->name < RJ_ATTR_COUNT;
		if (st->value == rj_attr_on && names->v[st->name].file)
			take(k, names->v[st->name].file, names->v[st->name].first,
			     names->v[st->name].n);
	}
}

/* Each looks through one file, for the path as seen from its directory; true: enough. */
typedef bool look_fn(struct look *k, const struct rj_attrfile *f, const char *path);

static bool get(struct look *k, const struct rj_attrfile *f, const char *path)
{
	for (size_t i = f->n; i-- > 0 && k->left;)
		if (rj_attrrule_matches(&f->rules[i], k->s->flags & RJ_ATTRFILE_FOLD, path,
					k->name))
			take(k, f, f->rules[i].first, f->rules[i].n);
	return k->left == 0;
}

static bool smudges(struct look *k, const struct rj_attrfile *f, const char *path)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->rules[i].smudges &&
		    rj_attrrule_matches(&f->rules[i], k->s->flags & RJ_ATTRFILE_FOLD, path,
					k->name))
			return true;
	return false;
}

/* The files of the directories on the path, the deepest first. */
static bool look_in_dirs(struct look *k, look_fn *fn)
{
	for (const char *end = k->name; k->s->n && end > k->path; end--) {
		bool there;
		size_t at;

		if (end[-1] != '/')
			continue;
		at = find(k->s, k->path, (size_t)(end - k->path), &there);
		if (there && fn(k, k->s->dirs[at].file, end))
			return true;
	}
	return false;
}

static bool look_at(struct look *k, const struct rj_attrset *s, const char *path, look_fn *fn)
{
	static const uint8_t order[] = {RJ_ATTRSET_TOP, RJ_ATTRSET_USER, RJ_ATTRSET_SYSTEM};
	const struct rj_attrfile *info = s->ranks[RJ_ATTRSET_INFO];

	k->s = s;
	k->path = path;
	k->name = rj_path_base(path);
	if ((info && fn(k, info, path)) || look_in_dirs(k, fn))
		return true;
	for (size_t i = 0; i < RJ_COUNT(order); i++)
		if (s->ranks[order[i]] && fn(k, s->ranks[order[i]], path))
			return true;
	return false;
}

void rj_attrset_get(const struct rj_attrset *s, const char *path,
		    const char *ret_values[RJ_ATTR_COUNT])
{
	struct look k;

	memset(k.values, 0, s->names.n * sizeof(*k.values));
	k.left = RJ_ATTR_COUNT;
	(void)look_at(&k, s, path, get);
	for (size_t i = 0; i < RJ_ATTR_COUNT; i++)
		ret_values[i] = k.values[i] == rj_attr_none ? NULL : k.values[i];
}

bool rj_attrset_smudges(const struct rj_attrset *s, const char *path)
{
	struct look k;

	return look_at(&k, s, path, smudges);
}
