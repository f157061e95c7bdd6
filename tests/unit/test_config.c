/* config: defaults, every key, every error with its place, binds, printing. */
#include "core/model/config.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/json.h"
#include "core/base/mem.h"

static int parse(const char *text, struct rj_config *c, struct rj_err *err)
{
	return rj_config_parse(text, strlen(text), "/h/config.toml", c, err);
}

/* "a|b|c" */
static char *join(const struct rj_strv *v)
{
	struct rj_buf out = {0};

	for (size_t i = 0; i < v->n; i++)
		rj_buf_printf(&out, "%s%s", i ? "|" : "", v->v[i]);
	return rj_buf_take(&out);
}

static void expect_strv(const struct rj_strv *v, const char *expected)
{
	RJ_AUTO(rj_free) char *got = join(v);

	cr_expect_str_eq(got, expected);
}

Test(config, defaults)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};

	rj_config_init(&c);
	cr_expect_str_eq(c.default_shell, "/bin/bash");
	cr_expect(c.network_enabled);
	expect_strv(&c.extra_ro_binds, "");
	expect_strv(&c.extra_rw_binds, "");
	expect_strv(&c.hidden_paths, ".ssh|.gnupg|.aws|.config/gcloud|.kube|.docker|.npmrc|"
				     ".pypirc|.netrc");
	expect_strv(&c.env_passthrough, "TERM|LANG|LC_ALL|COLORTERM");
	cr_expect_eq(c.user, RJ_USER_ROOT);
	cr_expect_eq(c.layout, RJ_LAYOUT_PATH);
	cr_expect_null(c.file);
}

Test(config, every_key_is_read)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	struct rj_err err = {.num = 77};

	rj_config_init(&c);
	cr_assert_eq(parse("# mine\n"
			   "default_shell = '/usr//bin/zsh'\n"
			   "network_enabled = false\n"
			   "extra_ro_binds = [ '~/data', # first\n"
			   "   '/srv/x:/y' ]\n"
			   "extra_rw_binds = ['~']\n"
			   "hidden_paths = ['~/.secret/', './a//b', '/srv/keys']\n"
			   "env_passthrough = ['EDITOR', 'LC_*']\n"
			   "user = 'self'\n"
			   "layout = 'root'\n",
			   &c, &err),
		     0, "%s", err.msg);
	cr_expect_eq(err.num, 77);
	cr_expect_str_eq(c.default_shell, "/usr/bin/zsh");
	cr_expect(!c.network_enabled);
	expect_strv(&c.extra_ro_binds, "~/data|/srv/x:/y");
	expect_strv(&c.extra_rw_binds, "~");
	expect_strv(&c.hidden_paths, ".secret|a/b|/srv/keys");
	expect_strv(&c.env_passthrough, "EDITOR|LC_*");
	cr_expect_eq(c.user, RJ_USER_SELF);
	cr_expect_eq(c.layout, RJ_LAYOUT_ROOT);
	cr_expect_str_eq(c.file, "/h/config.toml");
}

Test(config, lists_take_the_place_of_the_default)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	cr_assert_eq(parse("hidden_paths = []\nenv_passthrough = ['TERM']", &c, &err), 0);
	expect_strv(&c.hidden_paths, "");
	expect_strv(&c.env_passthrough, "TERM");
}

Test(config, an_empty_text_is_the_default)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	cr_assert_eq(parse("", &c, &err), 0);
	cr_expect_str_eq(c.default_shell, "/bin/bash");
	cr_expect_eq(c.hidden_paths.n, 9u);
}

Test(config, a_failure_changes_nothing)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf before = {0}, after = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	cr_assert_eq(parse("user = 'self'\nhidden_paths = ['x']", &c, &err), 0);
	rj_config_print(&c, &before);
	cr_expect_eq(parse("layout = 'root'\nhidden_paths = ['y', 1]", &c, &err), -EINVAL);
	rj_config_print(&c, &after);
	cr_expect_str_eq(after.s, before.s);
}

Test(config, a_second_text_takes_the_place_of_the_first)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	cr_assert_eq(parse("user = 'self'", &c, &err), 0);
	cr_assert_eq(rj_config_parse("layout = 'root'", 15, "two", &c, &err), 0);
	cr_expect_eq(c.user, RJ_USER_ROOT);
	cr_expect_eq(c.layout, RJ_LAYOUT_ROOT);
	cr_expect_str_eq(c.file, "two");
}

Test(config, binds)
{
	static const struct {
		const char *text, *src, *dst;
	} rows[] = {
		{"/a", "/a", "/a"},
		{"/a/b/", "/a/b", "/a/b"},
		{"//a/./b", "/a/b", "/a/b"},
		{"/a:/b", "/a", "/b"},
		{"~", "/home/u", "/home/u"},
		{"~/x y", "/home/u/x y", "/home/u/x y"},
		{"~//x/", "/home/u/x", "/home/u/x"},
		{"~/x:/data", "/home/u/x", "/data"},
		{"/x:~/y", "/x", "/home/u/y"},
		{"/:/host", "/", "/host"},
		{"/a\\:b", "/a:b", "/a:b"},
		{"/a\\:b:/c\\\\d", "/a:b", "/c\\d"},
		{"/a~b", "/a~b", "/a~b"},
		{"/a..b/...", "/a..b/...", "/a..b/..."},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *src = NULL;
		RJ_AUTO(rj_free) char *dst = NULL;
		struct rj_err err = {0};

		cr_assert_eq(rj_config_bind_parse(rows[i].text, "/home/u", &src, &dst, &err), 0,
			     "%s: %s", rows[i].text, err.msg);
		cr_expect_str_eq(src, rows[i].src);
		cr_expect_str_eq(dst, rows[i].dst);
	}
}

Test(config, binds_refused)
{
	static const struct {
		const char *text, *msg;
	} rows[] = {
		{"", "bad bind '': a path is missing"},
		{":", "bad bind ':': a path is missing"},
		{"/a:", "bad bind '/a:': a path is missing"},
		{":/a", "bad bind ':/a': a path is missing"},
		{"a", "bad bind 'a': 'a' is not an absolute path"},
		{"/a:b", "bad bind '/a:b': 'b' is not an absolute path"},
		{"./a", "bad bind './a': './a' is not an absolute path"},
		{"~joe", "bad bind '~joe': '~joe': only ~ and ~/... are understood, no ~USER"},
		{"/a:/b:/c", "bad bind '/a:/b:/c': more than one colon"},
		{"/a:ro:", "bad bind '/a:ro:': more than one colon"},
		{"/a/..", "bad bind '/a/..': '/a/..': \"..\" is not allowed in a path"},
		{"~/../b", "bad bind '~/../b': '~/../b': \"..\" is not allowed in a path"},
		{"/a:/./", "bad bind '/a:/./': nothing can be put over the jail's /"},
		{"/a\\b", "bad bind '/a\\b': a backslash stands before ':' or '\\' only"},
		{"/a\\", "bad bind '/a\\': a backslash stands before ':' or '\\' only"},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		char *src = NULL, *dst = NULL;
		struct rj_err err = {0};

		cr_expect_eq(rj_config_bind_parse(rows[i].text, "/home/u", &src, &dst, &err),
			     -EINVAL, "%s", rows[i].text);
		cr_expect_str_eq(err.msg, rows[i].msg);
		cr_expect(!src && !dst, "%s: results touched", rows[i].text);
	}
}

Test(config, env_passes)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	cr_assert_eq(parse("env_passthrough = ['A', 'LC_*', '_x9']", &c, &err), 0);
	cr_expect(rj_config_env_passes(&c, "A"));
	cr_expect(rj_config_env_passes(&c, "LC_ALL"));
	cr_expect(rj_config_env_passes(&c, "LC_"));
	cr_expect(rj_config_env_passes(&c, "_x9"));
	cr_expect(!rj_config_env_passes(&c, "AB"));
	cr_expect(!rj_config_env_passes(&c, "LC"));
	cr_expect(!rj_config_env_passes(&c, "a"));
	cr_expect(!rj_config_env_passes(&c, ""));
}

Test(config, prints_toml_with_origins)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0}, again = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0}, second = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	rj_config_init(&again);
	cr_assert_eq(parse("\nnetwork_enabled = false\nextra_ro_binds = [\n'/a\"b', '/c\\:d']\n"
			   "layout = 'root'",
			   &c, &err),
		     0);
	rj_config_print(&c, &out);
	cr_expect_str_eq(out.s,
			 "default_shell = \"/bin/bash\" # default\n"
			 "network_enabled = false # /h/config.toml:2\n"
			 "extra_ro_binds = [\"/a\\\"b\", \"/c\\\\:d\"] # /h/config.toml:3\n"
			 "extra_rw_binds = [] # default\n"
			 "hidden_paths = [\".ssh\", \".gnupg\", \".aws\", \".config/gcloud\", "
			 "\".kube\", \".docker\", \".npmrc\", \".pypirc\", \".netrc\"] # default\n"
			 "env_passthrough = [\"TERM\", \"LANG\", \"LC_ALL\", \"COLORTERM\"] "
			 "# default\n"
			 "user = \"root\" # default\n"
			 "layout = \"root\" # /h/config.toml:5\n"
			 "nested = false # default\n"
			 "sysfs = \"none\" # default\n"
			 "caches = [] # default\n"
			 "git_hooks = false # default\n"
			 "allow_host_proc = false # default\n"
			 "import_max_mib = 4096 # default\n"
			 "import_max_objects = 2000000 # default\n"
			 "import_max_seconds = 900 # default\n"
			 "memory_max = \"75%\" # default\n"
			 "pids_max = 4096 # default\n"
			 "cpu_max = \"max\" # default\n"
			 "tmp_size = \"25%\" # default\n"
			 "home_size = \"max\" # default\n"
			 "disk_reserve = \"256M\" # default\n"
			 "open_files = 65536 # default\n"
			 "record = false # default\n"
			 "record_max_mib = 64 # default\n");
	/* What is printed means the same when it is read. */
	cr_assert_eq(rj_config_parse(out.s, out.len, "/h/config.toml", &again, &err), 0, "%s",
		     err.msg);
	expect_strv(&again.extra_ro_binds, "/a\"b|/c\\:d");
	cr_expect_eq(again.layout, RJ_LAYOUT_ROOT);
	cr_expect(!again.network_enabled);
	rj_config_print(&again, &second);
	cr_expect(strstr(second.s, "user = \"root\" # /h/config.toml:7\n") != NULL);
}

Test(config, a_strange_file_name_stays_in_its_comment)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0}, again = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	rj_config_init(&again);
	cr_assert_eq(rj_config_parse("user = 'self'", 13, "/h\nuser = 1\x1b\xff", &c, &err), 0);
	rj_config_print(&c, &out);
	cr_expect_eq(rj_config_parse(out.s, out.len, "x", &again, &err), 0, "%s", err.msg);
	cr_expect(strchr(out.s, '\x1b') == NULL);
}

/* The template explains every key and, with the comment signs of the keys gone, is the default. */
Test(config, template_is_the_default)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0}, plain = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0}, opened = {0}, a = {0}, b = {0};
	struct rj_err err = {0};

	rj_config_init(&c);
	rj_config_init(&plain);
	rj_config_print_template(&text);
	cr_expect_eq(rj_config_parse(text.s, text.len, "t", &c, &err), 0, "%s", err.msg);
	for (size_t i = 0; i < RJ_CONFIG_MAX_KEYS; i++)
		cr_expect_eq(c.lines[i], 0u);
	for (size_t i = 0; i < text.len; i++)
		if (text.s[i] != '#' || text.s[i + 1] == ' ')
			rj_buf_putc(&opened, text.s[i]);
	cr_assert_eq(rj_config_parse(opened.s, opened.len, "t", &c, &err), 0, "%s", err.msg);
	for (size_t i = 0; rj_config_rows()[i].name; i++)
		cr_expect(c.lines[i] > 1, "%s is not in the template", rj_config_rows()[i].name);
	memset(c.lines, 0, sizeof(c.lines));
	rj_config_print(&c, &a);
	rj_config_print(&plain, &b);
	cr_expect_str_eq(a.s, b.s);
	for (const char *line = text.s; *line; line += strcspn(line, "\n") + 1)
		cr_expect(strncmp(line, "# ", 2) != 0 || strcspn(line, "\n") <= 78);
}

Test(config, json)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	RJ_AUTO(rj_json_decref) json_t *json = NULL;
	struct rj_err err = {0};
	const char *origin, *user;
	int enabled, ok;
	json_t *binds;

	rj_config_init(&c);
	cr_assert_eq(parse("extra_rw_binds = ['/a', '/b']", &c, &err), 0);
	json = rj_config_json(&c);
	ok = json_unpack(json, "{s:{s:b}, s:{s:o, s:s}, s:{s:s}}", "network_enabled", "value",
			 &enabled, "extra_rw_binds", "value", &binds, "origin", &origin, "user",
			 "value", &user);
	cr_assert_eq(ok, 0);
	cr_expect(enabled);
	cr_expect_eq(json_array_size(binds), 2u);
	cr_expect_str_eq(json_string_value(json_array_get(binds, 1)), "/b");
	cr_expect_str_eq(origin, "/h/config.toml:1");
	cr_expect_str_eq(user, "root");
	for (size_t i = 0; rj_config_rows()[i].name; i++)
		cr_expect(json_object_get(json, rj_config_rows()[i].name) != NULL);
}

/* Of a jail that runs, mounts, namespaces and limits stay as they are; the rest is read anew. */
Test(config, settings_tell_what_a_running_jail_keeps)
{
	static const struct {
		const char *text;
		bool kept;
	} rows[] = {
		{"", false},
		{"record = true", false},
		{"default_shell = '/bin/zsh'", false},
		{"network_enabled = false", true},
		{"extra_ro_binds = ['/a']", true},
		{"hidden_paths = []", true},
		{"git_hooks = true", true},
		{"allow_host_proc = true", true},
		{"pids_max = 99", true},
	};
	struct rj_config c;
	uint64_t standard;

	rj_config_init(&c);
	standard = rj_config_settings(&c);
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_err err = {0};

		cr_assert_eq(rj_config_parse(rows[i].text, strlen(rows[i].text), "f", &c, &err), 0,
			     "%s", err.msg);
		cr_expect_eq(rj_config_settings(&c) != standard, rows[i].kept, "%s", rows[i].text);
	}
	rj_config_release(&c);
}

Test(config, rows_are_complete)
{
	for (const struct rj_config_row *row = rj_config_rows(); row->name; row++) {
		cr_expect(row->help && strlen(row->help) > 20, "%s", row->name);
		cr_expect(row->help[strlen(row->help) - 1] == '.', "%s", row->name);
		cr_expect((row->type == RJ_CONFIG_CHOICE) == (row->choices != NULL), "%s",
			  row->name);
	}
}

Test(config, release_accepts_nothing_and_twice)
{
	struct rj_config c = {0};

	rj_config_release(&c);
	rj_config_init(&c);
	rj_config_release(&c);
	rj_config_release(&c);
	cr_expect_null(c.default_shell);
}
