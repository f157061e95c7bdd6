/* Manual pages in the man(7) language, clean for mandoc -T lint and for groff. */
#include "core/base/optdoc.h"

#include <ctype.h>
#include <string.h>

#include "core/base/buf.h"

/* Input lines of text; mandoc's lint wants them below 80. */
#define LINE 76

/* Append one character so that roff shows it as it is, wherever it stands. */
static void glyph(struct rj_buf *out, char c)
{
	switch (c) {
	case '\\':
		rj_buf_puts(out, "\\e");
		break;
	case '-':
		rj_buf_puts(out, "\\-");
		break;
	case '\'':
		rj_buf_puts(out, "\\(aq");
		break;
	case '`':
		rj_buf_puts(out, "\\(ga");
		break;
	case '^':
		rj_buf_puts(out, "\\(ha");
		break;
	case '~':
		rj_buf_puts(out, "\\(ti");
		break;
	case '"':
		rj_buf_puts(out, "\\(dq");
		break;
	default:
		rj_buf_putc(out, c);
	}
}

static void glyphs(struct rj_buf *out, const char *s, size_t len)
{
	/* A dot at the beginning of a line would be a macro. */
	if (len > 0 && s[0] == '.')
		rj_buf_puts(out, "\\&");
	for (size_t i = 0; i < len; i++)
		glyph(out, s[i]);
}

static void text(struct rj_buf *out, const char *s)
{
	glyphs(out, s, strlen(s));
}

/* Words of a paragraph, in lines of their own; a sentence ends a line, as roff likes it. */
static void words(struct rj_buf *out, const char *s, size_t len)
{
	size_t at = 0;

	for (const char *end = s + len; s < end;) {
		size_t n = 0;
		bool stop;

		while (s + n < end && s[n] != ' ' && s[n] != '\n')
			n++;
		stop = n > 0 && strchr(".!?", s[n - 1]);
		if (n > 0 && at > 0)
			rj_buf_putc(out, at + 1 + n > LINE ? '\n' : ' ');
		if (n > 0 && at > 0)
			at = at + 1 + n > LINE ? 0 : at + 1;
		glyphs(out, s, n);
		at += n;
		if (stop) {
			rj_buf_putc(out, '\n');
			at = 0;
		}
		s += n + (s + n < end);
	}
	if (at > 0)
		rj_buf_putc(out, '\n');
}

/* Lines as they are: those that begin with a space, with the empty ones among them. */
static size_t literal(struct rj_buf *out, const char *s)
{
	size_t done = 0;

	rj_buf_puts(out, ".RS 4\n.nf\n");
	while (s[done] == ' ') {
		size_t n = strcspn(s + done, "\n");

		glyphs(out, s + done + 1, n - 1);
		rj_buf_putc(out, '\n');
		done += n + (s[done + n] == '\n');
	}
	rj_buf_puts(out, ".fi\n.RE\n");
	return done;
}

/* first: right below a section's title, where a paragraph needs no macro. */
static void paragraphs(struct rj_buf *out, const char *s)
{
	bool first = true;

	while (*s) {
		size_t n = 0;

		if (*s == '\n') {
			s++;
			continue;
		}
		if (*s == ' ') {
			s += literal(out, s);
			first = false;
			continue;
		}
		while (s[n] && strncmp(s + n, "\n\n", 2) != 0 && strncmp(s + n, "\n ", 2) != 0)
			n++;
		if (!first)
			rj_buf_puts(out, ".PP\n");
		words(out, s, n);
		first = false;
		s += n;
	}
}

static void upper(struct rj_buf *out, const char *s)
{
	for (; *s; s++)
		glyph(out, (char)toupper((unsigned char)*s));
}

/* command: NULL for the program's own page. */
static void title(const struct rj_doc_book *book, const char *command, const char *summary,
		  struct rj_buf *out)
{
	rj_buf_puts(out, ".\\\" " RJ_OPTDOC_MARK "\n.TH ");
	upper(out, book->name);
	if (command) {
		rj_buf_puts(out, "\\-");
		upper(out, command);
	}
	rj_buf_printf(out, " 1 \"%s\" \"%s %s\" \"User Commands\"\n", book->date, book->name,
		      book->version);
	rj_buf_puts(out, ".SH NAME\n");
	text(out, book->name);
	if (command) {
		rj_buf_puts(out, "\\-");
		text(out, command);
	}
	rj_buf_puts(out, " \\- ");
	text(out, summary);
	rj_buf_putc(out, '\n');
}

/* Placeholders in italics, everything else as it is. */
static void operands(struct rj_buf *out, const char *s)
{
	while (*s) {
		size_t n = 0;

		while (isupper((unsigned char)s[n]))
			n++;
		if (n > 0) {
			rj_buf_puts(out, "\\fI");
			rj_buf_add(out, s, n);
			rj_buf_puts(out, "\\fR");
		} else {
			glyph(out, s[n++]);
		}
		s += n;
	}
}

static void synopsis(const struct rj_doc_book *book, const char *name, const struct rj_doc *doc,
		     struct rj_buf *out)
{
	rj_buf_puts(out, ".B ");
	text(out, book->name);
	rj_buf_putc(out, ' ');
	text(out, name);
	rj_buf_puts(out, "\n[\\fIOPTION\\fR...]");
	if (doc->operands) {
		rj_buf_putc(out, ' ');
		operands(out, doc->operands);
	}
	rj_buf_putc(out, '\n');
}

static void option(const struct rj_opt *o, struct rj_buf *out)
{
	rj_buf_puts(out, ".TP\n");
	if (o->letter)
		rj_buf_printf(out, "\\fB\\-%c\\fR, ", o->letter);
	rj_buf_puts(out, "\\fB\\-\\-");
	text(out, o->name);
	rj_buf_puts(out, "\\fR");
	if (o->type == RJ_OPT_CHOICE) {
		rj_buf_putc(out, ' ');
		for (const char *const *c = o->choices; *c; c++) {
			rj_buf_puts(out, c == o->choices ? "\\fB" : "|\\fB");
			text(out, *c);
			rj_buf_puts(out, "\\fR");
		}
	} else if (o->type != RJ_OPT_FLAG) {
		rj_buf_putc(out, ' ');
		operands(out, o->arg);
	}
	rj_buf_putc(out, '\n');
	words(out, o->help, strlen(o->help));
}

static void options(const struct rj_doc *doc, struct rj_buf *out)
{
	static const struct rj_opt help = {
		.type = RJ_OPT_FLAG, .letter = 'h', .name = "help", .help = "show a short help"};
	const struct rj_opt *o;
	size_t at = 0;

	rj_buf_puts(out, ".SH OPTIONS\n");
	while ((o = rj_optdoc_next(doc, &at)))
		option(o, out);
	option(&help, out);
}

static void examples(const char *s, struct rj_buf *out)
{
	rj_buf_puts(out, ".SH EXAMPLES\n.nf\n");
	while (*s) {
		size_t n = strcspn(s, "\n");

		glyphs(out, s, n);
		rj_buf_putc(out, '\n');
		s += n + (s[n] != '\0');
	}
	rj_buf_puts(out, ".fi\n");
}

static void sentence(struct rj_buf *out, const char *summary)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%c%s.", toupper((unsigned char)summary[0]), summary + 1);
	words(out, b.s, b.len);
	rj_buf_release(&b);
}

static void put_sections(const struct rj_doc_section *s, struct rj_buf *out)
{
	for (; s && s->title; s++) {
		struct rj_buf b = {0};

		if (s->put)
			s->put(&b);
		else
			rj_buf_puts(&b, s->text);
		rj_buf_printf(out, ".SH %s\n", s->title);
		paragraphs(out, rj_buf_str(&b));
		rj_buf_release(&b);
	}
}

void rj_optdoc_man(const struct rj_doc_book *book, const struct rj_doc *doc, struct rj_buf *out)
{
	title(book, doc->name, doc->summary, out);
	rj_buf_puts(out, ".SH SYNOPSIS\n");
	synopsis(book, doc->name, doc, out);
	if (doc->alias) {
		rj_buf_puts(out, ".br\n");
		synopsis(book, doc->alias, doc, out);
	}
	rj_buf_puts(out, ".SH DESCRIPTION\n");
	sentence(out, doc->summary);
	if (doc->details) {
		rj_buf_puts(out, ".PP\n");
		paragraphs(out, doc->details);
	}
	options(doc, out);
	put_sections(doc->sections, out);
	if (doc->example)
		examples(doc->example, out);
	rj_buf_puts(out, ".SH SEE ALSO\n.BR ");
	text(out, book->name);
	rj_buf_puts(out, " (1)\n");
}

static void commands(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_puts(out, ".SH COMMANDS\n");
	for (size_t i = 0; i < book->n; i++) {
		const struct rj_doc *d = &book->docs[i];

		rj_buf_puts(out, ".TP\n.B ");
		text(out, d->name);
		if (d->operands) {
			rj_buf_puts(out, "\\fR ");
			operands(out, d->operands);
		}
		rj_buf_putc(out, '\n');
		sentence(out, d->summary);
		if (d->alias) {
			rj_buf_puts(out, "Also called\n.BR ");
			text(out, d->alias);
			rj_buf_puts(out, " .\n");
		}
	}
	rj_buf_puts(out, ".PP\nEach has a page of its own, and is also called by its link:\n.B ");
	text(out, book->prefix);
	rj_buf_puts(out, "\\fICOMMAND\\fR\nis\n.B ");
	text(out, book->name);
	rj_buf_puts(out, " \\fICOMMAND\\fR.\n");
}

static void see_also(const struct rj_doc_book *book, struct rj_buf *out)
{
	rj_buf_puts(out, ".SH SEE ALSO\n");
	for (size_t i = 0; i < book->n; i++) {
		rj_buf_puts(out, ".BR ");
		text(out, book->name);
		rj_buf_puts(out, "\\-");
		text(out, book->docs[i].name);
		rj_buf_puts(out, i + 1 < book->n ? " (1),\n" : " (1)\n");
	}
}

void rj_optdoc_man_book(const struct rj_doc_book *book, struct rj_buf *out)
{
	title(book, NULL, book->summary, out);
	rj_buf_puts(out, ".SH SYNOPSIS\n.B ");
	text(out, book->name);
	rj_buf_puts(out, "\n\\fICOMMAND\\fR [\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n");
	rj_buf_puts(out, ".SH DESCRIPTION\n");
	if (book->details)
		paragraphs(out, book->details);
	commands(book, out);
	put_sections(book->sections, out);
	see_also(book, out);
}
