/* Completions for zsh: one call of _arguments a command. tests/unit/test_optdoc_shells.c runs them
 * in a real zsh. */
#include "core/base/optdoc.h"

#include <string.h>

#include "core/base/buf.h"

#define MOST 8

static const char *const action[] = {
	[RJ_KIND_TEXT] = " ",
	[RJ_KIND_FILE] = "_files",
	[RJ_KIND_DIR] = "_files -/",
	[RJ_KIND_JAIL] = " _<name>_names list jail",
	[RJ_KIND_PRESET] = " _<name>_names agents preset",
	[RJ_KIND_COMMAND] = "_<name>_other",
	[RJ_KIND_APPLET] = "_<name>_commands",
};

static const char walk[] = "_<name>_names() {\n"
			   "	local -a names\n"
			   "	names=(${(f)\"$(command <name> $1 --names 2>/dev/null)\"})\n"
			   "	_describe -t $2s $2 names\n"
			   "}\n"
			   "\n"
			   "# Somebody else's command line.\n"
			   "_<name>_other() {\n"
			   "	if [[ $words[1] == -- ]]; then\n"
			   "		shift words\n"
			   "		((CURRENT--))\n"
			   "	fi\n"
			   "	_normal\n"
			   "}\n"
			   "\n"
			   "_<name>() {\n"
			   "	if [[ $service == <link>* ]]; then\n"
			   "		_<name>_arguments ${service#<link>}\n"
			   "	elif ((CURRENT == 2)); then\n"
			   "		if [[ $words[2] == -* ]]; then\n"
			   "			compadd -- --help --version\n"
			   "		else\n"
			   "			_<name>_commands\n"
			   "		fi\n"
			   "	else\n"
			   "		shift words\n"
			   "		((CURRENT--))\n"
			   "		_<name>_arguments $words[1]\n"
			   "	fi\n"
			   "}\n"
			   "\n";

/* Text inside single quotes; `special` gets a backslash for _arguments or _describe. */
static void quoted(const char *s, const char *special, struct rj_buf *out)
{
	for (; *s; s++) {
		if (*s == '\'')
			rj_buf_puts(out, "'\\''");
		else if (strchr(special, *s))
			rj_buf_printf(out, "\\%c", *s);
		else
			rj_buf_putc(out, *s);
	}
}

static void value(const struct rj_doc_book *book, const struct rj_opt *o, struct rj_buf *out)
{
	if (o->type == RJ_OPT_CHOICE) {
		rj_buf_printf(out, ":%s:(", o->name);
		for (const char *const *c = o->choices; *c; c++)
			rj_buf_printf(out, "%s%s", c == o->choices ? "" : " ", *c);
		rj_buf_putc(out, ')');
		return;
	}
	rj_buf_printf(out, ":%s:", o->arg);
	rj_optdoc_fill(book, action[rj_optdoc_kind_of(o->arg)], out);
}

/* One spelling of an option. letter '\0': the long one. */
static void spelling(const struct rj_doc_book *book, const struct rj_opt *o, char letter,
		     struct rj_buf *out)
{
	rj_buf_puts(out, " \\\n\t\t\t'");
	if (o->type == RJ_OPT_STRV)
		rj_buf_putc(out, '*');
	else if (o->letter)
		rj_buf_printf(out, "(-%c --%s)", o->letter, o->name);
	if (letter)
		rj_buf_printf(out, "-%c%s[", letter, o->type == RJ_OPT_FLAG ? "" : "+");
	else
		rj_buf_printf(out, "--%s%s[", o->name, o->type == RJ_OPT_FLAG ? "" : "=");
	quoted(o->help, "[]\\", out);
	rj_buf_putc(out, ']');
	if (o->type != RJ_OPT_FLAG)
		value(book, o, out);
	rj_buf_putc(out, '\'');
}

static void option(const struct rj_doc_book *book, const struct rj_opt *o, struct rj_buf *out)
{
	if (o->letter)
		spelling(book, o, o->letter, out);
	spelling(book, o, '\0', out);
}

static void operands(const struct rj_doc_book *book, const struct rj_doc *d, struct rj_buf *out)
{
	enum rj_optdoc_kind kinds[MOST];
	bool many;
	size_t n = rj_optdoc_operands(d, kinds, MOST, &many);

	for (size_t k = 0; k < n; k++) {
		bool other = d->command_at > 0 && k == (size_t)d->command_at;

		rj_buf_puts(out, " \\\n\t\t\t'");
		if (other)
			rj_buf_puts(out, "*:::command:");
		else if (many && k + 1 == n)
			rj_buf_puts(out, "*:operand:");
		else
			rj_buf_printf(out, "%zu:operand:", k + 1);
		rj_optdoc_fill(book, action[kinds[k]], out);
		rj_buf_putc(out, '\'');
		if (other)
			break;
	}
}

static void arguments(const struct rj_doc_book *book, struct rj_buf *out)
{
	static const struct rj_opt help = {
		.type = RJ_OPT_FLAG, .letter = 'h', .name = "help", .help = "show help"};

	rj_buf_printf(out, "_%s_arguments() {\n\tcase $1 in\n", book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];
		const struct rj_opt *o;
		size_t at = 0;

		rj_buf_printf(out, "\t%s%s%s)\n\t\t_arguments -s -S :", d->name,
			      d->alias ? "|" : "", d->alias ? d->alias : "");
		while ((o = rj_optdoc_next(d, &at)))
			option(book, o, out);
		option(book, &help, out);
		operands(book, d, out);
		rj_buf_puts(out, "\n\t\t;;\n");
	}
	rj_buf_puts(out, "\tesac\n}\n\n");
}

static void commands(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out, "_%s_commands() {\n\tlocal -a all\n\tall=(\n", book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];

		for (int alias = 0; alias < (d->alias ? 2 : 1); alias++) {
			rj_buf_printf(out, "\t\t'%s:", alias ? d->alias : d->name);
			quoted(d->summary, "\\", out);
			rj_buf_puts(out, "'\n");
		}
	}
	rj_buf_puts(out, "\t)\n\t_describe -t commands command all\n}\n\n");
}

static void links(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_puts(out, book->name);
	for (size_t i = 0; i < book->n; i++) {
		rj_buf_printf(out, " %s%s", book->prefix, book->docs[i].name);
		if (book->docs[i].alias)
			rj_buf_printf(out, " %s%s", book->prefix, book->docs[i].alias);
	}
}

void rj_optdoc_zsh(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_puts(out, "#compdef ");
	links(book, out);
	rj_buf_printf(out, "\n# zsh completion for %s %s; " RJ_OPTDOC_MARK "\n\n", book->name,
		      book->version);
	commands(book, out);
	arguments(book, out);
	rj_optdoc_fill(book, walk, out);
	/* As a file of $fpath, or read by source. */
	rj_buf_printf(out,
		      "if [[ $funcstack[1] == _%s ]]; then\n\t_%s \"$@\"\nelse\n\tcompdef _%s ",
		      book->name, book->name, book->name);
	links(book, out);
	rj_buf_puts(out, "\nfi\n");
}
