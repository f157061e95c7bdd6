/* Completions for fish: one row an option or operand. tests/unit/test_optdoc_shells.c runs them in
 * a real fish. */
#include "core/base/optdoc.h"

#include "core/base/buf.h"

#define MOST 8

static const char *const offer[] = {
	[RJ_KIND_TEXT] = " -f",
	[RJ_KIND_FILE] = " -F",
	[RJ_KIND_DIR] = " -f -a '(__fish_complete_directories (commandline -ct))'",
	[RJ_KIND_JAIL] = " -f -a '(command <name> list --names 2>/dev/null)'",
	[RJ_KIND_PRESET] = " -f -a '(command <name> agents --names 2>/dev/null)'",
	[RJ_KIND_COMMAND] = " -f -a '(__fish_complete_command)'",
	[RJ_KIND_APPLET] = " -f -a '(__<name>_commands)'",
};

static const char walk[] =
	"# Print the command before the cursor, how many operands it has, and the word from which\n"
	"# on the line is somebody else's (0: none). Nothing while there is no command.\n"
	"function __<name>_scan\n"
	"	set -l words (commandline -opc)\n"
	"	set -l command (string replace -r '.*/' '' -- $words[1])\n"
	"	set -l i 2\n"
	"	if string match -q -- '<link>*' $command\n"
	"		set command (string replace <link> '' -- $command)\n"
	"	else\n"
	"		set -q words[2]; or return 1\n"
	"		set command $words[2]\n"
	"		set i 3\n"
	"	end\n"
	"	set -l at (__<name>_command_at $command)\n"
	"	set -l n 0\n"
	"	set -l ours 1\n"
	"	while test $i -le (count $words)\n"
	"		set -l word $words[$i]\n"
	"		if test $ours = 1 -a x$word = x--\n"
	"			set ours 0\n"
	"			if test $at -gt 0 -a $n -ge $at\n"
	"				echo $command $n (math $i + 1)\n"
	"				return\n"
	"			end\n"
	"		else if test $ours = 1; and string match -q -- '-?*' $word\n"
	"			if __<name>_takes_value $command $word\n"
	"				set i (math $i + 1)\n"
	"			end\n"
	"		else if test $at -gt 0 -a $n -ge $at\n"
	"			echo $command $n $i\n"
	"			return\n"
	"		else\n"
	"			set n (math $n + 1)\n"
	"		end\n"
	"		set i (math $i + 1)\n"
	"	end\n"
	"	echo $command $n 0\n"
	"end\n"
	"\n"
	"function __<name>_starts\n"
	"	not __<name>_scan >/dev/null\n"
	"end\n"
	"\n"
	"# Is the command one of these, and the line still its own?\n"
	"function __<name>_in\n"
	"	set -l s (__<name>_scan | string split ' '); and contains -- $s[1] $argv; and test "
	"$s[3] = 0\n"
	"end\n"
	"\n"
	"# Does operand number $argv[1] (from $argv[1] on with a +) come next?\n"
	"function __<name>_operand\n"
	"	set -l s (__<name>_scan | string split ' '); or return 1\n"
	"	contains -- $s[1] $argv[2..-1]; and test $s[3] = 0; or return 1\n"
	"	switch $argv[1]\n"
	"		case '*+'\n"
	"			test $s[2] -ge (string replace + '' -- $argv[1])\n"
	"		case '*'\n"
	"			test $s[2] = $argv[1]\n"
	"	end\n"
	"end\n"
	"\n"
	"function __<name>_in_other\n"
	"	set -l s (__<name>_scan | string split ' '); and contains -- $s[1] $argv; and test "
	"$s[3] != 0\n"
	"end\n"
	"\n"
	"function __<name>_other\n"
	"	set -l s (__<name>_scan | string split ' ')\n"
	"	set -l words (commandline -opc) (commandline -ct)\n"
	"	complete -C (string join ' ' -- (string escape -- $words[$s[3]..-2]) $words[-1])\n"
	"end\n"
	"\n";

static void quoted(const char *s, struct rj_buf *out)
{
	rj_buf_putc(out, '\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			rj_buf_putc(out, '\\');
		rj_buf_putc(out, *s);
	}
	rj_buf_putc(out, '\'');
}

/* Names and aliases, for switch and contains. */
static void names(const struct rj_doc *d, struct rj_buf *out)
{
	rj_buf_printf(out, " %s", d->name);
	if (d->alias)
		rj_buf_printf(out, " %s", d->alias);
}

/* "complete -c robojail -c rj-create -c rj-new -n '__robojail_FUNCTION create new'" */
static void row(const struct rj_doc_book *book, const struct rj_doc *d, const char *function,
		struct rj_buf *out)
{
	rj_buf_printf(out, "complete -c %s -c %s%s", book->name, book->prefix, d->name);
	if (d->alias)
		rj_buf_printf(out, " -c %s%s", book->prefix, d->alias);
	rj_buf_printf(out, " -n '__%s_%s", book->name, function);
	names(d, out);
	rj_buf_putc(out, '\'');
}

static void tables(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out, "function __%s_command_at\n\tswitch $argv[1]\n", book->name);
	for (size_t i = 0; i < book->n; i++)
		if (book->docs[i].command_at > 0) {
			rj_buf_puts(out, "\t\tcase");
			names(&book->docs[i], out);
			rj_buf_printf(out, "\n\t\t\techo %d\n", book->docs[i].command_at);
		}
	rj_buf_puts(out, "\t\tcase '*'\n\t\t\techo 0\n\tend\nend\n\n");
	rj_buf_printf(out, "function __%s_takes_value\n\tswitch $argv[1]\n", book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_opt *o;
		size_t at = 0;

		rj_buf_puts(out, "\t\tcase");
		names(&book->docs[i], out);
		rj_buf_puts(out, "\n\t\t\tcontains -- $argv[2]");
		while ((o = rj_optdoc_next(&book->docs[i], &at))) {
			if (o->type == RJ_OPT_FLAG)
				continue;
			rj_buf_printf(out, " --%s", o->name);
			if (o->letter)
				rj_buf_printf(out, " -%c", o->letter);
		}
		rj_buf_putc(out, '\n');
	}
	rj_buf_puts(out, "\t\tcase '*'\n\t\t\tfalse\n\tend\nend\n\n");
}

static void commands(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_printf(out, "function __%s_commands\n", book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];

		for (int alias = 0; alias < (d->alias ? 2 : 1); alias++) {
			rj_buf_printf(out, "\tprintf '%%s\\t%%s\\n' %s ",
				      alias ? d->alias : d->name);
			quoted(d->summary, out);
			rj_buf_putc(out, '\n');
		}
	}
	rj_buf_puts(out, "end\n\n");
}

static void option(const struct rj_doc_book *book, const struct rj_doc *d, const struct rj_opt *o,
		   struct rj_buf *out)
{
	row(book, d, "in", out);
	if (o->letter)
		rj_buf_printf(out, " -s %c", o->letter);
	rj_buf_printf(out, " -l %s -d ", o->name);
	quoted(o->help, out);
	if (o->type == RJ_OPT_CHOICE) {
		rj_buf_puts(out, " -r -f -a '");
		for (const char *const *c = o->choices; *c; c++)
			rj_buf_printf(out, "%s%s", c == o->choices ? "" : " ", *c);
		rj_buf_putc(out, '\'');
	} else if (o->type != RJ_OPT_FLAG) {
		rj_buf_puts(out, " -r");
		rj_optdoc_fill(book, offer[rj_optdoc_kind_of(o->arg)], out);
	}
	rj_buf_putc(out, '\n');
}

static void operands(const struct rj_doc_book *book, const struct rj_doc *d, struct rj_buf *out)
{
	enum rj_optdoc_kind kinds[MOST];
	bool many;
	size_t n = rj_optdoc_operands(d, kinds, MOST, &many);

	for (size_t k = 0; k < n; k++) {
		char at[] = "operand 0+";

		at[8] = (char)('0' + k);
		if (!many || k + 1 < n)
			at[9] = '\0';
		row(book, d, at, out);
		rj_optdoc_fill(book, offer[kinds[k]], out);
		rj_buf_putc(out, '\n');
		if (d->command_at > 0 && k == (size_t)d->command_at)
			break;
	}
	if (d->command_at > 0) {
		row(book, d, "in_other", out);
		rj_buf_printf(out, " -f -a '(__%s_other)'\n", book->name);
	}
}

void rj_optdoc_fish(const struct rj_doc_book *book, struct rj_buf *out)
{
	static const struct rj_opt help = {
		.type = RJ_OPT_FLAG, .letter = 'h', .name = "help", .help = "show help"};

	rj_buf_printf(out, "# fish completion for %s %s; " RJ_OPTDOC_MARK "\n\n", book->name,
		      book->version);
	tables(book, out);
	commands(book, out);
	rj_optdoc_fill(book, walk, out);
	rj_buf_printf(out, "complete -c %s -e\ncomplete -c %s -f\n", book->name, book->name);
	rj_buf_printf(out, "complete -c %s -n __%s_starts -f -a '(__%s_commands)'\n", book->name,
		      book->name, book->name);
	rj_buf_printf(out, "complete -c %s -n __%s_starts -l help -s h -d 'show all commands'\n",
		      book->name, book->name);
	rj_buf_printf(out, "complete -c %s -n __%s_starts -l version -d 'show the version'\n",
		      book->name, book->name);
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];
		const struct rj_opt *o;
		size_t at = 0;

		for (int alias = 0; alias < (d->alias ? 2 : 1); alias++)
			for (const char *how = "ef"; *how; how++)
				rj_buf_printf(out, "complete -c %s%s -%c\n", book->prefix,
					      alias ? d->alias : d->name, *how);
		while ((o = rj_optdoc_next(d, &at)))
			option(book, d, o, out);
		option(book, d, &help, out);
		operands(book, d, out);
	}
}
