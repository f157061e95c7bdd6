#include "core/git/pins.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/git/gitlock.h"

struct ids {
	const char **v; /* into texts that outlive it */
	size_t n, cap;
};

struct edit {
	struct rj_buf prefix; /* RJ_PINS <admin> / */
	struct ids *given;    /* NULL to remove */
};

static size_t hex_len(const char *s)
{
	return strspn(s, "0123456789abcdef");
}

static const char *next_line(const char *line)
{
	size_t len = strcspn(line, "\n");

	return line + len + (line[len] == '\n');
}

/* Is it a line "<id> <name beginning with prefix>"? */
static bool has_prefix(const char *line, const struct rj_buf *prefix)
{
	size_t hex = hex_len(line);

	return hex >= 40 && line[hex] == ' ' && !strncmp(line + hex + 1, prefix->s, prefix->len);
}

static void collect(struct ids *ids, const char *text, const struct rj_buf *prefix,
		    const char *held)
{
	for (const char *line = text; *line; line = next_line(line)) {
		size_t hex = hex_len(line);

		if (hex < 40 || line[hex] != ' ' || (prefix && !has_prefix(line, prefix)) ||
		    (held && strlen(held) == hex && !strncmp(line, held, hex)))
			continue;
		ids->v = rj_grow(ids->v, &ids->cap, ids->n + 1, sizeof(*ids->v));
		ids->v[ids->n++] = line;
	}
}

static int by_id(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t hex = hex_len(x);

	return strncmp(x, y, hex);
}

/* One pin an id, sorted by it, as the file wants its names sorted. */
static size_t print(struct ids *ids, const struct rj_buf *prefix, struct rj_buf *out)
{
	size_t pins = 0;

	if (ids->n > 0)
		qsort(ids->v, ids->n, sizeof(*ids->v), by_id);
	for (size_t i = 0; i < ids->n; i++) {
		int hex = (int)hex_len(ids->v[i]);

		if (i > 0 && by_id(&ids->v[i - 1], &ids->v[i]) == 0)
			continue;
		rj_buf_printf(out, "%.*s %s%.*s\n", hex, ids->v[i], prefix->s, hex, ids->v[i]);
		pins++;
	}
	return pins;
}

/* Copy `text` without the jail's pins; the place among the names where they belong goes to *ret_at.
 */
static size_t copy_others(const char *text, const struct rj_buf *prefix, struct rj_buf *out,
			  size_t *ret_at)
{
	size_t dropped = 0;
	bool placed = false, ours = false;

	for (const char *line = text; *line; line = next_line(line)) {
		size_t hex = hex_len(line);

		if (hex >= 40 && line[hex] == ' ') {
			ours = has_prefix(line, prefix);
			if (!placed && strncmp(line + hex + 1, prefix->s, prefix->len) > 0) {
				*ret_at = out->len;
				placed = true;
			}
		}
		if (ours && line[0] != '#') {
			dropped++;
			continue;
		}
		rj_buf_add(out, line, (size_t)(next_line(line) - line));
	}
	if (!placed)
		*ret_at = out->len;
	return dropped;
}

static int edit(void *arg, const char *text, size_t len, struct rj_buf *out, struct rj_err *err)
{
	const struct edit *e = arg;
	RJ_AUTO(rj_buf_release) struct rj_buf others = {0};
	size_t at = 0, before, after = 0;

	(void)len;
	(void)err;
	if (!*text)
		text = "# pack-refs with: peeled fully-peeled sorted \n";
	before = copy_others(text, &e->prefix, &others, &at);
	rj_buf_add(out, rj_buf_str(&others), at);
	if (e->given) {
		collect(e->given, text, &e->prefix, NULL);
		after = print(e->given, &e->prefix, out);
	}
	rj_buf_add(out, rj_buf_str(&others) + at, others.len - at);
	return before == after ? 0 : 1;
}

static int apply(const char *common, const char *kind, const char *admin, struct ids *given,
		 struct rj_err *err)
{
	struct edit e = {.given = given};
	int rc;

	rj_buf_printf(&e.prefix, "%s%s/", kind, admin);
	rc = rj_packed_edit(common, edit, NULL, &e, err);
	rj_buf_release(&e.prefix);
	return rc < 0 ? rj_wrap(err, "cannot keep from git gc what the jail needs") : 0;
}

int rj_pins_add(const char *common, const char *admin, const char *held, const char *packed,
		struct rj_err *err)
{
	struct ids given = {0};
	int rc;

	collect(&given, packed, NULL, held);
	rc = given.n ? apply(common, RJ_PINS, admin, &given, err) : 0;
	free(given.v);
	return rc;
}

int rj_pins_add_left(const char *common, const char *admin, const char *id, struct rj_err *err)
{
	struct ids left = {.v = rj_alloc(1, sizeof(*left.v)), .n = 1, .cap = 1};
	int rc;

	left.v[0] = id;
	rc = apply(common, RJ_PINS_LEFT, admin, &left, err);
	free(left.v);
	return rc;
}

int rj_pins_left(const char *common, const char *admin, struct rj_strv *ret, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf prefix = {0};
	struct ids left = {0};

	if (rj_packed_read(common, &text, err) < 0)
		return -err->num;
	rj_buf_printf(&prefix, RJ_PINS_LEFT "%s/", admin);
	if (!strstr(rj_buf_str(&text), prefix.s))
		return 0;
	collect(&left, text.s, &prefix, NULL);
	for (size_t i = 0; i < left.n; i++)
		rj_strv_give(ret, rj_strndup(left.v[i], hex_len(left.v[i])));
	free(left.v);
	return 0;
}

int rj_pins_remove(const char *common, const char *admin, struct rj_err *err)
{
	static const char *const kinds[] = {RJ_PINS, RJ_PINS_LEFT};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (rj_packed_read(common, &text, err) < 0)
		return -err->num;
	for (size_t i = 0; i < RJ_COUNT(kinds); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf prefix = {0};

		rj_buf_printf(&prefix, "%s%s/", kinds[i], admin);
		if (strstr(rj_buf_str(&text), prefix.s) &&
		    apply(common, kinds[i], admin, NULL, err) < 0)
			return -err->num;
	}
	return 0;
}
