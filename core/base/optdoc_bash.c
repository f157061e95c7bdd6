/*
 * Completions for bash. They work with and without the package bash-completion, and with `=` in
 * COMP_WORDBREAKS or not; tests/unit/test_optdoc_shells.c runs them in a real bash.
 */
#include "core/base/optdoc.h"

#include "core/base/buf.h"

/* Operands that are told apart; a longer line repeats its last one. */
#define MOST 8

static const char *const kind_name[] = {
	[RJ_KIND_TEXT] = "text",     [RJ_KIND_FILE] = "file",	  [RJ_KIND_DIR] = "dir",
	[RJ_KIND_JAIL] = "list",     [RJ_KIND_PRESET] = "agents", [RJ_KIND_COMMAND] = "command",
	[RJ_KIND_APPLET] = "applet",
};

/* What follows the tables; see rj_optdoc_fill. */
static const char walk[] =
	"_<name>_fill() { mapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\"); }\n"
	"\n"
	"# Offer by kind what a word can be.\n"
	"_<name>_offer() {\n"
	"	COMPREPLY=()\n"
	"	case $1 in\n"
	"	list | agents) _<name>_fill -W \"$(command <name> \"$1\" --names 2>/dev/null)\" "
	";;\n"
	"	file) compopt -o filenames 2>/dev/null; _<name>_fill -f ;;\n"
	"	dir) compopt -o filenames 2>/dev/null; _<name>_fill -d ;;\n"
	"	command) _<name>_fill -c ;;\n"
	"	applet) _<name>_fill -W \"$_<name>_commands\" ;;\n"
	"	words:*) _<name>_fill -W \"${1#words:}\" ;;\n"
	"	esac\n"
	"}\n"
	"\n"
	"# The command line of somebody else, from word $1 on.\n"
	"_<name>_other() {\n"
	"	if declare -F _comp_command_offset >/dev/null; then\n"
	"		_comp_command_offset \"$1\"\n"
	"	elif declare -F _command_offset >/dev/null; then\n"
	"		_command_offset \"$1\"\n"
	"	elif ((COMP_CWORD == $1)); then\n"
	"		_<name>_offer command\n"
	"	else\n"
	"		_<name>_offer file\n"
	"	fi\n"
	"}\n"
	"\n"
	"_<name>() {\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} command kind='' i=1 n=0 ours=1 word opts at\n"
	"	command=${COMP_WORDS[0]##*/}\n"
	"	case $command in\n"
	"	<link>*) command=${command#<link>} ;;\n"
	"	*)\n"
	"		if ((COMP_CWORD == 1)); then\n"
	"			_<name>_fill -W \"$_<name>_commands --help --version\"\n"
	"			return\n"
	"		fi\n"
	"		command=${COMP_WORDS[1]} i=2\n"
	"		;;\n"
	"	esac\n"
	"	_<name>_options \"$command\" || return\n"
	"	for (( ; i < COMP_CWORD; i++)); do\n"
	"		word=${COMP_WORDS[i]}\n"
	"		if ((ours)) && [[ $word == -- ]]; then\n"
	"			ours=0\n"
	"			if ((at && n >= at)); then ((i++)); break; fi\n"
	"		elif ((ours)) && [[ $word == -?* ]]; then\n"
	"			_<name>_value \"$command\" \"$word\" || continue\n"
	"			[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))\n"
	"			if ((++i >= COMP_CWORD)); then\n"
	"				[[ $cur == = ]] && cur=\n"
	"				_<name>_offer \"$kind\"\n"
	"				return\n"
	"			fi\n"
	"		elif ((at && n >= at)); then\n"
	"			break\n"
	"		else\n"
	"			((n++))\n"
	"		fi\n"
	"	done\n"
	"	if ((at && n >= at)) && { ((i < COMP_CWORD || !ours)) || [[ $cur != -* ]]; }; "
	"then\n"
	"		_<name>_other \"$i\"\n"
	"	elif ((ours)) && [[ $cur == --*=* ]]; then\n"
	"		word=${cur%%=*} cur=${cur#*=}\n"
	"		_<name>_value \"$command\" \"$word\" && _<name>_offer \"$kind\"\n"
	"		COMPREPLY=(\"${COMPREPLY[@]/#/$word=}\")\n"
	"	elif ((ours)) && [[ $cur == -* ]]; then\n"
	"		_<name>_fill -W \"$opts\"\n"
	"	else\n"
	"		_<name>_operand \"$command\" \"$n\" && _<name>_offer \"$kind\"\n"
	"	fi\n"
	"}\n"
	"\n";

static void pattern(const struct rj_doc *d, const char *rest, struct rj_buf *out)
{
	rj_buf_printf(out, "%s%s", d->name, rest);
	if (d->alias)
		rj_buf_printf(out, " | %s%s", d->alias, rest);
}

static void options(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out,
		      "# Set opts, and at: which operand begins somebody else's command.\n"
		      "_%s_options() {\n\tcase $1 in\n",
		      book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];
		const struct rj_opt *o;
		size_t at = 0;

		rj_buf_putc(out, '\t');
		pattern(d, "", out);
		rj_buf_printf(out, ") at=%d opts='", d->command_at);
		while ((o = rj_optdoc_next(d, &at)))
			rj_buf_printf(out, "--%s ", o->name);
		rj_buf_puts(out, "--help' ;;\n");
	}
	rj_buf_puts(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
}

static void kind(const struct rj_opt *o, struct rj_buf *out)
{
	if (o->type != RJ_OPT_CHOICE) {
		rj_buf_printf(out, "kind='%s'", kind_name[rj_optdoc_kind_of(o->arg)]);
		return;
	}
	rj_buf_puts(out, "kind='words:");
	for (const char *const *c = o->choices; *c; c++)
		rj_buf_printf(out, "%s%s", c == o->choices ? "" : " ", *c);
	rj_buf_putc(out, '\'');
}

static void values(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out,
		      "# Set kind: what the value of option $2 is; fail if it takes none.\n"
		      "_%s_value() {\n\tcase $1:$2 in\n",
		      book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];
		const struct rj_opt *o;
		size_t at = 0;

		while ((o = rj_optdoc_next(d, &at))) {
			char letter[] = {':', '-', o->letter, '\0'};

			if (o->type == RJ_OPT_FLAG)
				continue;
			rj_buf_printf(out, "\t%s:--%s", d->name, o->name);
			if (d->alias)
				rj_buf_printf(out, " | %s:--%s", d->alias, o->name);
			if (o->letter) {
				rj_buf_puts(out, " | ");
				pattern(d, letter, out);
			}
			rj_buf_puts(out, ") ");
			kind(o, out);
			rj_buf_puts(out, " ;;\n");
		}
	}
	rj_buf_puts(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
}

static void operands(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out,
		      "# Set kind: what operand number $2 is; fail if there is none.\n"
		      "_%s_operand() {\n\tcase $1:$2 in\n",
		      book->name);
	for (size_t i = 0; i < book->n; i++) {
		enum rj_optdoc_kind kinds[MOST];
		bool many;
		size_t n = rj_optdoc_operands(&book->docs[i], kinds, MOST, &many);

		for (size_t k = 0; k < n; k++) {
			char rest[] = {':', many && k + 1 == n ? '*' : (char)('0' + k), '\0'};

			rj_buf_putc(out, '\t');
			pattern(&book->docs[i], rest, out);
			rj_buf_printf(out, ") kind='%s' ;;\n", kind_name[kinds[k]]);
		}
	}
	rj_buf_puts(out, "\t*) return 1 ;;\n\tesac\n}\n\n");
}

void rj_optdoc_bash(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out, "# bash completion for %s %s; " RJ_OPTDOC_MARK "\n\n", book->name,
		      book->version);
	rj_buf_printf(out, "_%s_commands='", book->name);
	for (size_t i = 0; i < book->n; i++) {
		rj_buf_printf(out, "%s%s", i ? " " : "", book->docs[i].name);
		if (book->docs[i].alias)
			rj_buf_printf(out, " %s", book->docs[i].alias);
	}
	rj_buf_puts(out, "'\n\n");
	options(book, out);
	values(book, out);
	operands(book, out);
	rj_optdoc_fill(book, walk, out);
	rj_buf_printf(out, "complete -F _%s %s", book->name, book->name);
	for (size_t i = 0; i < book->n; i++) {
		rj_buf_printf(out, " \\\n\t%s%s", book->prefix, book->docs[i].name);
		if (book->docs[i].alias)
			rj_buf_printf(out, " %s%s", book->prefix, book->docs[i].alias);
	}
	rj_buf_putc(out, '\n');
}
