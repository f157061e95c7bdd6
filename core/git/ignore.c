/* ignore: which untracked files git leaves alone, by gitignore(5). */
#include "core/git/ignore.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/git/wildmatch.h"

/* As small as it can be: a file of rules that an agent wrote may have two million. */
struct rule {
	uint32_t at; /* its text in that of the file, without '!' and a '/' at either end */
	uint32_t len;
	uint32_t plain; /* bytes of text in front of the first special character */
	bool show:1;	/* began with '!' */
	bool dir:1;	/* ended with '/' */
	bool name:1;	/* had no other '/': about the last part of a path */
	bool tail:1;	/* `*` and plain text: about how the last part ends */
};

enum { BYTES_PER_STEP = 4 }; /* that are compared as they are */

struct rj_ignore {
	char *text;
	size_t text_len;
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
	struct rule r = {.show = *line == '!'};
	char *text = line + r.show;
	size_t len = strlen(text);

	if (len && text[len - 1] == '/') {
		r.dir = true;
		text[--len] = '\0';
	}
	r.name = !strchr(text, '/');
	if (*text == '/') {
		text++;
		len--;
	}
	r.at = (uint32_t)(text - ig->text);
	r.len = (uint32_t)len;
	r.plain = (uint32_t)strcspn(text, RJ_WILD_SPECIAL);
	r.tail = r.name && *text == '*' && !strpbrk(text + 1, RJ_WILD_SPECIAL);
	ig->rules = rj_grow(ig->rules, &ig->cap, ig->n + 1, sizeof(*ig->rules));
	ig->rules[ig->n++] = r;
}

struct rj_ignore *rj_ignore_new(const char *text, size_t len, bool fold)
{
	struct rj_ignore *ig = rj_alloc(1, sizeof(*ig));
	char *line, *end;

	ig->fold = fold;
	ig->text_len = len;
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
	rj_free(&(*ig)->rules);
	rj_free(&(*ig)->text);
	rj_free(ig);
}

size_t rj_ignore_size(const struct rj_ignore *ig)
{
	return ig ? ig->text_len + ig->cap * sizeof(*ig->rules) : 0;
}

static bool same(const struct rj_ignore *ig, const char *a, const char *b, size_t len)
{
	return ig->fold ? !strncasecmp(a, b, len) : !memcmp(a, b, len);
}

static bool name_matches(const struct rj_ignore *ig, const struct rule *r, const char *name,
			 size_t len, uint64_t *left)
{
	const char *text = ig->text + r->at;

	if (r->tail)
		return r->len - 1 <= len &&
		       same(ig, text + 1, name + len - (r->len - 1), r->len - 1);
	if (r->plain == r->len)
		return r->len == len && same(ig, text, name, len);
	return rj_wild_match(text, ig->fold ? RJ_WILD_FOLD : 0, name, len, left);
}

static bool path_matches(const struct rj_ignore *ig, const struct rule *r, const char *path,
			 size_t len, uint64_t *left)
{
	const char *text = ig->text + r->at;

	if (r->plain > len || !same(ig, text, path, r->plain))
		return false;
	if (r->plain == r->len)
		return r->plain == len;
	return rj_wild_match(text + r->plain, RJ_WILD_PATH | (ig->fold ? RJ_WILD_FOLD : 0),
			     path + r->plain, len - r->plain, left);
}

static void spend(uint64_t *left, uint64_t steps)
{
	*left -= steps < *left ? steps : *left;
}

enum rj_ignore_verdict rj_ignore_match(const struct rj_ignore *ig, const char *path, bool is_dir,
				       uint64_t *left)
{
	const char *slash, *name;
	size_t len, name_len;

	if (!ig) /* most directories have no rules, and paths may be very long */
		return RJ_IGNORE_SILENT;
	slash = strrchr(path, '/');
	name = slash ? slash + 1 : path;
	len = strlen(path);
	name_len = strlen(name);
	spend(left, len / BYTES_PER_STEP);
	for (size_t i = ig->n; i-- > 0 && *left;) {
		const struct rule *r = &ig->rules[i];

		spend(left, 1 + (r->tail ? r->len : r->plain) / BYTES_PER_STEP);
		if (r->dir && !is_dir)
			continue;
		if (r->name ? name_matches(ig, r, name, name_len, left)
			    : path_matches(ig, r, path, len, left))
			return r->show ? RJ_IGNORE_SHOW : RJ_IGNORE_HIDE;
	}
	return RJ_IGNORE_SILENT;
}
