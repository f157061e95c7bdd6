/*
 * wildmatch: shell patterns as git reads them.
 *
 * A star eats nothing at first, and one byte more each time that what follows it fails. Only the
 * last `*` and the last `**` are asked again: what an earlier one could eat, the later one may eat
 * as well. A `*` cannot go past a '/'; the last `**` can, and what follows it begins anew. So each
 * byte of the pattern meets each byte of the text at most once.
 */
#include "core/git/wildmatch.h"

#include <string.h>

#include "core/base/mem.h"

/* Where to go on: the pattern behind a star, and the text behind what that has eaten. */
struct resume {
	const char *p, *t;
};

struct match {
	const char *pattern;
	const char *end; /* of the text */
	unsigned flags;
	const char *p, *t;   /* what is compared next */
	struct resume star;  /* the last `*`; no `p`: none, or it cannot eat more */
	struct resume stars; /* the last `**`; likewise */
	bool deep;	     /* it stands with its '/' for whole parts, or for nothing */
	uint64_t steps;
};

static bool is_upper(unsigned c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(unsigned c)
{
	return c >= 'a' && c <= 'z';
}

static unsigned char lower(unsigned char c)
{
	return is_upper(c) ? (unsigned char)(c + ('a' - 'A')) : c;
}

static bool is_digit(unsigned c)
{
	return c >= '0' && c <= '9';
}

static bool is_graph(unsigned c)
{
	return c > ' ' && c < 0x7f;
}

static bool is_alnum(unsigned c)
{
	return is_upper(c) || is_lower(c) || is_digit(c);
}

/* Is c in the POSIX class of this name? -1 when there is no such class. */
static int in_class(const char *name, size_t len, unsigned c, bool fold)
{
	static const char names[][8] = {"alnum", "alpha", "blank", "cntrl", "digit", "graph",
					"lower", "print", "punct", "space", "upper", "xdigit"};
	size_t i;

	for (i = 0; i < RJ_COUNT(names); i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			break;
	switch (i) {
	case 0:
		return is_alnum(c);
	case 1:
		return is_upper(c) || is_lower(c);
	case 2:
		return c == ' ' || c == '\t';
	case 3:
		return c < ' ' || c == 0x7f;
	case 4:
		return is_digit(c);
	case 5:
		return is_graph(c);
	case 6:
		return is_lower(c);
	case 7:
		return c == ' ' || is_graph(c);
	case 8:
		return is_graph(c) && !is_alnum(c);
	case 9:
		return c == ' ' || (c >= '\t' && c <= '\r');
	case 10: /* the text is in small letters when case is folded */
		return is_upper(c) || (fold && is_lower(c));
	case 11:
		return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	default:
		return -1;
	}
}

/* c is in small letters when case is folded */
static bool in_range(unsigned c, unsigned from, unsigned to, bool fold)
{
	unsigned up = fold && is_lower(c) ? c - ('a' - 'A') : c;

	return (c >= from && c <= to) || (up >= from && up <= to);
}

/*
 * Is c in the "[:name:]" at p, which stands on the '['? Returns its last byte; p itself when it is
 * only a bracket; NULL when no set can come of it. `close` is the ']' that was found last: it is
 * looked for once.
 */
static const char *read_class(const char *p, const char **close, unsigned c, bool fold, bool *in)
{
	const char *name = p + 2;
	int is;

	if (*close < name)
		*close = strchr(name, ']');
	if (!*close)
		return NULL;
	if (*close == name || (*close)[-1] != ':') {
		*in |= c == '[';
		return p;
	}
	is = in_class(name, (size_t)(*close - 1 - name), c, fold);
	*in |= is > 0;
	return is < 0 ? NULL : *close;
}

/*
 * Is c in the set at p, which stands behind the '['? Returns the closing bracket, NULL for none. As
 * in git, a ']' that comes first is a member, and a '-' is one where it has no left or right end.
 */
static const char *read_set(const char *p, unsigned c, bool fold, bool *ret_in)
{
	bool first = true, negated = *p == '!' || *p == '^', in = false;
	const char *close = p;
	unsigned prev = 0;

	if (negated)
		p++;
	for (; first || *p != ']'; p++, first = false) {
		if (*p == '-' && prev && p[1] && p[1] != ']') {
			if (*++p == '\\')
				p++;
			if (!*p)
				return NULL;
			in |= in_range(c, prev, (unsigned char)*p, fold);
			prev = 0;
		} else if (*p == '[' && p[1] == ':') {
			const char *last = read_class(p, &close, c, fold, &in);

			if (!last)
				return NULL;
			prev = last == p ? '[' : 0;
			p = last;
		} else {
			if (*p == '\\')
				p++;
			if (!*p)
				return NULL;
			prev = (unsigned char)*p;
			in |= c == prev;
		}
	}
	*ret_in = in != negated;
	return p;
}

static void read_stars(struct match *m)
{
	const char *first = m->p, *next = first + strspn(first, "*");
	bool whole = (first == m->pattern || first[-1] == '/') &&
		     (*next == '\0' || *next == '/' || (*next == '\\' && next[1] == '/'));

	m->p = next;
	m->steps += (size_t)(next - first);
	if ((m->flags & RJ_WILD_PATH) && (next == first + 1 || !whole)) {
		m->star = (struct resume){next, m->t};
		return;
	}
	m->deep = (m->flags & RJ_WILD_PATH) && *next == '/';
	m->p += m->deep;
	m->stars = (struct resume){m->p, m->t};
	m->star.p = NULL;
	if (!*next)
		m->t = m->end;
}

/* Compare one byte of the text, and go past it if it fits; what it meets is no star. -1: the
 * pattern is broken here. */
static int meet(struct match *m)
{
	bool fold = m->flags & RJ_WILD_FOLD, path = m->flags & RJ_WILD_PATH, fits;
	unsigned char c = (unsigned char)*m->t, want = (unsigned char)*m->p;
	const char *p = m->p;

	if (fold)
		c = lower(c);
	if (want == '?') {
		fits = c != '/' || !path;
	} else if (want == '[') {
		p = read_set(p + 1, c, fold, &fits);
		m->steps += p ? (size_t)(p - m->p) : strlen(m->p);
		if (!p)
			return -1;
		fits = fits && (c != '/' || !path);
	} else if (want == '\\') {
		/* git does not fold an escaped capital: it meets small letters only */
		if (!*++p)
			return -1;
		fits = (unsigned char)*p == c;
	} else {
		fits = want && (fold ? lower(want) : want) == c;
	}
	if (!fits)
		return 0;
	m->p = p + 1;
	m->t++;
	return 1;
}

/* Let the last star eat more. There is more: the text is not at its end. */
static bool again(struct match *m)
{
	if (m->star.p && *m->star.t != '/') {
		m->star.t++;
		m->p = m->star.p;
		m->t = m->star.t;
		return true;
	}
	m->star.p = NULL;
	if (!m->stars.p)
		return false;
	for (; m->deep && *m->stars.t != '/'; m->stars.t++, m->steps++)
		if (m->stars.t + 1 == m->end)
			return false;
	m->stars.t++;
	m->p = m->stars.p;
	m->t = m->stars.t;
	return true;
}

static bool run(struct match *m, uint64_t most)
{
	int r = 1;

	while (r > 0 && m->steps < most) {
		m->steps++;
		if (*m->p == '*')
			read_stars(m);
		else if (m->t == m->end)
			return !*m->p; /* what is left wants a byte, wherever a star ends */
		else
			r = meet(m);
		if (r == 0)
			r = again(m);
	}
	return false;
}

bool rj_wild_match(const char *pattern, unsigned flags, const char *text, size_t len,
		   uint64_t *left)
{
	struct match m = {
		.pattern = pattern, .end = text + len, .flags = flags, .p = pattern, .t = text};
	bool ret = run(&m, left ? *left : UINT64_MAX);

	if (left)
		*left -= m.steps < *left ? m.steps : *left;
	return ret;
}
