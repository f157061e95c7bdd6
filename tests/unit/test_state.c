#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/state_parts.h"

/* As RoboJail 0.1 wrote it, with a key of a version to come. */
static const char old[] =
	"{\"jails\": {\"fix\": {\"id\": \"6f1c1c52-3a9c-4f7e-8a55-0123456789ab\", \"name\": "
	"\"fix\","
	" \"repo_path\": \"/home/u/p\", \"worktree_path\": "
	"\"/home/u/.local/share/robojail/jails/fix\","
	" \"branch_name\": \"robojail/fix-6f1c1c52\", \"created_at\": \"2025-01-02T03:04:05.678Z\","
	" \"pid\": 4711, \"entrypoint\": [\"claude\", \"--x\"], \"later\": {\"a\": 1}}}}";

static json_t *parse(const char *text)
{
	struct rj_err err = {0};
	json_t *state = NULL;

	cr_assert_eq(rj_state_parse(text, strlen(text), "f", &state, &err), 0, "%s", err.msg);
	return state;
}

Test(state, reads_what_0_1_wrote)
{
	RJ_AUTO(rj_json_decref) json_t *state = parse(old);
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	struct rj_err err = {0};

	cr_assert_eq(rj_state_get(state, "fix", &jail, &err), 0, "%s", err.msg);
	cr_expect_str_eq(jail.branch, "robojail/fix-6f1c1c52");
	cr_expect_str_eq(jail.worktree_path, "/home/u/.local/share/robojail/jails/fix");
	cr_expect_eq(jail.entrypoint.n, 2);
	cr_expect_str_eq(jail.entrypoint.v[1], "--x");
	cr_expect_null(jail.base);
	cr_expect_null(jail.agent);
	cr_expect_not(jail.creating);
}

Test(state, keeps_keys_that_it_does_not_know)
{
	RJ_AUTO(rj_json_decref) json_t *state = parse(old);
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};
	RJ_AUTO(rj_free) char *text = NULL;
	struct rj_err err = {0};

	cr_assert_eq(rj_state_get(state, "fix", &jail, &err), 0);
	jail.base = rj_strdup("abc");
	rj_state_put(state, &jail);
	text = rj_state_print(state);
	cr_expect_not_null(strstr(text, "\"later\""));
	cr_expect_not_null(strstr(text, "\"pid\": 4711"));
	cr_expect_not_null(strstr(text, "\"base\": \"abc\""));
}

Test(state, round_trip_of_any_bytes)
{
	RJ_AUTO(rj_json_decref) json_t *state = parse("");
	RJ_AUTO(rj_json_decref) json_t *again = NULL;
	RJ_AUTO(rj_jail_release) struct rj_jail jail = {.creating = true}, got = {0};
	RJ_AUTO(rj_free) char *text = NULL;
	struct rj_err err = {0};

	jail.name = rj_strdup("n");
	jail.id = rj_strdup("1");
	jail.repo_path = rj_strdup("/caf\xe9/\"q\"\n");
	jail.worktree_path = rj_strdup("/w");
	jail.branch = rj_strdup("\"b");
	jail.agent = rj_strdup("claude");
	jail.created_at = rj_strdup("t");
	rj_strv_add(&jail.entrypoint, "/bin/\xff");
	rj_state_put(state, &jail);
	text = rj_state_print(state);
	again = parse(text);
	cr_assert_eq(rj_state_get(again, "n", &got, &err), 0, "%s", err.msg);
	cr_expect_str_eq(got.repo_path, jail.repo_path);
	cr_expect_str_eq(got.branch, jail.branch);
	cr_expect_str_eq(got.agent, "claude");
	cr_expect_str_eq(got.entrypoint.v[0], jail.entrypoint.v[0]);
	cr_expect(got.creating);
	rj_state_remove(again, "n");
	cr_expect_eq(rj_state_get(again, "n", &got, &err), -ENOENT);
}

#define RECORD(name, more)                                                              \
	"\"" name "\": {\"id\": \"1\", \"name\": \"" name "\", \"repo_path\": \"/r\", " \
	"\"worktree_path\": \"/w\", \"branch_name\": \"b\", \"created_at\": \"t\"" more "}"

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static void compare_jails(const struct rj_jail *a, const struct rj_jail *b, const char *text)
{
	for (size_t i = 0; i < RJ_STATE_FIELDS; i++)
		cr_expect(same_text(*(char *const *)((const char *)a + rj_state_fields[i].off),
				    *(char *const *)((const char *)b + rj_state_fields[i].off)),
			  "%s of %s", rj_state_fields[i].key, text);
	cr_expect_eq(a->nested, b->nested, "%s", text);
	cr_expect_eq(a->creating, b->creating, "%s", text);
	cr_assert_eq(a->entrypoint.n, b->entrypoint.n, "%s", text);
	for (size_t i = 0; i < a->entrypoint.n; i++)
		cr_expect_str_eq(a->entrypoint.v[i], b->entrypoint.v[i], "%s", text);
}

/* And when it is the only one that is asked for. */
static void compare_found(const char *text, const struct rj_jail *jail)
{
	struct rj_jail *found = NULL;
	struct rj_err err = {0};
	size_t n = 0;

	cr_assert_eq(rj_state_list(text, strlen(text), "f", jail->name, &found, &n, &err), 0,
		     "%s: %s", text, err.msg);
	cr_assert_eq(n, 1, "%s", text);
	compare_jails(&found[0], jail, text);
	rj_jails_free(found, n);
	cr_assert_eq(rj_state_list(text, strlen(text), "f", "none", &found, &n, &err), 0);
	cr_expect_eq(n, 0, "%s", text);
	rj_jails_free(found, n);
}

/* What the short way reads, and that it leaves all else to the long one. */
static const struct {
	const char *text;
	bool plain;
} rows[] = {
	{"{\"jails\": {}}", true},
	{"{\"jails\":{}}\n\n", true},
	{"{\"jails\": {" RECORD("b", "") "," RECORD("a", "") "}}", true},
	{"\t{\r\n\"jails\" : {" RECORD("n", " , \"base\" :\"\"") "} }", true},
	{"{\"jails\": {" RECORD("n", ", \"nested\": true, \"creating\": true") "}}", true},
	{"{\"jails\": {" RECORD("n", ", \"entrypoint\": [\"a\", \"b c\"]") "}}", true},
	{"{\"jails\": {" RECORD("n", ", \"agent\": \"caf\xc3\xa9\"") "}}", true},
	{"{\"jails\": {" RECORD("n", ", \"admin\": \"x\", \"git_dir\": \"y\"") "}}", true},
	/* JSON, but not of that form */
	{"", false},
	{"{}", false},
	{"{\"later\": 1, \"jails\": {}}", false},
	{"{\"jails\": {}, \"later\": 1}", false},
	{"{\"jails\": {" RECORD("n", ", \"later\": {\"id\": \"2\"}") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"agent\": \"\\u0041\"") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"agent\": \"\\\"\\\\377\\\"\"") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"agent\": null") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"entrypoint\": []") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"nested\": false") "}}", false},
	/* wrong */
	{"{\"jails\": {" RECORD("n", "") "}", false},
	{"{\"jails\": {" RECORD("n", "") "}} {", false},
	{"{\"jails\": {" RECORD("n", "") ",}}", false},
	{"{\"jails\": {" RECORD("n", ",") "}}", false},
	{"{\"jails\": {" RECORD("n", "") "," RECORD("n", "") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"id\": \"2\"") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"nested\": true, \"nested\": true") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"agent\": \"a\nb\"") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"agent\": \"\xff\"") "}}", false},
	{"{\"jails\": {" RECORD("n", ", \"nested\": truely") "}}", false},
	{"{\"jails\": {\"m\": {}}}", false},
	{"{\"jails\": {\"m\": {\"name\": \"m\"}}}", false},
};

Test(state, reads_the_same_on_both_ways)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		const char *text = rows[i].text;
		RJ_AUTO(rj_json_decref) json_t *state = NULL;
		struct rj_jail *jails = NULL, *plain = NULL;
		size_t n = 0, plain_n = 0;
		struct rj_err err = {0}, why = {0};
		int rc = rj_state_parse(text, strlen(text), "f", &state, &err);

		cr_assert_eq(rj_state_list(text, strlen(text), "f", NULL, &jails, &n, &why), rc,
			     "%s", text);
		cr_expect_str_eq(why.msg, err.msg);
		if (rc < 0) /* which jail is asked for does not matter then */
			cr_expect_eq(
				rj_state_list(text, strlen(text), "f", "none", &jails, &n, &why),
				rc, "%s", text);
		cr_assert_eq(rj_state_read_plain(text, strlen(text), NULL, &plain, &plain_n),
			     rows[i].plain, "%s", text);
		for (size_t k = 0; k < n; k++) {
			RJ_AUTO(rj_jail_release) struct rj_jail jail = {0};

			cr_assert_eq(rj_state_get(state, jails[k].name, &jail, &err), 0, "%s",
				     text);
			compare_jails(&jails[k], &jail, text);
			compare_found(text, &jail);
			cr_expect(k == 0 || strcmp(jails[k - 1].name, jail.name) < 0, "%s", text);
		}
		cr_expect_eq(n, json_object_size(json_object_get(state, "jails")), "%s", text);
		rj_jails_free(jails, n);
		rj_jails_free(plain, plain_n);
	}
}

/* Text is looked at eight bytes at a time. */
Test(state, any_byte_anywhere_in_a_text)
{
	char text[] = "{\"jails\": {" RECORD("n", ", \"agent\": \"0123456789abcdefghi\"") "}}";
	char *agent = strstr(text, "0123");

	for (size_t at = 0; at < 19; at++) {
		const char was = agent[at];

		for (int c = 1; c < 256; c++) {
			struct rj_jail *jails = NULL;
			size_t n = 0;
			bool plain;

			agent[at] = (char)c;
			plain = rj_state_read_plain(text, strlen(text), NULL, &jails, &n);
			cr_assert_eq(plain, c >= ' ' && c < 0x80 && c != '"' && c != '\\',
				     "%d at %zu", c, at);
			cr_expect(!plain || !strncmp(jails[0].agent, agent, 19));
			rj_jails_free(jails, n);
		}
		agent[at] = was;
	}
}

/* `twice`: the number that the last one has again, or none. */
static bool reads_many(int n, int twice)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_jail *jails = NULL;
	size_t found = 0;
	bool plain;

	rj_buf_puts(&text, "{\"jails\": {");
	for (int i = 0; i < n; i++) {
		const int name = twice >= 0 && i == n - 1 ? twice : i * 7919 % n;

		rj_buf_printf(&text,
			      "%s\"%d\": {\"id\": \"1\", \"name\": \"%d\", \"repo_path\": \"/r\", "
			      "\"worktree_path\": \"/w\", \"branch_name\": \"b\", "
			      "\"created_at\": \"t\"}",
			      i ? "," : "", name, name);
	}
	rj_buf_puts(&text, "}}");
	plain = rj_state_read_plain(text.s, text.len, NULL, &jails, &found);
	cr_assert_eq(found, plain ? (size_t)n : 0);
	for (size_t i = 1; i < found; i++)
		cr_expect(strcmp(jails[i - 1].name, jails[i].name) < 0);
	rj_jails_free(jails, found);
	return plain;
}

Test(state, many_jails_and_one_of_them_twice)
{
	for (int n = 1; n < 40; n++) {
		cr_expect(reads_many(n, -1));
		for (int i = 0; i < n - 1; i++)
			cr_expect(!reads_many(n, i * 7919 % n), "%d of %d", i, n);
	}
	cr_expect(reads_many(1000, -1));
}

Test(state, names_are_sorted)
{
	RJ_AUTO(rj_json_decref) json_t *state = parse("");
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};

	for (const char *n = "bac"; *n; n++) {
		char name[2] = {*n, '\0'};
		char word[] = "x";
		const struct rj_jail jail = {.name = name,
					     .id = word,
					     .repo_path = word,
					     .worktree_path = word,
					     .branch = word,
					     .created_at = word};

		rj_state_put(state, &jail);
	}
	rj_state_names(state, &names);
	cr_assert_eq(names.n, 3);
	cr_expect_str_eq(names.v[0], "a");
	cr_expect_str_eq(names.v[2], "c");
}

Test(state, refuses_what_is_no_state)
{
	static const char *const bad[] = {"{",
					  "[]",
					  "{\"jails\": 3}",
					  "{\"jails\": {}} x",
					  "{\"jails\": {}, \"jails\": {}}",
					  "\xff"};

	for (size_t i = 0; i < RJ_COUNT(bad); i++) {
		json_t *state = NULL;
		struct rj_err err = {0};

		cr_expect_eq(rj_state_parse(bad[i], strlen(bad[i]), "f", &state, &err), -EINVAL,
			     "%s", bad[i]);
		cr_expect_null(state);
	}
}

Test(state, refuses_a_record_that_lacks_something)
{
	static const char *const bad[] = {
		"{\"jails\": {\"n\": {}}}",
		"{\"jails\": {\"n\": 7}}",
		"{\"jails\": {\"n\": {\"id\": \"1\", \"name\": \"m\", \"repo_path\": \"/r\", "
		"\"worktree_path\": \"/w\", \"branch_name\": \"b\", \"created_at\": \"t\"}}}",
		"{\"jails\": {\"n\": {\"id\": \"1\", \"name\": \"n\", \"repo_path\": \"/r\", "
		"\"worktree_path\": \"/w\", \"branch_name\": \"b\", \"created_at\": \"t\", "
		"\"entrypoint\": [1]}}}",
	};

	for (size_t i = 0; i < RJ_COUNT(bad); i++) {
		json_t *state = NULL;
		struct rj_err err = {0};

		cr_expect_eq(rj_state_parse(bad[i], strlen(bad[i]), "f", &state, &err), -EINVAL,
			     "%s", bad[i]);
		cr_expect_null(state);
	}
}

Test(jail, names)
{
	static const char *const yes[] = {"a", "A-b_9", "_x", "0"};
	static const char *const no[] = {"", "-a", "a b", "a/b", "..", "a.b", "\xc3\xa9", "a\n"};
	char longest[RJ_NAME_MAX + 2];
	struct rj_err err = {0};

	for (size_t i = 0; i < RJ_COUNT(yes); i++)
		cr_expect_eq(rj_jail_check_name(yes[i], &err), 0, "%s", yes[i]);
	for (size_t i = 0; i < RJ_COUNT(no); i++)
		cr_expect_eq(rj_jail_check_name(no[i], &err), -EINVAL, "%s", no[i]);
	memset(longest, 'x', sizeof(longest));
	longest[RJ_NAME_MAX] = '\0';
	cr_expect_eq(rj_jail_check_name(longest, &err), 0);
	longest[RJ_NAME_MAX] = 'x';
	longest[RJ_NAME_MAX + 1] = '\0';
	cr_expect_eq(rj_jail_check_name(longest, &err), -EINVAL);
}
