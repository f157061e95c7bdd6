#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/agent.h"

static struct rj_agent must_parse(const char *name, const char *text, const char *origin)
{
	struct rj_agent a = {0};
	struct rj_err err = {0};

	cr_assert_eq(rj_agent_parse(name, text, strlen(text), origin, &a, &err), 0, "%s", err.msg);
	return a;
}

static const struct rj_agent_file *find(const struct rj_agent *a, const char *path)
{
	for (size_t i = 0; i < a->n_files; i++)
		if (!strcmp(a->files[i].path, path))
			return &a->files[i];
	return NULL;
}

Test(agent, all_of_ours_can_be_read)
{
	static const char *const wanted[] = {"aider",	 "amp",		 "claude", "codex",
					     "copilot",	 "cursor-agent", "gemini", "goose",
					     "opencode", "shell"};
	size_t n = 0;

	for (; rj_agent_texts[n].name; n++) {
		RJ_AUTO(rj_agent_release)
		struct rj_agent a =
			must_parse(rj_agent_texts[n].name, rj_agent_texts[n].text, NULL);

		cr_assert_lt(n, RJ_COUNT(wanted));
		cr_expect_str_eq(a.name, wanted[n], "they are sorted");
		cr_expect_gt(a.programs.n, 0, "%s", a.name);
		cr_expect_null(a.origin);
		for (size_t i = 0; i < a.env.n; i++)
			cr_expect_null(strchr(a.env.v[i], '*'));
	}
	cr_expect_eq(n, RJ_COUNT(wanted));
}

/* Keys of settings that run something on start, in any preset of ours. */
Test(agent, nothing_of_ours_keeps_commands_or_brings_a_type_back)
{
	static const char *const never[] = {"hook",	 "mcp",	      "statusLine", "apiKeyHelper",
					    "notify",	 "env",	      "command",    "Helper",
					    "plugin",	 "extension", "awsAuth",    "provider",
					    "formatter", "lsp",	      "shell",	    "url"};

	for (size_t n = 0; rj_agent_texts[n].name; n++) {
		RJ_AUTO(rj_agent_release)
		struct rj_agent a =
			must_parse(rj_agent_texts[n].name, rj_agent_texts[n].text, NULL);

		for (size_t i = 0; i < a.n_files; i++) {
			const struct rj_agent_file *f = &a.files[i];

			cr_expect(f->format != RJ_AGENT_TEXT || f->kind == RJ_AGENT_MEMORY, "%s",
				  f->path);
			for (size_t k = 0; k < f->keep.n; k++)
				for (size_t x = 0; x < RJ_COUNT(never); x++)
					cr_expect(
						!strcasestr(f->keep.v[k], never[x]) ||
							!strcmp(f->keep.v[k], "disabled_providers"),
						"%s: %s", f->path, f->keep.v[k]);
			for (size_t k = 0; k < f->back.n; k++) {
				cr_expect_null(strchr(f->back.v[k], '*'), "%s", f->back.v[k]);
				cr_expect_null(strstr(f->back.v[k], ".type"));
			}
		}
	}
}

static const struct {
	const char *text, *says, *hint;
} bad[] = {
	{"summry = 'x'", "f.toml:1:1: unknown key \"summry\"", "did you mean summary?"},
	{"zzz = 1", "f.toml:1:1: unknown key \"zzz\"", "the keys are: extends, summary"},
	{"summary = 3", "f.toml:1:11: summary: expected a string, found an integer", ""},
	{"summary = 'x'\nprograms = 'x'", "f.toml:2:12: programs: expected an array", ""},
	{"summary = 'x'\nprograms = ['a/b']", "f.toml:2:13: programs: 'a/b' is not the name", ""},
	{"summary = 'x'\nenv = ['AWS_*']", "f.toml:2:8: env: 'AWS_*': a preset names each", ""},
	{"summary = 'x'\nenv = ['1A']", "f.toml:2:8: env: '1A' is not the name", ""},
	{"summary = 'x'\npersist = ['/etc']", "persist: '/etc' is not a path below the home", ""},
	{"summary = 'x'\npersist = ['~/x']", "persist: '~/x' is not a path below the home", ""},
	{"summary = 'x'\npersist = ['a/../../x']", "\".\" and \"..\" are not allowed", ""},
	{"summary = 'x'\npersist = ['']", "are not allowed", ""},
	{"summary = 'x'\npersist = ['.']", "are not allowed", ""},
	{"summary = 'x'\nflags = [\"\\u001b[0m\"]", "control characters", ""},
	{"programs = ['x']", "summary is missing", ""},
	{"summary = 'x'\nfile = 3", "write it as [[file]]", ""},
	{"summary = 'x'\n[[file]]\nkind = 'memory'\nwhen = 'start'", "has no path", ""},
	{"summary = 'x'\n[[file]]\npath = 'a.md'\nwhen = 'start'", "has no kind", ""},
	{"summary = 'x'\n[[file]]\npath = 'a.md'\nkind = 'memory'", "has no when", ""},
	{"summary = 'x'\n[[file]]\npaht = 'a'", "unknown key \"paht\"", "did you mean path?"},
	{"summary = 'x'\n[[file]]\npath = '../a'", "f.toml:3:8: path: '../a'", ""},
	{"summary = 'x'\n[[file]]\npath = 'a'\nkind = 'logn'", "expected \"login\" or", ""},
	{"summary = 'x'\n[[file]]\npath = 'a.json'\nkind = 'login'\nwhen = 'start'",
	 "f.toml:3:8: keep is missing", "format = \"text\""},
	{"summary = 'x'\n[[file]]\npath = 'a.yml'\nkind = 'login'\nwhen = 'start'",
	 "f.toml:3:8: a login is a JSON file", ""},
	{"summary = 'x'\n[[file]]\npath = 'a.md'\nkind = 'memory'\nwhen = 'start'\nkeep = ['x']",
	 "keep is for JSON and TOML", ""},
	{"summary = 'x'\n[[file]]\npath = 'a.json'\nkind = 'settings'\nwhen = 'start'\n"
	 "keep = ['x']\nback = ['x']",
	 "back is for logins", ""},
	{"summary = 'x'\n[[file]]\nkeep = ['a..b']", "'a..b' is not a key", ""},
	{"summary = 'x'\n[[file]]\nkeep = ['a*b']", "'a*b' is not a key", ""},
	{"summary = 'x'\n[[file]]\nkeep = ['\"a']", "is not a key", ""},
	{"extends = 'cluade'\nsummary = 'x'", "'cluade' is no preset of RoboJail's own",
	 "did you mean \"claude\"?"},
};

Test(agent, mistakes_are_told_with_their_place)
{
	for (size_t i = 0; i < RJ_COUNT(bad); i++) {
		struct rj_agent a = {0};
		struct rj_err err = {0};

		cr_expect_eq(rj_agent_parse("mine", bad[i].text, strlen(bad[i].text), "f.toml", &a,
					    &err),
			     -EINVAL, "%s", bad[i].text);
		cr_expect_not_null(strstr(err.msg, bad[i].says), "%s: %s", bad[i].text, err.msg);
		cr_expect_not_null(strstr(err.hint, bad[i].hint), "%s: %s", bad[i].text, err.hint);
		rj_agent_release(&a);
	}
}

Test(agent, names)
{
	static const char *const wrong[] = {"", "none", "-x", ".x", "a/b", "a b", "\xc3\xa9"};
	struct rj_err err;

	cr_expect_eq(rj_agent_check_name("cursor-agent", &err), 0);
	for (size_t i = 0; i < RJ_COUNT(wrong); i++)
		cr_expect_eq(rj_agent_check_name(wrong[i], &err), -EINVAL, "%s", wrong[i]);
}

Test(agent, one_that_extends_adds_and_replaces)
{
	RJ_AUTO(rj_agent_release)
	struct rj_agent a = must_parse("work",
				       "extends = 'claude'\nsummary = 'at work'\n"
				       "programs = ['claude-work']\nenv = ['WORK_KEY']\n"
				       "[[file]]\npath = '.claude/CLAUDE.md'\nkind = 'memory'\n"
				       "when = 'create'",
				       "f.toml");

	cr_expect_str_eq(a.name, "work");
	cr_expect_str_eq(a.origin, "f.toml");
	cr_expect_str_eq(a.summary, "at work");
	cr_expect(rj_strv_has(&a.programs, "claude") && rj_strv_has(&a.programs, "claude-work"));
	cr_expect(rj_strv_has(&a.env, "ANTHROPIC_API_KEY") && rj_strv_has(&a.env, "WORK_KEY"));
	cr_assert_not_null(find(&a, ".claude/CLAUDE.md"));
	cr_expect_eq(find(&a, ".claude/CLAUDE.md")->when, RJ_AGENT_AT_CREATE);
	cr_expect_not_null(find(&a, ".claude/.credentials.json"));
}

Test(agent, no_file_may_be_hidden)
{
	RJ_AUTO(rj_agent_release)
	struct rj_agent a = must_parse("mine",
				       "summary = 'x'\n[[file]]\npath = '.ssh/id.txt'\n"
				       "kind = 'memory'\nwhen = 'start'",
				       "f.toml");
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0};
	struct rj_err err = {0};

	cr_expect_eq(rj_agent_check_hidden(&a, "/home/u", &hidden, &err), 0);
	rj_strv_add(&hidden, "/home/u/.ssh");
	cr_expect_eq(rj_agent_check_hidden(&a, "/home/u", &hidden, &err), -EPERM);
	cr_expect_not_null(strstr(err.msg, "f.toml:3:8: path: '.ssh/id.txt' is hidden"), "%s",
			   err.msg);
}
