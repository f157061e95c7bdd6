/* The compiled filters against the table that they come from. */
#include "tests/unit/filterfix.h"

/* more numbers than the table of tools/filter.c has */
enum { X32 = 0x40000000, NUMBERS = 1100 };

static bool names(const struct rj_filter_row *row, const char *call)
{
	size_t len = strlen(call);

	for (const char *s = strstr(row->calls, call); s; s = strstr(s + 1, call))
		if ((s == row->calls || s[-1] == ' ') && (s[len] == ' ' || !s[len]))
			return true;
	return false;
}

static bool conditional(const struct rj_filter_row *row)
{
	return row->when[0].mask != 0;
}

static bool holds(const struct rj_filter_row *row, const uint64_t args[6])
{
	for (size_t i = 0; i < RJ_FILTER_IFS && row->when[i].mask; i++) {
		const struct rj_filter_if *c = &row->when[i];
		uint32_t v = (uint32_t)args[c->arg] & c->mask;

		if (c->op == RJ_FILTER_ANY ? v == 0 : v < c->from || v > c->to)
			return false;
	}
	return true;
}

/* What the table says, by the rules at the top of filter.h. */
static int expected(int filter, const char *call, const uint64_t args[6])
{
	for (int pass = 0; pass < 3; pass++)
		for (const struct rj_filter_row *row = rj_filter_rows; row->calls; row++) {
			bool allows = row->answer == RJ_FILTER_ALLOW;
			int own = !allows && conditional(row) ? 0 : allows ? 1 : 2;

			if (own == pass && (row->in & (1u << filter)) && names(row, call) &&
			    holds(row, args))
				return row->answer;
		}
	return ENOSYS;
}

static const char *name(const struct arch *arch, int nr)
{
	for (const struct rj_filter_call *c = rj_filter_calls; c->name; c++)
		if (number(arch, c) == nr)
			return c->name;
	return NULL;
}

static void compare(const struct arch *arch, int filter, int nr, const char *call,
		    const uint64_t args[6])
{
	int want = call ? expected(filter, call, args) : ENOSYS;
	int got = ask(arch, filter, nr, args);

	if (want != got)
		cr_expect_fail("%s, filter %d, %s (%d) with %llx %llx %llx: %d, but the table "
			       "says %d",
			       arch->name, filter, call ? call : "?", nr,
			       (unsigned long long)args[0], (unsigned long long)args[1],
			       (unsigned long long)args[2], got, want);
}

/* Values at the edges of every condition, in every argument, with high bits of all kinds. */
static void compare_edges(const struct arch *arch, int filter, int nr, const char *call)
{
	static const uint64_t high[] = {0, 1ull << 32, 0xffffffffull << 32, 1ull << 63};

	for (const struct rj_filter_row *row = rj_filter_rows; row->calls; row++) {
		if (!conditional(row) || !names(row, call))
			continue;
		for (size_t h = 0; h < RJ_COUNT(high); h++)
			for (unsigned bit = 0; bit < 33; bit++) {
				uint32_t flip = bit < 32 ? 1u << bit : 0;
				const struct rj_filter_if *c = row->when;
				uint64_t low[6] = {0}, up[6] = {0};

				for (size_t i = 0; i < RJ_FILTER_IFS && c[i].mask; i++) {
					low[c[i].arg] = high[h] | c[i].from;
					up[c[i].arg] = high[h] | c[i].to;
				}
				compare(arch, filter, nr, call, low);
				compare(arch, filter, nr, call, up);
				low[c->arg] ^= flip;
				compare(arch, filter, nr, call, low);
				low[c->arg] = high[h] | (c->from - 1u);
				compare(arch, filter, nr, call, low);
				up[c->arg] = high[h] | (c->to + 1u);
				compare(arch, filter, nr, call, up);
			}
	}
}

Test(filter, programs_say_what_the_table_says)
{
	static const uint64_t zero[6], ones[6] = {~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull};

	for (const struct arch *arch = arches; arch < arches + RJ_COUNT(arches); arch++)
		for (int f = 0; f < RJ_FILTERS; f++)
			for (int nr = 0; nr <= NUMBERS; nr++) {
				const char *call = name(arch, nr);

				compare(arch, f, nr, call, zero);
				compare(arch, f, nr, call, ones);
				if (call)
					compare_edges(arch, f, nr, call);
			}
}

Test(filter, every_call_has_a_row)
{
	for (const struct rj_filter_call *c = rj_filter_calls; c->name; c++) {
		unsigned in = 0;

		for (const struct rj_filter_row *row = rj_filter_rows; row->calls; row++)
			if (names(row, c->name))
				in |= row->in;
		if (!(in & (1u << RJ_FILTER_ROOT)) || !(in & (1u << RJ_FILTER_SELF_NESTED)))
			cr_expect_fail("%s has no row for jails", c->name);
	}
}

static bool known(const char *call, size_t len)
{
	for (const struct rj_filter_call *c = rj_filter_calls; c->name; c++)
		if (strlen(c->name) == len && !memcmp(c->name, call, len))
			return true;
	return false;
}

Test(filter, every_row_names_calls)
{
	for (const struct rj_filter_row *row = rj_filter_rows; row->calls; row++) {
		const char *s = row->calls;

		cr_expect(row->in != 0 && row->in < 1u << RJ_FILTERS, "%s", s);
		while (*s) {
			size_t len = strcspn(s, " ");

			if (!known(s, len))
				cr_expect_fail("%.*s is no system call", (int)len, s);
			s += len + (s[len] == ' ');
		}
	}
}

/* Two rows that both decide about a call would leave it to chance which one does. */
Test(filter, rows_do_not_contradict)
{
	for (const struct rj_filter_row *a = rj_filter_rows; a->calls; a++)
		for (const struct rj_filter_row *b = a + 1; b->calls; b++)
			for (const struct rj_filter_call *c = rj_filter_calls; c->name; c++) {
				if (!(a->in & b->in) || !names(a, c->name) || !names(b, c->name))
					continue;
				if (!conditional(a) && !conditional(b))
					cr_expect_fail("two rows decide about %s", c->name);
			}
}

Test(filter, other_architectures_are_refused)
{
	static const uint32_t others[] = {
		AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_ARMEB, AUDIT_ARCH_RISCV64, 0, ~0u};

	for (size_t a = 0; a < RJ_COUNT(arches); a++)
		for (int f = 0; f < RJ_FILTERS; f++)
			for (size_t o = 0; o < RJ_COUNT(others) + 1; o++)
				for (int nr = 0; nr <= NUMBERS; nr++) {
					struct arch as = arches[a];

					as.audit = o < RJ_COUNT(others) ? others[o]
									: arches[1 - a].audit;
					cr_assert_eq(ask(&as, f, nr, NULL), ENOSYS, "%s %x %d",
						     as.name, as.audit, nr);
				}
}

Test(filter, x32_and_odd_numbers_are_refused)
{
	for (size_t a = 0; a < RJ_COUNT(arches); a++)
		for (int f = 0; f < RJ_FILTERS; f++) {
			for (int nr = 0; nr <= NUMBERS; nr++) {
				cr_assert_eq(ask(&arches[a], f, X32 | nr, NULL), ENOSYS);
				cr_assert_eq(
					ask(&arches[a], f, (int)(0x80000000u | (unsigned)nr), NULL),
					ENOSYS);
			}
			cr_expect_eq(ask(&arches[a], f, -1, NULL), ENOSYS);
			cr_expect_eq(ask(&arches[a], f, 0x7fffffff, NULL), ENOSYS);
		}
}
