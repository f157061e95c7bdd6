/* wildmatch: what each kind of pattern meets, and that hostile ones cost little. */
#include "core/git/wildmatch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

struct row {
	const char *pattern, *text;
	bool plain; /* matches without RJ_WILD_PATH */
	bool path;  /* matches with it */
};

static bool match(const char *pattern, const char *text, unsigned flags)
{
	return rj_wild_match(pattern, flags, text, strlen(text), NULL);
}

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];

		cr_expect(match(r->pattern, r->text, 0) == r->plain, "%s on %s", r->pattern,
			  r->text);
		cr_expect(match(r->pattern, r->text, RJ_WILD_PATH) == r->path, "%s on %s, path",
			  r->pattern, r->text);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof((rows)[0]))

Test(wildmatch, stars)
{
	static const struct row rows[] = {
		{"foo", "foo", 1, 1},
		{"foo", "bar", 0, 0},
		{"", "", 1, 1},
		{"", "a", 0, 0},
		{"???", "foo", 1, 1},
		{"??", "foo", 0, 0},
		{"*", "", 1, 1},
		{"*", "foo", 1, 1},
		{"f*", "foo", 1, 1},
		{"*f", "foo", 0, 0},
		{"*foo*", "foo", 1, 1},
		{"*ob*a*r*", "foobar", 1, 1},
		{"*ab", "aaaaaaabababab", 1, 1},
		{"foo*", "foo/bar", 1, 0},
		{"foo*bar", "foo/baz/bar", 1, 0},
		{"foo?bar", "foo/bar", 1, 0},
		{"f*/b", "foo/b", 1, 1},
		{"*/*/*", "foo/bar", 0, 0},
		{"*/*/*", "foo/bba/arr", 1, 1},
		{"*/*/*", "foo/bb/aa/rr", 1, 0},
		{"*X*i", "abcXdefXghi", 1, 1},
		{"*X*i", "ab/cXd/efXg/hi", 1, 0},
		{"*/*X*/*/*i", "ab/cXd/efXg/hi", 1, 1},
		{"*a*b/c", "xaxb/c", 1, 1},
		{"*a*b/c", "aab/bb/c", 1, 0},
		{"*ab*ab", "abxaab", 1, 1},
		{"*ab*ab", "abab", 1, 1},
		{"*ab*ab", "ab", 0, 0},
		{"*a?", "aab", 1, 1},
		{"a*", "a/", 1, 0},
	};

	CHECK(rows);
}

Test(wildmatch, two_stars)
{
	static const struct row rows[] = {
		{"**/foo", "foo", 0, 1},
		{"**/foo", "XXX/foo", 1, 1},
		{"**/foo", "bar/baz/foo", 1, 1},
		{"**/foo", "xfoo", 0, 0},
		{"*/foo", "bar/baz/foo", 1, 0},
		{"**/bar*", "foo/bar/baz", 1, 0},
		{"**/bar/*", "deep/foo/bar/baz", 1, 1},
		{"**/bar/*", "deep/foo/bar/baz/", 1, 0},
		{"**/bar/**", "deep/foo/bar/baz/", 1, 1},
		{"**/bar/**", "deep/foo/bar/", 1, 1},
		{"**/bar/*", "deep/foo/bar", 0, 0},
		{"**/bar**", "foo/bar/baz", 1, 0},
		{"*/bar/**", "foo/bar/baz/x", 1, 1},
		{"*/bar/**", "deep/foo/bar/baz/x", 1, 0},
		{"**/bar/*/*", "deep/foo/bar/baz/x", 1, 1},
		{"foo/**/bar", "foo/bar", 0, 1},
		{"foo/**/bar", "foo/baz/bar", 1, 1},
		{"foo/**/bar", "foo/b/a/z/bar", 1, 1},
		{"foo/**/**/bar", "foo/b/a/z/bar", 1, 1},
		{"foo/**/**/bar", "foo/bar", 0, 1},
		{"foo**bar", "foo/baz/bar", 1, 0},
		{"foo**bar", "foobazbar", 1, 1},
		{"foo/**", "foo/a/b", 1, 1},
		{"foo/**", "foo", 0, 0},
		{"**", "a/b", 1, 1},
		{"***", "a/b", 1, 1},
		{"a/***/b", "a/b", 0, 1},
		{"**/a*b/c", "ab/ax/axb/c", 1, 1},
		{"**/a*b/c", "ab/ax/axb/d", 0, 0},
		{"**/a/**/b", "a/x/a/b/x/b", 1, 1},
		{"**/*a/*b", "a/a/b", 1, 1},
		{"**/*a/*b/**/c", "a/xb/y/a/b/c", 0, 1},
		{"**/a/*/b", "a/a/a/b", 1, 1},
		{"**/a/*/b", "a/a/x/c/b", 1, 0},
		{"**/a**", "x/ab", 1, 1},
		{"x/**/", "x/", 0, 1},
	};

	CHECK(rows);
}

Test(wildmatch, sets)
{
	static const struct row rows[] = {
		{"[al]", "a", 1, 1},
		{"[!al]", "b", 1, 1},
		{"[^al]", "a", 0, 0},
		{"t[a-g]n", "ten", 1, 1},
		{"t[!a-g]n", "ton", 1, 1},
		{"a[]]b", "a]b", 1, 1},
		{"a[]-]b", "a-b", 1, 1},
		{"a[]-]b", "a]b", 1, 1},
		{"a[]-]b", "aab", 0, 0},
		{"a[]a-]b", "aab", 1, 1},
		{"[!]a-]", "b", 1, 1},
		{"[a-]", "-", 1, 1},
		{"[-a]", "-", 1, 1},
		{"[\\]]", "]", 1, 1},
		{"[\\a-c]", "b", 1, 1},
		{"[a-\\c]", "b", 1, 1},
		{"[c-a]", "b", 0, 0},
		{"[a-c-e]", "d", 0, 0},
		{"[a-c-e]", "-", 1, 1},
		{"foo[/]bar", "foo/bar", 1, 0},
		{"f[^eiu]o", "f/o", 1, 0},
		{"[", "[", 0, 0},
		{"a[b", "ab", 0, 0},
		{"[[:alpha:]]", "q", 1, 1},
		{"[[:alpha:][:digit:]]", "5", 1, 1},
		{"[![:alpha:]]", "5", 1, 1},
		{"[[:digit:][:upper:]]", "a", 0, 0},
		{"[[:xdigit:]]", "f", 1, 1},
		{"[[:space:]]", "\t", 1, 1},
		{"[[:punct:]]", "~", 1, 1},
		{"[[:graph:]]", " ", 0, 0},
		{"[[:nonsense:]]", "n", 0, 0},
		{"[[:]", ":", 1, 1},
		{"[[:]", "[", 1, 1},
		{"[[:a]", "a", 1, 1},
		{"[a-c[:digit:]x-z]", "5", 1, 1},
		{"[a-c[:digit:]x-z]", "b", 1, 1},
		{"[a-c[:digit:]x-z]", "q", 0, 0},
		{"[\xc3\xa9]", "\xc3", 1, 1},
		{"[,-.]", "-", 1, 1},
	};

	CHECK(rows);
}

Test(wildmatch, backslashes)
{
	static const struct row rows[] = {
		{"\\*", "*", 1, 1},	{"\\*", "a", 0, 0},	{"foo\\*bar", "foo*bar", 1, 1},
		{"\\a", "a", 1, 1},	{"\\", "\\", 0, 0},	{"a\\", "a", 0, 0},
		{"\\\\", "\\", 1, 1},	{"[\\\\]", "\\", 1, 1}, {"**\\/foo", "a/b/foo", 1, 1},
		{"\\[a]", "[a]", 1, 1}, {"*\\", "a\\", 0, 0},	{"\\?", "x", 0, 0},
	};

	CHECK(rows);
}

Test(wildmatch, letter_case)
{
	static const struct {
		const char *pattern, *text;
		bool folded;
	} rows[] = {
		{"FoO", "fOo", 1},	     {"[A-Z]", "a", 1},	      {"[a-z]", "A", 1},
		{"[[:upper:]]", "a", 1},     {"[[:lower:]]", "A", 1}, {"*.TXT", "a.txt", 1},
		{"\xc3\x89", "\xc3\xa9", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(!match(rows[i].pattern, rows[i].text, RJ_WILD_PATH), "%s on %s",
			  rows[i].pattern, rows[i].text);
		cr_expect(match(rows[i].pattern, rows[i].text, RJ_WILD_PATH | RJ_WILD_FOLD) ==
				  rows[i].folded,
			  "%s on %s, folded", rows[i].pattern, rows[i].text);
	}
}

/* A matcher that tries and takes back needs longer than anybody lives for these. */
static void check_steps(const char *pattern, unsigned flags, const char *text)
{
	const size_t len = strlen(text);
	const uint64_t most = (strlen(pattern) + 1) * (len + 1);
	uint64_t left = most;

	cr_expect(!rj_wild_match(pattern, flags, text, len, &left));
	cr_expect(left > 0 && left < most, "%zu bytes on %zu", strlen(pattern), len);
}

Test(wildmatch, hostile_patterns_end, .timeout = 300)
{
	char pattern[2049] = "", text[4001];

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 3);
	memcpy(pattern + sizeof(pattern) - 5, "[!a]", 5);
	check_steps(pattern, 0, text);
	check_steps(pattern, RJ_WILD_PATH, text);
	for (size_t i = 0; i + 5 < sizeof(pattern); i += 5)
		memcpy(pattern + i, "**/*a", 6);
	memcpy(pattern + sizeof(pattern) - 4, "a/b", 4);
	for (size_t i = 1; i < sizeof(text) - 1; i += 2)
		text[i] = '/';
	check_steps(pattern, RJ_WILD_PATH, text);
	for (size_t i = 0; i + 4 < sizeof(pattern); i += 4)
		memcpy(pattern + i, i ? "*a*/" : "**/a", 5);
	pattern[sizeof(pattern) - 2] = 'b';
	check_steps(pattern, RJ_WILD_PATH, text);
	memset(pattern, '[', sizeof(pattern) - 1);
	for (size_t i = 1; i < sizeof(pattern) - 1; i += 2)
		pattern[i] = ':';
	pattern[sizeof(pattern) - 2] = ']';
	check_steps(pattern, RJ_WILD_PATH, text);
}

/* 4 MB of a set cannot be held against each byte of a path. */
Test(wildmatch, no_more_steps_than_allowed)
{
	const size_t len = 4 << 20;
	char *pattern = malloc(len + 1), text[1001];
	uint64_t left = 1 << 20;

	cr_assert_not_null(pattern);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(pattern, 'b', len);
	pattern[len] = '\0';
	memcpy(pattern, "*[", 2);
	pattern[len - 1] = ']';
	cr_expect(!rj_wild_match(pattern, 0, text, strlen(text), &left));
	cr_expect_eq(left, 0);
	cr_expect(!rj_wild_match("a", 0, "a", 1, &left)); /* it is not known */
	left = 2 * len;
	memset(pattern, '*', len);
	pattern[len - 1] = 'b';
	cr_expect(!rj_wild_match(pattern, 0, text, strlen(text), &left));
	cr_expect(left < len + 1);
	left = 100;
	cr_expect(rj_wild_match("a*", 0, "ab", 2, &left) && left < 100 && left > 90);
	free(pattern);
}

Test(wildmatch, very_long_patterns)
{
	static char pattern[100001];

	memset(pattern, '*', sizeof(pattern) - 1);
	cr_expect(match(pattern, "a", 0));
	pattern[0] = 'b';
	cr_expect(!match(pattern, "a", 0));
}
