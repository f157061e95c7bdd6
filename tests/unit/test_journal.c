#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/model/journal.h"

static void free_entry(struct rj_journal_entry *e)
{
	rj_journal_entry_release(e);
}

Test(journal, a_line_reads_back_as_it_was_written)
{
	char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"echo \"\xff\"\n"}, (char[]){""},
			NULL};
	RJ_AUTO(free_entry)
	struct rj_journal_entry e = {.id = rj_strdup("20261125-163412-4711"),
				     .started = rj_strdup("2026-11-25T16:34:12Z"),
				     .user = rj_strdup("root"),
				     .recorded = true,
				     .ms = 1234567,
				     .status = 137,
				     .commits = 2,
				     .files = -1,
				     .peak = 123456789,
				     .peak_by = RJ_PEAK_SAMPLES};
	RJ_AUTO(free_entry) struct rj_journal_entry back = {0};
	RJ_AUTO(rj_free) char *line = NULL;

	rj_journal_set_argv(&e, argv);
	rj_strv_add(&e.limits, "the jail hit memory_max (1G): ...");
	line = rj_journal_print(&e);
	cr_expect_eq(strchr(line, '\n'), line + strlen(line) - 1);
	cr_assert(rj_journal_parse(line, strlen(line) - 1, &back));
	cr_expect_str_eq(back.id, e.id);
	cr_expect_str_eq(back.started, e.started);
	cr_expect_str_eq(back.user, "root");
	cr_expect(back.recorded && !back.running && !back.argv_cut);
	cr_expect_eq(back.ms, 1234567);
	cr_expect_eq(back.status, 137);
	cr_expect_eq(back.commits, 2);
	cr_expect_eq(back.files, -1);
	cr_expect_eq(back.peak, 123456789);
	cr_expect_eq(back.peak_by, RJ_PEAK_SAMPLES);
	cr_assert_eq(back.argv.n, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect_str_eq(back.argv.v[i], argv[i]);
	cr_assert_eq(back.limits.n, 1);
	cr_expect_str_eq(back.limits.v[0], e.limits.v[0]);
}

Test(journal, a_long_command_is_cut_and_says_so)
{
	RJ_AUTO(rj_free) char *word = rj_alloc(1, 100001);
	RJ_AUTO(free_entry) struct rj_journal_entry e = {.id = rj_strdup("1")};
	RJ_AUTO(rj_free) char *line = NULL;
	size_t bytes = 0;

	memset(word, '\xff', 100000);
	rj_journal_set_argv(&e, (char *const[]){word, word, NULL});
	for (size_t i = 0; i < e.argv.n; i++)
		bytes += strlen(e.argv.v[i]);
	cr_expect_eq(bytes + e.argv.n, RJ_JOURNAL_WORDS);
	cr_expect(e.argv_cut);
	line = rj_journal_print(&e);
	cr_expect_leq(strlen(line), RJ_JOURNAL_LINE);
}

Test(journal, words_without_bytes_are_not_free)
{
	RJ_AUTO(rj_free) char **argv = rj_alloc(220001, sizeof(*argv));
	char empty[] = "";
	RJ_AUTO(free_entry) struct rj_journal_entry e = {.id = rj_strdup("1")};
	RJ_AUTO(rj_free) char *line = NULL;

	for (size_t i = 0; i < 220000; i++)
		argv[i] = empty;
	rj_journal_set_argv(&e, argv);
	cr_expect_eq(e.argv.n, RJ_JOURNAL_WORDS);
	cr_expect(e.argv_cut);
	line = rj_journal_print(&e);
	cr_expect_leq(strlen(line), RJ_JOURNAL_LINE);
}

Test(journal, no_line_is_longer_whatever_it_holds)
{
	char msg[1024];
	RJ_AUTO(free_entry) struct rj_journal_entry e = {.id = rj_strdup("1"), .status = 3};
	RJ_AUTO(free_entry) struct rj_journal_entry back = {0};
	RJ_AUTO(rj_free) char *line = NULL;

	memset(msg, '\1', sizeof(msg) - 1);
	msg[sizeof(msg) - 1] = '\0';
	for (size_t i = 0; i < 40; i++) {
		rj_strv_add(&e.limits, msg);
		rj_strv_add(&e.argv, msg);
	}
	line = rj_journal_print(&e);
	cr_expect_leq(strlen(line), RJ_JOURNAL_LINE);
	cr_assert(rj_journal_parse(line, strlen(line) - 1, &back));
	cr_expect_eq(back.status, 3);
	cr_expect(back.argv_cut && back.argv.n > 0);
	cr_expect_str_eq(back.argv.v[0], msg);
}

Test(journal, a_length_is_written_as_it_is)
{
	static const int64_t ms[] = {0, 1, 2244, 1234567, 9999999999999};
	static const char *const want[] = {"0.0", "0.001", "2.244", "1234.567", "9999999999.999"};

	for (size_t i = 0; i < RJ_COUNT(ms); i++) {
		struct rj_journal_entry e = {.id = (char[]){"1"}, .ms = ms[i]};
		RJ_AUTO(rj_json_decref) json_t *o = rj_journal_json(&e);
		char *text = NULL;
		size_t len = 0;
		FILE *mem = open_memstream(&text, &len);
		struct rj_err err;

		cr_assert_eq(rj_json_print(o, mem, &err), 0);
		(void)fclose(mem);
		cr_assert(strstr(text, "\"seconds\": "));
		cr_expect(!strncmp(strstr(text, "\"seconds\": ") + 11, want[i], strlen(want[i])) &&
				  strstr(text, "\"seconds\": ")[11 + strlen(want[i])] == ',',
			  "%s", text);
		free(text);
	}
}

Test(journal, what_is_no_line_of_it_is_told_from_one)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"{\"id\": 5}",
		"{\"id\": \"\"}",
		"{\"id\": \"../../x\"}",
		"{\"id\": \"a.b\"}",
		"{\"id\": \"-x\"}",
		"{\"id\": \"1\", \"status\": 0",
		"{\"id\": \"1\"}{\"id\": \"2\"}",
	};
	struct rj_journal_entry e;

	for (size_t i = 0; i < RJ_COUNT(bad); i++)
		cr_expect(!rj_journal_parse(bad[i], strlen(bad[i]), &e), "%s", bad[i]);
}

Test(journal, values_out_of_range_are_unknown)
{
	static const char line[] =
		"{\"id\": \"1\", \"seconds\": -1, \"status\": 1000, \"commits\": -5, "
		"\"files_changed\": \"7\", \"memory_peak\": -3, \"memory_peak_by\": \"cgroup\", "
		"\"command\": [1, \"a\"], \"started\": 7}";
	RJ_AUTO(free_entry) struct rj_journal_entry e = {0};

	cr_assert(rj_journal_parse(line, sizeof(line) - 1, &e));
	cr_expect(e.ms == -1 && e.status == -1 && e.commits == -1 && e.files == -1);
	cr_expect_eq(e.peak_by, RJ_PEAK_UNKNOWN);
	cr_expect_eq(e.argv.n, 1);
	cr_expect_null(e.started);
}
