/* Asks a compiled filter what it answers, by running it as the kernel would. */
#ifndef RJ_TESTS_FILTERFIX_H
#define RJ_TESTS_FILTERFIX_H

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/filter.h"

static const struct arch {
	const char *name;
	uint32_t audit;
	const struct rj_filter_program *programs;
} arches[] = {
	{"x86_64", AUDIT_ARCH_X86_64, rj_filter_x86_64},
	{"aarch64", AUDIT_ARCH_AARCH64, rj_filter_aarch64},
};

static inline uint32_t word(const struct seccomp_data *d, uint32_t off)
{
	uint32_t w;

	cr_assert(off % 4 == 0 && off < sizeof(*d), "a load at %u", off);
	memcpy(&w, (const char *)d + off, sizeof(w));
	return w;
}

/* As the kernel does, which takes no more than these instructions (seccomp_check_filter). */
static inline uint32_t answer(const struct rj_filter_program *p, const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < p->n; pc++) {
		const struct sock_filter *i = &p->code[pc];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			a = word(d, i->k);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			cr_assert_fail("instruction %zu has the code 0x%x", pc, i->code);
		}
	}
	cr_assert_fail("the program runs past its end");
	return 0;
}

/* RJ_FILTER_ALLOW or the errno. */
static inline int ask(const struct arch *arch, int filter, int nr, const uint64_t args[6])
{
	struct seccomp_data d = {.nr = nr, .arch = arch->audit};
	uint32_t r;

	if (args)
		memcpy(d.args, args, sizeof(d.args));
	r = answer(&arch->programs[filter], &d);
	if (r == SECCOMP_RET_ALLOW)
		return RJ_FILTER_ALLOW;
	cr_assert_eq(r & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_ERRNO, "0x%x", r);
	return (int)(r & SECCOMP_RET_DATA);
}

static inline int number(const struct arch *arch, const struct rj_filter_call *call)
{
	return arch == &arches[0] ? call->x86_64 : call->aarch64;
}

static inline int nr_of(const struct arch *arch, const char *call)
{
	for (const struct rj_filter_call *c = rj_filter_calls; c->name; c++)
		if (!strcmp(c->name, call))
			return number(arch, c);
	cr_assert_fail("no call %s", call);
	return -1;
}

static inline int ask2(const struct arch *arch, int filter, const char *call, uint64_t a,
		       uint64_t b)
{
	const uint64_t args[6] = {a, b};

	return ask(arch, filter, nr_of(arch, call), args);
}

#endif
