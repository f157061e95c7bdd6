#include <criterion/criterion.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/modes.h"

static const struct {
	const char *fed, *enter, *leave;
} rows[] = {
	{"plain text\r\n", "", ""},
	{"\x1b[?1049h", "\x1b[?1049h", "\x1b[?1049l"},
	{"\x1b[?1049h...\x1b[?1049l", "", ""},
	{"\x1b[?1049;25h", "\x1b[?1049h", "\x1b[?1049l"},
	{"\x1b[?25l", "\x1b[?25l", "\x1b[?25h"},
	{"\x1b[?7l", "\x1b[?7l", "\x1b[?7h"},
	{"\x1b[?1000;1006;2004h", "\x1b[?1000h\x1b[?1006h\x1b[?2004h",
	 "\x1b[?2004l\x1b[?1006l\x1b[?1000l"},
	/* the alternate screen is entered first and left last */
	{"\x1b[?1003h\x1b[?1049h", "\x1b[?1049h\x1b[?1003h", "\x1b[?1003l\x1b[?1049l"},
	{"\x1b[31m", "", "\x1b[0m"},
	{"\x1b[31mred\x1b[0m\x1b[m", "", ""},
	{"\x1b=", "\x1b=", "\x1b>"},
	{"\x1b=\x1b>", "", ""},
	{"\x1b(0", "", "\x1b(B\x0f"},
	{"\x1b[5 q", "", "\x1b[0 q"},
	{"\x1b[>1u\x1b[>1u", "", "\x1b[<2u"},
	{"\x1b[>1u\x1b[<u", "", ""},
	{"\x1b[<99u", "", ""},
	{"\x1b[>4;2m", "", "\x1b[>4m"},
	{"\x1b[>4;2m\x1b[>4;0m", "", ""},
	/* all at once */
	{"\x1b[?1049h\x1b=\x1b[31m\x1b"
	 "c",
	 "", ""},
	{"\x1b[?25l\x1b[!p", "", ""},
	/* what stands in a string is not obeyed; an open one is closed */
	{"\x1b]0;[?1049h\a", "", ""},
	{"\x1b]0;title\x1b\\\x1b[?25l", "\x1b[?25l", "\x1b[?25h"},
	{"\x1bPq#0~~", "", "\x1b\\"},
	{"\x1b[?10", "", "\x18"},
	{"\x1b[?10\x18"
	 "49h",
	 "", ""},
	/* unknown and too long */
	{"\x1b[?9999h\x1b[12;13H\x1b[K", "", ""},
	{"\x1b[?11111111111111111111111111111111111111111111111111111111h", "", ""},
};

Test(modes, enter_and_leave)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_modes m = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf enter = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf leave = {0};

		rj_modes_feed(&m, rows[i].fed, strlen(rows[i].fed));
		rj_modes_enter(&m, &enter);
		rj_modes_leave(&m, &leave);
		cr_expect_str_eq(rj_buf_str(&enter), rows[i].enter, "row %zu enters", i);
		cr_expect_str_eq(rj_buf_str(&leave), rows[i].leave, "row %zu leaves", i);
	}
}

/* Where output is cut makes no difference. */
Test(modes, byte_by_byte)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_modes m = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf leave = {0};

		for (const char *p = rows[i].fed; *p; p++)
			rj_modes_feed(&m, p, 1);
		rj_modes_leave(&m, &leave);
		cr_expect_str_eq(rj_buf_str(&leave), rows[i].leave, "row %zu", i);
	}
}

/* What enter says is what was fed: a terminal that got it is left the same way. */
Test(modes, enter_is_equal)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_modes m = {0}, again = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf enter = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf twice = {0};

		rj_modes_feed(&m, rows[i].fed, strlen(rows[i].fed));
		rj_modes_enter(&m, &enter);
		rj_modes_feed(&again, rj_buf_str(&enter), enter.len);
		rj_modes_enter(&again, &twice);
		cr_expect_str_eq(rj_buf_str(&enter), rj_buf_str(&twice), "row %zu", i);
	}
}

Test(modes, any_bytes)
{
	struct rj_modes m = {0};
	unsigned seed = 1;

	for (size_t i = 0; i < 1000000; i++) {
		static const char often[] = "\x1b[?;<>=hlmuqp c]P\a\\0149";
		char c;

		seed = seed * 1103515245u + 12345u;
		c = seed & 0x10000u ? (char)(seed >> 20) : often[(seed >> 20) % sizeof(often)];
		rj_modes_feed(&m, &c, 1);
	}
	cr_assert_lt(m.len, sizeof(m.text));
}
