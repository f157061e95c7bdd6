#include <criterion/criterion.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/base/path.h"

Test(path, normal)
{
	static const char *const yes[] = {"/", "/a", "/a/b", "/...", "/a/..b", "/.a"};
	static const char *const no[] = {"",   "a",   "//",	"/a/",	"/a//b",
					 "/.", "/..", "/a/./b", "/a/.."};

	for (size_t i = 0; i < RJ_COUNT(yes); i++)
		cr_expect(rj_path_is_normal(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < RJ_COUNT(no); i++)
		cr_expect_not(rj_path_is_normal(no[i]), "%s", no[i]);
	cr_expect_not(rj_path_is_normal(NULL));
}

Test(path, contains)
{
	cr_expect(rj_path_contains("/", "/a"));
	cr_expect(rj_path_contains("/a", "/a"));
	cr_expect(rj_path_contains("/a", "/a/b"));
	cr_expect_not(rj_path_contains("/a", "/ab"));
	cr_expect_not(rj_path_contains("/a/b", "/a"));
}

Test(path, absolute)
{
	static const struct {
		const char *base, *path, *want;
	} row[] = {
		{"/b", "x", "/b/x"},	    {"/b", "../x", "/x"}, {"/b", "/x//y/", "/x/y"},
		{"/b", "../../..", "/"},    {"/b", ".", "/b"},	  {"/b/c", "./../d/.", "/b/d"},
		{"/", "x", "/x"},	    {"/b", "/", "/"},	  {"/b", "..x", "/b/..x"},
		{"/b", "/x/../../y", "/y"},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_free) char *got = rj_path_absolute(row[i].base, row[i].path);

		cr_expect_str_eq(got, row[i].want, "%s + %s", row[i].base, row[i].path);
		cr_expect(rj_path_is_normal(got));
	}
}

Test(path, parts)
{
	RJ_AUTO(rj_free) char *a = rj_path_parent("/a/b");
	RJ_AUTO(rj_free) char *b = rj_path_parent("/a");
	RJ_AUTO(rj_free) char *c = rj_path_join("/", "x");
	RJ_AUTO(rj_free) char *d = rj_path_join("/y", "x");

	cr_expect_str_eq(a, "/a");
	cr_expect_str_eq(b, "/");
	cr_expect_str_eq(c, "/x");
	cr_expect_str_eq(d, "/y/x");
	cr_expect_str_eq(rj_path_base("/a/b"), "b");
	cr_expect_str_eq(rj_path_base("/"), "");
}
