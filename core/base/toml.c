/* TOML 1.0: the structure of a document, that is headers, pairs, arrays and inline tables. */
#include "core/base/toml.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/toml_node.h"
#include "core/base/toml_text.h"

/* One part of a dotted key. */
struct part {
	struct rj_buf text;
	struct rj_toml_pos at;
};

static void part_release(struct part *p)
{
	rj_buf_release(&p->text);
}

static int read_value(struct rj_toml_text *t, struct rj_toml *node, struct rj_err *err);

static int refuse_here(struct rj_toml_text *t, const char *expected, struct rj_err *err)
{
	char found[RJ_TOML_FOUND_SIZE];

	return rj_toml_refuse(err, t->file, rj_toml_here(t), "expected %s, found %s", expected,
			      rj_toml_found(t, found));
}

/* Say `what` about the part, and the line of what was `there` before it. */
static int refuse_part(struct rj_toml_text *t, const struct part *p, const struct rj_toml *there,
		       const char *what, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};

	rj_toml_quote(&name, rj_buf_str(&p->text), p->text.len);
	return rj_toml_refuse(err, t->file, p->at, "%.200s %s (line %zu)", rj_buf_str(&name), what,
			      there->key_at.line);
}

/* NULL, with *err set, when it would be too deep. */
static struct rj_toml *add(struct rj_toml_text *t, struct rj_toml *parent, const struct part *p,
			   struct rj_toml_pos at, struct rj_err *err)
{
	struct rj_toml *node = p ? rj_toml_add(parent, rj_buf_str(&p->text), p->text.len, at)
				 : rj_toml_add(parent, NULL, 0, at);

	if (!node)
		(void)rj_toml_refuse(err, t->file, at, "nested deeper than %d tables and arrays",
				     RJ_TOML_MAX_DEPTH);
	return node;
}

static struct rj_toml *find(const struct rj_toml *table, const struct part *p)
{
	return rj_toml_find(table, rj_buf_str(&p->text), p->text.len);
}

static bool is_bare(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* One part of a key and the blanks behind it; *ret_more when a dot and another part follow. */
static int read_part(struct rj_toml_text *t, struct part *p, bool *ret_more, struct rj_err *err)
{
	int c = rj_toml_peek(t);

	p->text.len = 0;
	p->at = rj_toml_here(t);
	if (c == '"' || c == '\'') {
		int r = rj_toml_read_string(t, false, &p->text, err);

		if (r < 0)
			return r;
	} else {
		const char *from = t->at;

		while (is_bare(rj_toml_peek(t)))
			t->at++;
		if (t->at == from)
			return refuse_here(t, "a key", err);
		rj_buf_add(&p->text, from, (size_t)(t->at - from));
	}
	rj_toml_blanks(t);
	*ret_more = rj_toml_skip(t, ".");
	if (*ret_more)
		rj_toml_blanks(t);
	return 0;
}

/*
 * From the table `from` by one part of a dotted key to the table of that name,
 * which is made when it is not there: `made` says whether a pair or a header
 * asks. The rules are those of the specification's sections on keys and tables:
 * a header may pass everything but values, and an array of tables by its last
 * element; a pair may not touch what a header has defined.
 */
static int step(struct rj_toml_text *t, struct rj_toml *from, const struct part *p,
		enum rj_toml_made made, struct rj_toml **ret, struct rj_err *err)
{
	struct rj_toml *next = find(from, p);
	bool by_dot = made == RJ_TOML_MADE_BY_DOT;

	if (!next) {
		next = add(t, from, p, p->at, err);
		if (!next)
			return -err->num;
		next->made = made;
	}
	if (next->type != RJ_TOML_TABLE && next->type != RJ_TOML_ARRAY)
		return refuse_part(t, p, next, "has a value already and is not a table", err);
	if (next->made == RJ_TOML_MADE_BY_VALUE)
		return refuse_part(t, p, next, "was given whole and cannot be added to", err);
	if (by_dot && next->made == RJ_TOML_MADE_BY_HEADER)
		return refuse_part(t, p, next, "has a header of its own: write this below it", err);
	if (by_dot)
		next->made = made;
	*ret = next->type == RJ_TOML_ARRAY ? next->v[next->n - 1] : next;
	return 0;
}

static int read_pair(struct rj_toml_text *t, struct rj_toml *table, struct rj_err *err)
{
	RJ_AUTO(part_release) struct part p = {0};
	struct rj_toml *node;
	bool more = false;
	int r = read_part(t, &p, &more, err);

	while (r == 0 && more) {
		r = step(t, table, &p, RJ_TOML_MADE_BY_DOT, &table, err);
		if (r == 0)
			r = read_part(t, &p, &more, err);
	}
	if (r < 0)
		return r;
	if (!rj_toml_skip(t, "="))
		return refuse_here(t, "'=' after the key", err);
	rj_toml_blanks(t);
	node = find(table, &p);
	if (node)
		return refuse_part(t, &p, node, "is set already", err);
	node = add(t, table, &p, p.at, err);
	return node ? read_value(t, node, err) : -err->num;
}

/* A comment, if one comes next: up to the end of its line. */
static void skip_comment(struct rj_toml_text *t)
{
	if (rj_toml_peek(t) != '#')
		return;
	while (t->at < t->end && *t->at != '\n' && *t->at != '\r')
		t->at++;
}

static void skip_lines(struct rj_toml_text *t)
{
	do {
		rj_toml_blanks(t);
		skip_comment(t);
	} while (rj_toml_newline(t));
}

static int read_array(struct rj_toml_text *t, struct rj_toml *array, struct rj_err *err)
{
	struct rj_toml_pos from = rj_toml_here(t);

	array->type = RJ_TOML_ARRAY;
	t->at++;
	for (;;) {
		struct rj_toml *node;
		int r;

		skip_lines(t);
		if (rj_toml_skip(t, "]"))
			return 0;
		if (t->at == t->end)
			break;
		node = add(t, array, NULL, rj_toml_here(t), err);
		r = node ? read_value(t, node, err) : -err->num;
		if (r < 0)
			return r;
		skip_lines(t);
		if (rj_toml_skip(t, "]"))
			return 0;
		if (t->at == t->end)
			break;
		if (!rj_toml_skip(t, ","))
			return refuse_here(t, "',' or ']' in the array", err);
	}
	return rj_toml_refuse(err, t->file, from, "this array is not closed by ]");
}

/* An inline table stays on one line and has no comma before its end. */
static int read_inline(struct rj_toml_text *t, struct rj_toml *table, struct rj_err *err)
{
	table->type = RJ_TOML_TABLE;
	t->at++;
	rj_toml_blanks(t);
	if (rj_toml_skip(t, "}"))
		return 0;
	for (;;) {
		int r = read_pair(t, table, err);

		if (r < 0)
			return r;
		rj_toml_blanks(t);
		if (rj_toml_skip(t, "}"))
			return 0;
		if (!rj_toml_skip(t, ","))
			return refuse_here(t, "',' or '}' in the inline table", err);
		rj_toml_blanks(t);
	}
}

/* Recursion ends at RJ_TOML_MAX_DEPTH: whatever nests has added a node first. */
static int read_value(struct rj_toml_text *t, struct rj_toml *node, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int r;

	node->at = rj_toml_here(t);
	node->made = RJ_TOML_MADE_BY_VALUE;
	switch (rj_toml_peek(t)) {
	case '[':
		return read_array(t, node, err);
	case '{':
		return read_inline(t, node, err);
	case '"':
	case '\'':
		r = rj_toml_read_string(t, true, &text, err);
		if (r < 0)
			return r;
		node->type = RJ_TOML_STRING;
		node->len = text.len;
		node->s = rj_buf_take(&text);
		return 0;
	default:
		return rj_toml_read_scalar(t, node, err);
	}
}

/* The last part of [x]. */
static int open_table(struct rj_toml_text *t, struct rj_toml *parent, const struct part *p,
		      struct rj_toml **ret, struct rj_err *err)
{
	struct rj_toml *table = find(parent, p);

	if (!table) {
		table = add(t, parent, p, p->at, err);
		if (!table)
			return -err->num;
	} else if (table->type != RJ_TOML_TABLE) {
		return refuse_part(t, p, table, "is not a table", err);
	} else if (table->made != RJ_TOML_MADE_BY_PATH) {
		return refuse_part(t, p, table, "is defined already", err);
	}
	table->made = RJ_TOML_MADE_BY_HEADER;
	table->at = table->key_at = p->at;
	*ret = table;
	return 0;
}

/* The last part of [[x]]: one more element. */
static int open_element(struct rj_toml_text *t, struct rj_toml *parent, const struct part *p,
			struct rj_toml **ret, struct rj_err *err)
{
	struct rj_toml *array = find(parent, p), *element;

	if (!array) {
		array = add(t, parent, p, p->at, err);
		if (!array)
			return -err->num;
		array->type = RJ_TOML_ARRAY;
		array->made = RJ_TOML_MADE_BY_HEADER;
	} else if (array->type != RJ_TOML_ARRAY || array->made == RJ_TOML_MADE_BY_VALUE) {
		return refuse_part(t, p, array, "is not an array of tables", err);
	}
	element = add(t, array, NULL, p->at, err);
	if (!element)
		return -err->num;
	element->made = RJ_TOML_MADE_BY_HEADER;
	*ret = element;
	return 0;
}

static int read_header(struct rj_toml_text *t, struct rj_toml *root, struct rj_toml **ret,
		       struct rj_err *err)
{
	RJ_AUTO(part_release) struct part p = {0};
	bool element = rj_toml_skip(t, "[["), more = true;
	struct rj_toml *table = root;
	int r;

	if (!element)
		t->at++;
	rj_toml_blanks(t);
	r = read_part(t, &p, &more, err);
	while (r == 0 && more) {
		r = step(t, table, &p, RJ_TOML_MADE_BY_PATH, &table, err);
		if (r == 0)
			r = read_part(t, &p, &more, err);
	}
	if (r < 0)
		return r;
	if (!rj_toml_skip(t, element ? "]]" : "]"))
		return refuse_here(t, element ? "']]' after the name" : "']' after the name", err);
	return element ? open_element(t, table, &p, ret, err) : open_table(t, table, &p, ret, err);
}

static int read_document(struct rj_toml_text *t, struct rj_toml *root, struct rj_err *err)
{
	struct rj_toml *section = root;

	for (skip_lines(t); t->at < t->end; skip_lines(t)) {
		int r = rj_toml_peek(t) == '[' ? read_header(t, root, &section, err)
					       : read_pair(t, section, err);

		if (r < 0)
			return r;
		rj_toml_blanks(t);
		skip_comment(t);
		if (t->at < t->end && *t->at != '\n' && *t->at != '\r')
			return refuse_here(t, "the end of the line", err);
	}
	return 0;
}

int rj_toml_parse(const char *text, size_t len, const char *file, struct rj_toml **ret_root,
		  struct rj_err *err)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = rj_toml_new();
	struct rj_toml_text t;
	int r = rj_toml_text_open(&t, text, len, file, err);

	if (r == 0)
		r = read_document(&t, root, err);
	if (r < 0)
		return r;
	*ret_root = root;
	root = NULL;
	return 0;
}
