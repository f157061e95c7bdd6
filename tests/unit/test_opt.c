#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/opt.h"

struct args {
	bool force, json;
	const char *name, *user;
	int count;
	struct rj_strv binds;
};

static const char *const users[] = {"root", "self", NULL};

static const struct rj_opt opts[] = {
	RJ_FLAG('f', "force", struct args, force, "by force"),
	RJ_FLAG('j', "json", struct args, json, "as JSON"),
	RJ_STRING('n', "name", struct args, name, "NAME", "a name"),
	RJ_CHOICE('u', "user", struct args, user, users, "who"),
	RJ_INT('\0', "count", struct args, count, "N", -5, 100, "how many"),
	RJ_STRV('b', "bind", struct args, binds, "PATH", "one more"),
	RJ_FLAG('\0', "secret", struct args, force, NULL),
	RJ_STOP,
};

static const struct rj_opt_spec plain = {
	.name = "thing", .operands = "[NAME...]", .opts = opts, .max = 2};

static const struct rj_opt_spec command = {.name = "run",
					   .operands = "JAIL -- COMMAND [ARG...]",
					   .opts = opts,
					   .min = 2,
					   .max = RJ_MANY,
					   .command_at = 1};

#define MOST 16

/* The words of a line; spaces part them, and '' is an empty word. */
struct line {
	char text[256];
	char *v[MOST];
};

static void split(struct line *l, const char *text)
{
	size_t n = 0;
	char *p = l->text;

	cr_assert_lt(strlen(text), sizeof(l->text));
	memcpy(l->text, text, strlen(text) + 1);
	while (*p) {
		char *end = strchrnul(p, ' ');
		bool more = *end == ' ';

		*end = '\0';
		cr_assert_lt(n, MOST - 1);
		l->v[n++] = strcmp(p, "''") ? p : end;
		p = end + more;
	}
	l->v[n] = NULL;
}

/* The operands as one text: <a> <b>. */
static void join(const struct rj_opt_result *r, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < r->n; i++)
		len += (size_t)snprintf(out + len, size - len, "%s<%s>", i ? " " : "",
					r->operands[i]);
	cr_expect_null(r->operands[r->n]);
}

static int parse(const struct rj_opt_spec *spec, const char *text, struct line *l,
		 struct args *args, struct rj_opt_result *r, struct rj_err *err)
{
	split(l, text);
	return rj_opt_parse(spec, l->v, args, r, err);
}

Test(opt, values_go_to_their_fields)
{
	static const struct {
		const char *line, *name, *user, *operands;
		bool force, json;
		int count;
		size_t binds;
	} row[] = {
		{"", NULL, NULL, "", false, false, 3, 0},
		{"--force a", NULL, NULL, "<a>", true, false, 3, 0},
		{"a --force b", NULL, NULL, "<a> <b>", true, false, 3, 0},
		{"-fj", NULL, NULL, "", true, true, 3, 0},
		{"-fjnx", "x", NULL, "", true, true, 3, 0},
		{"-fn x -j", "x", NULL, "", true, true, 3, 0},
		{"-nx -ny --name z", "z", NULL, "", false, false, 3, 0},
		{"--name=x=y", "x=y", NULL, "", false, false, 3, 0},
		{"--name=", "", NULL, "", false, false, 3, 0},
		{"--name ''", "", NULL, "", false, false, 3, 0},
		{"--name --force", "--force", NULL, "", false, false, 3, 0},
		{"--name -- a", "--", NULL, "<a>", false, false, 3, 0},
		{"-u self --count=-5", NULL, "self", "", false, false, -5, 0},
		{"--count 100 -b x --bind=y -bz", NULL, NULL, "", false, false, 100, 3},
		{"-- --force -j", NULL, NULL, "<--force> <-j>", false, false, 3, 0},
		{"a -- --", NULL, NULL, "<a> <-->", false, false, 3, 0},
		{"- ''", NULL, NULL, "<-> <>", false, false, 3, 0},
		{"--secret", NULL, NULL, "", true, false, 3, 0},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_opt_result_release) struct rj_opt_result r = {0};
		struct args args = {.count = 3};
		struct rj_err err = {.num = 77};
		struct line l;
		char got[128];

		cr_assert_eq(parse(&plain, row[i].line, &l, &args, &r, &err), 0, "%s: %s",
			     row[i].line, err.msg);
		cr_expect_eq(err.num, 77, "%s: err written on success", row[i].line);
		join(&r, got, sizeof(got));
		cr_expect_str_eq(got, row[i].operands, "%s: %s", row[i].line, got);
		cr_expect_eq(args.force, row[i].force, "%s", row[i].line);
		cr_expect_eq(args.json, row[i].json, "%s", row[i].line);
		cr_expect_eq(args.count, row[i].count, "%s", row[i].line);
		cr_expect_eq(args.binds.n, row[i].binds, "%s", row[i].line);
		cr_expect(!row[i].name == !args.name &&
				  (!args.name || !strcmp(args.name, row[i].name)),
			  "%s: name %s", row[i].line, args.name);
		cr_expect(!row[i].user == !args.user &&
				  (!args.user || !strcmp(args.user, row[i].user)),
			  "%s: user %s", row[i].line, args.user);
		cr_expect_not(r.help);
		rj_opt_release(opts, &args);
	}
}

Test(opt, options_of_a_command_are_not_ours)
{
	static const struct {
		const char *line, *operands;
		bool force;
	} row[] = {
		{"j -- ls", "<j> <ls>", false},
		{"j ls", "<j> <ls>", false},
		{"j -- ls --force -x --", "<j> <ls> <--force> <-x> <-->", false},
		{"j ls --force -x", "<j> <ls> <--force> <-x>", false},
		{"j ls -- --force", "<j> <ls> <--> <--force>", false},
		{"--force j ls --json", "<j> <ls> <--json>", true},
		{"j --force -- ls", "<j> <ls>", true},
		{"j --force ls --help", "<j> <ls> <--help>", true},
		{"-- j ls --force", "<j> <ls> <--force>", false},
		{"-- j -- ls --force", "<j> <ls> <--force>", false},
		{"j -- -- ls", "<j> <--> <ls>", false},
		{"j -- -x", "<j> <-x>", false},
		{"j -", "<j> <->", false},
		{"j ''", "<j> <>", false},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_opt_result_release) struct rj_opt_result r = {0};
		struct args args = {0};
		struct rj_err err = {0};
		struct line l;
		char got[128];

		cr_assert_eq(parse(&command, row[i].line, &l, &args, &r, &err), 0, "%s: %s",
			     row[i].line, err.msg);
		join(&r, got, sizeof(got));
		cr_expect_str_eq(got, row[i].operands, "%s: %s", row[i].line, got);
		cr_expect_eq(args.force, row[i].force, "%s", row[i].line);
		cr_expect_not(r.help, "%s", row[i].line);
	}
}

Test(opt, refuses_and_says_why)
{
	static const struct {
		const struct rj_opt_spec *spec;
		const char *line, *msg, *hint;
	} row[] = {
		{&plain, "--forse", "unknown option '--forse'",
		 "did you mean '--force'? see 'robojail thing --help'"},
		{&plain, "--forc=1", "unknown option '--forc'",
		 "did you mean '--force'? see 'robojail thing --help'"},
		{&plain, "--halp", "unknown option '--halp'",
		 "did you mean '--help'? see 'robojail thing --help'"},
		{&plain, "--secrets", "unknown option '--secrets'", "see 'robojail thing --help'"},
		{&plain, "--zzzzzz", "unknown option '--zzzzzz'", "see 'robojail thing --help'"},
		{&plain, "-fx", "unknown option '-x'", "see 'robojail thing --help'"},
		{&plain, "-\xc3\xa4", "unknown option '-\xc3\xa4'", "see 'robojail thing --help'"},
		{&plain, "--force=yes", "option '--force' takes no value",
		 "see 'robojail thing --help'"},
		{&plain, "--name", "option '--name' needs a value", "see 'robojail thing --help'"},
		{&plain, "-fn", "option '--name' needs a value", "see 'robojail thing --help'"},
		{&plain, "--count 101", "option '--count' takes a number from -5 to 100, not '101'",
		 "see 'robojail thing --help'"},
		{&plain, "--count 99999999999999999999",
		 "option '--count' takes a number from -5 to 100, not '99999999999999999999'",
		 "see 'robojail thing --help'"},
		{&plain, "--count 1x", "option '--count' takes a number from -5 to 100, not '1x'",
		 "see 'robojail thing --help'"},
		{&plain, "--count +1", "option '--count' takes a number from -5 to 100, not '+1'",
		 "see 'robojail thing --help'"},
		{&plain, "--count=", "option '--count' takes a number from -5 to 100, not ''",
		 "see 'robojail thing --help'"},
		{&plain, "--user selv", "option '--user' takes root or self, not 'selv'",
		 "did you mean '--user=self'? see 'robojail thing --help'"},
		{&plain, "a b c",
		 "unexpected operand 'c' (usage: robojail thing [OPTION...] [NAME...])",
		 "see 'robojail thing --help'"},
		{&command, "j",
		 "missing operand (usage: robojail run [OPTION...] JAIL -- COMMAND [ARG...])",
		 "see 'robojail run --help'"},
		{&command, "j --",
		 "missing operand (usage: robojail run [OPTION...] JAIL -- COMMAND [ARG...])",
		 "see 'robojail run --help'"},
		{&command, "j -x", "unknown option '-x'", "see 'robojail run --help'"},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		struct rj_opt_result r = {.n = 99};
		struct args args = {0};
		struct rj_err err = {0};
		struct line l;

		cr_expect_eq(parse(row[i].spec, row[i].line, &l, &args, &r, &err), -EINVAL, "%s",
			     row[i].line);
		cr_expect_str_eq(err.msg, row[i].msg, "%s: %s", row[i].line, err.msg);
		cr_expect_str_eq(err.hint, row[i].hint, "%s: %s", row[i].line, err.hint);
		cr_expect_eq(err.status, RJ_EXIT_USAGE);
		cr_expect_eq(r.n, 99, "%s: result written on failure", row[i].line);
		rj_opt_release(opts, &args);
	}
}

Test(opt, help_ends_parsing)
{
	static const char *const lines[] = {"--help", "-h", "-fh", "a b c --help --nonsense",
					    "-h -x"};

	for (size_t i = 0; i < RJ_COUNT(lines); i++) {
		RJ_AUTO(rj_opt_result_release) struct rj_opt_result r = {0};
		struct args args = {0};
		struct rj_err err = {0};
		struct line l;

		cr_assert_eq(parse(&plain, lines[i], &l, &args, &r, &err), 0, "%s", lines[i]);
		cr_expect(r.help, "%s", lines[i]);
	}
}

Test(opt, values_before_an_error_are_released)
{
	struct rj_opt_result r = {0};
	struct args args = {0};
	struct rj_err err = {0};
	struct line l;

	cr_expect_eq(parse(&plain, "-b x -b y --nonsense", &l, &args, &r, &err), -EINVAL);
	cr_expect_eq(args.binds.n, 2);
	rj_opt_release(opts, &args);
	cr_expect_null(args.binds.v);
}

Test(opt, a_command_without_options)
{
	static const struct rj_opt_spec none = {.name = "none"};
	RJ_AUTO(rj_opt_result_release) struct rj_opt_result r = {0};
	struct rj_err err = {0};
	struct line l;

	split(&l, "");
	cr_expect_eq(rj_opt_parse(&none, l.v, NULL, &r, &err), 0);
	cr_expect_eq(r.n, 0);
	split(&l, "--json");
	cr_expect_eq(rj_opt_parse(&none, l.v, NULL, &r, &err), -EINVAL);
	rj_opt_release(NULL, NULL);
}

Test(opt, usage_error_of_a_command)
{
	struct rj_err err = {0};

	cr_expect_eq(rj_opt_usage(&err, "create", "%s and %s exclude each other", "a", "b"),
		     -EINVAL);
	cr_expect_str_eq(err.msg, "a and b exclude each other");
	cr_expect_str_eq(err.hint, "see 'robojail create --help'");
	cr_expect_eq(err.status, RJ_EXIT_USAGE);
}
