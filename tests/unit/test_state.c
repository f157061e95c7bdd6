#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/state.h"

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
