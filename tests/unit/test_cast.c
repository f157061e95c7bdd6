#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/model/cast.h"

static const struct rj_cast_head head = {.cols = 80, .rows = 24, .timestamp = 1700000000};

Test(cast, lines_are_json_as_documented)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	struct rj_cast_head h = head;
	struct rj_cast_cut cut = {0};

	rj_cast_add_head(&b, &h);
	h.command = "sh -c 'echo \"\\\xff\"'";
	h.title = "t";
	h.term = "xterm";
	h.shell = "/bin/sh";
	rj_cast_add_head(&b, &h);
	rj_cast_add_output(&b, &cut, 1248848, "a\033[1m\"\\\r\n\t\x7f\xc2\x9bz", 14);
	rj_cast_add_size(&b, 2000000, 100, 30);
	rj_cast_add_note(&b, 61000001, "full\n");
	cr_expect_str_eq(
		rj_buf_str(&b),
		"{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 1700000000, "
		"\"env\": {}}\n"
		"{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 1700000000, "
		"\"command\": \"sh -c 'echo \\\"\\\\\xef\xbf\xbd\\\"'\", \"title\": \"t\", "
		"\"env\": {\"TERM\": \"xterm\", \"SHELL\": \"/bin/sh\"}}\n"
		"[1.248848, \"o\", \"a\\u001b[1m\\\"\\\\\\r\\n\\u0009\\u007f\\u009bz\"]\n"
		"[2.000000, \"r\", \"100x30\"]\n"
		"[61.000001, \"m\", \"full\\n\"]\n");
}

/* Write in pieces of `step` bytes, read again: all the output together. */
static void round_trip(const char *bytes, size_t len, size_t step, struct rj_buf *ret)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	RJ_AUTO(rj_cast_release) struct rj_cast_reader r = {.file = "f"};
	struct rj_cast_cut cut = {0};
	struct rj_cast_event e;
	struct rj_err err = {0};
	int rc;

	rj_cast_add_head(&b, &head);
	for (size_t i = 0; i < len; i += step)
		rj_cast_add_output(&b, &cut, i, bytes + i, len - i < step ? len - i : step);
	rj_cast_add_rest(&b, &cut, len);
	cr_expect_eq(cut.n, 0);
	cr_expect(rj_utf8_is_valid(b.s, b.len));
	for (size_t i = 0; i < b.len; i += 7) {
		rj_cast_feed(&r, b.s + i, b.len - i < 7 ? b.len - i : 7);
		while ((rc = rj_cast_next(&r, &e, &err)) > 0)
			if (e.kind == 'o')
				rj_buf_add(ret, e.text, e.len);
		cr_assert_eq(rc, 0, "%s", err.msg);
	}
}

Test(cast, any_cut_gives_the_same_text)
{
	static const char text[] = "a\0b \xc3\xbc\xe6\x97\xa5\xf0\x9f\x98\x80\033[31m\r\n end";

	for (size_t step = 1; step < sizeof(text); step++) {
		RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

		round_trip(text, sizeof(text) - 1, step, &out);
		cr_expect_eq(out.len, sizeof(text) - 1, "step %zu: %zu", step, out.len);
		cr_expect(!memcmp(out.s, text, sizeof(text) - 1), "step %zu", step);
	}
}

#define BAD "\xef\xbf\xbd"

Test(cast, what_is_no_text_becomes_a_sign_for_it_wherever_it_is_cut)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"a\xff"
		 "b",
		 "a" BAD "b"},
		{"\xc3", BAD},
		{"\xc3\xc3\xbc", BAD "\xc3\xbc"},
		{"\xe6\x97"
		 "a",
		 BAD BAD "a"},
		{"\xe6\x97\xe6\x97\xa5", BAD BAD "\xe6\x97\xa5"},
		{"\xed\xa0\x80", BAD BAD BAD},	       /* a surrogate */
		{"\xf4\x90\x80\x80", BAD BAD BAD BAD}, /* beyond Unicode */
		{"\xc0\xaf", BAD BAD},		       /* overlong */
		{"\xf0\x9f\x98", BAD BAD BAD},	       /* cut at the end */
		{"\x80\xbf", BAD BAD},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++)
		for (size_t step = 1; step <= strlen(rows[i].in); step++) {
			RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

			round_trip(rows[i].in, strlen(rows[i].in), step, &out);
			cr_expect_str_eq(rj_buf_str(&out), rows[i].out, "row %zu, step %zu", i,
					 step);
		}
}

#define HEAD "{\"version\": 2, \"width\": 80, \"height\": 24}\n"

Test(cast, reads_what_others_write)
{
	static const char text[] =
		"{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 5, \"x\": [1]}\n"
		"# a comment\n\n"
		"[0, \"o\", \"a\\u0000b\"]\n"
		"[0.5, \"i\", \"typed\"]\n"
		"[1.5e0, \"r\", \"132x43\"]\n"
		"[2, \"xy\", \"of a later version\"]\n"
		"[3.25, \"m\", \"note\"]\n"
		"[4, \"o\", \"cut he";
	RJ_AUTO(rj_cast_release) struct rj_cast_reader r = {.file = "f"};
	struct rj_cast_event e;
	struct rj_err err = {0};

	rj_cast_feed(&r, text, sizeof(text) - 1);
	cr_assert_eq(rj_cast_next(&r, &e, &err), 1, "%s", err.msg);
	cr_expect(e.kind == 'h' && e.cols == 80 && e.rows == 24 && e.timestamp == 5 && !e.text);
	cr_assert_eq(rj_cast_next(&r, &e, &err), 1, "%s", err.msg);
	cr_expect(e.kind == 'o' && e.us == 0 && e.len == 3 && !memcmp(e.text, "a\0b", 3));
	cr_assert_eq(rj_cast_next(&r, &e, &err), 1, "%s", err.msg);
	cr_expect(e.kind == 'r' && e.us == 1500000 && e.cols == 132 && e.rows == 43);
	cr_assert_eq(rj_cast_next(&r, &e, &err), 1, "%s", err.msg);
	cr_expect(e.kind == 'm' && e.us == 3250000 && !strcmp(e.text, "note"));
	cr_expect_eq(rj_cast_next(&r, &e, &err), 0);
}

Test(cast, says_which_line_is_wrong)
{
	static const struct {
		const char *text, *msg;
	} rows[] = {
		{"[0, \"o\", \"a\"]\n", "f:1: this is no asciicast of version 2"},
		{"{\"version\": 1, \"width\": 80, \"height\": 24}\n",
		 "f:1: this is no asciicast of version 2"},
		{"{\"version\": 2, \"width\": 0, \"height\": 24}\n",
		 "f:1: width and height must be numbers from 1 to 65535"},
		{"{\"version\": 2, \"width\": 80, \"height\": 65536}\n",
		 "f:1: width and height must be numbers from 1 to 65535"},
		{HEAD HEAD, "f:2: a second head"},
		{HEAD "\n[1, \"o\"]\n", "f:3: an event is [seconds, \"kind\", \"data\"]"},
		{HEAD "[\"1\", \"o\", \"\"]\n", "f:2: an event is [seconds, \"kind\", \"data\"]"},
		{HEAD "[-1, \"o\", \"\"]\n", "f:2: the time of an event is out of range"},
		{HEAD "[1e300, \"o\", \"\"]\n", "f:2: the time of an event is out of range"},
		{HEAD "[1, \"r\", \"80\"]\n", "f:2: a size is written \"COLSxROWS\""},
		{HEAD "[1, \"r\", \"80x0\"]\n", "f:2: a size is written \"COLSxROWS\""},
		{HEAD "[1, \"r\", \"80x24x1\"]\n", "f:2: a size is written \"COLSxROWS\""},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_cast_release) struct rj_cast_reader r = {.file = "f"};
		struct rj_cast_event e;
		struct rj_err err = {0};
		int rc;

		rj_cast_feed(&r, rows[i].text, strlen(rows[i].text));
		while ((rc = rj_cast_next(&r, &e, &err)) > 0)
			continue;
		cr_expect_lt(rc, 0, "row %zu", i);
		cr_expect_str_eq(err.msg, rows[i].msg);
	}
}

Test(cast, a_line_without_end_is_not_held_for_ever)
{
	RJ_AUTO(rj_cast_release) struct rj_cast_reader r = {.file = "f"};
	RJ_AUTO(rj_free) char *much = rj_alloc(1, 1 << 20);
	struct rj_cast_event e;
	struct rj_err err = {0};
	int rc = 0;

	memset(much, 'x', 1 << 20);
	for (int i = 0; i < 8 && rc == 0; i++) {
		rj_cast_feed(&r, much, 1 << 20);
		rc = rj_cast_next(&r, &e, &err);
	}
	cr_expect_lt(rc, 0);
	cr_expect_str_eq(err.msg, "f:1: the line is longer than 4 MiB");
}
