/* The program as its documents see it: the table of commands, and what belongs to none of them. */
#include "applets/book.h"

#include <stdint.h>
#include <stdlib.h>

#include "applets/applet.h"
#include "applets/version.h"
#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/term.h"

static const char details[] =
	"Each jail is a git worktree of your project in Linux namespaces. Inside, an agent may do "
	"anything; your home, credentials, main repository and processes stay out of its reach. "
	"You watch from outside, review what it did, and merge it or throw it away.";

static const struct rj_doc_section sections[] = {
	{"EXIT STATUS",
	 " 0  done\n"
	 " 1  failed\n"
	 " 2  wrong usage\n"
	 " 3  no such jail\n"
	 " 4  the host lacks something that a jail needs\n"
	 "\n"
	 "'run', 'enter' and 'attach' end with the status of the command, or 128 and the number "
	 "of the signal that ended it. Their own failures are 2, 3 and 4 as above, and:\n"
	 "\n"
	 " 125  the jail could not be made\n"
	 " 126  the command cannot be executed\n"
	 " 127  the command was not found",
	 NULL},
	{"JSON",
	 "Names of files and branches are bytes, and JSON strings are text. A name that is valid "
	 "UTF-8, holds no NUL and does not begin with a double quote is written as it is. Any "
	 "other "
	 "is written as git quotes paths: between double quotes, which are part of the string, "
	 "with "
	 "backslash and one of a b t n v f r \" \\ for those bytes, and backslash and three octal "
	 "digits for every other control byte and every byte from 0x80 on. So a string that begins "
	 "with a double quote is always a quoted name, and every name can be read back.",
	 NULL},
	{"ENVIRONMENT",
	 "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME say where files are; see FILES. "
	 "NO_COLOR, when not empty, turns colours off; so does TERM=dumb. COLUMNS is the width "
	 "of lines when the terminal does not tell its own. SSL_CERT_FILE names the certificates "
	 "that https is checked with.",
	 NULL},
	{"FILES",
	 " ~/.config/robojail/config.toml\n"
	 "     the configuration; see robojail-config(1)\n"
	 " ~/.config/robojail/agents/NAME.toml\n"
	 "     agent presets of your own; see robojail-agents(1)\n"
	 " ~/.local/share/robojail/jails/NAME/\n"
	 "     the worktree of a jail\n"
	 " ~/.local/share/robojail/private/NAME/\n"
	 "     what belongs to that jail alone: its git directory and home\n"
	 " ~/.local/share/robojail/private/NAME/log/\n"
	 "     its journal and recordings; see robojail-log(1)\n"
	 " ~/.local/share/robojail/mirrors/\n"
	 "     repositories that were given as a URL\n"
	 " ~/.local/state/robojail/jails.json\n"
	 "     the list of jails\n"
	 " ~/.local/state/robojail/trust.json\n"
	 "     the project files that are trusted; see robojail-trust(1)\n"
	 " .robojail.toml\n"
	 "     at the top of a repository, what a jail of it needs; see robojail-config(1)",
	 NULL},
	{NULL, NULL, NULL},
};

struct rj_doc rj_book_doc(const struct rj_applet *a)
{
	return (struct rj_doc){
		.name = a->name,
		.alias = a->alias[0] ? a->alias : NULL,
		.summary = a->summary,
		.operands = a->operands,
		.details = a->details,
		.example = a->example,
		.opts = a->opts,
		.command_at = a->command_at,
		.sections = a->sections,
	};
}

void rj_book_init(struct rj_doc_book *ret)
{
	struct rj_doc *docs;
	size_t n = 0;

	while (rj_applets[n])
		n++;
	docs = rj_alloc(n, sizeof(*docs));
	n = 0;
	for (const struct rj_applet *const *a = rj_applets; *a; a++)
		if (!(*a)->hidden)
			docs[n++] = rj_book_doc(*a);
	*ret = (struct rj_doc_book){
		.name = "robojail",
		.prefix = "rj-",
		.summary = "give each AI coding agent a jail of its own",
		.details = details,
		.version = rj_version(),
		.date = rj_version_date(),
		.docs = docs,
		.n = n,
		.sections = sections,
	};
}

void rj_book_release(struct rj_doc_book *book)
{
	/* const for everybody else; rj_book_init allocated it. */
	free((void *)(uintptr_t)book->docs);
	*book = (struct rj_doc_book){0};
}

void rj_book_print_help(const struct rj_applet *applet, FILE *f)
{
	RJ_AUTO(rj_book_release) struct rj_doc_book book = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	size_t columns = rj_term_columns(f);

	/* Longer lines are hard to read. */
	if (columns > 100)
		columns = 100;
	rj_book_init(&book);
	if (applet) {
		const struct rj_doc doc = rj_book_doc(applet);

		rj_optdoc_help(&book, &doc, columns, &out);
	} else {
		rj_optdoc_overview(&book, columns, &out);
	}
	(void)fputs(rj_buf_str(&out), f);
}
