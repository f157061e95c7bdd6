/* ignore: which untracked files git leaves alone, by gitignore(5). */
#include "core/git/ignore.h"

#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/git/wildmatch.h"

struct rule {
	const char *text; /* without '!', a '/' in front and a '/' at the end */
	size_t len;
	size_t plain;	      /* bytes of text in front of the first special character */
	bool show;	      /* began with '!' */
	bool dir;	      /* ended with '/' */
	bool name;	      /* had no other '/': about the last part of a path */
	bool tail;	      /* `*` and plain text: about how the last part ends */
	struct rj_wild *rest; /* what must be matched; NULL when `plain` or `tail` say it all */
};

struct rj_ignore {
	char *text;
	bool fold;
	struct rule *rules;
	size_t n, cap;
};

/* Spaces at the end do not count, unless a backslash keeps one. */
static void trim(char *line)
{
	char *end = NULL;

	for (char *p = line; *p; p++) {
		if (*p == ' ') {
			end = end ? end : p;
		} else if (*p == '\\') {
			if (!*++p)
				return;
			end = NULL;
		} else {
			end = NULL;
		}
	}
	if (end)
		*end = '\0';
}

static void add_rule(struct rj_ignore *ig, char *line)
{
	struct rule r = {.text = line};

	if (*r.text == '!') {
		r.show = true;
		r.text++;
	}
	r.len = strlen(r.text);
	if (r.len && r.text[r.len - 1] == '/') {
		r.dir = true;
		line[(size_t)(r.text - line) + --r.len] = '\0';
	}
	r.name = !strchr(r.text, '/');
	if (*r.text == '/') {
		r.text++;
		r.len--;
	}
	r.plain = strcspn(r.text, RJ_WILD_SPECIAL);
	r.tail = r.name && *r.text == '*' && !strpbrk(r.text + 1, RJ_WILD_SPECIAL);
	if (r.plain < r.len && !r.tail)
		r.rest = rj_wild_new(r.name ? r.text : r.text + r.plain,
				     (r.name ? 0 : RJ_WILD_PATH) | (ig->fold ? RJ_WILD_FOLD : 0));
	ig->rules = rj_grow(ig->rules, &ig->cap, ig->n + 1, sizeof(*ig->rules));
	ig->rules[ig->n++] = r;
}

struct rj_ignore *rj_ignore_new(const char *text, size_t len, bool fold)
{
	struct rj_ignore *ig = rj_alloc(1, sizeof(*ig));
	char *line, *end;

	ig->fold = fold;
	ig->text = rj_alloc(len + 1, 1);
	if (len)
		memcpy(ig->text, text, len);
	end = ig->text + len;
	line = ig->text;
	if (len >= 3 && !memcmp(line, "\xef\xbb\xbf", 3))
		line += 3;
	while (line < end) {
		char *next = memchr(line, '\n', (size_t)(end - line));

		next = next ? next : end;
		*next = '\0';
		if (next > line && *line != '#') {
			if (next[-1] == '\r')
				next[-1] = '\0';
			trim(line);
			add_rule(ig, line);
		}
		line = next + 1;
	}
	return ig;
}

void rj_ignore_free(struct rj_ignore **ig)
{
	if (!*ig)
		return;
	for (size_t i = 0; i < (*ig)->n; i++)
		rj_wild_free(&(*ig)->rules[i].rest);
	rj_free(&(*ig)->rules);
	rj_free(&(*ig)->text);
	rj_free(ig);
}

static bool same(const struct rj_ignore *ig, const char *a, const char *b, size_t len)
{
	return ig->fold ? !strncasecmp(a, b, len) : !memcmp(a, b, len);
}

static bool name_matches(const struct rj_ignore *ig, const struct rule *r, const char *name,
			 size_t len)
{
	if (r->tail)
		return r->len - 1 <= len &&
		       same(ig, r->text + 1, name + len - (r->len - 1), r->len - 1);
	if (!r->rest)
		return r->len == len && same(ig, r->text, name, len);
	return rj_wild_match(r->rest, name, len);
}

static bool path_matches(const struct rj_ignore *ig, const struct rule *r, const char *path,
			 size_t len)
{
	if (r->plain > len || !same(ig, r->text, path, r->plain))
		return false;
	if (!r->rest)
		return r->plain == len;
	return rj_wild_match(r->rest, path + r->plain, len - r->plain);
}

enum rj_ignore_verdict rj_ignore_match(const struct rj_ignore *ig, const char *path, bool is_dir)
{
	const char *slash, *name;
	size_t len, name_len;

	if (!ig) /* most directories have no rules, and paths may be very long */
		return RJ_IGNORE_SILENT;
	slash = strrchr(path, '/');
	name = slash ? slash + 1 : path;
	len = strlen(path);
	name_len = strlen(name);
	for (size_t i = ig->n; i-- > 0;) {
		const struct rule *r = &ig->rules[i];

		if (r->dir && !is_dir)
			continue;
		if (r->name ? name_matches(ig, r, name, name_len) : path_matches(ig, r, path, len))
			return r->show ? RJ_IGNORE_SHOW : RJ_IGNORE_HIDE;
	}
	return RJ_IGNORE_SILENT;
}
