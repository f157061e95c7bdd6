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
	/* the alternate screen is entered first and left last */
	{"\x1b[?25l\x1b[?1049h", "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"},
	{"\x1b[31m", "", "\x1b[0m"},
	{"\x1b[31mred\x1b[0m\x1b[m", "", ""},
	{"\x1b=", "\x1b=", "\x1b>"},
	{"\x1b=\x1b>", "", ""},
	{"\x1b(0", "", "\x1b(B\x0f"},
	{"\x1b[5 q", "", "\x1b[0 q"},
	/* each screen has a stack; what was taken away again counts as there */
	{"\x1b[>1u\x1b[>1u", "", "\x1b[<2u\x1b[<2u"},
	{"\x1b[>1u\x1b[<u", "", "\x1b[<1u\x1b[<1u"},
	{"\x1b[=5u\x1b[=1u", "", "\x1b[<1u\x1b[<1u"},
	{"\x1b[<99u", "", ""},
	{"\x1b[>4;2m", "", "\x1b[>4m"},
	{"\x1b[>4;2m\x1b[>4;0m", "", "\x1b[>4m"},
	{"\x1b[>4n", "", "\x1b[>4m"},
	{"\x1b[1;2'z", "", "\x1b[0'z"},
	{"\x1bP0;1|17/41\x1b\\", "", "\x1bP0;1|\x1b\\"},
	/* all at once */
	{"\x1b[?1049h\x1b=\x1b[31m\x1b"
	 "c",
	 "", ""},
	/* what stands in a string is not obeyed; an open one is closed */
	{"\x1b]0;[?1049h\a", "", ""},
	{"\x1b]0;title\x1b\\\x1b[?25l", "\x1b[?25l", "\x1b[?25h"},
	{"\x1b]0;title\a\x1b[?25l", "\x1b[?25l", "\x1b[?25h"},
	{"\x1bPq#0~~", "", "\x1b\\"},
	{"\x1bPx\a(0", "", "\x1b\\"},
	{"\x1bkname(0", "", "\x1b\\"},
	{"\x1b[?10", "", "\x1b\\"},
	{"\x1b[?10\x18"
	 "49h",
	 "", ""},
	{"\x1b[?5$p\x1b[12;13H\x1b[K", "", ""},
	{"\xfc\xff", "", ""},
};

#define ZEROS "0000000000000000000000000000000000000000"

/* What a terminal may have taken for a mode of what is typed; and what stays seen to be set. */
static const struct {
	const char *fed, *enter;
} typing[] = {
	{"\x1b[?1000;1006;2004h", "\x1b[?1000h\x1b[?1006h\x1b[?2004h"},
	{"\x1b[?1003h\x1b[?1049h", "\x1b[?1049h\x1b[?1003h"},
	{"\x1b[?1003h\x1b[?1003l", ""},
	{"\x1b[?" ZEROS "1003h", "\x1b[?1003h"},
	{"\x1b[?" ZEROS ZEROS ZEROS ZEROS "1003h", ""},
	{"\x1b[?1003h\x1b[?1003s\x1b[?1003l\x1b[?1003r", ""},
	{"\x1b[?1003h\x1b[!p", ""},
	{"\x1b[?1003h\x1b"
	 "c",
	 ""},
	{"\xc2\x9b?1003h", "\x1b[?1003h"},
	{"\x9b?1003h", ""},
	{"\x1b[?1003h\xc2\x9b?1003l", ""},
	{"\x1b[?1001h", "\x1b[?1001h"},
	{"\x1b[?2031h\x1b[?2048h\x1b[?9001h", "\x1b[?2031h\x1b[?2048h\x1b[?9001h"},
	{"\x1b[?4294968299h", ""},
	{"\x1bPx\a\x1b[?1003h", "\x1b[?1003h"},
	{"\x1bPx\xc2\x9b?1003h", "\x1b[?1003h"},
	{"\x1bk\x1b[?1003h", "\x1b[?1003h"},
	{"\x1bk\xc2\x9b?1003h", "\x1b[?1003h"},
	{"\x1b[?1003\bh", "\x1b[?1003h"},
	{"\x1b[?10\xff"
	 "03h",
	 "\x1b[?1003h"},
	{"\x1b[1?1003h", ""},
	{"\x1b[?1003 h", "\x1b[?1003h"},
	{"\x1b[?1003:1h", "\x1b[?1h\x1b[?1003h"},
	{"\x1b[?2l", ""},
	{"\x1b[2h", ""},
};

static const struct {
	const char *fed;
	bool asks;
} questions[] = {
	{"\x1b[c", true},
	{"\x1b[>c", true},
	{"\x1b[6n", true},
	{"\x1b[?1;2c", true},
	{"\x1b[?25$p", true},
	{"\x1b[>0q", true},
	{"\x1b[?u", true},
	{"\x1b[18t", true},
	{"\x1bZ", true},
	{"\x05", true},
	{"\x1b]11;?\a", true},
	{"\x1bP+q544e\x1b\\", true},
	{"\xc2\x9b"
	 "c",
	 true},
	{"\x1b_Ga=q;\x1b\\", true},
	{"\x1b[?1;1;0S", true},
	{"c6n", false},
	{"\x1b[2S", false},
	{"\x1b[22;0;0t", false},
	{"\x1b]0;title\a", false},
	{"\x1b[5 q", false},
	{"\x1b[!p", false},
	{"\x1b[31m\x1b[u", false},
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

static bool leaves_all(const struct rj_modes *m)
{
	static const char *const resets[] = {
		"\x1b\\",      "\x1b<",	      "\x1b[2;4;20l", "\x1b[12h",    "\x1b>",
		"\x1b[?1l",    "\x1b[?9l",    "\x1b[?1000l",  "\x1b[?1001l", "\x1b[?1002l",
		"\x1b[?1003l", "\x1b[?1004l", "\x1b[?1005l",  "\x1b[?1006l", "\x1b[?1015l",
		"\x1b[?1016l", "\x1b[?2001l", "\x1b[?2004l",  "\x1b[?2006l", "\x1b[?2029l",
		"\x1b[?2031l", "\x1b[?2048l", "\x1b[?5522l",  "\x1b[?9001l", "\x1b[?27127l",
		"\x1b[?25h",   "\x1b[?47l",
	};
	RJ_AUTO(rj_buf_release) struct rj_buf leave = {0};

	rj_modes_leave(m, &leave);
	for (size_t i = 0; i < RJ_COUNT(resets); i++)
		if (!strstr(rj_buf_str(&leave), resets[i]))
			return false;
	/* what would move the cursor */
	return m->changed[1] || !strstr(rj_buf_str(&leave), "\x1b[?1049l");
}

Test(modes, what_may_be_typed_is_put_back)
{
	for (size_t i = 0; i < RJ_COUNT(typing); i++) {
		struct rj_modes m = {0}, bytes = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf enter = {0};

		rj_modes_feed(&m, typing[i].fed, strlen(typing[i].fed));
		rj_modes_enter(&m, &enter);
		cr_expect_str_eq(rj_buf_str(&enter), typing[i].enter, "row %zu enters", i);
		cr_expect(leaves_all(&m), "row %zu", i);
		for (const char *p = typing[i].fed; *p; p++)
			rj_modes_feed(&bytes, p, 1);
		cr_expect(leaves_all(&bytes), "row %zu byte by byte", i);
	}
}

/* Keys are not only changed by modes: kitty's, xterm's. */
Test(modes, what_cannot_be_read_may_be_anything)
{
	static const char *const fed[] = {"\x1b[>" ZEROS ZEROS ZEROS ZEROS "31u", "\x9b>31u"};

	for (size_t i = 0; i < RJ_COUNT(fed); i++) {
		struct rj_modes m = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf leave = {0};

		rj_modes_feed(&m, fed[i], strlen(fed[i]));
		rj_modes_leave(&m, &leave);
		cr_expect(strstr(rj_buf_str(&leave), "\x1b[<65535u"), "row %zu", i);
		cr_expect(strstr(rj_buf_str(&leave), "\x1b[>4m"), "row %zu", i);
	}
}

Test(modes, questions)
{
	for (size_t i = 0; i < RJ_COUNT(questions); i++) {
		struct rj_modes m = {0};

		rj_modes_feed(&m, questions[i].fed, strlen(questions[i].fed));
		cr_expect_eq(m.asked, questions[i].asks, "row %zu", i);
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
	RJ_AUTO(rj_buf_release) struct rj_buf leave = {0};
	unsigned seed = 1;

	for (size_t i = 0; i < 1000000; i++) {
		static const char often[] = "\x1b[?;<>=hlmuqp c]P\a\\0149";
		char c;

		seed = seed * 1103515245u + 12345u;
		c = seed & 0x10000u ? (char)(seed >> 20) : often[(seed >> 20) % sizeof(often)];
		rj_modes_feed(&m, &c, 1);
	}
	rj_modes_leave(&m, &leave);
	cr_assert_lt(leave.len, 400);
}
