/* nearest: which slips lead to which name, and which lead to none. */
#include "core/base/nearest.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const commands[] = {"create", "destroy", "enter",  "list", "ls",
				       "run",	 "rm",	    "status", NULL};

static const char *const keys[] = {"network_enabled", "extra_ro_binds", "extra_rw_binds", NULL};

static const char *const empty[] = {NULL};

struct row {
	const char *word, *expected;
};

static void check(const struct row *rows, size_t n, const char *const *names)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = rj_nearest(rows[i].word, names);

		if (!rows[i].expected)
			cr_expect(got == NULL, "%s -> %s", rows[i].word, got);
		else
			cr_expect(got && strcmp(got, rows[i].expected) == 0, "%s -> %s, not %s",
				  rows[i].word, got ? got : "nothing", rows[i].expected);
	}
}

#define CHECK(rows, names) check(rows, sizeof(rows) / sizeof((rows)[0]), names)

Test(nearest, one_slip_of_each_kind)
{
	static const struct row rows[] = {
		{"creat", "create"},   /* missing */
		{"ccreate", "create"}, /* added */
		{"crexte", "create"},  /* wrong */
		{"craete", "create"},  /* swapped */
		{"rnu", "run"},	       {"lst", "list"},	   {"sattus", "status"},
		{"STATUS", "status"},  {"entre", "enter"}, {"run", "run"},
	};

	CHECK(rows, commands);
}

Test(nearest, more_slips_in_longer_words)
{
	static const struct row rows[] = {
		{"netwrok_enabeld", "network_enabled"}, {"network-enable", "network_enabled"},
		{"extra_ro_bind", "extra_ro_binds"},	{"extra_rw_bind", "extra_rw_binds"},
		{"extra_rx_binds", "extra_ro_binds"}, /* a tie: the earlier */
	};

	CHECK(rows, keys);
}

Test(nearest, a_beginning_is_near)
{
	static const struct row rows[] = {
		{"dest", "destroy"},
		{"stat", "status"},
		{"d", NULL},
		{"de", NULL},
	};

	CHECK(rows, commands);
}

Test(nearest, a_beginning_may_have_slips)
{
	static const struct row rows[] = {
		{"netwrk", "network_enabled"},
		{"Network", "network_enabled"},
		{"extra_rw", "extra_rw_binds"},
		{"nwk", NULL},
		{"enabled", NULL},
	};

	CHECK(rows, keys);
}

Test(nearest, the_whole_name_before_a_beginning)
{
	static const char *const names[] = {"statusline", "status", NULL};
	static const struct row rows[] = {
		{"status", "status"},
		{"statsu", "status"},
		{"stat", "statusline"}, /* a tie: the earlier */
	};

	CHECK(rows, names);
}

Test(nearest, nothing_near)
{
	static const struct row rows[] = {
		{"", NULL},    {"x", NULL},	 {"xy", NULL},
		{"foo", NULL}, {"commit", NULL}, {"checkout", NULL},
	};

	CHECK(rows, commands);
	cr_expect(rj_nearest("run", empty) == NULL);
}

Test(nearest, very_long_words_are_refused_unread)
{
	char word[5000];

	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	cr_expect(rj_nearest(word, commands) == NULL);

	const char *const names[] = {word, "list", NULL};
	cr_expect(strcmp(rj_nearest("lisst", names), "list") == 0);
}
