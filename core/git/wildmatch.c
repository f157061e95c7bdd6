/*
 * wildmatch: shell patterns as git reads them.
 *
 * A pattern becomes a row of steps; the match keeps the set of steps that the text read so far can
 * have led to. `*` and `**` are steps that may be left at once and may eat what follows.
 */
#include "core/git/wildmatch.h"

#include <stdint.h>
#include <string.h>

#include "core/base/mem.h"

enum { PATTERN_MAX = 4096, WORD_BITS = 64, WORDS = PATTERN_MAX / WORD_BITS + 1 };

enum kind {
	LITERAL,
	ONE,   /* ? */
	SET,   /* [...] */
	STAR,  /* any bytes but '/' */
	STARS, /* any bytes */
	DEEP,  /* a whole part of two stars and its '/': nothing, or bytes that end with '/' */
	NEVER,
};

struct step {
	uint8_t kind;
	unsigned char c; /* LITERAL */
	uint16_t set;	 /* SET: number in sets */
};

struct set {
	uint64_t bits[4]; /* bytes that match */
};

struct rj_wild {
	unsigned flags;
	struct step *steps;
	size_t n, cap;
	struct set *sets;
	size_t nsets, sets_cap;
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

static void set_add(struct set *set, unsigned c)
{
	set->bits[c / WORD_BITS] |= 1ull << (c % WORD_BITS);
}

static bool set_has(const struct set *set, unsigned c)
{
	return set->bits[c / WORD_BITS] >> (c % WORD_BITS) & 1;
}

static void set_add_range(struct set *set, unsigned from, unsigned to, bool fold)
{
	for (unsigned c = 1; c < 256; c++) {
		unsigned up = fold && is_lower(c) ? c - ('a' - 'A') : c;

		if ((c >= from && c <= to) || (up >= from && up <= to))
			set_add(set, c);
	}
}

/* Read "[:name:]" at p, which stands on the '['. Returns its last byte; p itself when it is only
 * a bracket; NULL when no set can come of it. */
static const char *read_class(const char *p, struct set *set, bool fold)
{
	const char *name = p + 2, *end = strchr(name, ']');

	if (!end)
		return NULL;
	if (end == name || end[-1] != ':') {
		set_add(set, '[');
		return p;
	}
	for (unsigned c = 1; c < 256; c++) {
		int in = in_class(name, (size_t)(end - 1 - name), c, fold);

		if (in < 0)
			return NULL;
		if (in)
			set_add(set, c);
	}
	return end;
}

/*
 * Read a set at p, which stands behind the '['. Returns the closing bracket, NULL for none. As in
 * git, a ']' that comes first is a member, and a '-' is one where it has no left or right end.
 */
static const char *read_set(const char *p, struct set *set, bool fold)
{
	bool first = true, negated = *p == '!' || *p == '^';
	unsigned prev = 0;

	if (negated)
		p++;
	for (; first || *p != ']'; p++, first = false) {
		if (*p == '-' && prev && p[1] && p[1] != ']') {
			if (*++p == '\\')
				p++;
			if (!*p)
				return NULL;
			set_add_range(set, prev, (unsigned char)*p, fold);
			prev = 0;
		} else if (*p == '[' && p[1] == ':') {
			const char *end = read_class(p, set, fold);

			if (!end)
				return NULL;
			prev = end == p ? '[' : 0;
			p = end;
		} else {
			if (*p == '\\')
				p++;
			if (!*p)
				return NULL;
			prev = (unsigned char)*p;
			set_add(set, prev);
		}
	}
	for (size_t i = 0; negated && i < RJ_COUNT(set->bits); i++)
		set->bits[i] = ~set->bits[i];
	return p;
}

static void add_step(struct rj_wild *w, enum kind kind, unsigned char c)
{
	w->steps = rj_grow(w->steps, &w->cap, w->n + 1, sizeof(*w->steps));
	w->steps[w->n++] = (struct step){.kind = (uint8_t)kind, .c = c, .set = (uint16_t)w->nsets};
}

/* Read stars at p; returns the last byte used up. */
static const char *read_stars(struct rj_wild *w, const char *pattern, const char *p)
{
	size_t n = strspn(p, "*");
	const char *next = p + n;
	bool whole = (p == pattern || p[-1] == '/') &&
		     (*next == '\0' || *next == '/' || (*next == '\\' && next[1] == '/'));

	if (!(w->flags & RJ_WILD_PATH)) {
		add_step(w, STARS, 0);
	} else if (n == 1 || !whole) {
		add_step(w, STAR, 0);
	} else if (*next == '/') {
		add_step(w, DEEP, 0);
		return next;
	} else {
		add_step(w, STARS, 0);
	}
	return next - 1;
}

static const char *read_bracket(struct rj_wild *w, const char *p)
{
	struct set set = {0};
	const char *end = read_set(p + 1, &set, w->flags & RJ_WILD_FOLD);

	if (!end) {
		add_step(w, NEVER, 0);
		return p + strlen(p) - 1;
	}
	if (w->flags & RJ_WILD_PATH)
		set.bits['/' / WORD_BITS] &= ~(1ull << ('/' % WORD_BITS));
	add_step(w, SET, 0);
	w->sets = rj_grow(w->sets, &w->sets_cap, w->nsets + 1, sizeof(*w->sets));
	w->sets[w->nsets++] = set;
	return end;
}

struct rj_wild *rj_wild_new(const char *pattern, unsigned flags)
{
	struct rj_wild *w = rj_alloc(1, sizeof(*w));

	w->flags = flags;
	if (strlen(pattern) > PATTERN_MAX) {
		add_step(w, NEVER, 0);
		return w;
	}
	for (const char *p = pattern; *p; p++) {
		if (*p == '*') {
			p = read_stars(w, pattern, p);
		} else if (*p == '?') {
			add_step(w, ONE, 0);
		} else if (*p == '[') {
			p = read_bracket(w, p);
		} else if (*p == '\\' && !p[1]) {
			add_step(w, NEVER, 0);
		} else if (*p == '\\') {
			/* git does not fold an escaped capital: it meets small letters only */
			add_step(w, LITERAL, (unsigned char)*++p);
		} else {
			unsigned char c = (unsigned char)*p;

			add_step(w, LITERAL, flags & RJ_WILD_FOLD ? lower(c) : c);
		}
	}
	return w;
}

void rj_wild_free(struct rj_wild **w)
{
	if (!*w)
		return;
	rj_free(&(*w)->steps);
	rj_free(&(*w)->sets);
	rj_free(w);
}

/* Put step i into the set of live steps, and those that can be reached from it without a byte. */
static void reach(const struct rj_wild *w, uint64_t *live, size_t i)
{
	for (;; i++) {
		live[i / WORD_BITS] |= 1ull << (i % WORD_BITS);
		if (i == w->n || (w->steps[i].kind != STAR && w->steps[i].kind != STARS &&
				  w->steps[i].kind != DEEP))
			return;
	}
}

static void take(const struct rj_wild *w, uint64_t *next, size_t i, unsigned char c)
{
	const struct step *s = &w->steps[i];
	bool slash = c == '/' && (w->flags & RJ_WILD_PATH);

	switch ((enum kind)s->kind) {
	case LITERAL:
		if (s->c == c)
			reach(w, next, i + 1);
		break;
	case ONE:
		if (!slash)
			reach(w, next, i + 1);
		break;
	case SET:
		if (set_has(&w->sets[s->set], c))
			reach(w, next, i + 1);
		break;
	case STAR:
		if (!slash)
			reach(w, next, i);
		break;
	case STARS:
		reach(w, next, i);
		break;
	case DEEP:
		/* not reach(): the step behind may begin only after a '/' */
		next[i / WORD_BITS] |= 1ull << (i % WORD_BITS);
		if (c == '/')
			reach(w, next, i + 1);
		break;
	case NEVER:
		break;
	}
}

bool rj_wild_match(const struct rj_wild *w, const char *text, size_t len)
{
	uint64_t live[WORDS], next[WORDS];
	size_t words = w->n / WORD_BITS + 1;

	memset(live, 0, words * sizeof(*live));
	reach(w, live, 0);
	for (size_t k = 0; k < len; k++) {
		unsigned char c = (unsigned char)text[k];
		uint64_t any = 0;

		if (w->flags & RJ_WILD_FOLD)
			c = lower(c);
		memset(next, 0, words * sizeof(*next));
		for (size_t word = 0; word < words; word++) {
			for (uint64_t bits = live[word]; bits; bits &= bits - 1) {
				size_t i = word * WORD_BITS + (size_t)__builtin_ctzll(bits);

				if (i < w->n)
					take(w, next, i, c);
			}
		}
		for (size_t word = 0; word < words; word++)
			any |= next[word];
		if (!any)
			return false;
		memcpy(live, next, words * sizeof(*live));
	}
	return live[w->n / WORD_BITS] >> (w->n % WORD_BITS) & 1;
}
