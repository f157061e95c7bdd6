#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
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

static char *filter(const char *name, const char *path, const char *text)
{
	struct rj_buf out = {0};
	struct rj_err err = {0};

	for (size_t n = 0; rj_agent_texts[n].name; n++) {
		RJ_AUTO(rj_agent_release) struct rj_agent a = {0};

		if (strcmp(rj_agent_texts[n].name, name) != 0)
			continue;
		a = must_parse(name, rj_agent_texts[n].text, NULL);
		cr_assert_not_null(find(&a, path));
		cr_assert_eq(rj_agent_filter(find(&a, path), text, strlen(text), path, &out, &err),
			     0, "%s", err.msg);
	}
	return rj_buf_take(&out);
}

Test(agent_pick, settings_lose_what_runs_commands)
{
	RJ_AUTO(rj_free)
	char *got = filter("claude", ".claude/settings.json",
			   "{\"model\": \"opus\", \"hooks\": {\"Stop\": [{\"command\": \"rm\"}]},"
			   " \"statusLine\": {\"command\": \"x\"}, \"apiKeyHelper\": \"/bin/x\","
			   " \"env\": {\"SECRET\": \"s\"}, \"permissions\": {\"allow\": [\"Read\"],"
			   " \"additionalDirectories\": [\"/\"]}}");

	cr_expect_str_eq(got, "{\n  \"model\": \"opus\",\n  \"permissions\": {\n    \"allow\": [\n"
			      "      \"Read\"\n    ]\n  }\n}\n");
}

Test(agent_pick, a_login_is_values_only)
{
	RJ_AUTO(rj_free)
	char *got = filter("claude", ".claude/.credentials.json",
			   "{\"claudeAiOauth\": {\"accessToken\": {\"a\": 1}, \"scopes\": [\"a\"],"
			   " \"refreshToken\": \"r\", \"x\": 1}, \"mcpOAuth\": {\"y\": \"z\"}}");

	cr_expect_str_eq(got, "{\n  \"claudeAiOauth\": {\n    \"refreshToken\": \"r\",\n"
			      "    \"scopes\": [\n      \"a\"\n    ]\n  }\n}\n");
}

Test(agent_pick, an_address_is_no_provider)
{
	RJ_AUTO(rj_free)
	char *got = filter("opencode", ".local/share/opencode/auth.json",
			   "{\"https://evil.example\": {\"type\": \"wellknown\", \"key\": \"K\"},"
			   " \"openai\": {\"type\": \"api\", \"key\": \"k\"}}");

	cr_expect_null(strstr(got, "evil"));
	cr_expect_not_null(strstr(got, "\"openai\""));
}

Test(agent_pick, quoted_parts_may_hold_dots)
{
	RJ_AUTO(rj_free)
	char *got =
		filter("amp", ".local/share/amp/secrets.json",
		       "{\"apiKey@https://ampcode.com/\": \"k\", \"apiKey@https://x/\": \"y\"}");

	cr_expect_str_eq(got, "{\n  \"apiKey@https://ampcode.com/\": \"k\"\n}\n");
}

Test(agent_pick, nothing_kept_is_nothing)
{
	RJ_AUTO(rj_free) char *got = filter("claude", ".claude.json", "{\"projects\": {}}");

	cr_expect_str_eq(got, "");
}

Test(agent_pick, toml_is_written_anew)
{
	RJ_AUTO(rj_free)
	char *got = filter("codex", ".codex/config.toml",
			   "model = \"g\\\"5\"\nnotify = [\"sh\", \"-c\", \"x\"]\n"
			   "hide_agent_reasoning = true\n"
			   "[tui]\ntheme = 'a'\nnotifications = ['x']\n"
			   "[mcp_servers.a]\ncommand = 'x'\n[projects.'/x']\ntrust_level = 't'\n");
	struct rj_toml *root = NULL;
	struct rj_err err;

	cr_expect_str_eq(got, "model = \"g\\\"5\"\nhide_agent_reasoning = true\n"
			      "tui.theme = \"a\"\n");
	cr_expect_eq(rj_toml_parse(got, strlen(got), "got", &root, &err), 0);
	rj_toml_free(&root);
}

Test(agent_pick, toml_values_of_all_kinds)
{
	static const char text[] = "a = [1, 2.5, true, 1979-05-27]\nb = 3.0\nc = inf\n"
				   "d = [[1]]\n\"e.f\" = 'x'\nt = {a = 1}\n";
	RJ_AUTO(rj_strv_release) struct rj_strv keys = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	struct rj_toml *root = NULL;
	struct rj_err err;

	for (const char *k = "abcdt"; *k; k++)
		rj_strv_give(&keys, rj_strndup(k, 1));
	rj_strv_add(&keys, "\"e.f\"");
	cr_assert_eq(rj_toml_parse(text, strlen(text), "t", &root, &err), 0);
	rj_agent_pick_toml(&keys, root, &out);
	rj_toml_free(&root);
	cr_expect_str_eq(rj_buf_str(&out), "a = [1, 2.5, true, 1979-05-27]\nb = 3.0\nc = inf\n"
					   "\"e.f\" = \"x\"\n");
}

Test(agent_pick, what_is_not_json_is_refused)
{
	static const char *const texts[] = {"", "{", "[]", "3", "{\"a\": 1, \"a\": 2}", "\xff"};
	char path[] = "x.json";
	struct rj_agent_file f = {.path = path};

	for (size_t i = 0; i < RJ_COUNT(texts); i++) {
		struct rj_buf out = {0};
		struct rj_err err = {0};

		cr_expect_eq(rj_agent_filter(&f, texts[i], strlen(texts[i]), "x.json", &out, &err),
			     -EINVAL, "%s", texts[i]);
		cr_expect_not_null(strstr(err.msg, "x.json"));
		rj_buf_release(&out);
	}
}

static bool collect(void *arg, const char *key, const json_t *mine, const json_t *theirs)
{
	rj_buf_printf(arg, "%s:", key);
	if (mine)
		rj_agent_show(mine, arg);
	rj_buf_puts(arg, "->");
	rj_agent_show(theirs, arg);
	rj_buf_putc(arg, '|');
	return true;
}

Test(agent_pick, differences_show_no_secret_in_full)
{
	json_t *mine = json_loads("{\"a\": {\"t\": \"sk-ant-0123456789\", \"n\": 1, \"same\": 0}}",
				  0, NULL);
	json_t *theirs = json_loads("{\"a\": {\"t\": \"sk-ant-9876543210x\", \"n\": 2, \"same\": 0,"
				    " \"x.y\": [\"s\", \"0123456789abcdef\"]}}",
				    0, NULL);
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_agent_diff(mine, theirs, collect, &out);
	cr_expect_str_eq(rj_buf_str(&out),
			 "a.t:sk-a... (17 characters)->sk-a... (18 characters)|a.n:1->2|"
			 "a.\"x.y\":->[s, 0123... (16 characters)]|");
	json_decref(mine);
	json_decref(theirs);
}

Test(agent_pick, merging_leaves_the_rest)
{
	json_t *doc =
		json_loads("{\"hooks\": [1], \"a\": {\"k\": 1, \"t\": 1}, \"n\": null}", 0, NULL);
	json_t *picked = json_loads("{\"a\": {\"t\": 2}, \"n\": {\"x\": 3}}", 0, NULL);
	char *text;

	rj_agent_merge(doc, picked);
	text = json_dumps(doc, JSON_SORT_KEYS | JSON_COMPACT);
	cr_expect_str_eq(text, "{\"a\":{\"k\":1,\"t\":2},\"hooks\":[1],\"n\":{\"x\":3}}");
	free(text);
	json_decref(doc);
	json_decref(picked);
}

/* ---- where files lie */

static const struct {
	const char *path, *link;
} tree[] = {
	{"/", NULL},
	{"/h", NULL},
	{"/h/a", NULL},
	{"/h/dots", NULL},
	{"/h/dots/a", NULL},
	{"/h/.a", "dots/a"},
	{"/h/.abs", "/h/dots/../a"},
	{"/h/.ssh", NULL},
	{"/h/.ssh/id", NULL},
	{"/h/sly", ".ssh/id"},
	{"/h/rw", NULL},
	{"/h/rw/l", "../a"},
	{"/h/rw/f", NULL},
	{"/h/via", "rw/l"},
	{"/h/direct", "rw/f"},
	{"/h/loop", "loop"},
	{"/h/gone", "nowhere"},
};

static const struct rj_path_fact *look(void *arg, const char *path)
{
	static struct rj_path_fact f;

	(void)arg;
	f = (struct rj_path_fact){0};
	for (size_t i = 0; i < RJ_COUNT(tree); i++)
		if (!strcmp(tree[i].path, path)) {
			f.kind = RJ_PATH_FILE;
			f.link = tree[i].link;
		}
	return &f;
}

Test(agent_pick, links_are_followed_outside_of_what_jails_write)
{
	static const struct {
		const char *path, *real;
		int rc;
	} rows[] = {
		{"/h/a", "/h/a", 0},
		{"/h/.a", "/h/dots/a", 0},
		{"/h/.abs", "/h/a", 0},
		{"/h/.ssh/id", NULL, -EPERM},
		{"/h/sly", NULL, -EPERM},
		{"/h/via", NULL, -EPERM},
		{"/h/direct", NULL, -EPERM},
		{"/h/rw/f", NULL, -EPERM},
		{"/h/loop", NULL, -ELOOP},
		{"/h/gone", NULL, -ENOENT},
		{"/h/not-there", NULL, -ENOENT},
	};
	const struct rj_facts facts = {.look = look};
	RJ_AUTO(rj_strv_release) struct rj_strv hidden = {0}, writable = {0};

	rj_strv_add(&hidden, "/h/.ssh");
	rj_strv_add(&writable, "/h/rw");
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *real = NULL;
		struct rj_err err = {0};

		cr_expect_eq(rj_agent_locate(&facts, rows[i].path, &hidden, &writable, &real, &err),
			     rows[i].rc, "%s: %s", rows[i].path, err.msg);
		if (rows[i].real && real)
			cr_expect_str_eq(real, rows[i].real);
	}
}
