/* gitconf: text of a git configuration file. */
#include "core/git/gitconf.h"

#include <assert.h>
#include <string.h>

#include "core/base/mem.h"

static void add_escaped(struct rj_buf *b, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		switch (s[i]) {
		case '\n':
			rj_buf_puts(b, "\\n");
			break;
		case '\t':
			rj_buf_puts(b, "\\t");
			break;
		case '\b':
			rj_buf_puts(b, "\\b");
			break;
		case '"':
		case '\\':
			rj_buf_putc(b, '\\');
			rj_buf_putc(b, s[i]);
			break;
		default:
			rj_buf_putc(b, s[i]);
		}
	}
}

/* "core.bare" -> [core], "remote.o.url" -> [remote "o"]. A subsection knows no \n or \t: it holds
 * them as they are, but no newline at all. */
static void header(struct rj_buf *b, const char *name, const char *first, const char *last)
{
	rj_buf_putc(b, '[');
	rj_buf_add(b, name, (size_t)(first - name));
	if (first != last) {
		rj_buf_puts(b, " \"");
		for (const char *p = first + 1; p < last; p++) {
			if (*p == '"' || *p == '\\')
				rj_buf_putc(b, '\\');
			rj_buf_putc(b, *p);
		}
		rj_buf_putc(b, '"');
	}
	rj_buf_puts(b, "]\n");
}

void rj_gitconf_add(struct rj_gitconf *conf, const char *name, const char *value)
{
	RJ_AUTO(rj_buf_release) struct rj_buf h = {0};
	const char *first = strchr(name, '.');
	const char *last = strrchr(name, '.');

	assert(first && last);
	header(&h, name, first, last);
	if (strcmp(h.s, rj_buf_str(&conf->section)) != 0) {
		rj_buf_puts(&conf->text, h.s);
		conf->section.len = 0;
		rj_buf_puts(&conf->section, h.s);
	}
	rj_buf_printf(&conf->text, "\t%s = \"", last + 1);
	add_escaped(&conf->text, value, strlen(value));
	rj_buf_puts(&conf->text, "\"\n");
}

void rj_gitconf_release(struct rj_gitconf *conf)
{
	rj_buf_release(&conf->text);
	rj_buf_release(&conf->section);
}
