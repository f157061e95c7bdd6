/* toml: the tree and its places, and what errors say. The grammar is in test_toml_suite.c. */
#include "core/base/toml.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"

static struct rj_toml *read_ok(const char *text)
{
	struct rj_toml *root = NULL;
	struct rj_err err = {.num = 77};

	cr_assert(rj_toml_parse(text, strlen(text), "f.toml", &root, &err) == 0, "%s", err.msg);
	cr_expect_eq(err.num, 77, "err was touched on success");
	return root;
}

static void expect_at(const struct rj_toml *node, size_t key_line, size_t key_col, size_t line,
		      size_t col)
{
	cr_assert_not_null(node);
	cr_expect(node->key_at.line == key_line && node->key_at.col == key_col &&
			  node->at.line == line && node->at.col == col,
		  "key at %zu:%zu, value at %zu:%zu, not %zu:%zu and %zu:%zu", node->key_at.line,
		  node->key_at.col, node->at.line, node->at.col, key_line, key_col, line, col);
}

Test(toml, every_node_knows_its_place)
{
	RJ_AUTO(rj_toml_free)
	struct rj_toml *root = read_ok("one = 1\n"
				       "\n"
				       "  [ t . u ]\r\n"
				       "\t\"\u00e9\u20ac\"  =  [ 'x',\n"
				       "  2 ]\n"
				       "a.b = { c = 3 }\n"
				       "[[l]]\n"
				       "[[l]]\n");
	const struct rj_toml *t, *u, *list;

	expect_at(rj_toml_get(root, "one"), 1, 1, 1, 7);
	t = rj_toml_get(root, "t");
	expect_at(t, 3, 5, 3, 5);
	u = rj_toml_get(t, "u");
	expect_at(u, 3, 9, 3, 9);
	/* Columns are characters: the key has four of them in seven bytes. */
	list = rj_toml_get(u, "\u00e9\u20ac");
	expect_at(list, 4, 2, 4, 11);
	expect_at(list->v[0], 4, 13, 4, 13);
	expect_at(list->v[1], 5, 3, 5, 3);
	expect_at(rj_toml_get(rj_toml_get(rj_toml_get(u, "a"), "b"), "c"), 6, 9, 6, 13);
	list = rj_toml_get(root, "l");
	expect_at(list, 7, 3, 7, 3);
	expect_at(list->v[1], 8, 3, 8, 3);
	cr_expect_null(rj_toml_get(root, "two"));
	cr_expect_eq(root->depth, 0u);
	cr_expect_eq(list->v[1]->depth, 2u);
}

struct row {
	const char *text, *msg;
};

Test(toml, errors_say_where_and_what)
{
	static const struct row rows[] = {
		{"a = 1\nb = @\n", "f.toml:2:5: '@' is not a value"},
		{"a = yes\n", "f.toml:1:5: 'yes' is not a value"},
		{"a = TRUE\n", "f.toml:1:5: 'TRUE' must be in small letters"},
		{"a =\n", "f.toml:1:4: expected a value, found the end of the line"},
		{"a = ", "f.toml:1:5: expected a value, found the end of the file"},
		{"a\n", "f.toml:1:2: expected '=' after the key, found the end of the line"},
		{"a \u00e9", "f.toml:1:3: expected '=' after the key, found '\u00e9'"},
		{"= 1", "f.toml:1:1: expected a key, found '='"},
		{"a = 1 \t2\n", "f.toml:1:8: expected the end of the line, found '2'"},
		{"a = 1\n\na = 2", "f.toml:3:1: \"a\" is set already (line 1)"},
		{"[a]\nb.c = 1\nb = 2", "f.toml:3:1: \"b\" is set already (line 2)"},
		{"[a]\n[b]\n[a]", "f.toml:3:2: \"a\" is defined already (line 1)"},
		{"a = {}\na.b = 1",
		 "f.toml:2:1: \"a\" was given whole and cannot be added to (line 1)"},
		{"a = 1\n[a.b]",
		 "f.toml:2:2: \"a\" has a value already and is not a table (line 1)"},
		{"[a.b]\n[a]\nb.c = 1",
		 "f.toml:3:1: \"b\" has a header of its own: write this below it (line 1)"},
		{"a = []\n[[a]]", "f.toml:2:3: \"a\" is not an array of tables (line 1)"},
		{"[a\n", "f.toml:1:3: expected ']' after the name, found the end of the line"},
		{"[[a]\n", "f.toml:1:4: expected ']]' after the name, found ']'"},
		{"a = [\n 1\n 2]", "f.toml:3:2: expected ',' or ']' in the array, found '2'"},
		{"x = 1\na = [1,\n", "f.toml:2:5: this array is not closed by ]"},
		{"a = {b = 1 c", "f.toml:1:12: expected ',' or '}' in the inline table, found 'c'"},
		{"a = 'x\n", "f.toml:1:5: this string is not closed by ' on its line"},
		{"a = \"\"\"\nx", "f.toml:1:5: this string is not closed by \"\"\""},
		{"a = \"x\\q\"", "f.toml:1:7: no escape begins with a backslash and 'q'"},
		{"a = \"\\u12\"", "f.toml:1:6: \\u needs 4 hexadecimal digits"},
		{"a = \"\\UD8000000\"", "f.toml:1:6: U+D8000000 is not a character"},
		{"a = 1e400", "f.toml:1:5: 1e400 is too large"},
		{"a = 1.e4", "f.toml:1:5: '1.e4' is not a number, date or time"},
		{"a = 2023-02-30", "f.toml:1:5: '2023-02-30' is not a date or time that exists"},
		{"a = 1\n# \x1b[31m", "f.toml:2:3: control character 0x1b"},
		{"# \xff", "f.toml:1:3: byte 0xff is not UTF-8"},
		{"a = 1\r", "f.toml:1:6: a carriage return without a line feed"},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_toml *root = NULL;
		struct rj_err err = {0};
		int r = rj_toml_parse(rows[i].text, strlen(rows[i].text), "f.toml", &root, &err);

		cr_expect_eq(r, -EINVAL, "%s", rows[i].text);
		cr_expect_str_eq(err.msg, rows[i].msg);
		cr_expect_null(root);
	}
}

Test(toml, hints)
{
	struct rj_toml *root = NULL;
	struct rj_err err = {0};

	cr_expect(rj_toml_parse("a = b", 5, "f", &root, &err) < 0);
	cr_expect_str_eq(err.hint, "a string needs quotes around it");
	cr_expect(rj_toml_parse("a = \"\\d\"", 8, "f", &root, &err) < 0);
	cr_expect(strstr(err.hint, "single quotes") != NULL, "%s", err.hint);
}

Test(toml, length_counts_not_the_nul)
{
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	struct rj_err err = {0};

	cr_expect_eq(rj_toml_parse("a = 1234", 6, "f", &root, &err), 0);
	cr_expect_eq(rj_toml_get(root, "a")->integer, 12);
	rj_toml_free(&root);
	cr_expect_eq(rj_toml_parse("", 0, "f", &root, &err), 0);
	cr_expect_eq(root->n, 0u);
}

Test(toml, too_long)
{
	size_t len = RJ_TOML_MAX_LEN + 1;
	RJ_AUTO(rj_free) char *text = rj_alloc(len, 1);
	struct rj_toml *root = NULL;
	struct rj_err err = {0};

	memset(text, '\n', len);
	cr_expect_eq(rj_toml_parse(text, len, "f", &root, &err), -EFBIG);
	cr_expect_str_eq(err.msg, "f: longer than 16777216 bytes");
	cr_expect_eq(rj_toml_parse(text, len - 1, "f", &root, &err), 0);
	rj_toml_free(&root);
}

Test(toml, depth_ends_where_it_says)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	struct rj_err err = {0};

	rj_buf_puts(&text, "a=");
	for (int i = 0; i < RJ_TOML_MAX_DEPTH; i++)
		rj_buf_putc(&text, '[');
	for (int i = 0; i < RJ_TOML_MAX_DEPTH; i++)
		rj_buf_putc(&text, ']');
	cr_expect_eq(rj_toml_parse(text.s, text.len, "f", &root, &err), 0, "%s", err.msg);
	rj_toml_free(&root);
	text.s[2 + RJ_TOML_MAX_DEPTH] = '1';
	cr_expect_eq(rj_toml_parse(text.s, text.len, "f", &root, &err), -EINVAL);
	cr_expect_str_eq(err.msg, "f:1:131: nested deeper than 128 tables and arrays");
}

/* Time that grows with the square of these would be minutes, not a moment. */
Test(toml, large_documents_take_no_square_time, .timeout = 300)
{
	enum { MANY = 100000 };
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;

	for (int i = 0; i < MANY; i++)
		rj_buf_printf(&text, "key%d = %d\n", i, i);
	rj_buf_puts(&text, "list = [");
	for (int i = 0; i < MANY; i++)
		rj_buf_puts(&text, "1,");
	rj_buf_puts(&text, "]\n");
	root = read_ok(text.s);
	cr_expect_eq(root->n, (size_t)MANY + 1);
	cr_expect_eq(rj_toml_get(root, "key99999")->integer, 99999);
	cr_expect_eq(rj_toml_get(root, "list")->n, (size_t)MANY);
	cr_expect_eq(rj_toml_get(root, "list")->v[MANY - 1]->at.col, 2u * MANY + 7);
}

Test(toml, what_is_quoted_reads_back)
{
	static const char bytes[] = "a\"b\\c\nd\te\x01\x7f\0\u00e9'";
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_toml_free) struct rj_toml *root = NULL;
	const struct rj_toml *a;

	rj_buf_puts(&text, "a = ");
	rj_toml_quote(&text, bytes, sizeof(bytes) - 1);
	cr_expect_str_eq(text.s, "a = \"a\\\"b\\\\c\\nd\\te\\u0001\\u007F\\u0000\u00e9'\"");
	root = read_ok(text.s);
	a = rj_toml_get(root, "a");
	cr_expect_eq(a->len, sizeof(bytes) - 1);
	cr_expect(memcmp(a->s, bytes, sizeof(bytes)) == 0);
}

Test(toml, type_names)
{
	cr_expect_str_eq(rj_toml_type_name(RJ_TOML_TABLE), "a table");
	cr_expect_str_eq(rj_toml_type_name(RJ_TOML_INTEGER), "an integer");
	cr_expect_str_eq(rj_toml_type_name(RJ_TOML_LOCAL_TIME), "a local time");
}

Test(toml, free_accepts_nothing)
{
	struct rj_toml *root = NULL;

	rj_toml_free(&root);
	cr_expect_null(root);
}
