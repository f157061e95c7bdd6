/* project: the file's keys and errors, what needs trust, what applies. */
#include "core/model/project.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/base/mem.h"

static int parse(const char *text, struct rj_project *p, struct rj_err *err)
{
	return rj_project_parse(text, strlen(text), "f", p, err);
}

static char *join(const struct rj_strv *v)
{
	struct rj_buf out = {0};

	for (size_t i = 0; i < v->n; i++)
		rj_buf_printf(&out, "%s%s", i ? "|" : "", v->v[i]);
	return rj_buf_take(&out);
}

static bool is_makefile(void *arg, const char *path)
{
	(void)arg;
	return !strcmp(path, "Makefile");
}

Test(project, every_key_is_read)
{
	RJ_AUTO(rj_project_release) struct rj_project p = {0};
	RJ_AUTO(rj_free) char *copy = NULL;
	struct rj_err err = {0};

	cr_assert_eq(parse("[project]\n"
			   "copy = ['.env', 'a//./b/:c']\n"
			   "link = ['x/']\n"
			   "setup = 'npm ci'\n"
			   "shell = '/bin//zsh'\n"
			   "network = false\n"
			   "[project.limits]\n"
			   "memory_max = '2G'\npids_max = 9\ncpu_max = '1.5'\ntmp_size = '8M'\n"
			   "home_size = '1G'\nopen_files = 99\n",
			   &p, &err),
		     0, "%s", err.msg);
	copy = join(&p.copy);
	cr_expect_str_eq(copy, ".env|a//./b/:c");
	cr_expect_str_eq(p.link.v[0], "x");
	cr_expect_str_eq(p.setup, "npm ci");
	cr_expect_str_eq(p.shell, "/bin/zsh");
	cr_expect_eq(p.network, RJ_PROJECT_OFF);
	cr_expect_str_eq(p.memory_max, "2G");
	cr_expect_str_eq(p.cpu_max, "1.5");
	cr_expect_str_eq(p.tmp_size, "8M");
	cr_expect_str_eq(p.home_size, "1G");
	cr_expect_eq(p.pids_max, 9u);
	cr_expect_eq(p.open_files, 99u);
}

Test(project, an_empty_file_says_nothing)
{
	RJ_AUTO(rj_project_release) struct rj_project p = {0};
	RJ_AUTO(rj_config_release) struct rj_config a = {0}, b = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf x = {0}, y = {0};
	struct rj_err err = {0};

	cr_assert_eq(parse("", &p, &err), 0);
	rj_config_init(&a);
	rj_config_init(&b);
	rj_project_apply(&p, true, 1 << 30, &a);
	rj_config_print(&a, &x);
	rj_config_print(&b, &y);
	cr_expect_str_eq(x.s, y.s);
}

Test(project, items)
{
	static const struct {
		const char *text, *src, *dst;
	} rows[] = {
		{"a", "a", "a"},
		{"a/b", "a/b", "a/b"},
		{"./a//b/", "a/b", "a/b"},
		{"a:b/c", "a", "b/c"},
		{".gitignore", ".gitignore", ".gitignore"},
		{".github/x", ".github/x", ".github/x"},
		{"a..b/...", "a..b/...", "a..b/..."},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *src = NULL;
		RJ_AUTO(rj_free) char *dst = NULL;
		struct rj_err err = {0};

		cr_assert_eq(rj_project_item(rows[i].text, &src, &dst, &err), 0, "%s: %s",
			     rows[i].text, err.msg);
		cr_expect_str_eq(src, rows[i].src);
		cr_expect_str_eq(dst, rows[i].dst);
	}
}

Test(project, items_refused)
{
	static const char *const rows[] = {
		"",	   "/",	    "/etc/passwd", "~",		  "~/x",
		"..",	   "../x",  "a/../../b",   "a:",	  ":a",
		"a:b:c",   "a:/b",  "a:../b",	   ".",		  "./",
		"a:.",	   ".git",  ".git/config", "x/.GIT/y",	  "a:.git/hooks/x",
		"git~1/x", ".git ", ".git./x",	   ".git::$DATA", NULL};

	for (size_t i = 0; rows[i]; i++) {
		char *src = NULL, *dst = NULL;
		struct rj_err err = {0};

		cr_expect_eq(rj_project_item(rows[i], &src, &dst, &err), -EINVAL, "%s", rows[i]);
		cr_expect(!src && !dst);
	}
}

Test(project, errors_have_their_place)
{
	static const struct {
		const char *text, *msg, *hint;
	} rows[] = {
		{"x = 1", "f:1:1: unknown key \"x\"", "the keys here are: project"},
		{"[project]\nnetwrok = true", "f:2:1: unknown key \"netwrok\"",
		 "did you mean network?"},
		{"[project]\n\"copy\\u0000\" = []", "f:2:1: unknown key \"copy\\u0000\"",
		 "did you mean copy?"},
		{"project = 1", "f:1:11: expected a table, found an integer", ""},
		{"[project]\nlimits = 1", "f:2:10: expected a table, found an integer", ""},
		{"[project]\nlimits.pids = 1", "f:2:8: unknown key \"pids\"",
		 "did you mean pids_max?"},
		{"[project]\nlimits.pids_max = -1",
		 "f:2:19: pids_max: expected an integer from 8 on", ""},
		{"[project]\ncopy = 'a'",
		 "f:2:8: copy: expected an array of strings, found a string", ""},
		{"[project]\ncopy = [1]", "f:2:9: copy: expected a string, found an integer", ""},
		{"[project]\ncopy = [\"a\\u001b[2J\"]",
		 "f:2:9: copy: control characters are not allowed", ""},
		{"[project]\nlink = ['a:b']",
		 "f:2:9: link: 'a:b': a link has one path, which is the same inside", ""},
		{"[project]\nsetup = ' '", "f:2:9: setup: the command is empty", ""},
		{"[project]\nshell = 'zsh'", "f:2:9: shell: 'zsh' is not an absolute path",
		 "write it like \"/bin/bash\""},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_project_release) struct rj_project p = {0};
		struct rj_err err = {0};

		cr_expect_eq(parse(rows[i].text, &p, &err), -EINVAL, "%s", rows[i].text);
		cr_expect_str_eq(err.msg, rows[i].msg);
		cr_expect_str_eq(err.hint, rows[i].hint);
	}
}

Test(project, too_much)
{
	RJ_AUTO(rj_project_release) struct rj_project p = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err err = {0};

	rj_buf_puts(&text, "[project]\ncopy = [");
	for (int i = 0; i <= RJ_PROJECT_ITEMS; i++)
		rj_buf_puts(&text, "'a',");
	rj_buf_puts(&text, "]\n");
	cr_expect_eq(parse(text.s, &p, &err), -EINVAL);
	cr_expect_not_null(strstr(err.msg, "more than 100 entries"), "%s", err.msg);
	while (text.len <= RJ_PROJECT_MAX)
		rj_buf_puts(&text, "#########################\n");
	cr_expect_eq(parse(text.s, &p, &err), -EFBIG);
}

Test(project, what_loosens)
{
	RJ_AUTO(rj_project_release) struct rj_project p = {0};
	RJ_AUTO(rj_config_release) struct rj_config c = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv on = {0}, off = {0}, later = {0};
	RJ_AUTO(rj_free) char *text = NULL;
	struct rj_err err = {0};

	rj_config_init(&c);
	cr_assert_eq(
		parse("[project]\ncopy = ['Makefile:x', '.env']\nlink = ['m']\nnetwork = true\n"
		      "shell = '/home/u/evil'\nsetup = 'rm -rf /'\n"
		      "limits = { memory_max = 'max', pids_max = 4000000 }",
		      &p, &err),
		0, "%s", err.msg);
	rj_project_loosens(&p, &c, is_makefile, NULL, &on);
	text = join(&on);
	cr_expect_str_eq(text, "copies '.env' of your worktree into the jail|"
			       "shows 'm' of your worktree in the jail, read-only|"
			       "shows and starts the shell '/home/u/evil', which is not the "
			       "system's");
	c.network_enabled = false;
	rj_project_loosens(&p, &c, is_makefile, NULL, &off);
	cr_expect_eq(off.n, 4u);
	rj_project_loosens(&p, &c, NULL, NULL, &later);
	cr_expect_eq(later.n, 3u);
}

Test(project, what_applies)
{
	const uint64_t ram = 8ull << 30; /* 75% of it is 6 GiB */

	for (int trusted = 0; trusted < 2; trusted++) {
		RJ_AUTO(rj_project_release) struct rj_project p = {0}, more = {0};
		RJ_AUTO(rj_config_release) struct rj_config c = {0};
		struct rj_err err = {0};

		rj_config_init(&c);
		cr_assert_eq(
			parse("[project]\nnetwork = false\nshell = '/usr/bin/zsh'\n"
			      "limits = { memory_max = '2G', cpu_max = '1.5', home_size = '1G',"
			      " tmp_size = '8M', pids_max = 9, open_files = 99 }",
			      &p, &err),
			0, "%s", err.msg);
		cr_assert_eq(parse("[project]\nnetwork = true\nshell = '/home/u/sh'\n"
				   "limits = { memory_max = '100%', cpu_max = 'max', home_size = "
				   "'max', tmp_size = '100%', pids_max = 99, open_files = 999 }",
				   &more, &err),
			     0, "%s", err.msg);
		rj_project_apply(&p, trusted, ram, &c);
		cr_expect(!c.network_enabled);
		cr_expect_str_eq(c.default_shell, "/usr/bin/zsh");
		rj_project_apply(&more, trusted, ram, &c);
		cr_expect_eq(c.network_enabled, trusted);
		cr_expect_str_eq(c.default_shell, trusted ? "/home/u/sh" : "/usr/bin/zsh");
		/* limits never rise */
		cr_expect_str_eq(c.memory_max, "2G");
		cr_expect_str_eq(c.cpu_max, "1.5");
		cr_expect_str_eq(c.home_size, "1G");
		cr_expect_str_eq(c.tmp_size, "8M");
		cr_expect_eq(c.pids_max, 9u);
		cr_expect_eq(c.open_files, 99u);
	}
}
