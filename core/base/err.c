#include "core/base/err.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

static_assert(sizeof(struct rj_err) <= PIPE_BUF, "one write to a pipe must stay atomic");

static void start(struct rj_err *err, int num, const char *fmt, va_list ap)
{
	assert(num > 0);
	*err = (struct rj_err){.num = num, .status = RJ_EXIT_FAILED};
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
}

/* musl has no text for this one, which Linux gives for a single reason (unix(7)). */
static int fail_in_flight(struct rj_err *err, size_t len)
{
	(void)snprintf(err->msg + len, sizeof(err->msg) - len,
		       ": too many descriptors are on their way over sockets (ETOOMANYREFS)");
	return rj_hint(err, "programs of yours, maybe in a jail, have sent descriptors that nobody "
			    "receives, more than `ulimit -n` here: end the one that does (robojail "
			    "list, robojail stop), or raise that limit");
}

int rj_fail(struct rj_err *err, int num, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	start(err, num, fmt, ap);
	va_end(ap);
	len = strlen(err->msg);
	if (num == ETOOMANYREFS)
		return fail_in_flight(err, len);
	(void)snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", strerror(num));
	return -num;
}

int rj_refuse(struct rj_err *err, int num, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	start(err, num, fmt, ap);
	va_end(ap);
	return -num;
}

int rj_wrap(struct rj_err *err, const char *fmt, ...)
{
	char inner[sizeof(err->msg)];
	va_list ap;
	size_t len;

	assert(err->num > 0);
	memcpy(inner, err->msg, sizeof(inner));
	va_start(ap, fmt);
	(void)vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	len = strlen(err->msg);
	(void)snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", inner);
	return -err->num;
}

int rj_hint(struct rj_err *err, const char *fmt, ...)
{
	va_list ap;

	assert(err->num > 0);
	va_start(ap, fmt);
	(void)vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
	va_end(ap);
	return -err->num;
}

int rj_hint_room(struct rj_err *err)
{
	if (err->num == ENOSPC || err->num == EDQUOT)
		return rj_hint(err, "make room on that file system");
	return -err->num;
}

int rj_exit_with(struct rj_err *err, int status)
{
	assert(err->num > 0);
	err->status = status;
	return -err->num;
}

struct rj_err *rj_errs_add(struct rj_errs *errs)
{
	errs->v = rj_grow(errs->v, &errs->cap, errs->n + 1, sizeof(*errs->v));
	return &errs->v[errs->n++];
}

void rj_errs_release(struct rj_errs *errs)
{
	free(errs->v);
	*errs = (struct rj_errs){0};
}
