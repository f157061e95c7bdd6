/* attrsmay: what it calls sure is so, by git and by libgit2, for rules of every shape */
#include <sys/stat.h>

#include "gitfix.h"

#include "core/git/attrsmay.h"
#include "core/git/giterr.h"

static bool may(const char *text, const char *dir, const char *path)
{
	RJ_AUTO(rj_attrs_may_release) struct rj_attrs_may m = {0};

	rj_attrs_may_add(&m, dir, strlen(dir), text, strlen(text));
	return rj_attrs_may_smudge(&m, path);
}

Test(attrsmay, rules_that_change_nothing_are_passed_over)
{
	static const char *const texts[] = {"",
					    "\n\n",
					    "* text=auto\n*.c text\n*.png binary -diff",
					    "*.sh eol=lf\r\n* -eol !ident -ident\n",
					    "# * eol=crlf\n  # * ident\n",
					    "*.lfs filter=lfs diff=lfs merge=lfs -text\n",
					    "[attr]mine text -diff\n* mine",
					    "eol=crlf\n"};

	for (size_t i = 0; i < RJ_COUNT(texts); i++) {
		cr_expect(!may(texts[i], "", "a.c"), "%s", texts[i]);
		cr_expect(!may(texts[i], "sub/", "sub/a.sh"), "%s", texts[i]);
	}
}

static const struct {
	const char *text, *dir, *path;
	bool may;
} rows[] = {
	{"*.bat eol=crlf", "", "a.bat", true},
	{"*.bat text eol=crlf\n", "", "deep/er/a.bat", true},
	{"*.bat\ttext\teol=crlf\r\n", "", "a.BAT", true}, /* core.ignorecase */
	{"*.bat eol=crlf", "", "a.c", false},
	{"  *.bat   ident  ", "", "a.bat", true},
	{"*.bat ident", "", "bat", false},
	{"/top ident", "", "top", true},
	{"/top ident", "", "sub/top", false},
	{"sub/*.c working-tree-encoding=UTF-16", "", "sub/a.c", true},
	{"sub/*.c working-tree-encoding=UTF-16", "", "sub/more/a.c", false},
	{"sub/**/a.c ident", "", "sub/x/y/a.c", true},
	{"sub/**/a.c ident", "", "other/x/y/a.c", false},
	{"* ident", "sub/", "sub/x/y", true},
	{"* ident", "sub/", "subway", false},
	{"* ident", "sub/", "x/sub/y", false},
	{"/a ident", "sub/", "sub/a", true},
	{"/a ident", "sub/", "a", false},
	/* too hard to tell */
	{"\"a b\" ident", "", "x", true},
	{"[ab] ident", "", "x", true},
	{"a\\ b ident", "", "x", true},
	{"!x ident", "", "x", true},
	{"dir/ ident", "", "x", true},
	{"dir/ ident", "sub/", "x", false},
	{"[attr]mine eol=crlf", "", "x", true},
	{"[attr]mine eol=crlf", "sub/", "x", true},
	{"\xef\xbb\xbf*.c ident", "", "x", true},
};

Test(attrsmay, those_that_do_are_seen_where_they_apply)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++)
		cr_expect_eq(may(rows[i].text, rows[i].dir, rows[i].path), rows[i].may,
			     "'%s' in '%s' for %s", rows[i].text, rows[i].dir, rows[i].path);
}

static unsigned next(unsigned *seed, unsigned n)
{
	*seed = *seed * 1103515245u + 12345u;
	return (*seed >> 16) % n;
}

/* A line or two of anything. */
static void make_rules(struct rj_buf *b, unsigned *seed)
{
	static const char *const parts[] = {"a", "b", "*", "?",	 "/",	".", "**", "a", "[ab]",
					    "c", "!", "A", "\\", "**/", "b", "/a", "#", "\""};
	static const char *const words[] = {"eol=crlf", "ident",  "text",
					    "mine",	"-eol",	  "working-tree-encoding=UTF-16",
					    "!ident",	"eol=lf", "text=auto",
					    "ident=x",	"-text",  "binary"};

	if (next(seed, 12) == 0)
		rj_buf_puts(b, "[attr]mine eol=crlf\n");
	for (unsigned lines = 1 + next(seed, 3); lines > 0; lines--) {
		for (unsigned n = 1 + next(seed, 4); n > 0; n--)
			rj_buf_puts(b, parts[next(seed, RJ_COUNT(parts))]);
		for (unsigned n = 1 + next(seed, 3); n > 0; n--) {
			rj_buf_puts(b, next(seed, 4) ? " " : "\t ");
			rj_buf_puts(b, words[next(seed, RJ_COUNT(words))]);
		}
		rj_buf_puts(b, next(seed, 3) ? "\n" : "\r\n");
	}
}

static void put_file(const char *path, const struct rj_buf *text)
{
	FILE *f = fopen(path, "we");

	cr_assert(f);
	cr_assert(fwrite(text->s, 1, text->len, f) == text->len);
	cr_assert(fclose(f) == 0);
}

static const char *const paths[] = {"a",      "b",	 "ab",	    "a.b",     "A",	  "c",
				    "a/a",    "a/b",	 "a/a/a",   "a/b/c",   "sub/a",	  "sub/b",
				    "sub/ab", "sub/a/a", "sub/a/b", "sub/A",   "sub/a.b", "b/a",
				    "b/b/b",  ".a",	 "sub/a/c", "sub/a/ab"};

static bool smudges(const char *const values[3])
{
	return (git_attr_value(values[0]) == GIT_ATTR_VALUE_STRING && !strcmp(values[0], "crlf")) ||
	       git_attr_value(values[1]) == GIT_ATTR_VALUE_TRUE ||
	       git_attr_value(values[2]) == GIT_ATTR_VALUE_STRING;
}

/* By git: lines of PATH: ATTRIBUTE: VALUE. */
static bool git_smudges(const char *answer, const char *path)
{
	static const char *const signs[] = {"eol: crlf\n", "ident: set\n",
					    "working-tree-encoding: UTF-16\n"};

	for (size_t i = 0; i < RJ_COUNT(signs); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf line = {0};

		rj_buf_printf(&line, "\n%s: %s", path, signs[i]);
		if (strstr(answer, line.s))
			return true;
	}
	return false;
}

Test(attrsmay, what_is_sure_for_it_is_so_for_git)
{
	RJ_AUTO(rj_buf_release) struct rj_buf ask = {0};
	unsigned seed = 4, seen = 0, sure = 0;
	git_repository *repo;
	struct rj_err err;

	fix_begin();
	cr_assert(rj_git_init(&err) == 0);
	sh("git init -q w && mkdir w/sub");
	cr_assert(git_repository_open(&repo, "w") == 0);
	rj_buf_puts(&ask, "cd w && echo && git -c core.ignorecase=false check-attr eol ident "
			  "working-tree-encoding --");
	for (size_t k = 0; k < RJ_COUNT(paths); k++)
		rj_buf_printf(&ask, " %s", paths[k]);
	rj_buf_puts(&ask, " 2>/dev/null; echo");
	for (unsigned round = 0; round < 150; round++) {
		RJ_AUTO(rj_buf_release) struct rj_buf top = {0}, sub = {0};
		RJ_AUTO(rj_attrs_may_release) struct rj_attrs_may m = {0};
		RJ_AUTO(rj_free) char *answer = NULL;

		make_rules(&top, &seed);
		make_rules(&sub, &seed);
		put_file("w/.gitattributes", &top);
		put_file("w/sub/.gitattributes", &sub);
		rj_attrs_may_add(&m, "", 0, top.s, top.len);
		rj_attrs_may_add(&m, "sub/", 4, sub.s, sub.len);
		cr_assert(git_attr_cache_flush(repo) == 0);
		answer = out(ask.s);
		for (size_t k = 0; k < RJ_COUNT(paths); k++) {
			const char *names[] = {"eol", "ident", "working-tree-encoding"};
			const char *values[3];
			bool is;

			cr_assert(git_attr_get_many(values, repo, 0, paths[k], 3, names) == 0);
			is = smudges(values) || git_smudges(answer, paths[k]);
			seen += is;
			sure += !rj_attrs_may_smudge(&m, paths[k]);
			cr_expect(!is || rj_attrs_may_smudge(&m, paths[k]),
				  "%s with '%s' and in sub '%s'", paths[k], top.s, sub.s);
		}
	}
	cr_expect(seen > 300 && sure > 300, "%u and %u", seen, sure);
	git_repository_free(repo);
}
