/*
 * help - show what robojail and its commands do
 *
 * Also gives the build and `robojail install` the manual pages and the completions, all made
 * from the tables of the commands; see applets/book.h and core/base/optdoc.h.
 */
#include <stdio.h>
#include <string.h>

#include "applets/applet.h"
#include "applets/book.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/nearest.h"

struct help_args {
	bool names;
	bool man;
	const char *completion;
};

static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static const struct rj_opt help_opts[] = {
	RJ_FLAG('m', "man", struct help_args, man, "print the manual page, in the man(7) language"),
	RJ_CHOICE('c', "completion", struct help_args, completion, shells,
		  "print the completions for that shell"),
	/* For the build: one line a command that is not hidden, its name and its alias. */
	RJ_FLAG('\0', "names", struct help_args, names, NULL),
	RJ_STOP,
};

static void print_names(void)
{
	for (const struct rj_applet *const *a = rj_applets; *a; a++)
		if (!(*a)->hidden)
			(void)printf("%s%s%s\n", (*a)->name, (*a)->alias[0] ? " " : "",
				     (*a)->alias);
}

static int no_such_applet(const char *word, struct rj_err *err)
{
	const char *names[64], *near;
	size_t n = 0;

	for (const struct rj_applet *const *a = rj_applets; *a && n + 1 < RJ_COUNT(names); a++)
		if (!(*a)->hidden)
			names[n++] = (*a)->name;
	names[n] = NULL;
	near = rj_nearest(word, names);
	(void)rj_opt_usage(err, "help", "unknown command '%s'", word);
	return near ? rj_hint(err, "did you mean '%s'? see 'robojail --help'", near) : -err->num;
}

static void print_man(const struct rj_applet *applet)
{
	RJ_AUTO(rj_book_release) struct rj_doc_book book = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_book_init(&book);
	if (applet) {
		const struct rj_doc doc = rj_book_doc(applet);

		rj_optdoc_man(&book, &doc, &out);
	} else {
		rj_optdoc_man_book(&book, &out);
	}
	(void)fputs(rj_buf_str(&out), stdout);
}

static void print_completion(const char *shell)
{
	RJ_AUTO(rj_book_release) struct rj_doc_book book = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

	rj_book_init(&book);
	if (!strcmp(shell, "bash"))
		rj_optdoc_bash(&book, &out);
	else if (!strcmp(shell, "zsh"))
		rj_optdoc_zsh(&book, &out);
	else
		rj_optdoc_fish(&book, &out);
	(void)fputs(rj_buf_str(&out), stdout);
}

static int help_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct help_args *args = p;
	const struct rj_applet *applet = NULL;

	(void)ctx;
	if (operands[0]) {
		applet = rj_applet_find(operands[0]);
		if (!applet)
			return no_such_applet(operands[0], err);
	}
	if (args->names)
		print_names();
	else if (args->completion)
		print_completion(args->completion);
	else if (args->man)
		print_man(applet);
	else
		rj_book_print_help(applet, stdout);
	return 0;
}

const struct rj_applet rj_applet_help = {
	.name = "help",
	.summary = "show what robojail and its commands do",
	.operands = "[APPLET]",
	.max = 1,
	.details = "Without APPLET, lists all commands. 'robojail APPLET --help' means the same as "
		   "'robojail help APPLET'.",
	.example = "robojail help create\n"
		   "robojail help --man create | man -l -\n"
		   "source <(robojail help --completion bash)",
	.opts = help_opts,
	.args_size = sizeof(struct help_args),
	.no_ctx = true,
	.run = help_run,
};
