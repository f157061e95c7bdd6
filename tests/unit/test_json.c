#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define ROW(in, out)                    \
	{                               \
		in, sizeof(in) - 1, out \
	}

Test(json, text_of_bytes)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} row[] = {
		ROW("", ""),
		ROW("plain", "plain"),
		ROW("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"),
		ROW("in \"quotes\"", "in \"quotes\""),
		ROW("back\\slash\nline", "back\\slash\nline"),
		ROW("\"", "\"\\\"\""),
		ROW("\"a\"", "\"\\\"a\\\"\""),
		ROW("\xff", "\"\\377\""),
		ROW("a\\\xff", "\"a\\\\\\377\""),
		ROW("\a\b\t\n\v\f\r\x1b\x7f\x80", "\"\\a\\b\\t\\n\\v\\f\\r\\033\\177\\200\""),
		ROW("caf\xe9.txt", "\"caf\\351.txt\""),
		ROW("\xc3\xa9\xff", "\"\\303\\251\\377\""),
		ROW("a\0b", "\"a\\000b\""),
		ROW("\xed\xa0\x80", "\"\\355\\240\\200\""),
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_json_decref) json_t *text = rj_json_text(row[i].in, row[i].len);
		RJ_AUTO(rj_buf_release) struct rj_buf back = {0};
		struct rj_err err = {0};

		cr_assert_not_null(text);
		cr_expect_str_eq(json_string_value(text), row[i].out, "row %zu: %s", i,
				 json_string_value(text));
		cr_expect_eq(rj_json_bytes(text, &back, &err), 0, "row %zu: %s", i, err.msg);
		cr_expect_eq(back.len, row[i].len, "row %zu", i);
		cr_expect_eq(memcmp(rj_buf_str(&back), row[i].in, row[i].len), 0, "row %zu", i);
	}
}

Test(json, a_string_is_printed_alone_as_within_a_document)
{
	for (unsigned i = 1; i < 0x10000; i++) {
		const char in[] = {(char)(i >> 8 ? i >> 8 : 'x'), (char)(i & 0xff), '\0'};
		RJ_AUTO(rj_json_decref) json_t *text = rj_json_text(in, strlen(in));
		RJ_AUTO(rj_free) char *whole = json_dumps(text, JSON_ENCODE_ANY);
		char alone[64] = "";
		FILE *out = fmemopen(alone, sizeof(alone), "w");

		rj_json_print_text(in, out);
		(void)fclose(out);
		cr_assert_str_eq(alone, whole);
	}
}

Test(json, every_pair_of_bytes_comes_back)
{
	for (unsigned i = 0; i < 0x10000; i++) {
		const char in[2] = {(char)(i >> 8), (char)i};
		RJ_AUTO(rj_json_decref) json_t *text = rj_json_text(in, sizeof(in));
		RJ_AUTO(rj_buf_release) struct rj_buf back = {0};
		struct rj_err err = {0};
		char *dump = json_dumps(text, JSON_ENCODE_ANY);

		cr_assert_not_null(dump, "%04x", i);
		free(dump);
		cr_assert_eq(rj_json_bytes(text, &back, &err), 0, "%04x: %s", i, err.msg);
		cr_assert_eq(back.len, sizeof(in), "%04x", i);
		cr_assert_eq(memcmp(back.s, in, sizeof(in)), 0, "%04x", i);
	}
}

Test(json, one_value_has_one_spelling)
{
	static const char *const bad[] = {
		"\"",	   "\"abc",	 "\"abc\"", /* needs no quotes */
		"\"\\377", "\"\\377\"x", "\"\\37\"",	   "\"\\400\"", "\"\\q\"",
		"\"\\",	   "\"\\xff\"",	 "\"\\377\\141\"", /* octal for what stands for itself */
	};

	for (size_t i = 0; i < RJ_COUNT(bad); i++) {
		RJ_AUTO(rj_json_decref) json_t *text = json_string(bad[i]);
		RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
		struct rj_err err = {0};

		rj_buf_puts(&out, "kept");
		cr_expect_eq(rj_json_bytes(text, &out, &err), -EINVAL, "%s", bad[i]);
		cr_expect_str_eq(rj_buf_str(&out), "kept", "%s", bad[i]);
	}
}

Test(json, a_number_is_no_text)
{
	RJ_AUTO(rj_json_decref) json_t *one = json_integer(1);
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	struct rj_err err = {0};

	cr_expect_eq(rj_json_bytes(one, &out, &err), -EINVAL);
}

Test(json, prints_in_order_with_indent)
{
	RJ_AUTO(rj_json_decref) json_t *root = json_object();
	struct rj_err err = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	cr_assert_not_null(f);
	cr_assert_eq(json_object_set_new(root, "z", rj_json_text("\xc3\xbc", 2)), 0);
	cr_assert_eq(json_object_set_new(root, "a", json_array()), 0);
	cr_assert_eq(json_array_append_new(json_object_get(root, "a"), json_integer(1)), 0);
	cr_expect_eq(rj_json_print(root, f, &err), 0, "%s", err.msg);
	(void)fclose(f);
	cr_expect_str_eq(text, "{\n  \"z\": \"\xc3\xbc\",\n  \"a\": [\n    1\n  ]\n}\n");
	free(text);
}

Test(json, says_when_it_cannot_write)
{
	RJ_AUTO(rj_json_decref) json_t *root = rj_json_text("x", 1);
	struct rj_err err = {0};
	FILE *f = fopen("/dev/full", "w");

	cr_assert_not_null(f);
	(void)setvbuf(f, NULL, _IONBF, 0);
	cr_expect_eq(rj_json_print(root, f, &err), -ENOSPC);
	cr_expect_eq(err.num, ENOSPC);
	(void)fclose(f);
}

Test(json, decref_takes_null)
{
	json_t *none = NULL;

	rj_json_decref(&none);
	cr_expect_null(none);
}
