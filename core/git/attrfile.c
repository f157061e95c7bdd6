/* attrfile: the text of a .gitattributes, line by line. */
#include "core/git/attrfile.h"

#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/git/wildmatch.h"

#define BLANK " \t\r\n"
#define MARK  "[attr]"

enum {
	LINE_BYTES = 2048,	/* git takes no longer lines, */
	FILE_BYTES = 100 << 20, /* and no larger files */
};

const char rj_attr_on[] = "set", rj_attr_off[] = "unset", rj_attr_none[] = "unspecified";

struct reader {
	struct rj_attrnames *names;
	struct rj_attrfile *file; /* NULL: only the names of macros are looked for */
	unsigned flags;
};

/* Its place; names->n when it does not count. */
static size_t find(const struct rj_attrnames *names, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strncmp(names->v[i].name, name, len) && !names->v[i].name[len])
			break;
	return i;
}

static void add_name(struct rj_attrnames *names, const char *name, size_t len)
{
	if (names->n < RJ_ATTR_NAMES && find(names, name, len) == names->n)
		names->v[names->n++].name = rj_strndup(name, len);
}

void rj_attrnames_init(struct rj_attrnames *names)
{
	static const char *const known[RJ_ATTR_COUNT] = {
		"text", "crlf", "eol", "ident", "working-tree-encoding", "diff"};

	for (size_t i = 0; i < RJ_COUNT(known); i++)
		add_name(names, known[i], strlen(known[i]));
}

void rj_attrnames_release(struct rj_attrnames *names)
{
	while (names->n)
		rj_free(&names->v[--names->n].name);
}

static bool is_name(const char *s, size_t len)
{
	static const char good[] = "-._0123456789abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	return len > 0 && *s != '-' && strspn(s, good) >= len;
}

static bool is_octal(const char *s)
{
	for (int i = 0; i < 3; i++)
		if (s[i] < '0' || s[i] > (i ? '7' : '3'))
			return false;
	return true;
}

/* Take quotes and escapes out of the word at `at`, which begins with a quote. Returns what follows
 * it; NULL when it is not quoted as in C: then nothing has changed. */
static char *unquote(char *at, size_t *ret_len)
{
	static const char letters[] = "abfnrtv\\\"", meant[] = "\a\b\f\n\r\t\v\\\"";
	char text[LINE_BYTES], *s = at + 1;
	size_t n = 0;

	while (*s && *s != '"') {
		const char *l = *s == '\\' && s[1] ? strchr(letters, s[1]) : NULL;

		if (*s != '\\') {
			text[n++] = *s++;
		} else if (l) {
			text[n++] = meant[l - letters];
			s += 2;
		} else if (is_octal(s + 1)) {
			text[n++] = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			return NULL;
		}
	}
	if (!*s)
		return NULL;
	memcpy(at, text, n);
	at[n] = '\0';
	*ret_len = n;
	return s + 1;
}

/* The rest of a line: `name`, `-name`, `!name`, `name=word`. False when one of them is bad. */
static bool read_states(struct reader *r, char *at)
{
	struct rj_attrfile *f = r->file;
	const size_t had = f->states_n;

	while (*at) {
		char *end = at + strcspn(at, BLANK), *next = end + strspn(end, BLANK);
		char *word = memchr(at, '=', (size_t)(end - at)), *stop = word ? word : end;
		struct rj_attrstate s = {.value = word ? word + 1 : rj_attr_on};
		size_t place;

		if (*at == '-' || *at == '!')
			s.value = *at++ == '-' ? rj_attr_off : rj_attr_none;
		if (!is_name(at, (size_t)(stop - at))) {
			f->states_n = had;
			return false;
		}
		*end = '\0';
		place = find(r->names, at, (size_t)(stop - at));
		if (place < r->names->n) {
			s.name = (uint16_t)place;
			f->states = rj_grow(f->states, &f->states_cap, f->states_n + 1, sizeof(s));
			f->states[f->states_n++] = s;
		}
		at = next;
	}
	return true;
}

static void read_macro(struct reader *r, const char *name, char *rest)
{
	struct rj_attrfile *f = r->file;
	size_t len, place, first;

	name += strspn(name, BLANK);
	len = strcspn(name, BLANK);
	if (!(r->flags & RJ_ATTRFILE_MACROS) || !is_name(name, len))
		return;
	if (!f) {
		add_name(r->names, name, len);
		return;
	}
	first = f->states_n;
	place = find(r->names, name, len);
	if (place == r->names->n || !read_states(r, rest))
		return;
	r->names->v[place].first = (uint32_t)first;
	r->names->v[place].n = (uint32_t)(f->states_n - first);
	r->names->v[place].file = f->states_n > first ? f : NULL;
}

/* False: it matches no file. */
static bool read_pattern(const char *text, struct rj_attrrule *ret)
{
	const size_t len = strlen(text), plain = strcspn(text, RJ_WILD_SPECIAL);
	const bool rooted = *text == '/';
	struct rj_attrrule r = {.pattern = text + rooted};

	if (*text == '!' || !len || text[len - 1] == '/')
		return false;
	r.name = !strchr(text, '/');
	r.tail = r.name && *text == '*' && !strpbrk(text + 1, RJ_WILD_SPECIAL);
	r.len = (uint16_t)(len - rooted);
	r.plain = (uint16_t)(plain - rooted);
	if (plain < len && !r.tail)
		r.rest = r.name ? text : text + plain;
	*ret = r;
	return true;
}

static void read_rule(struct reader *r, const char *pattern, char *rest)
{
	struct rj_attrfile *f = r->file;
	struct rj_attrrule rule;
	const size_t first = f->states_n;

	if (!read_states(r, rest) || f->states_n == first)
		return;
	r->names->full |= r->names->rules == RJ_ATTR_RULES_MAX;
	if (r->names->full || !read_pattern(pattern, &rule)) {
		f->states_n = first;
		return;
	}
	rule.first = (uint32_t)first;
	rule.n = (uint32_t)(f->states_n - first);
	rule.smudges = false;
	f->rules = rj_grow(f->rules, &f->cap, f->n + 1, sizeof(rule));
	f->rules[f->n++] = rule;
	r->names->rules++;
}

static void read_line(struct reader *r, char *line)
{
	char *word = line + strspn(line, BLANK), *rest = NULL;
	size_t len;

	if (!*word || *word == '#' || strlen(line) >= LINE_BYTES)
		return;
	if (*word == '"')
		rest = unquote(word, &len);
	if (!rest) {
		len = strcspn(word, BLANK);
		rest = word + len + (word[len] != '\0');
		word[len] = '\0';
	}
	rest += strspn(rest, BLANK);
	if (len > strlen(MARK) && !strncmp(word, MARK, strlen(MARK)))
		read_macro(r, word + strlen(MARK), rest);
	else if (r->file)
		read_rule(r, word, rest);
}

/* `text` ends with a NUL of its own. For git a blob ends at the first one, in a file a line does.
 */
static void read_text(struct reader *r, char *text, size_t len)
{
	const bool disk = r->flags & RJ_ATTRFILE_DISK;
	char *end = text + (disk ? len : strlen(text));

	if (disk && !strncmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	while (text < end) {
		char *next = memchr(text, '\n', (size_t)(end - text));

		next = next ? next : end;
		*next = '\0';
		if (disk && next > text && next[-1] == '\r')
			next[-1] = '\0';
		read_line(r, text);
		text = next + 1;
	}
}

void rj_attrfile_names(struct rj_attrnames *names, const char *text, size_t len, unsigned flags)
{
	struct reader r = {.names = names, .flags = flags};
	RJ_AUTO(rj_free) char *copy = NULL;

	if (!(flags & RJ_ATTRFILE_MACROS) || len >= FILE_BYTES ||
	    !memmem(text, len, MARK, strlen(MARK)))
		return;
	copy = rj_alloc(len + 1, 1);
	memcpy(copy, text, len);
	read_text(&r, copy, len);
}

struct rj_attrfile *rj_attrfile_new(struct rj_attrnames *names, const char *text, size_t len,
				    unsigned flags)
{
	struct rj_attrfile *f = NULL;
	struct reader r = {.names = names, .flags = flags};

	if (!len || len >= FILE_BYTES)
		return NULL;
	names->full |= len > RJ_ATTR_BYTES_MAX - names->bytes;
	if (names->full)
		return NULL;
	f = r.file = rj_alloc(1, sizeof(*f));
	f->text = rj_alloc(len + 1, 1);
	memcpy(f->text, text, len);
	read_text(&r, f->text, len);
	if (f->states_n)
		names->bytes += len;
	else
		rj_attrfile_free(&f);
	return f;
}

void rj_attrfile_free(struct rj_attrfile **f)
{
	if (!*f)
		return;
	rj_free(&(*f)->rules);
	rj_free(&(*f)->states);
	rj_free(&(*f)->text);
	rj_free(f);
}

static bool same(bool fold, const char *a, const char *b, size_t len)
{
	return fold ? !strncasecmp(a, b, len) : !memcmp(a, b, len);
}

static bool name_matches(const struct rj_attrrule *r, bool fold, const char *name)
{
	const size_t len = strlen(name);

	if (r->tail)
		return r->len - 1u <= len &&
		       same(fold, r->pattern + 1, name + len - (r->len - 1u), r->len - 1u);
	if (!r->rest)
		return r->len == len && same(fold, r->pattern, name, len);
	return rj_wild_match(r->rest, fold ? RJ_WILD_FOLD : 0, name, len, NULL);
}

bool rj_attrrule_matches(const struct rj_attrrule *r, bool fold, const char *path, const char *name)
{
	size_t len;

	if (r->name)
		return name_matches(r, fold, name);
	len = strlen(path);
	if (r->plain > len || !same(fold, r->pattern, path, r->plain))
		return false;
	if (!r->rest)
		return r->plain == len;
	return rj_wild_match(r->rest, RJ_WILD_PATH | (fold ? RJ_WILD_FOLD : 0), path + r->plain,
			     len - r->plain, NULL);
}
