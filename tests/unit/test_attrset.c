/* attrset: what rules say about a path is what `git check-attr` says. */
#include "core/git/attrset.h"

#include <sys/stat.h>

#include "tests/unit/attrsfix.h"

TestSuite(attrset, .init = fix_begin, .fini = fix_end);

static const char *const names[RJ_ATTR_COUNT] = {
	"text", "crlf", "eol", "ident", "working-tree-encoding", "diff"};

static const char *const paths[] = {
	"a",	 "b",	    "ab",    "a.b",   "A",	 "c",	      "a/a",	 "a/b",
	"a/a/a", "a/b/c",   "sub/a", "sub/b", "sub/ab",	 "sub/a/a",   "sub/a/b", "sub/A",
	"b/a",	 "sub/a.b", "b/b/b", ".a",    "sub/a/c", "sub/a/ab",  "#a",	 "a b",
	"B/a",	 "a\"",	    "a\tb",  "a\fb",  "\\a",	 "a\xc3\xa9", "!a",	 "sub/A/b",
	"sub",	 "a ",	    "SUB/a", "Aa.B",
};

/* All files that have a say. */
struct files {
	struct rj_buf texts[RJ_ATTRSET_RANKS], sub, deep;
	bool fold;
};

static void release(struct files *f)
{
	for (size_t i = 0; i < RJ_ATTRSET_RANKS; i++)
		rj_buf_release(&f->texts[i]);
	rj_buf_release(&f->sub);
	rj_buf_release(&f->deep);
}

static void put(const char *path, const struct rj_buf *text)
{
	put_file(path, rj_buf_str(text), text->len);
}

static void begin(void)
{
	struct rj_buf list = {0};

	for (size_t i = 0; i < RJ_COUNT(paths); i++)
		rj_buf_add(&list, paths[i], strlen(paths[i]) + 1);
	put("paths", &list);
	rj_buf_release(&list);
	sh("git init -q w && mkdir -p w/sub/a home/.config/git");
}

/* Into a worktree, and the same into its index. */
static void lay_out(const struct files *f)
{
	put("w/.gitattributes", &f->texts[RJ_ATTRSET_TOP]);
	put("w/sub/.gitattributes", &f->sub);
	put("w/sub/a/.gitattributes", &f->deep);
	put("w/.git/info/attributes", &f->texts[RJ_ATTRSET_INFO]);
	put("home/.config/git/attributes", &f->texts[RJ_ATTRSET_USER]);
	sh("cd w && printf '.gitattributes\\nsub/.gitattributes\\nsub/a/.gitattributes\\n' >../n "
	   "&& git hash-object -w --no-filters --stdin-paths <../n | paste - ../n | sed "
	   "'s/^/100644 "
	   "/' | git update-index --index-info");
}

static const char *text_of(const char *value)
{
	return value ? value : "unspecified";
}

/* Hold what git answers, path, name, value, all ended by NUL, against the set. Gives how many
 * values were said. */
static size_t compare(const struct rj_attrset *s, const struct rj_buf *answer, const char *what,
		      const struct files *f)
{
	const char *at = rj_buf_str(answer);
	size_t said = 0;

	cr_assert(answer->len > 0);
	for (size_t i = 0; i < RJ_COUNT(paths); i++) {
		const char *values[RJ_ATTR_COUNT];
		bool smudges = rj_attrset_smudges(s, paths[i]);

		rj_attrset_get(s, paths[i], values);
		for (size_t k = 0; k < RJ_ATTR_COUNT; k++) {
			cr_assert_str_eq(at, paths[i]);
			at += strlen(at) + 1;
			cr_assert_str_eq(at, names[k]);
			at += strlen(at) + 1;
			cr_expect_str_eq(text_of(values[k]), at,
					 "%s: %s of %s is '%s', not '%s' with\n%s-- sub\n%s-- "
					 "deep\n%s-- info\n%s-- user\n%s",
					 what, names[k], paths[i], text_of(values[k]), at,
					 rj_buf_str(&f->texts[RJ_ATTRSET_TOP]), rj_buf_str(&f->sub),
					 rj_buf_str(&f->deep),
					 rj_buf_str(&f->texts[RJ_ATTRSET_INFO]),
					 rj_buf_str(&f->texts[RJ_ATTRSET_USER]));
			said += strcmp(at, "unspecified") != 0;
			at += strlen(at) + 1;
		}
		cr_expect(smudges || (strcmp(text_of(values[RJ_ATTR_EOL]), "crlf") != 0 &&
				      values[RJ_ATTR_IDENT] != rj_attr_on &&
				      (!values[RJ_ATTR_ENCODING] ||
				       values[RJ_ATTR_ENCODING] == rj_attr_off)),
			  "%s: %s", what, paths[i]);
	}
	return said;
}

static size_t ask(const struct files *f, bool disk)
{
	const unsigned flags = (f->fold ? RJ_ATTRFILE_FOLD : 0) | (disk ? RJ_ATTRFILE_DISK : 0);
	struct rj_attrset *s = rj_attrset_new(f->texts, flags);
	struct rj_buf command = {0}, answer = {0};
	size_t said;

	cr_assert(rj_attrset_add(s, "sub/a/", 6, rj_buf_str(&f->deep), f->deep.len));
	cr_assert(rj_attrset_add(s, "sub/", 4, rj_buf_str(&f->sub), f->sub.len));
	rj_buf_printf(&command, "cd w && git -c core.ignorecase=%s check-attr %s -z --stdin",
		      f->fold ? "true" : "false", disk ? "" : "--cached");
	for (size_t k = 0; k < RJ_ATTR_COUNT; k++)
		rj_buf_printf(&command, " %s", names[k]);
	rj_buf_puts(&command, " <../paths 2>/dev/null");
	cr_assert(fix_run(command.s, &answer) == 0);
	said = compare(s, &answer, disk ? "on disk" : "in the index", f);
	rj_buf_release(&command);
	rj_buf_release(&answer);
	rj_attrset_free(&s);
	return said;
}

Test(attrset, rules_by_chance, .timeout = 240)
{
	unsigned seed = 7;
	size_t said = 0;

	begin();
	for (unsigned round = 0; round < 120; round++) {
		RJ_AUTO(release) struct files f = {.fold = chance(&seed, 3) == 0};

		make_attributes(&f.texts[RJ_ATTRSET_TOP], &seed, 10);
		make_attributes(&f.texts[RJ_ATTRSET_INFO], &seed, 3);
		make_attributes(&f.texts[RJ_ATTRSET_USER], &seed, 4);
		make_attributes(&f.sub, &seed, 4);
		make_attributes(&f.deep, &seed, 3);
		lay_out(&f);
		said += ask(&f, true) + ask(&f, false);
	}
	cr_expect(said > 5000, "only %zu", said);
}

/* Each row is a .gitattributes at the top, and one in sub/. */
static const struct {
	const char *top, *sub;
} rows[] = {
	{"* text\n[attr]binary eol=crlf\na binary\n", ""},
	{"* text\n[attr]binary\na binary\n", ""},
	{"[attr]text eol=crlf ident\n* text\nb -text\n", "* !eol\n"},
	{"[attr]m1 m2 -text\n[attr]m2 m1 text\na m1\nb m2\n* -ident\n", ""},
	{"[attr]m1 m2\n[attr]m2 m3\n[attr]m3 ident\n[attr]m3 diff=x\n* m1\n", "a -m3\nb !m2\n"},
	{"* text\n", "[attr]m1 ident\na m1\n"},
	{"[attr] m1 ident\n", "\"[attr] m1\" eol=lf\n"},
	{"\"[attr] m1\" ident\n\"[attr]m2 rest\"eol=crlf\na m1 m2\n", ""},
	{"\"a\"ident\n\"b ident\n\"\\141b\" eol=crlf\n\"a\\q\" diff\n\"\" text\n\"\\000a\" text\n",
	 "\"/a\\000b\" text\n"},
	{"a text -text !text\nb !text text\nc eol=lf eol=crlf eol\n", ""},
	{"# * text\n  # * text\n\\#a text\n!a text\n\\!a eol=lf\n",
	 "a/ text\na/** eol=lf\n/ diff\n"},
	{"a text= eol== ident=a=b\n", "a -text=x !eol=y\n"},
	{"*\n* \n\t* text\r\r\n\r\n\n* ident", "*\r ident\r\n"},
	{"* text b@d\na\vb text\na\x0c"
	 "b ident\na\\ b eol=lf\n",
	 "* =crlf eol=lf\n* -\n* !\n* --x\n* -!x\n"},
	{"a? ident\n[a-b]b eol=lf\n**/b diff\nsub/** text\nsub/**/b crlf\n*/b text=auto\n/*b "
	 "-diff\n",
	 "a* eol=crlf\n/a text=x\n**/a/b ident=y\n"},
	{"A text\nSUB/a eol=lf\n*.B ident\n", "A/b text\n"},
	{"* builtin_x eol=crlf\n* working-tree-encoding=UTF-16\nb working-tree-encoding\n", ""},
};

Test(attrset, odd_rules)
{
	begin();
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(release) struct files f = {.fold = i % 2};

		rj_buf_puts(&f.texts[RJ_ATTRSET_TOP], rows[i].top);
		rj_buf_puts(&f.sub, rows[i].sub);
		lay_out(&f);
		(void)ask(&f, true);
		(void)ask(&f, false);
		f.fold = !f.fold;
		(void)ask(&f, true);
	}
}

/* Lines of 2047 and 2048 bytes, with LF and CRLF; the last without any. */
Test(attrset, long_lines)
{
	begin();
	for (int len = 2045; len < 2050; len++) {
		RJ_AUTO(release) struct files f = {0};
		struct rj_buf *top = &f.texts[RJ_ATTRSET_TOP];

		rj_buf_printf(top, "%*s\n", len, "a ident");
		rj_buf_printf(top, "%*s\r\n", len, "b ident");
		rj_buf_printf(top, "c ident %*s", len - 8, "x");
		lay_out(&f);
		(void)ask(&f, true);
		(void)ask(&f, false);
	}
}

/* A hostile project cannot make it eat memory without end, nor recurse without end. */
Test(attrset, bounds)
{
	struct rj_buf texts[RJ_ATTRSET_RANKS] = {0};
	struct rj_buf *top = &texts[RJ_ATTRSET_TOP], many = {0};
	const char *values[RJ_ATTR_COUNT];
	struct rj_attrset *s;

	for (int i = 0; i < 100000; i++)
		rj_buf_printf(top, "[attr]x%d x%d\n", i, i + 1);
	rj_buf_puts(top, "a x0\n[attr]x50 text\n");
	s = rj_attrset_new(texts, 0);
	rj_attrset_get(s, "a", values);
	cr_expect(values[RJ_ATTR_TEXT] == rj_attr_on);
	for (size_t i = 0; i <= RJ_ATTR_RULES_MAX; i++)
		rj_buf_puts(&many, "a ident\n");
	cr_expect(rj_attrset_add(s, "", 0, "", 0));
	cr_expect(!rj_attrset_add(s, "a/", 2, many.s, many.len));
	cr_expect(!rj_attrset_add(s, "", 0, "", 0));
	rj_attrset_get(s, "a/a", values);
	cr_expect(values[RJ_ATTR_IDENT] == rj_attr_on, "what there was room for");
	rj_attrset_free(&s);
	rj_buf_release(top);
	rj_buf_release(&many);
}
