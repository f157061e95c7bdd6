#include <criterion/criterion.h>
#include <errno.h>

#include "core/base/mem.h"
#include "core/model/words.h"

static const struct {
	const char *line;
	const char *words; /* each ends with a bar */
} good[] = {
	{"claude", "claude|"},
	{"  a\t b\n", "a|b|"},
	{"a 'b c' d", "a|b c|d|"},
	{"a \"b  c\"d", "a|b  cd|"},
	{"a ''", "a||"},
	{"a\\ b", "a b|"},
	{"\"a\\\"b\\\\c\\n\"", "a\"b\\c\\n|"},
	{"'$HOME;|'", "$HOME;||"},
	{"a\\$b", "a$b|"},
	{"~/bin/x --y=z", "~/bin/x|--y=z|"},
	{"it\"'\"s", "it's|"},
};

static char *bars(const struct rj_strv *v)
{
	struct rj_buf b = {0};

	for (size_t i = 0; i < v->n; i++)
		rj_buf_printf(&b, "%s|", v->v[i]);
	return rj_buf_take(&b);
}

Test(words, split)
{
	for (size_t i = 0; i < RJ_COUNT(good); i++) {
		RJ_AUTO(rj_strv_release) struct rj_strv v = {0};
		struct rj_err err = {0};
		RJ_AUTO(rj_free) char *got = NULL;

		cr_assert_eq(rj_words_split(good[i].line, &v, &err), 0, "%s: %s", good[i].line,
			     err.msg);
		got = bars(&v);
		cr_expect_str_eq(got, good[i].words, "%s", good[i].line);
	}
}

Test(words, join_splits_into_the_same)
{
	for (size_t i = 0; i < RJ_COUNT(good); i++) {
		RJ_AUTO(rj_strv_release) struct rj_strv v = {0}, again = {0};
		struct rj_err err = {0};
		RJ_AUTO(rj_free) char *line = NULL;
		RJ_AUTO(rj_free) char *got = NULL;

		cr_assert_eq(rj_words_split(good[i].line, &v, &err), 0);
		line = rj_words_join(&v);
		cr_assert_eq(rj_words_split(line, &again, &err), 0, "%s: %s", line, err.msg);
		got = bars(&again);
		cr_expect_str_eq(got, good[i].words, "%s", line);
	}
}

Test(words, refuse)
{
	static const char *const bad[] = {"",	   "  ",   "'a",    "\"a",  "a\\",
					  "a | b", "a; b", "$HOME", "`a`",  "\"$x\"",
					  "a > b", "a &",  "(a)",   "\"a\\"};

	for (size_t i = 0; i < RJ_COUNT(bad); i++) {
		struct rj_strv v = {0};
		struct rj_err err = {0};

		cr_expect_eq(rj_words_split(bad[i], &v, &err), -EINVAL, "%s", bad[i]);
		cr_expect_null(v.v);
	}
}
