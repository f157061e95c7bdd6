/*
 * filter - compiles the table of system calls (core/model/filter_rows.c) to BPF, and prints it as C
 *
 * Runs while RoboJail is built, for every architecture and every filter; libseccomp tells the
 * numbers of the calls. Numbers in a row that have the same answer are one range, and the ranges
 * are the leaves of a binary tree: a third of the instructions that libseccomp would make of the
 * rows, which the kernel translates at each start of a jail.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/filter.h"

enum {
	MAX_CODE = BPF_MAXINSNS,
	NUMBERS = 1024,
	NO_CALL = -1,
	ROWS = 64,
	MISS_WHEN_TRUE = 255, /* of a jump that is not filled in yet */
};

static const struct arch {
	const char *name;
	uint32_t token, audit;
} arches[] = {{"x86_64", SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64},
	      {"aarch64", SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64}};

static void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(stderr, "tools/filter: ");
	(void)vfprintf(stderr, fmt, ap);
	(void)fprintf(stderr, "\n");
	va_end(ap);
	exit(EXIT_FAILURE);
}

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
		die("out of memory");
	while ((name = strsep(&rest, " ")) != NULL) {
		if (seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR)
			die("libseccomp knows no system call '%s'", name);
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
		die("more than %d rows with conditions name one of: %s", ROWS, row->calls);
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
		die("more than %d rows name one of: %s", ROWS, rows[0]->calls);
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

struct program {
	struct sock_filter code[MAX_CODE + 1];
	size_t n;
};

static size_t put(struct program *p, unsigned code, uint32_t k)
{
	if (p->n == MAX_CODE)
		die("a filter has more than %d instructions", MAX_CODE);
	p->code[p->n] = (struct sock_filter){.code = (uint16_t)code, .k = k};
	return p->n++;
}

/* Whether the condition holds: otherwise on at `*miss`, which are for the caller to fill in. Only
 * the low half of an argument is looked at; both architectures have that first. */
static void put_condition(struct program *p, const struct rj_filter_if *c, size_t *miss,
			  unsigned *miss_n)
{
	(void)put(p, BPF_LD | BPF_W | BPF_ABS,
		  (uint32_t)(offsetof(struct seccomp_data, args) + 8 * c->arg));
	if (c->op == RJ_FILTER_ANY) {
		miss[(*miss_n)++] = put(p, BPF_JMP | BPF_JSET | BPF_K, c->mask);
		return;
	}
	if (c->mask != UINT32_MAX)
		(void)put(p, BPF_ALU | BPF_AND | BPF_K, c->mask);
	if (c->from == c->to) {
		miss[(*miss_n)++] = put(p, BPF_JMP | BPF_JEQ | BPF_K, c->from);
		return;
	}
	if (c->from > 0)
		miss[(*miss_n)++] = put(p, BPF_JMP | BPF_JGE | BPF_K, c->from);
	if (c->to != UINT32_MAX) {
		p->code[put(p, BPF_JMP | BPF_JGE | BPF_K, c->to + 1)].jt = MISS_WHEN_TRUE;
		miss[(*miss_n)++] = p->n - 1;
	}
}

static void put_call(struct program *p, const struct call *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		size_t miss[2 * RJ_FILTER_IFS];
		unsigned miss_n = 0;

		for (unsigned k = 0; k < conditions(c->when[i]); k++)
			put_condition(p, &c->when[i]->when[k], miss, &miss_n);
		(void)put(p, BPF_RET | BPF_K, returns(c->when[i]->answer));
		for (unsigned k = 0; k < miss_n; k++) {
			struct sock_filter *jump = &p->code[miss[k]];
			const uint8_t far = (uint8_t)(p->n - miss[k] - 1);

			*(jump->jt == MISS_WHEN_TRUE ? &jump->jt : &jump->jf) = far;
		}
	}
	(void)put(p, BPF_RET | BPF_K, c->last);
}

struct range {
	uint32_t first; /* up to the next range's */
	struct call call;
};

/* A binary tree: few steps for a call, and few instructions, since the kernel translates and checks
 * each of them whenever a jail starts. */
static void put_tree(struct program *p, const struct range *r, size_t n)
{
	const size_t half = n / 2;
	size_t jump, far;

	if (n == 1) {
		put_call(p, &r->call);
		return;
	}
	jump = put(p, BPF_JMP | BPF_JGE | BPF_K, r[half].first);
	put_tree(p, r, half);
	far = p->n - jump - 1;
	if (far <= UINT8_MAX) {
		p->code[jump].jt = (uint8_t)far;
	} else {
		/* further than a conditional jump goes: over a jump that goes anywhere */
		(void)put(p, BPF_JMP | BPF_JA, 0);
		memmove(&p->code[jump + 2], &p->code[jump + 1], far * sizeof(p->code[0]));
		p->code[jump].jf = 1;
		p->code[jump + 1] = (struct sock_filter){BPF_JMP | BPF_JA, 0, 0, (uint32_t)far};
	}
	put_tree(p, r + half, n - half);
}

static void print_program(const struct arch *arch, int filter, const struct sock_filter *code,
			  size_t n)
{
	(void)printf("static const struct sock_filter %s_%d[] = {\n", arch->name, filter);
	for (size_t i = 0; i < n; i++)
		(void)printf("\t{0x%04x, %u, %u, 0x%08x},\n", code[i].code, code[i].jt, code[i].jf,
			     code[i].k);
	(void)printf("};\n\n");
}

static void compile(const struct arch *arch, int filter)
{
	static struct range ranges[NUMBERS + 1];
	struct program p = {.n = 0};
	size_t n = 0;

	for (int nr = 0; nr <= NUMBERS; nr++) {
		struct range *r = &ranges[n];

		/* above all numbers is another architecture's table, or -1 */
		*r = (struct range){(uint32_t)nr, {.last = returns(ENOSYS)}};
		if (nr < NUMBERS)
			r->call = look_up(arch, filter, nr);
		if (n == 0 || !is_same(&ranges[n - 1].call, &r->call))
			n++;
	}
	(void)put(&p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	p.code[put(&p, BPF_JMP | BPF_JEQ | BPF_K, arch->audit)].jt = 1;
	(void)put(&p, BPF_RET | BPF_K, returns(ENOSYS));
	(void)put(&p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	put_tree(&p, ranges, n);
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
		die("cannot write");
	return EXIT_SUCCESS;
}
