#include <criterion/criterion.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/optdoc.h"
#include "tests/unit/dirfix.h"
#include "tests/unit/optdocfix.h"

static char dir[] = "/tmp/rj-optdoc-XXXXXX";

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	cr_assert_geq(fputs(text, f), 0);
	cr_assert_eq(fclose(f), 0);
	cr_assert_eq(chmod(path, mode), 0);
}

/* A folder with the program (which knows its jails) in PATH, and some files to complete. */
static void set_up(void)
{
	char path[512],
		list[] = "#!/bin/sh\n[ \"$*\" = 'list --names' ] && printf 'alpha\\nbeta\\n'\n";

	cr_assert_not_null(mkdtemp(dir));
	write_file("tool", list, 0755);
	write_file("a file", "", 0644);
	write_file("a*", "", 0644);
	(void)snprintf(path, sizeof(path), "%s/adir", dir);
	cr_assert_eq(mkdir(path, 0755), 0);
	(void)snprintf(path, sizeof(path), "%s:/usr/local/bin:/usr/bin:/bin", dir);
	cr_assert_eq(setenv("PATH", path, 1), 0);
	cr_assert_eq(setenv("HOME", dir, 1), 0);
	cr_assert_eq(chdir(dir), 0);
}

static void tear_down(void)
{
	dirfix_drop(dir);
}

/* Run a program with its output in *out; its exit status, 127 if there is none. */
static int run(const char *const *argv, struct rj_buf *out)
{
	posix_spawn_file_actions_t fa;
	char chunk[4096];
	int p[2], status;
	pid_t pid;
	ssize_t n;

	cr_assert_eq(pipe2(p, O_CLOEXEC), 0);
	cr_assert_eq(posix_spawn_file_actions_init(&fa), 0);
	cr_assert_eq(posix_spawn_file_actions_adddup2(&fa, p[1], 1), 0);
	cr_assert_eq(posix_spawn_file_actions_adddup2(&fa, p[1], 2), 0);
	status = posix_spawnp(&pid, argv[0], &fa, NULL, (char *const *)(uintptr_t)argv, environ);
	(void)posix_spawn_file_actions_destroy(&fa);
	(void)close(p[1]);
	while (status == 0 && (n = read(p[0], chunk, sizeof(chunk))) > 0)
		rj_buf_add(out, chunk, (size_t)n);
	(void)close(p[0]);
	if (status != 0)
		return 127;
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* What a shell offers for a line: words separated by |, '' is an empty last word. */
static const struct completion {
	const char *line, *offers;
} completions[] = {
	{"tool m", "make"},
	{"tool --v", "--version"},
	{"tool make --", "--bind --help --name --repository --user"},
	{"t-new --n", "--name"},
	{"tool make --user ''", "root self"},
	{"tool make -u s", "self"},
	{"tool make --bind a", "adir"},
	{"tool run ''", "alpha beta"},
	{"tool run al", "alpha"},
	{"tool exec --count 3 b", "beta"},
	{"t-run b", "beta"},
	{"tool run alpha --f", "--force"},
	{"tool run alpha too", "tool"},
	{"tool run alpha -- too", "tool"},
	{"tool run -- alpha too", "tool"},
	{"tool rm alpha b", "beta"},
	{"tool make x ''", ""},
	{"tool help r", "rm run"},
	{"tool nosuch ''", ""},
};

static const char bash_driver[] =
	"source ./completion\n"
	"c() {\n"
	"	COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMPREPLY=()\n"
	"	_tool || :\n"
	"	[[ ${#COMPREPLY[@]} = 0 ]] && { echo; return; }\n"
	"	printf '%s\\n' \"${COMPREPLY[@]}\" | LC_ALL=C sort -u | paste -sd ' '\n"
	"}\n"
	"set -u\n";

Test(optdoc_shells, bash_completes, .init = set_up, .fini = tear_down)
{
	static const char *const argv[] = {"bash", "--norc", "driver", NULL};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf driver = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf want = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf got = {0};

	rj_optdoc_bash(&book, &text);
	write_file("completion", text.s, 0644);
	rj_buf_puts(&driver, bash_driver);
	for (size_t i = 0; i < RJ_COUNT(completions); i++) {
		rj_buf_printf(&driver, "printf '%%s => ' \"%s\"; c %s\n", completions[i].line,
			      completions[i].line);
		rj_buf_printf(&want, "%s => %s\n", completions[i].line, completions[i].offers);
	}
	/* What only bash does: = is a word of its own, or it is not. */
	rj_buf_puts(&driver, "c tool make --user = ''; c tool make --user =; c tool make --user=s\n"
			     "c tool make --repository 'a '; c tool make --repository 'a*'\n");
	rj_buf_puts(&want, "root self\nroot self\n--user=self\na file\na*\n");
	write_file("driver", driver.s, 0644);
	cr_expect_eq(run(argv, &got), 0);
	cr_expect_str_eq(rj_buf_str(&got), want.s, "%s", rj_buf_str(&got));
}

Test(optdoc_shells, fish_completes, .init = set_up, .fini = tear_down)
{
	static const char *const there[] = {"fish", "--version", NULL};
	static const char *const argv[] = {"fish", "--no-config", "driver", NULL};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf driver = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf want = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf got = {0};

	rj_optdoc_fish(&book, &text);
	cr_expect_not_null(strstr(text.s, "complete -c tool -c t-make -c t-new"));
	if (run(there, &got) != 0)
		return; /* no fish here: the text is all that can be looked at */
	rj_buf_release(&got);
	write_file("completion", text.s, 0644);
	rj_buf_puts(&driver, "source ./completion\n"
			     "function c\n"
			     "	complete -C $argv[1] | string replace -r '\\t.*' '' | "
			     "string trim -r -c / | LC_ALL=C sort -u | string join ' '\n"
			     "end\n");
	for (size_t i = 0; i < RJ_COUNT(completions); i++) {
		const char *line = completions[i].line;
		size_t len = strlen(line) - (strstr(line, "''") ? 2 : 0);

		rj_buf_printf(&driver, "echo \"%s =>\" (c '%.*s')\n", line, (int)len, line);
		rj_buf_printf(&want, "%s =>%s%s\n", line, completions[i].offers[0] ? " " : "",
			      completions[i].offers);
	}
	write_file("driver", driver.s, 0644);
	cr_expect_eq(run(argv, &got), 0);
	cr_expect_str_eq(rj_buf_str(&got), want.s, "%s", rj_buf_str(&got));
}

Test(optdoc_shells, zsh_accepts_its_completions, .init = set_up, .fini = tear_down)
{
	static const char *const argv[] = {"zsh", "-f", "-n", "completion", NULL};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf got = {0};
	int status;

	rj_optdoc_zsh(&book, &text);
	cr_expect_eq(strncmp(text.s, "#compdef tool t-help t-make t-new t-rm t-run t-exec\n", 52),
		     0, "%s", text.s);
	cr_expect_not_null(strstr(text.s, "'(-n --name)--name=[what it'\\''s called: letters "
					  "\\[a-z\\]]:NAME: '"));
	cr_expect_not_null(strstr(text.s, "'(-u --user)-u+[who you are inside]:user:(root self)'"));
	cr_expect_not_null(strstr(text.s, "'*--bind=[one more path]:DIR:_files -/'"));
	cr_expect_not_null(strstr(text.s, "'1:operand: _tool_names list jail' \\\n"
					  "\t\t\t'*:::command:_tool_other'"));
	cr_expect_null(strstr(text.s, "secret"));
	cr_expect_null(strstr(text.s, "<name>"));
	write_file("completion", text.s, 0644);
	status = run(argv, &got);
	cr_expect(status == 0 || status == 127, "%s", rj_buf_str(&got));
}

Test(optdoc_shells, man_pages_are_clean, .init = set_up, .fini = tear_down)
{
	static const char *const argv[] = {"mandoc", "-T", "lint", "page.1", NULL};

	for (size_t i = 0; i <= book.n; i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
		RJ_AUTO(rj_buf_release) struct rj_buf got = {0};
		int status;

		if (i < book.n)
			rj_optdoc_man(&book, &docs[i], &text);
		else
			rj_optdoc_man_book(&book, &text);
		/* No line of text may be taken for a request. */
		cr_expect_null(strstr(text.s, "\n'"));
		cr_expect_null(strstr(text.s, "\n.dot"));
		write_file("page.1", text.s, 0644);
		status = run(argv, &got);
		cr_expect(status == 0 || status == 127, "%s", rj_buf_str(&got));
	}
}
