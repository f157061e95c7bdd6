#include "core/git/attrsmay.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/wildmatch.h"

#define MARK "[attr]"
#define HARD "\"\\[!" /* not read any further */

enum { PATTERN_MAX = 1024 };

struct rj_attrs_may_rule {
	char *dir;
	size_t dir_len;
	bool is_name; /* of the last part of a path, not of all behind `dir` */
	char *plain;  /* what that begins with, and */
	char *wild;   /* how it goes on, matched alone as git does; NULL: anything */
};

struct word {
	const char *s;
	size_t len;
};

/* The next one on the line; it has no length at the end. */
static struct word next_word(const char **at, const char *end)
{
	struct word w;

	while (*at < end && isspace((unsigned char)**at))
		(*at)++;
	w.s = *at;
	while (*at < end && !isspace((unsigned char)**at))
		(*at)++;
	w.len = (size_t)(*at - w.s);
	return w;
}

static bool begins(const struct word *w, const char *with)
{
	const size_t len = strlen(with);

	return w->len >= len && !memcmp(w->s, with, len);
}

/* Does one of the attributes on the line change what is written? */
static bool has_smudging(const char *at, const char *end)
{
	struct word w;

	while ((w = next_word(&at, end)).len > 0)
		if (begins(&w, "eol=crlf") || begins(&w, "ident") ||
		    begins(&w, "working-tree-encoding"))
			return true;
	return false;
}

static void add_rule(struct rj_attrs_may *m, const char *dir, size_t dir_len,
		     const struct word *pattern)
{
	RJ_AUTO(rj_free) char *text = rj_strndup(pattern->s, pattern->len);
	const size_t len = strlen(text);
	const bool is_hard = len > PATTERN_MAX || strpbrk(text, HARD) || text[len - 1] == '/';
	const char *rest = *text == '/' ? text + 1 : text;
	const size_t plain = is_hard ? 0 : strcspn(rest, RJ_WILD_SPECIAL);
	struct rj_attrs_may_rule r = {
		.dir = rj_strndup(dir, dir_len),
		.dir_len = dir_len,
		.is_name = !strchr(text, '/'),
		.plain = rj_strndup(rest, plain),
	};

	if (!is_hard)
		r.wild = rj_strdup(rest + plain);
	m->v = rj_grow(m->v, &m->cap, m->n + 1, sizeof(*m->v));
	m->v[m->n++] = r;
}

static void add_line(struct rj_attrs_may *m, const char *dir, size_t dir_len, const char *at,
		     const char *end)
{
	const struct word first = next_word(&at, end);

	if (first.len == 0 || *first.s == '#' || !has_smudging(at, end))
		return;
	if (begins(&first, MARK))
		m->all = true; /* by whatever rule names it */
	else
		add_rule(m, dir, dir_len, &first);
}

void rj_attrs_may_add(struct rj_attrs_may *m, const char *dir, size_t dir_len, const char *text,
		      size_t len)
{
	const char *end = text + len;

	/* a byte order mark would be part of the first pattern */
	m->all |= len > 0 && (memchr(text, '\0', len) || *text == '\xef');
	while (text < end) {
		const char *line = text;
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		stop = stop ? stop : end;
		text = stop + 1;
		add_line(m, dir, dir_len, line, stop);
	}
}

static bool matches(const struct rj_attrs_may_rule *r, const char *path)
{
	const size_t plain = strlen(r->plain);
	const char *name;

	if (strncmp(path, r->dir, r->dir_len) != 0)
		return false;
	name = r->is_name ? rj_path_base(path) : path + r->dir_len;
	if (strncasecmp(name, r->plain, plain) != 0)
		return false;
	return !r->wild || rj_wild_match(r->wild, RJ_WILD_FOLD | (r->is_name ? 0 : RJ_WILD_PATH),
					 name + plain, strlen(name + plain), NULL);
}

bool rj_attrs_may_smudge(const struct rj_attrs_may *m, const char *path)
{
	for (size_t i = 0; i < m->n && !m->all; i++)
		if (matches(&m->v[i], path))
			return true;
	return m->all;
}

void rj_attrs_may_release(struct rj_attrs_may *m)
{
	for (size_t i = 0; i < m->n; i++) {
		free(m->v[i].dir);
		free(m->v[i].plain);
		free(m->v[i].wild);
	}
	free(m->v);
	*m = (struct rj_attrs_may){0};
}
