/* --help, and what the manual pages and completions share with it. */
#include "core/base/optdoc.h"

#include <ctype.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

/* Options and commands begin here in help; what they do begins there or farther left. */
#define MARGIN	2
#define EXPLAIN 30

const struct rj_opt *rj_optdoc_next(const struct rj_doc *doc, size_t *at)
{
	while (doc->opts && doc->opts[*at].type != RJ_OPT_STOP) {
		const struct rj_opt *o = &doc->opts[(*at)++];

		if (o->help)
			return o;
	}
	return NULL;
}

void rj_optdoc_value(const struct rj_opt *o, struct rj_buf *out)
{
	if (o->type != RJ_OPT_CHOICE) {
		rj_buf_puts(out, o->arg);
		return;
	}
	for (const char *const *c = o->choices; *c; c++)
		rj_buf_printf(out, "%s%s", c == o->choices ? "" : "|", *c);
}

enum rj_optdoc_kind rj_optdoc_kind_of(const char *word)
{
	static const struct {
		const char *word;
		enum rj_optdoc_kind kind;
	} known[] = {
		{"JAIL", RJ_KIND_JAIL},	    {"PRESET", RJ_KIND_PRESET},
		{"PATH", RJ_KIND_FILE},	    {"FILE", RJ_KIND_FILE},
		{"DIR", RJ_KIND_DIR},	    {"COMMAND", RJ_KIND_COMMAND},
		{"APPLET", RJ_KIND_APPLET},
	};
	size_t len;

	while (*word && !isupper((unsigned char)*word))
		word++;
	for (len = 0; isupper((unsigned char)word[len]);)
		len++;
	for (size_t i = 0; i < RJ_COUNT(known); i++)
		if (strlen(known[i].word) == len && !memcmp(known[i].word, word, len))
			return known[i].kind;
	return RJ_KIND_TEXT;
}

size_t rj_optdoc_operands(const struct rj_doc *doc, enum rj_optdoc_kind *ret, size_t max,
			  bool *ret_many)
{
	const char *p = doc->operands ? doc->operands : "";
	size_t n = 0;

	*ret_many = strstr(p, "...") != NULL;
	while (n < max) {
		size_t len;

		while (*p && !isupper((unsigned char)*p))
			p++;
		if (!*p)
			break;
		ret[n++] = rj_optdoc_kind_of(p);
		len = strcspn(p, " ");
		p += len;
	}
	return n;
}

void rj_optdoc_fill(const struct rj_doc_book *book, const char *s, struct rj_buf *out)
{
	static const char name[] = "<name>", link[] = "<link>";

	while (*s) {
		if (!strncmp(s, name, sizeof(name) - 1)) {
			rj_buf_puts(out, book->name);
			s += sizeof(name) - 1;
		} else if (!strncmp(s, link, sizeof(link) - 1)) {
			rj_buf_puts(out, book->prefix);
			s += sizeof(link) - 1;
		} else {
			rj_buf_putc(out, *s++);
		}
	}
}

static void spaces(struct rj_buf *out, size_t n)
{
	rj_buf_printf(out, "%*s", (int)n, "");
}

/*
 * Append text of `len` bytes in lines from column `indent` to `columns`, ended by a newline. The
 * cursor is in column `at`: 0, or behind what the text explains.
 */
static void wrap(struct rj_buf *out, const char *text, size_t len, size_t at, size_t indent,
		 size_t columns)
{
	const char *end = text + len;

	if (at > 0 && at + 2 > indent) {
		rj_buf_putc(out, '\n');
		at = 0;
	}
	spaces(out, indent - at);
	at = indent;
	while (text < end) {
		size_t word = 0;

		while (text + word < end && text[word] != ' ' && text[word] != '\n')
			word++;
		if (word > 0) {
			if (at > indent && at + 1 + word > columns) {
				rj_buf_putc(out, '\n');
				spaces(out, indent);
				at = indent;
			} else if (at > indent) {
				rj_buf_putc(out, ' ');
				at++;
			}
			rj_buf_add(out, text, word);
			at += word;
		}
		text += word + (text + word < end);
	}
	rj_buf_putc(out, '\n');
}

/* Paragraphs, and lines that begin with a space as they are. */
static void paragraphs(struct rj_buf *out, const char *text, size_t columns)
{
	while (*text) {
		size_t len = 0;

		if (*text == ' ' || *text == '\n') {
			len = strcspn(text, "\n");
			rj_buf_add(out, text, len);
			rj_buf_putc(out, '\n');
		} else {
			while (text[len] && strncmp(text + len, "\n\n", 2) != 0 &&
			       strncmp(text + len, "\n ", 2) != 0)
				len++;
			wrap(out, text, len, 0, 0, columns);
		}
		text += len;
		text += *text == '\n';
	}
}

/* One line of a list: what it is, in the margin, and what it does. */
static void entry(struct rj_buf *out, const char *what, const char *does, size_t explain,
		  size_t columns)
{
	spaces(out, MARGIN);
	rj_buf_puts(out, what);
	wrap(out, does, strlen(does), MARGIN + strlen(what), explain, columns);
}

/* Where the explanations begin: not beyond a third of a narrow terminal. */
static size_t explain_at(size_t columns)
{
	return columns / 3 < EXPLAIN ? columns / 3 : EXPLAIN;
}

static void options(const struct rj_doc *doc, size_t columns, struct rj_buf *out)
{
	const struct rj_opt *o;
	size_t at = 0;

	rj_buf_puts(out, "\nOptions:\n");
	while ((o = rj_optdoc_next(doc, &at))) {
		RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

		if (o->letter)
			rj_buf_printf(&what, "-%c, --%s", o->letter, o->name);
		else
			rj_buf_printf(&what, "    --%s", o->name);
		if (o->type != RJ_OPT_FLAG) {
			rj_buf_putc(&what, ' ');
			rj_optdoc_value(o, &what);
		}
		entry(out, rj_buf_str(&what), o->help, explain_at(columns), columns);
	}
	entry(out, "-h, --help", "show this help", explain_at(columns), columns);
}

static void sentence(struct rj_buf *out, const char *summary, size_t columns)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	rj_buf_printf(&b, "%c%s.", toupper((unsigned char)summary[0]), summary + 1);
	wrap(out, b.s, b.len, 0, 0, columns);
}

static void examples(const char *text, struct rj_buf *out)
{
	rj_buf_puts(out, "\nExamples:\n");
	while (*text) {
		size_t len = strcspn(text, "\n");

		spaces(out, MARGIN);
		rj_buf_add(out, text, len);
		rj_buf_putc(out, '\n');
		text += len + (text[len] != '\0');
	}
}

void rj_optdoc_help(const struct rj_doc_book *book, const struct rj_doc *doc, size_t columns,
		    struct rj_buf *out)
{
	rj_buf_printf(out, "Usage: %s %s [OPTION...]%s%s\n", book->name, doc->name,
		      doc->operands ? " " : "", doc->operands ? doc->operands : "");
	if (doc->alias)
		rj_buf_printf(out, "Alias: %s %s\n", book->name, doc->alias);
	rj_buf_putc(out, '\n');
	sentence(out, doc->summary, columns);
	if (doc->details) {
		rj_buf_putc(out, '\n');
		paragraphs(out, doc->details, columns);
	}
	options(doc, columns, out);
	if (doc->example)
		examples(doc->example, out);
}

void rj_optdoc_overview(const struct rj_doc_book *book, size_t columns, struct rj_buf *out)
{
	size_t explain = 0;

	rj_buf_printf(out, "Usage: %s COMMAND [OPTION...] [OPERAND...]\n\n", book->name);
	sentence(out, book->summary, columns);
	if (book->details) {
		rj_buf_putc(out, '\n');
		paragraphs(out, book->details, columns);
	}
	rj_buf_puts(out, "\nCommands:\n");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < book->n; i++) {
			const struct rj_doc *d = &book->docs[i];
			RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

			rj_buf_printf(&what, "%s%s%s", d->name, d->alias ? ", " : "",
				      d->alias ? d->alias : "");
			if (pass)
				entry(out, rj_buf_str(&what), d->summary, explain, columns);
			else if (explain < MARGIN + what.len + 2)
				explain = MARGIN + what.len + 2;
		}
	rj_buf_printf(out, "\nSee '%s COMMAND --help' for one command", book->name);
	rj_buf_printf(out, ", 'man %s' for all of it.\n", book->name);
}
