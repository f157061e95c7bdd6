#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

enum { USUAL = 80 }; /* what is printed at once is seldom longer */

static void reserve(struct rj_buf *b, size_t more)
{
	if (b->cap - b->len <= more)
		b->s = rj_grow(b->s, &b->cap, b->len + more + 1, 1);
}

void rj_buf_add(struct rj_buf *b, const void *bytes, size_t len)
{
	reserve(b, len);
	if (len)
		memcpy(b->s + b->len, bytes, len);
	b->len += len;
	b->s[b->len] = '\0';
}

char *rj_buf_room(struct rj_buf *b, size_t more)
{
	reserve(b, more);
	return b->s + b->len;
}

void rj_buf_puts(struct rj_buf *b, const char *s)
{
	rj_buf_add(b, s, strlen(s));
}

void rj_buf_putc(struct rj_buf *b, char c)
{
	reserve(b, 1);
	b->s[b->len++] = c;
	b->s[b->len] = '\0';
}

static bool is_plain_word(const char *s)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-_./=:@%+,";

	return *s && s[strspn(s, safe)] == '\0';
}

void rj_buf_word(struct rj_buf *b, const char *s)
{
	if (is_plain_word(s)) {
		rj_buf_puts(b, s);
		return;
	}
	rj_buf_putc(b, '\'');
	for (; *s; s++)
		if (*s == '\'')
			rj_buf_puts(b, "'\\''");
		else
			rj_buf_putc(b, *s);
	rj_buf_putc(b, '\'');
}

void rj_buf_printf(struct rj_buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	reserve(b, USUAL);
	n = vsnprintf(b->s + b->len, b->cap - b->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n >= b->cap - b->len) {
		reserve(b, (size_t)n);
		(void)vsnprintf(b->s + b->len, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (n > 0)
		b->len += (size_t)n;
	else
		b->s[b->len] = '\0';
}

const char *rj_buf_str(const struct rj_buf *b)
{
	return b->s ? b->s : "";
}

char *rj_buf_take(struct rj_buf *b)
{
	char *s;

	reserve(b, 0);
	b->s[b->len] = '\0';
	s = b->s;
	*b = (struct rj_buf){0};
	return s;
}

void rj_buf_release(struct rj_buf *b)
{
	free(b->s);
	*b = (struct rj_buf){0};
}

void rj_strv_give(struct rj_strv *v, char *s)
{
	v->v = rj_grow(v->v, &v->cap, v->n + 2, sizeof(*v->v));
	v->v[v->n++] = s;
	v->v[v->n] = NULL;
}

void rj_strv_add(struct rj_strv *v, const char *s)
{
	rj_strv_give(v, rj_strdup(s));
}

void rj_strv_add_all(struct rj_strv *v, char *const *more)
{
	while (more && *more)
		rj_strv_add(v, *more++);
}

bool rj_strv_has(const struct rj_strv *v, const char *s)
{
	for (size_t i = 0; i < v->n; i++)
		if (!strcmp(v->v[i], s))
			return true;
	return false;
}

void rj_strv_release(struct rj_strv *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->v[i]);
	free(v->v);
	*v = (struct rj_strv){0};
}
