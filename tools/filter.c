/*
 * filter - compiles the table of system calls (core/model/filter_rows.c) to BPF, and prints it as C
 *
 * Runs while RoboJail is built, for every architecture and every filter. libseccomp makes two
 * programs of the rows, because it forgets the conditions of a call that it is also to allow
 * without any:
 *
 *   first    what refuses under conditions; everything else is let through
 *   second   the list of what is allowed, and of what is refused always; ENOSYS for the rest
 *
 * They become one: where the first lets through, it goes on with the second.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/filter.h"

enum { MAX_CODE = BPF_MAXINSNS, NUMBERS = 1024, NO_CALL = -1 };

static const struct arch {
	const char *name;
	uint32_t token;
} arches[] = {{"x86_64", SCMP_ARCH_X86_64}, {"aarch64", SCMP_ARCH_AARCH64}};

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

static scmp_filter_ctx new_filter(uint32_t otherwise, const struct arch *arch)
{
	scmp_filter_ctx ctx = seccomp_init(otherwise);
	int rc;

	if (!ctx)
		die("libseccomp cannot make a filter");
	rc = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (rc == 0) /* a binary tree */
		rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0 && arch->token != seccomp_arch_native()) {
		rc = seccomp_arch_add(ctx, arch->token);
		if (rc == 0)
			rc = seccomp_arch_remove(ctx, seccomp_arch_native());
	}
	if (rc < 0)
		die("libseccomp cannot make a filter for %s: %s", arch->name, strerror(-rc));
	return ctx;
}

static unsigned conditions(const struct rj_filter_row *row)
{
	unsigned n = 0;

	while (n < RJ_FILTER_IFS && row->when[n].mask)
		n++;
	return n;
}

struct adding {
	scmp_filter_ctx ctx;
	const struct rj_filter_row *row;
	const char *call;
	int number; /* as the native architecture counts */
	struct scmp_arg_cmp cmp[RJ_FILTER_IFS];
};

static void add_rule(const struct adding *a, unsigned n)
{
	uint32_t action = a->row->answer == RJ_FILTER_ALLOW
				  ? SCMP_ACT_ALLOW
				  : SCMP_ACT_ERRNO((unsigned)a->row->answer);
	int rc = seccomp_rule_add_array(a->ctx, action, a->number, n, a->cmp);

	if (rc < 0)
		die("libseccomp does not take a row of %s: %s", a->call, strerror(-rc));
}

/* libseccomp compares 64 bits but with MASKED_EQ, so that each value and each bit is one rule. */
static void add_conditions(struct adding *a, unsigned i)
{
	const struct rj_filter_if *c = &a->row->when[i];

	if (i == RJ_FILTER_IFS || !c->mask) {
		add_rule(a, i);
		return;
	}
	if (c->op == RJ_FILTER_BETWEEN) {
		for (uint64_t v = c->from; v <= c->to; v++) {
			a->cmp[i] = SCMP_CMP64(c->arg, SCMP_CMP_MASKED_EQ, c->mask, v);
			add_conditions(a, i + 1);
		}
		return;
	}
	for (uint32_t bit = 1; bit; bit <<= 1) {
		if (!(c->mask & bit))
			continue;
		a->cmp[i] = SCMP_CMP64(c->arg, SCMP_CMP_MASKED_EQ, bit, bit);
		add_conditions(a, i + 1);
	}
}

static void add_row(scmp_filter_ctx ctx, const struct arch *arch, const struct rj_filter_row *row)
{
	struct adding a = {.ctx = ctx, .row = row};
	char *names = strdup(row->calls);
	char *rest = names;

	if (!names)
		die("out of memory");
	while ((a.call = strsep(&rest, " ")) != NULL) {
		a.number = seccomp_syscall_resolve_name(a.call);
		if (a.number == __NR_SCMP_ERROR)
			die("libseccomp knows no system call '%s'", a.call);
		if (seccomp_syscall_resolve_name_arch(arch->token, a.call) >= 0)
			add_conditions(&a, 0);
	}
	free(names);
}

static size_t export(scmp_filter_ctx ctx, struct sock_filter *code)
{
	size_t bytes = 0;
	int rc = seccomp_export_bpf_mem(ctx, NULL, &bytes);

	if (rc == 0 && bytes > MAX_CODE * sizeof(*code))
		rc = -E2BIG;
	if (rc == 0) /* libseccomp 2.6.0 copies as many bytes as it is told there are */
		rc = seccomp_export_bpf_mem(ctx, code, &bytes);
	if (rc < 0)
		die("libseccomp cannot compile a filter: %s", strerror(-rc));
	seccomp_release(ctx);
	return bytes / sizeof(*code);
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
	scmp_filter_ctx first = new_filter(SCMP_ACT_ALLOW, arch);
	scmp_filter_ctx second = new_filter(SCMP_ACT_ERRNO(ENOSYS), arch);
	static struct sock_filter code[2 * MAX_CODE];
	bool any = false;
	size_t n = 0, all;

	for (const struct rj_filter_row *row = rj_filter_rows; row->calls; row++) {
		if (!(row->in & (1u << filter)))
			continue;
		if (row->answer != RJ_FILTER_ALLOW && conditions(row) > 0) {
			add_row(first, arch, row);
			any = true;
		} else if (row->answer != ENOSYS) {
			add_row(second, arch, row);
		}
	}
	if (any)
		n = export(first, code);
	else
		seccomp_release(first);
	for (size_t i = 0; i < n; i++)
		if (code[i].code == (BPF_RET | BPF_K) && code[i].k == SCMP_ACT_ALLOW)
			code[i] =
				(struct sock_filter){BPF_JMP | BPF_JA, 0, 0, (uint32_t)(n - i - 1)};
	all = n + export(second, code + n);
	if (all > BPF_MAXINSNS)
		die("filter %d has %zu instructions, and the kernel takes %d", filter, all,
		    BPF_MAXINSNS);
	print_program(arch, filter, code, all);
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
