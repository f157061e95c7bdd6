#include "core/base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *rj_must(void *p)
{
	if (!p) {
		(void)fputs("robojail: out of memory\n", stderr);
		_exit(1);
	}
	return p;
}

void *rj_alloc(size_t n, size_t size)
{
	return rj_must(calloc(n ? n : 1, size ? size : 1));
}

void *rj_grow(void *v, size_t *cap, size_t need, size_t size)
{
	if (need <= *cap)
		return v;
	*cap = need < 8 ? 8 : need + need / 2;
	return rj_must(reallocarray(v, *cap, size));
}

char *rj_strdup(const char *s)
{
	return s ? rj_must(strdup(s)) : NULL;
}

char *rj_strndup(const char *s, size_t len)
{
	return rj_must(strndup(s, len));
}

void rj_free(void *pp)
{
	void **p = pp;

	free(*p);
	*p = NULL;
}

void rj_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}
