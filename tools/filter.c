/*
 * filter - compiles the table of system calls (core/model/filter_rows.c) to BPF, and prints it as C
 *
 * Runs while RoboJail is built, for every architecture and every filter; libseccomp tells the
 * numbers of the calls. Numbers in a row that have the same answer are one range, and the ranges
 * are the leaves of a tree of comparisons: far fewer instructions than libseccomp would make
 * of the rows, and the kernel translates each of them at each start of a jail.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/filter.h"
#include "tools/filter_put.h"

enum {
	NUMBERS = 1024,
	NO_CALL = -1,
	ROWS = 64,
};

static const struct arch {
	const char *name;
	uint32_t token, audit;
} arches[] = {{"x86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64},
	      {"aarch64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64}};

static unsigned conditions(const struct rj_filter_row *row)
{
	unsigned n = 0;

	while (n < RJ_FILTER_IFS && row->when[n].mask)
		n++;
	return n;
}

static bool has_call(const struct rj_filter_row *row, const struct arch *arch, int number)
{
	char *names = strdup(row->calls), *rest = names, *name;
	bool has = false;

	if (!names)
		filter_die("out of memory");
	while ((name = strsep(&rest, " ")) != NULL) {
		if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR)
			filter_die("libseccomp knows no system call '%s'", name);
		has = has || seccomp_syscall_resolve_name_arch(arch->token, name) == number;
	}
	free(names);
	return has;
}

/* What answers for one call: rows with conditions, in turn, and what is left when none holds. */
struct call {
	const struct rj_filter_row *when[ROWS];
	unsigned n;
	uint32_t last;
};

static uint32_t returns(int answer)
{
	return answer == RJ_FILTER_ALLOW ? SECCOMP_RET_ALLOW
					 : SECCOMP_RET_ERRNO | ((uint32_t)answer & 0xffff);
}

static void add_row(struct call *c, const struct rj_filter_row *row)
{
	if (c->n == ROWS)
		filter_die("more than %d rows with conditions name one of: %s", ROWS, row->calls);
	c->when[c->n++] = row;
}

/* The order is that of filter.h. */
static struct call look_up(const struct arch *arch, int filter, int number)
{
	static const struct rj_filter_row *rows[ROWS];
	struct call c = {.last = returns(ENOSYS)};
	bool allowed = false;
	unsigned n = 0;

	for (const struct rj_filter_row *row = rj_filter_rows; row->calls; row++)
		if ((row->in & (1u << filter)) && has_call(row, arch, number) && n < ROWS)
			rows[n++] = row;
	if (n == ROWS)
		filter_die("more than %d rows name one of: %s", ROWS, rows[0]->calls);
	for (unsigned i = 0; i < n; i++)
		if (conditions(rows[i]) && rows[i]->answer != RJ_FILTER_ALLOW)
			add_row(&c, rows[i]);
	for (unsigned i = 0; i < n; i++) {
		if (conditions(rows[i])) {
			if (rows[i]->answer == RJ_FILTER_ALLOW)
				add_row(&c, rows[i]);
			continue;
		}
		if (!allowed)
			c.last = returns(rows[i]->answer);
		allowed = allowed || rows[i]->answer == RJ_FILTER_ALLOW;
	}
	return c;
}

static bool is_same(const struct call *a, const struct call *b)
{
	return a->last == b->last && a->n == 0 && b->n == 0;
}

/* Only the low half of an argument is looked at; both architectures have that first. */
static size_t put_condition(struct filter_program *p, const struct rj_filter_if *c, bool first,
			    size_t yes, size_t no)
{
	const uint32_t arg = (uint32_t)(offsetof(struct seccomp_data, args) + 8 * c->arg);
	const bool any = c->op == RJ_FILTER_ANY, whole = any || c->mask == UINT32_MAX;

	if (!any && c->from == 0 && c->to == UINT32_MAX)
		return yes;
	/* The next row need not load it again. The first condition of a row is the last that goes
	 * to the next one: when nothing lies between, nobody else needs that load either. */
	if (whole && p->code[no].code == (BPF_LD | BPF_W | BPF_ABS) && p->code[no].k == arg) {
		if (first && no == p->n - 1)
			p->n--;
		no--;
	}
	if (any) {
		(void)filter_put_jump(p, BPF_JSET, c->mask, yes, no);
	} else if (c->from == c->to) {
		(void)filter_put_jump(p, BPF_JEQ, c->from, yes, no);
	} else {
		if (c->to != UINT32_MAX)
			yes = filter_put_jump(p, BPF_JGE, c->to + 1, no, yes);
		if (c->from > 0)
			(void)filter_put_jump(p, BPF_JGE, c->from, yes, no);
	}
	if (!whole)
		(void)filter_put(p, BPF_ALU | BPF_AND | BPF_K, c->mask);
	return filter_put(p, BPF_LD | BPF_W | BPF_ABS, arg);
}

static size_t put_call(struct filter_program *p, const struct call *c)
{
	size_t next = filter_put_return(p, c->last);

	for (unsigned i = c->n; i-- > 0;) {
		size_t yes = filter_put_return(p, returns(c->when[i]->answer));

		for (unsigned k = conditions(c->when[i]); k-- > 0;)
			yes = put_condition(p, &c->when[i]->when[k], k == 0, yes, next);
		next = yes;
	}
	return next;
}

struct range {
	uint32_t first; /* up to the next range's */
	struct call call;
};

/*
 * The numbers are found by a tree of comparisons. The kernel translates each instruction whenever a
 * jail starts, and then follows each number that it has to where the program answers without a look
 * at the arguments: for such calls it never asks the program later on (seccomp(2) since 5.11). An
 * instruction costs as much as about 60 steps of that walk. The tree is the cheapest of all: for
 * each run of ranges, the best way to split it follows from those of its parts.
 */
enum { INSTRUCTION = 60, KERNEL_NUMBERS = 480, RANGES = 256, CHAIN = 0 };

static struct {
	uint32_t cost;
	size_t split;		/* where the upper part begins, or CHAIN */
} best[RANGES + 1][RANGES + 1]; /* [from][to]: of the ranges from `from` to before `to` */

static uint32_t numbers(const struct range *r)
{
	const uint32_t from = r[0].first, to = r[1].first;

	return (to < KERNEL_NUMBERS ? to : KERNEL_NUMBERS) -
	       (from < KERNEL_NUMBERS ? from : KERNEL_NUMBERS);
}

static bool is_single(const struct range *r)
{
	return r[1].first - r[0].first == 1;
}

/* When all of these answer the same but for single numbers: one that answers like most. Each of the
 * others is compared with, in turn, and `*ret_others` is how many there are. */
static const struct range *chain(const struct range *r, size_t n, uint32_t *ret_others)
{
	const struct range *most = r;

	for (size_t i = 0; i < n; i++)
		if (!is_single(&r[i]) || (most->call.n && !r[i].call.n))
			most = &r[i];
	*ret_others = 0;
	for (size_t i = 0; i < n; i++) {
		if (&r[i] == most || is_same(&r[i].call, &most->call))
			continue;
		if (!is_single(&r[i]))
			return NULL;
		(*ret_others)++;
	}
	return most;
}

static void plan_tree(const struct range *r, size_t n)
{
	for (size_t length = 1; length <= n; length++)
		for (size_t from = 0, to = length; to <= n; from++, to++) {
			uint32_t others, all = 0, least = UINT32_MAX;

			for (size_t i = from; i < to; i++)
				all += numbers(&r[i]);
			best[from][to].split = CHAIN;
			if (chain(&r[from], length, &others))
				least = others * (INSTRUCTION + all);
			for (size_t at = from + 1; at < to; at++) {
				const uint32_t cost =
					INSTRUCTION + all + best[from][at].cost + best[at][to].cost;

				if (cost < least) {
					least = cost;
					best[from][to].split = at;
				}
			}
			best[from][to].cost = least;
		}
}

static size_t put_tree(struct filter_program *p, const struct range *r, size_t from, size_t to)
{
	const size_t split = best[from][to].split;
	const struct range *most;
	uint32_t others;
	size_t next;

	if (split != CHAIN) {
		const size_t upper = put_tree(p, r, split, to);

		next = put_tree(p, r, from, split);
		return filter_put_jump(p, BPF_JGE, r[split].first, upper, next);
	}
	most = chain(&r[from], to - from, &others);
	next = put_call(p, &most->call);
	for (size_t i = from; i < to; i++)
		if (&r[i] != most && !is_same(&r[i].call, &most->call))
			next = filter_put_jump(p, BPF_JEQ, r[i].first, put_call(p, &r[i].call),
					       next);
	return next;
}

static void print_program(const struct arch *arch, int filter, const struct sock_filter *code,
			  size_t n)
{
	(void)printf("static const struct sock_filter %s_%d[] = {\n", arch->name, filter);
	while (n-- > 0)
		(void)printf("\t{0x%04x, %u, %u, 0x%08x},\n", code[n].code, code[n].jt, code[n].jf,
			     code[n].k);
	(void)printf("};\n\n");
}

static void compile(const struct arch *arch, int filter)
{
	static struct range ranges[RANGES + 1];
	struct filter_program p = {.n = 0};
	size_t n = 0, next, foreign;

	for (int nr = 0; nr <= NUMBERS; nr++) {
		struct range *r = &ranges[n];

		if (n == RANGES)
			filter_die("more than %d ranges of numbers", RANGES - 1);
		/* above all numbers is another architecture's table, or -1 */
		*r = (struct range){(uint32_t)nr, {.last = returns(ENOSYS)}};
		if (nr < NUMBERS)
			r->call = look_up(arch, filter, nr);
		if (n == 0 || !is_same(&ranges[n - 1].call, &r->call))
			n++;
	}
	ranges[n].first = UINT32_MAX;
	plan_tree(ranges, n);
	next = put_tree(&p, ranges, 0, n);
	if (next != p.n - 1)
		filter_die("all calls have the same answer");
	next = filter_put(&p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	foreign = filter_put_return(&p, returns(ENOSYS));
	(void)filter_put_jump(&p, BPF_JEQ, arch->audit, next, foreign);
	(void)filter_put(&p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	print_program(arch, filter, p.code, p.n);
}

static void print_programs(const struct arch *arch)
{
	(void)printf("const struct rj_filter_program rj_filter_%s[RJ_FILTERS] = {\n", arch->name);
	for (int f = 0; f < RJ_FILTERS; f++)
		(void)printf("\t{%s_%d, sizeof(%s_%d) / sizeof(%s_%d[0])},\n", arch->name, f,
			     arch->name, f, arch->name, f);
	(void)printf("};\n\n");
}

static int number_of(uint32_t token, const char *name)
{
	int n = seccomp_syscall_resolve_name_arch(token, name);

	return n < 0 ? NO_CALL : n;
}

static void print_calls(void)
{
	(void)printf("const struct rj_filter_call rj_filter_calls[] = {\n");
	for (size_t a = 0; a < sizeof(arches) / sizeof(arches[0]); a++)
		for (int n = 0; n < NUMBERS; n++) {
			char *name = seccomp_syscall_resolve_num_arch(arches[a].token, n);

			if (name && (a == 0 || number_of(arches[0].token, name) == NO_CALL))
				(void)printf("\t{\"%s\", %d, %d},\n", name,
					     number_of(arches[0].token, name),
					     number_of(arches[1].token, name));
			free(name);
		}
	(void)printf("\t{NULL, 0, 0},\n};\n");
}

int main(void)
{
	(void)printf("/* Written by tools/filter.c from core/model/filter_rows.c: do not edit. */\n"
		     "#include \"core/model/filter.h\"\n\n");
	for (size_t a = 0; a < sizeof(arches) / sizeof(arches[0]); a++) {
		for (int f = 0; f < RJ_FILTERS; f++)
			compile(&arches[a], f);
		print_programs(&arches[a]);
	}
	print_calls();
	if (fflush(stdout) != 0 || ferror(stdout))
		filter_die("cannot write");
	return EXIT_SUCCESS;
}
