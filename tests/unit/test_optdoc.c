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

struct args {
	bool force;
	const char *name, *repo, *user;
	int count;
	struct rj_strv binds;
};

static const char *const users[] = {"root", "self", NULL};

static const struct rj_opt make_opts[] = {
	RJ_STRING('n', "name", struct args, name, "NAME", "what it's called: letters [a-z]"),
	RJ_STRING('\0', "repository", struct args, repo, "PATH|URL",
		  "the repository, which may be a subdirectory of it, or bare, or far away"),
	RJ_CHOICE('u', "user", struct args, user, users, "who you are inside"),
	RJ_STRV('b', "bind", struct args, binds, "DIR", "one more path"),
	RJ_FLAG('\0', "secret", struct args, force, NULL),
	RJ_STOP,
};

static const struct rj_opt run_opts[] = {
	RJ_FLAG('f', "force", struct args, force, "by force"),
	RJ_INT('\0', "count", struct args, count, "N", 0, 9, "how often"),
	RJ_STOP,
};

static const struct rj_doc docs[] = {
	{
		.name = "help",
		.summary = "say what there is",
		.operands = "[APPLET]",
	},
	{
		.name = "make",
		.alias = "new",
		.summary = "make one",
		.operands = "[NAME]",
		.details =
			"A first paragraph that is longer than one line of forty columns. It has "
			"two sentences.\n\n  .literal\n 'lines\n\nLast: a\\b.",
		.example = "tool make --name x ~/p\n.dot",
		.opts = make_opts,
	},
	{
		.name = "rm",
		.summary = "remove some",
		.operands = "JAIL...",
	},
	{
		.name = "run",
		.alias = "exec",
		.summary = "run a command",
		.operands = "JAIL [--] COMMAND [ARG...]",
		.opts = run_opts,
		.command_at = 1,
	},
};

static const struct rj_doc_section sections[] = {
	{"EXIT STATUS", " 0  done\n 1  failed"},
	{NULL, NULL},
};

static const struct rj_doc_book book = {
	.name = "tool",
	.prefix = "t-",
	.summary = "do things",
	.details = "Does things.",
	.version = "1.2",
	.date = "2024-02-03",
	.docs = docs,
	.n = RJ_COUNT(docs),
	.sections = sections,
};

Test(optdoc, help)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_optdoc_help(&book, &docs[1], 60, &out);
	cr_expect_str_eq(out.s,
			 "Usage: tool make [OPTION...] [NAME]\n"
			 "Alias: tool new\n"
			 "\n"
			 "Make one.\n"
			 "\n"
			 "A first paragraph that is longer than one line of forty\n"
			 "columns. It has two sentences.\n"
			 "\n"
			 "  .literal\n"
			 " 'lines\n"
			 "\n"
			 "Last: a\\b.\n"
			 "\n"
			 "Options:\n"
			 "  -n, --name NAME   what it's called: letters [a-z]\n"
			 "      --repository PATH|URL\n"
			 "                    the repository, which may be a\n"
			 "                    subdirectory of it, or bare, or far away\n"
			 "  -u, --user root|self\n"
			 "                    who you are inside\n"
			 "  -b, --bind DIR    one more path\n"
			 "  -h, --help        show this help\n"
			 "\n"
			 "Examples:\n"
			 "  tool make --name x ~/p\n"
			 "  .dot\n",
			 "%s", out.s);
}

Test(optdoc, help_fits_its_width)
{
	for (size_t columns = 40; columns < 120; columns++) {
		RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

		rj_optdoc_help(&book, &docs[1], columns, &out);
		rj_optdoc_overview(&book, columns, &out);
		for (const char *p = out.s; *p; p += strcspn(p, "\n") + 1)
			cr_assert(strcspn(p, "\n") <= columns || !strncmp(p, "Usage", 5) ||
					  !strncmp(p, "See", 3),
				  "%zu: %.*s", columns, (int)strcspn(p, "\n"), p);
	}
}

Test(optdoc, overview)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_optdoc_overview(&book, 80, &out);
	cr_expect_str_eq(out.s,
			 "Usage: tool COMMAND [OPTION...] [OPERAND...]\n"
			 "\n"
			 "Do things.\n"
			 "\n"
			 "Does things.\n"
			 "\n"
			 "Commands:\n"
			 "  help       say what there is\n"
			 "  make, new  make one\n"
			 "  rm         remove some\n"
			 "  run, exec  run a command\n"
			 "\n"
			 "See 'tool COMMAND --help' for one command, 'man tool' for all of it.\n",
			 "%s", out.s);
}

Test(optdoc, man)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_optdoc_man(&book, &docs[1], &out);
	cr_expect_str_eq(out.s,
			 ".\\\" " RJ_OPTDOC_MARK "\n"
			 ".TH TOOL\\-MAKE 1 \"2024-02-03\" \"tool 1.2\" \"User Commands\"\n"
			 ".SH NAME\n"
			 "tool\\-make \\- make one\n"
			 ".SH SYNOPSIS\n"
			 ".B tool make\n"
			 "[\\fIOPTION\\fR...] [\\fINAME\\fR]\n"
			 ".br\n"
			 ".B tool new\n"
			 "[\\fIOPTION\\fR...] [\\fINAME\\fR]\n"
			 ".SH DESCRIPTION\n"
			 "Make one.\n"
			 ".PP\n"
			 "A first paragraph that is longer than one line of forty columns.\n"
			 "It has two sentences.\n"
			 ".RS 4\n"
			 ".nf\n"
			 " .literal\n"
			 "\\(aqlines\n"
			 ".fi\n"
			 ".RE\n"
			 ".PP\n"
			 "Last: a\\eb.\n"
			 ".SH OPTIONS\n"
			 ".TP\n"
			 "\\fB\\-n\\fR, \\fB\\-\\-name\\fR \\fINAME\\fR\n"
			 "what it\\(aqs called: letters [a\\-z]\n"
			 ".TP\n"
			 "\\fB\\-\\-repository\\fR \\fIPATH\\fR|\\fIURL\\fR\n"
			 "the repository, which may be a subdirectory of it, or bare, or far away\n"
			 ".TP\n"
			 "\\fB\\-u\\fR, \\fB\\-\\-user\\fR \\fBroot\\fR|\\fBself\\fR\n"
			 "who you are inside\n"
			 ".TP\n"
			 "\\fB\\-b\\fR, \\fB\\-\\-bind\\fR \\fIDIR\\fR\n"
			 "one more path\n"
			 ".TP\n"
			 "\\fB\\-h\\fR, \\fB\\-\\-help\\fR\n"
			 "show a short help\n"
			 ".SH EXAMPLES\n"
			 ".nf\n"
			 "tool make \\-\\-name x \\(ti/p\n"
			 "\\&.dot\n"
			 ".fi\n"
			 ".SH SEE ALSO\n"
			 ".BR tool (1)\n",
			 "%s", out.s);
}

Test(optdoc, operands)
{
	static const struct {
		const char *line;
		size_t n;
		enum rj_optdoc_kind kinds[4];
		bool many;
	} row[] = {
		{NULL, 0, {0}, false},
		{"JAIL", 1, {RJ_KIND_JAIL}, false},
		{"[NAME]", 1, {RJ_KIND_TEXT}, false},
		{"JAIL...", 1, {RJ_KIND_JAIL}, true},
		{"JAIL [PATH...]", 2, {RJ_KIND_JAIL, RJ_KIND_FILE}, true},
		{"JAIL -- COMMAND [ARG...]",
		 3,
		 {RJ_KIND_JAIL, RJ_KIND_COMMAND, RJ_KIND_TEXT},
		 true},
		{"PATH|URL DIR", 2, {RJ_KIND_FILE, RJ_KIND_DIR}, false},
		{"JAILS", 1, {RJ_KIND_TEXT}, false},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		const struct rj_doc doc = {.operands = row[i].line};
		enum rj_optdoc_kind kinds[4];
		bool many;
		size_t n = rj_optdoc_operands(&doc, kinds, 4, &many);

		cr_expect_eq(n, row[i].n, "%s: %zu", row[i].line, n);
		cr_expect_eq(many, row[i].many, "%s", row[i].line);
		for (size_t k = 0; k < n; k++)
			cr_expect_eq(kinds[k], row[i].kinds[k], "%s: %zu", row[i].line, k);
	}
}

/* ---- in real shells */

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
	static const char *const argv[] = {"rm", "-rf", "--", dir, NULL};
	pid_t pid;

	if (posix_spawnp(&pid, "rm", NULL, NULL, (char *const *)(uintptr_t)argv, environ) == 0)
		(void)waitpid(pid, NULL, 0);
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

Test(optdoc, bash_completes, .init = set_up, .fini = tear_down)
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

Test(optdoc, fish_completes, .init = set_up, .fini = tear_down)
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

Test(optdoc, zsh_accepts_its_completions, .init = set_up, .fini = tear_down)
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
	cr_expect_not_null(strstr(text.s, "'1:operand:_tool_jails' \\\n"
					  "\t\t\t'*:::command:_tool_other'"));
	cr_expect_null(strstr(text.s, "secret"));
	cr_expect_null(strstr(text.s, "<name>"));
	write_file("completion", text.s, 0644);
	status = run(argv, &got);
	cr_expect(status == 0 || status == 127, "%s", rj_buf_str(&got));
}

Test(optdoc, man_pages_are_clean, .init = set_up, .fini = tear_down)
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
