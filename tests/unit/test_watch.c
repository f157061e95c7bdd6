#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "applets/watch_diff.h"
#include "applets/watch_screen.h"
#include "core/base/mem.h"
#include "core/base/term.h"

Test(watch, text_takes_exactly_its_columns)
{
	static const struct {
		const char *text;
		size_t columns;
		bool right;
		const char *want;
	} rows[] = {
		{"", 3, false, "   "},
		{"ab", 3, false, "ab "},
		{"ab", 3, true, " ab"},
		{"abc", 3, false, "abc"},
		{"abcd", 3, false, "ab\xe2\x80\xa6"},
		{"abcd", 1, false, "\xe2\x80\xa6"},
		{"abcd", 0, false, ""},
		{"\xe6\x97\xa5\xe6\x9c\xac", 4, false, "\xe6\x97\xa5\xe6\x9c\xac"},
		/* a wide character that would be cut in two leaves a space */
		{"\xe6\x97\xa5\xe6\x9c\xac", 3, false, "\xe6\x97\xa5\xe2\x80\xa6"},
		{"\xe6\x97\xa5\xe6\x9c\xac", 2, false, "\xe2\x80\xa6 "},
		{"\033[2J", 10, false, "\\x1b[2J   "},
		{"\xff", 4, false, "\\xff"},
		{"e\xcc\x81", 2, false, "e\xcc\x81 "},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

		rj_watch_put(&b, rows[i].text, strlen(rows[i].text), rows[i].columns,
			     rows[i].right);
		cr_expect_str_eq(rj_buf_str(&b), rows[i].want, "row %zu", i);
		cr_expect_eq(rj_term_width(rj_buf_str(&b), b.len), rows[i].columns, "row %zu", i);
	}
}

/* Frames of `n` jails on a screen of `rows`; where the list begins then. */
static size_t top_of(struct rj_watch_screen *s, size_t n, size_t rows)
{
	struct rj_monitor_jail jails[20] = {0};
	const struct rj_monitor m = {.v = jails, .n = n};

	for (size_t i = 0; i < n; i++)
		jails[i].jail.name = (char *)(uintptr_t) "name";
	s->rows = rows;
	rj_watch_draw_list(s, &m);
	return s->top;
}

Test(watch, the_list_leaves_no_row_empty_that_a_jail_could_have)
{
	struct rj_watch_screen s = {.cols = 60, .selected = 9};

	cr_assert_eq(dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO), STDOUT_FILENO);
	cr_expect_eq(top_of(&s, 10, 7), 6);
	cr_expect(strstr(s.shown.s, "7-10 of 10 "), "%s", s.shown.s);
	cr_expect_eq(top_of(&s, 10, 9), 4, "the window grew");
	cr_expect_eq(top_of(&s, 7, 9), 1, "jails were destroyed");
	cr_expect_eq(s.selected, 6);
	cr_expect_eq(top_of(&s, 7, 30), 0);
	cr_expect_null(strstr(s.shown.s, " of "));
	cr_expect_eq(top_of(&s, 0, 30), 0);
	cr_expect_eq(top_of(&s, 20, 1), 0);
	rj_buf_release(&s.shown);
}

Test(watch, values_are_short)
{
	char s[32];

#define IS(fn, n, want)                    \
	do {                               \
		fn(n, s, sizeof(s));       \
		cr_expect_str_eq(s, want); \
	} while (0)
	IS(rj_watch_time, -1, "-");
	IS(rj_watch_time, 59, "59s");
	IS(rj_watch_time, 3599, "59m");
	IS(rj_watch_time, 3720, "1h02m");
	IS(rj_watch_time, 90000, "1d01h");
	IS(rj_watch_bytes, -1, "-");
	IS(rj_watch_bytes, 0, "0K");
	IS(rj_watch_bytes, 999 << 10, "999K");
	IS(rj_watch_bytes, 1000 << 10, "1.0M");
	IS(rj_watch_bytes, 20 << 20, "20M");
	IS(rj_watch_bytes, (int64_t)3 << 29, "1.5G");
	IS(rj_watch_bytes, (int64_t)1 << 60, "1048576T");
	IS(rj_watch_number, 7, "7");
	IS(rj_watch_number, -1, "-");
	IS(rj_watch_percent, 12.6, "13%");
	IS(rj_watch_percent, -1, "-");
}

static int key(const char *bytes, size_t *ret_used)
{
	int k = -1;

	*ret_used = rj_watch_key(bytes, strlen(bytes), &k);
	return k;
}

Test(watch, keys)
{
	size_t used;

	cr_expect(key("qj", &used) == 'q' && used == 1);
	cr_expect(key("\033[Aj", &used) == RJ_KEY_UP && used == 3);
	cr_expect(key("\033OB", &used) == RJ_KEY_DOWN && used == 3);
	cr_expect(key("\033[6~", &used) == RJ_KEY_PAGE_DOWN && used == 4);
	cr_expect(key("\033", &used) == '\033' && used == 1);
	cr_expect(key("\033[200~q", &used) == 0 && used == 7);
	cr_expect(key("\xc3\xbc", &used) == 0xc3 && used == 1);
	cr_expect(key("", &used) == -1 && used == 0);
}

Test(watch, a_diff_is_scrolled_within_its_lines)
{
	size_t lines[100] = {0};
	struct rj_watch_diff d = {.fd = -1, .lines = lines, .n = 100};

	cr_expect(rj_watch_diff_key(&d, 'k', 10) && d.top == 0);
	cr_expect(rj_watch_diff_key(&d, ' ', 10) && d.top == 9);
	cr_expect(rj_watch_diff_key(&d, 'j', 10) && d.top == 10);
	cr_expect(rj_watch_diff_key(&d, 'G', 10) && d.top == 90);
	cr_expect(rj_watch_diff_key(&d, RJ_KEY_PAGE_DOWN, 10) && d.top == 90);
	cr_expect(rj_watch_diff_key(&d, 'b', 10) && d.top == 81);
	cr_expect(rj_watch_diff_key(&d, 'l', 10) && d.left == 8);
	cr_expect(rj_watch_diff_key(&d, 'h', 10) && rj_watch_diff_key(&d, 'h', 10) && d.left == 0);
	cr_expect(rj_watch_diff_key(&d, 'g', 10) && d.top == 0);
	cr_expect(rj_watch_diff_key(&d, 'G', 1000) && d.top == 0);
	cr_expect(rj_watch_diff_key(&d, 0, 1) && !rj_watch_diff_key(&d, 'q', 10));
}
