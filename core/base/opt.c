/* Options and operands of a command line, read by the rows of its command. */
#include "core/base/opt.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/nearest.h"

/* The walk through argv. */
struct parse {
	const struct rj_opt_spec *spec;
	char *const *next;
	char *args;
	struct rj_opt_result out; /* operands has room for all of argv */
	struct rj_err *err;
};

static const struct rj_opt no_opts[] = {RJ_STOP};

static const struct rj_opt *rows_of(const struct rj_opt_spec *spec)
{
	return spec->opts ? spec->opts : no_opts;
}

static int usage(struct rj_err *err, const char *command)
{
	(void)rj_exit_with(err, RJ_EXIT_USAGE);
	return rj_hint(err, "see 'robojail %s --help'", command);
}

int rj_opt_usage(struct rj_err *err, const char *command, const char *fmt, ...)
{
	char msg[sizeof(err->msg)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	(void)rj_refuse(err, EINVAL, "%s", msg);
	return usage(err, command);
}

/* "--name" or, of a row that has been found by its letter, still "--name": one way to say it. */
static int bad_value(struct parse *p, const struct rj_opt *o, const char *what)
{
	return rj_opt_usage(p->err, p->spec->name, "option '--%s' %s", o->name, what);
}

static int set_int(struct parse *p, const struct rj_opt *o, const char *value, int *ret)
{
	char *end = NULL;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	if (end == value || *end || errno || strspn(value, "-0123456789") != strlen(value) ||
	    n < o->lo || n > o->hi)
		return rj_opt_usage(p->err, p->spec->name,
				    "option '--%s' takes a number from %d to %d, not '%s'", o->name,
				    o->lo, o->hi, value);
	*ret = (int)n;
	return 0;
}

static int set_choice(struct parse *p, const struct rj_opt *o, const char *value, const char **ret)
{
	struct rj_buf all = {0};
	const char *near;

	for (const char *const *c = o->choices; *c; c++) {
		if (!strcmp(*c, value)) {
			rj_buf_release(&all);
			*ret = *c;
			return 0;
		}
		rj_buf_printf(&all, "%s%s", c == o->choices ? "" : c[1] ? ", " : " or ", *c);
	}
	(void)rj_opt_usage(p->err, p->spec->name, "option '--%s' takes %s, not '%s'", o->name,
			   rj_buf_str(&all), value);
	rj_buf_release(&all);
	near = rj_nearest(value, o->choices);
	if (near)
		(void)rj_hint(p->err, "did you mean '--%s=%s'? see 'robojail %s --help'", o->name,
			      near, p->spec->name);
	return -EINVAL;
}

/* The field of row o; its type was checked against the row's when the row was compiled. */
static void *field(struct parse *p, const struct rj_opt *o)
{
	return p->args + o->off;
}

static int set(struct parse *p, const struct rj_opt *o, char *value)
{
	switch (o->type) {
	case RJ_OPT_FLAG:
		*(bool *)field(p, o) = true;
		return 0;
	case RJ_OPT_STRING:
		*(const char **)field(p, o) = value;
		return 0;
	case RJ_OPT_STRV:
		rj_strv_add(field(p, o), value);
		return 0;
	case RJ_OPT_INT:
		return set_int(p, o, value, field(p, o));
	case RJ_OPT_CHOICE:
		return set_choice(p, o, value, field(p, o));
	case RJ_OPT_STOP:
		break;
	}
	abort(); /* rows_of never hands out a stop row */
}

static int unknown_long(struct parse *p, const char *word, size_t len)
{
	RJ_AUTO(rj_free) char *name = rj_strndup(word, len);
	const struct rj_opt *rows = rows_of(p->spec);
	const char *near, **names;
	size_t n = 0, k = 0;

	while (rows[n].type != RJ_OPT_STOP)
		n++;
	names = rj_alloc(n + 2, sizeof(*names));
	for (size_t i = 0; i < n; i++)
		if (rows[i].help)
			names[k++] = rows[i].name;
	names[k] = "help";
	near = rj_nearest(name, names);
	free(names);
	(void)rj_opt_usage(p->err, p->spec->name, "unknown option '--%s'", name);
	if (near)
		(void)rj_hint(p->err, "did you mean '--%s'? see 'robojail %s --help'", near,
			      p->spec->name);
	return -EINVAL;
}

/* word: what stands after the two dashes. */
static int long_option(struct parse *p, char *word)
{
	char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);

	for (const struct rj_opt *o = rows_of(p->spec); o->type != RJ_OPT_STOP; o++) {
		if (strlen(o->name) != len || memcmp(o->name, word, len) != 0)
			continue;
		if (o->type == RJ_OPT_FLAG)
			return equals ? bad_value(p, o, "takes no value") : set(p, o, NULL);
		if (equals)
			return set(p, o, equals + 1);
		if (!*p->next)
			return bad_value(p, o, "needs a value");
		return set(p, o, *p->next++);
	}
	if (!strcmp(word, "help")) {
		p->out.help = true;
		return 0;
	}
	return unknown_long(p, word, len);
}

/* letters: what stands after the one dash, at least one. */
static int short_options(struct parse *p, char *letters)
{
	for (char *c = letters; *c; c++) {
		const struct rj_opt *o = rows_of(p->spec);

		while (o->type != RJ_OPT_STOP && o->letter != *c)
			o++;
		if (o->type == RJ_OPT_STOP && *c == 'h') {
			p->out.help = true;
			return 0;
		}
		if (o->type == RJ_OPT_STOP)
			return rj_opt_usage(p->err, p->spec->name, "unknown option '-%.*s'",
					    *c & 0x80 ? (int)strlen(c) : 1, c);
		if (o->type == RJ_OPT_FLAG) {
			(void)set(p, o, NULL);
			continue;
		}
		if (c[1])
			return set(p, o, c + 1);
		if (!*p->next)
			return bad_value(p, o, "needs a value");
		return set(p, o, *p->next++);
	}
	return 0;
}

static bool command_begins(const struct parse *p)
{
	return p->spec->command_at > 0 && p->out.n == (size_t)p->spec->command_at;
}

static int walk(struct parse *p)
{
	bool ours = true;

	while (*p->next && !p->out.help) {
		char *word = *p->next;
		int rc = 0;

		if (command_begins(p)) {
			/* An option before the command is ours still: run N --user self -- CMD. */
			bool dashes = !strcmp(word, "--");

			if (dashes || !ours || word[0] != '-' || !word[1]) {
				p->next += dashes;
				break;
			}
		}
		p->next++;
		if (ours && !strcmp(word, "--"))
			ours = false;
		else if (ours && !strncmp(word, "--", 2))
			rc = long_option(p, word + 2);
		else if (ours && word[0] == '-' && word[1])
			rc = short_options(p, word + 1);
		else
			p->out.operands[p->out.n++] = word;
		if (rc < 0)
			return rc;
	}
	while (*p->next && !p->out.help)
		p->out.operands[p->out.n++] = *p->next++;
	return 0;
}

static int count(const struct parse *p)
{
	const struct rj_opt_spec *spec = p->spec;
	const char *blank = spec->operands ? " " : "", *operands = blank[0] ? spec->operands : "";

	if (p->out.n < (size_t)spec->min)
		return rj_opt_usage(p->err, spec->name,
				    "missing operand (usage: robojail %s [OPTION...]%s%s)",
				    spec->name, blank, operands);
	if (spec->max != RJ_MANY && p->out.n > (size_t)spec->max)
		return rj_opt_usage(p->err, spec->name,
				    "unexpected operand '%s' (usage: robojail %s [OPTION...]%s%s)",
				    p->out.operands[spec->max], spec->name, blank, operands);
	return 0;
}

int rj_opt_parse(const struct rj_opt_spec *spec, char *const *argv, void *args,
		 struct rj_opt_result *ret, struct rj_err *err)
{
	struct parse p = {.spec = spec, .next = argv, .args = args, .err = err};
	size_t room = 1;
	int rc;

	while (argv[room - 1])
		room++;
	p.out.operands = rj_alloc(room, sizeof(*p.out.operands));
	rc = walk(&p);
	if (rc == 0 && !p.out.help)
		rc = count(&p);
	if (rc < 0) {
		rj_opt_result_release(&p.out);
		return rc;
	}
	*ret = p.out;
	return 0;
}

void rj_opt_release(const struct rj_opt *opts, void *args)
{
	for (const struct rj_opt *o = opts ? opts : no_opts; o->type != RJ_OPT_STOP; o++)
		if (o->type == RJ_OPT_STRV)
			rj_strv_release((void *)((char *)args + o->off));
}

void rj_opt_result_release(struct rj_opt_result *r)
{
	free(r->operands);
	*r = (struct rj_opt_result){0};
}
