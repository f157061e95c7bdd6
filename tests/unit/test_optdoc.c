#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/optdoc.h"
#include "tests/unit/optdocfix.h"

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
		{"[PRESET]", 1, {RJ_KIND_PRESET}, false},
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
