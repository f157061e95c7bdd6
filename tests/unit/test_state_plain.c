/* state_plain: one record of a state file as it is written, without a look into the others. */
#include <criterion/criterion.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/model/state_parts.h"

/* Three jails as they are written; malloc'd. */
static char *print_three(void)
{
	RJ_AUTO(rj_json_decref) json_t *state = NULL;
	static const char *const names[] = {"a", "ab", "b"};
	struct rj_err err = {0};

	cr_assert_eq(rj_state_parse("", 0, "f", &state, &err), 0, "%s", err.msg);
	for (size_t i = 0; i < RJ_COUNT(names); i++) {
		RJ_AUTO(rj_jail_release) struct rj_jail jail = {.nested = i == 1};

		jail.name = rj_strdup(names[i]);
		jail.id = rj_strdup("1");
		jail.repo_path = rj_strdup("/r, {of} \" or so");
		if (i != 1) /* the escape is not of the plain form */
			*strchr(jail.repo_path, '"') = '}';
		jail.worktree_path = rj_strdup("/w");
		jail.branch = rj_strdup("b");
		jail.created_at = rj_strdup("t");
		rj_strv_add(&jail.entrypoint, "/bin/x");
		rj_strv_add(&jail.entrypoint, "    }");
		rj_state_put(state, &jail);
	}
	return rj_state_print(state);
}

/* How many jails the short way finds; -1: it is not for this text. */
static int finds(const char *text, const char *only)
{
	struct rj_jail *jails = NULL;
	size_t n = 0;
	const bool plain = rj_state_read_plain(text, strlen(text), only, &jails, &n);

	for (size_t i = 0; i < n; i++)
		cr_expect(!only || !strcmp(jails[i].name, only));
	rj_jails_free(jails, n);
	return plain ? (int)n : -1;
}

Test(state_plain, passes_over_those_that_nobody_asks_for)
{
	RJ_AUTO(rj_free) char *text = print_three();
	char *at;

	cr_expect_eq(finds(text, "a"), 1, "%s", text);
	cr_expect_eq(finds(text, "b"), 1);
	cr_expect_eq(finds(text, "ab"), -1, "its own record is looked at");
	cr_expect_eq(finds(text, "none"), 0);
	cr_expect_eq(finds(text, NULL), -1);
	/* another layout, or none at all */
	for (size_t cut = 1; cut < strlen(text) - 1; cut++) {
		RJ_AUTO(rj_free) char *part = rj_strndup(text, cut);

		cr_expect_eq(finds(part, "b"), -1, "%zu", cut);
	}
	at = strstr(text, "\n    }");
	at[1] = '\t';
	cr_expect_eq(finds(text, "b"), -1);
	cr_expect_eq(finds(text, "a"), 1, "its own record may be laid out as it likes");
	at[1] = ' ';
	at = strstr(text, "\"b\": {");
	at[1] = 'a';
	cr_expect_eq(finds(text, "a"), -1, "twice");
}
