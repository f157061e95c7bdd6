#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/grid.h"
#include "core/base/mem.h"

static const struct rj_grid_col cols[] = {
	{"NAME", .shrinks = true},
	{"AGE", .right = true},
	{"REPO", .shrinks = true},
};

static void fill(struct rj_grid *g, const char *const *cells, size_t n)
{
	*g = (struct rj_grid){.cols = cols, .ncols = RJ_COUNT(cols)};
	for (size_t i = 0; i < n; i++)
		rj_grid_add(g, cells[i], RJ_COLOR_OFF);
}

static char *print(struct rj_grid *g, size_t columns, bool colors)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	cr_assert_not_null(f);
	rj_grid_print(g, f, columns, colors);
	(void)fclose(f);
	rj_grid_release(g);
	return text;
}

static void expect(const char *const *cells, size_t n, size_t columns, const char *want)
{
	struct rj_grid g;
	char *text;

	fill(&g, cells, n);
	text = print(&g, columns, false);
	cr_expect_str_eq(text, want, "columns %zu:\n%s", columns, text);
	free(text);
}

Test(grid, aligns)
{
	static const char *const cells[] = {"one", "3 m", "/a", "three", "12 h", NULL};

	expect(cells, 6, 0,
	       "NAME    AGE  REPO\n"
	       "one     3 m  /a\n"
	       "three  12 h\n");
}

Test(grid, no_line_ends_with_blanks)
{
	static const char *const cells[] = {"one", "", "", "", "", "", "three", "", "/a"};

	expect(cells, 9, 0,
	       "NAME   AGE  REPO\n"
	       "one\n"
	       "\n"
	       "three       /a\n");
}

Test(grid, counts_columns_not_bytes)
{
	static const char *const cells[] = {
		"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", "1", "x", "gr\xc3\xbc\xc3\x9f", "2", "y"};

	expect(cells, 6, 0,
	       "NAME    AGE  REPO\n"
	       "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e    1  x\n"
	       "gr\xc3\xbc\xc3\x9f      2  y\n");
}

Test(grid, shrinks_the_widest_to_fit)
{
	static const char *const cells[] = {"a-name", "12 h", "/home/user/projects/something"};

	/* 6 + 2 + 4 + 2 + 29 = 43 */
	expect(cells, 3, 43,
	       "NAME     AGE  REPO\n"
	       "a-name  12 h  /home/user/projects/something\n");
	expect(cells, 3, 30,
	       "NAME     AGE  REPO\n"
	       "a-name  12 h  /home/user/proj\xe2\x80\xa6\n");
}

Test(grid, cuts_what_names_the_row_last)
{
	static const struct rj_grid_col some[] = {
		{.title = "ID"}, {.title = "WHEN"}, {.title = "WHAT", .shrinks = true}};
	static const char *const cells[] = {"20261128-050741-1", "10 min ago", "make test"};
	struct rj_grid g = {.cols = some, .ncols = RJ_COUNT(some)};
	char *text;

	for (size_t i = 0; i < RJ_COUNT(cells); i++)
		rj_grid_add(&g, cells[i], RJ_COLOR_OFF);
	text = print(&g, 30, false);
	cr_expect_str_eq(text,
			 "ID                 WHEN  WHAT\n"
			 "20261128-050741-1  10 \xe2\x80\xa6  make\xe2\x80\xa6\n",
			 "%s", text);
	free(text);
}

Test(grid, cuts_before_a_wide_character_that_does_not_fit)
{
	static const char *const cells[] = {"n", "1",
					    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe6\x97\xa5"};

	/* 4 + 2 + 3 + 2 leaves 7 of 8 columns: three of the four, and the ellipsis */
	expect(cells, 3, 18,
	       "NAME  AGE  REPO\n"
	       "n       1  \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\xe2\x80\xa6\n");
	/* 6 columns: two of them, and one column stays empty */
	expect(cells, 3, 17,
	       "NAME  AGE  REPO\n"
	       "n       1  \xe6\x97\xa5\xe6\x9c\xac\xe2\x80\xa6\n");
}

Test(grid, gives_up_rather_than_show_nothing)
{
	static const char *const cells[] = {"a-long-name", "12 h", "/home/user"};

	expect(cells, 3, 5,
	       "NA\xe2\x80\xa6  AGE  RE\xe2\x80\xa6\n"
	       "a-\xe2\x80\xa6  12\xe2\x80\xa6  /h\xe2\x80\xa6\n");
}

Test(grid, cells_are_harmless)
{
	static const char *const cells[] = {"a\nb", "\033[2J", "x\xe2\x80\xaey"};

	expect(cells, 3, 0,
	       "NAME      AGE  REPO\n"
	       "a\\nb  \\x1b[2J  x\\u{202e}y\n");
}

Test(grid, colors_stand_around_the_text_only)
{
	struct rj_grid g = {.cols = cols, .ncols = RJ_COUNT(cols)};
	char *text;

	rj_grid_add(&g, "n", RJ_COLOR_GREEN);
	rj_grid_add(&g, "1", RJ_COLOR_OFF);
	rj_grid_add(&g, "", RJ_COLOR_RED);
	text = print(&g, 0, true);
	cr_expect_str_eq(text, "\033[1mNAME\033[0m  \033[1mAGE\033[0m  \033[1mREPO\033[0m\n"
			       "\033[32mn\033[0m       1\n");
	free(text);
}
