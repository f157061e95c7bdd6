/*
 * entrypoint: what the first bytes of a program say that it needs
 *
 * The bytes are files of the host that the user runs anyway; still, whatever they are, the worst
 * that comes of them is a path that is then looked at like any other.
 */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/entrypoint_parts.h"

enum { LINE_MAX_BYTES = 255 }; /* BINPRM_BUF_SIZE - 1, linux/binfmts.h: since 5.1 */

void rj_script_release(struct rj_script *s)
{
	rj_free(&s->interp);
	rj_free(&s->name);
	rj_free(&s->target);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static const char *line_end(const char *s, const char *end)
{
	const char *eol = memchr(s, '\n', (size_t)(end - s));

	return eol ? eol : end;
}

/* One word of env -S: quotes are taken off, "\_" and the like stay as they are. */
static char *take_word(const char **s, const char *end)
{
	struct rj_buf b = {0};
	const char *p = *s;
	char quote = '\0';

	while (p < end && is_blank(*p))
		p++;
	if (p == end) {
		*s = p;
		return NULL;
	}
	for (; p < end && (quote || !is_blank(*p)); p++) {
		if (quote ? *p == quote : *p == '"' || *p == '\'')
			quote = quote ? '\0' : *p;
		else
			rj_buf_putc(&b, *p);
	}
	*s = p;
	return rj_buf_take(&b);
}

static bool begins(const char *s, const char *end, const char *with)
{
	size_t len = strlen(with);

	return (size_t)(end - s) >= len && !memcmp(s, with, len);
}

/*
 * What env(1) runs. The kernel hands over one argument; with -S it becomes several, and options and
 * assignments come before the program.
 */
static char *env_program(const char *arg, const char *end)
{
	const char *s = arg;
	char *word;

	if (begins(arg, end, "--split-string="))
		s = arg + 15;
	else if (begins(arg, end, "-S"))
		s = arg + 2;
	else if (begins(arg, end, "-vS"))
		s = arg + 3;
	else
		return arg < end && *arg != '-' ? rj_strndup(arg, (size_t)(end - arg)) : NULL;
	while ((word = take_word(&s, end))) {
		bool has_value = !strcmp(word, "-u") || !strcmp(word, "-C") ||
				 !strcmp(word, "--unset") || !strcmp(word, "--chdir");

		if (word[0] != '-' && !strchr(word, '='))
			return word;
		rj_free(&word);
		if (has_value) {
			word = take_word(&s, end);
			rj_free(&word);
		}
	}
	return NULL;
}

/*
 * Where a path is too long for "#!", pip and uv write a script that is shell and Python at once:
 *     #!/bin/sh
 *     '''exec' "/a/long/path/bin/python" "$0" "$@"
 */
static char *exec_line(const char *line, const char *end)
{
	if (!begins(line, end, "'''exec' "))
		return NULL;
	line += 9;
	end = line_end(line, end);
	return take_word(&line, end);
}

/* pnpm's, and everybody's who uses @zkochan/cmd-shim: exec node "$basedir/x/cli.js" "$@" */
static void node_line(const char *head, size_t len, struct rj_script *ret)
{
	static const char begin[] = "exec node ", base[] = "\"$basedir/";
	const char *line = memmem(head, len, begin, sizeof(begin) - 1);
	const char *end = head + len, *at, *quote;

	if (!line)
		return;
	end = line_end(line, end);
	at = memmem(line, (size_t)(end - line), base, sizeof(base) - 1);
	if (!at)
		return;
	at += sizeof(base) - 1;
	quote = memchr(at, '"', (size_t)(end - at));
	if (!quote)
		return;
	ret->name = rj_strdup("node");
	ret->target = rj_strndup(at, (size_t)(quote - at));
}

/* As load_script() of the kernel reads it: the interpreter, blanks, and the rest is one argument.
 */
void rj_script_parse(const char *head, size_t len, struct rj_script *ret)
{
	const char *s, *end, *next, *word;

	*ret = (struct rj_script){0};
	if (!head || len < 2 || memcmp(head, "#!", 2) != 0)
		return;
	end = line_end(head, head + len);
	next = end < head + len ? end + 1 : end;
	if (end - head > LINE_MAX_BYTES)
		end = head + LINE_MAX_BYTES;
	for (s = head + 2; s < end && is_blank(*s); s++)
		;
	while (end > s && (is_blank(end[-1]) || end[-1] == '\0'))
		end--;
	for (word = s; s < end && !is_blank(*s) && *s; s++)
		;
	ret->interp = rj_strndup(word, (size_t)(s - word));
	while (s < end && is_blank(*s))
		s++;
	if (!strcmp(rj_path_base(ret->interp), "env"))
		ret->name = env_program(s, end);
	else
		ret->name = exec_line(next, head + len);
	if (!ret->name && !strcmp(rj_path_base(ret->interp), "sh"))
		node_line(head, len, ret);
}

char *rj_elf_interp(const char *head, size_t len)
{
	Elf64_Ehdr h;
	Elf64_Phdr p;

	if (!head || len < sizeof(h) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return NULL;
	memcpy(&h, head, sizeof(h));
	if (h.e_ident[EI_CLASS] != ELFCLASS64 || h.e_ident[EI_DATA] != ELFDATA2LSB ||
	    h.e_phentsize != sizeof(p))
		return NULL;
	for (size_t i = 0; i < h.e_phnum; i++) {
		size_t at = i * sizeof(p);

		if (h.e_phoff > len || len - h.e_phoff < at + sizeof(p))
			return NULL;
		memcpy(&p, head + h.e_phoff + at, sizeof(p));
		if (p.p_type != PT_INTERP)
			continue;
		if (p.p_offset > len || p.p_filesz > len - p.p_offset)
			return NULL;
		return rj_strndup(head + p.p_offset, (size_t)p.p_filesz);
	}
	return NULL;
}

char *rj_entry_setting(const char *head, size_t len, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = head, *end = head ? head + len : NULL; s < end;) {
		const char *eol = line_end(s, end);
		const char *v = s + n;

		if (begins(s, eol, key)) {
			while (v < eol && is_blank(*v))
				v++;
			if (v < eol && *v == '=') {
				for (v++; v < eol && is_blank(*v); v++)
					;
				while (eol > v && (is_blank(eol[-1]) || eol[-1] == '\r'))
					eol--;
				return rj_strndup(v, (size_t)(eol - v));
			}
		}
		s = eol + 1;
	}
	return NULL;
}
