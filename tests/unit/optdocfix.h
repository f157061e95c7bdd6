#ifndef RJ_TESTS_UNIT_OPTDOCFIX_H
#define RJ_TESTS_UNIT_OPTDOCFIX_H

/* A small program with one option of every kind, for the tests of its documents. */

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
	{"EXIT STATUS", " 0  done\n 1  failed", NULL},
	{NULL, NULL, NULL},
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

#endif
