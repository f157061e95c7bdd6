/* The end of a filter first: see filter_put.h. */
#include "tools/filter_put.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

void filter_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(stderr, "tools/filter: ");
	(void)vfprintf(stderr, fmt, ap);
	(void)fprintf(stderr, "\n");
	va_end(ap);
	exit(EXIT_FAILURE);
}

size_t filter_put(struct filter_program *p, unsigned code, uint32_t k)
{
	if (p->n == BPF_MAXINSNS)
		filter_die("a filter has more than %d instructions", BPF_MAXINSNS);
	p->code[p->n] = (struct sock_filter){.code = (uint16_t)code, .k = k};
	return p->n++;
}

/* Whether a conditional jump gets there that is put next, or after one more instruction. */
static bool is_near(const struct filter_program *p, size_t at)
{
	return p->n - at <= UINT8_MAX;
}

size_t filter_put_return(struct filter_program *p, uint32_t value)
{
	for (size_t at = p->n; at-- > 0 && is_near(p, at);)
		if (p->code[at].code == (BPF_RET | BPF_K) && p->code[at].k == value)
			return at;
	return filter_put(p, BPF_RET | BPF_K, value);
}

static size_t nearer(struct filter_program *p, size_t at)
{
	if (is_near(p, at))
		return at;
	if (p->code[at].code == (BPF_RET | BPF_K))
		return filter_put_return(p, p->code[at].k);
	return filter_put(p, BPF_JMP | BPF_JA, (uint32_t)(p->n - at - 1));
}

size_t filter_put_jump(struct filter_program *p, unsigned test, uint32_t k, size_t yes, size_t no)
{
	struct sock_filter *jump;
	size_t at;

	yes = nearer(p, yes);
	no = nearer(p, no);
	at = filter_put(p, BPF_JMP | test | BPF_K, k);
	jump = &p->code[at];
	jump->jt = (uint8_t)(at - yes - 1);
	jump->jf = (uint8_t)(at - no - 1);
	return at;
}
