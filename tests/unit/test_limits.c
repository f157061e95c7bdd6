/* limits: values, what holds each on which machine, and what is refused. */
#include "core/model/limits.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"

#define GIB ((uint64_t)1 << 30)
#define ALL (RJ_LIMIT_HAS_CPU | RJ_LIMIT_HAS_MEMORY | RJ_LIMIT_HAS_PIDS)

Test(limits, sizes)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"1048576", 1048576},
		{"512B", 512},
		{"4k", 4096},
		{"4K", 4096},
		{"4KiB", 4096},
		{"4KB", 4096},
		{"1m", 1u << 20},
		{"3g", 3 * GIB},
		{"512M", 512u << 20},
		{"2G", 2 * GIB},
		{"1T", 1024 * GIB},
		{"50%", 8 * GIB / 100 * 50},
		{"100%", 8 * GIB / 100 * 100},
		{"max", RJ_UNLIMITED},
	};
	static const char *const wrong[] = {
		"",	     "G",   "-1",    "1.5G",   "2 G",	"2GG",
		"2Gi",	     "2iB", "101%",  "0%",     "%",	"2%%",
		"x",	     "Max", "0x10",  "2P",     "1KiB ", "18446744073709551616",
		"20000000T", "2 ",  "512 B", "512 iB", "2\v",	"2 M"};
	uint64_t value;

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_err err = {0};

		cr_expect_eq(rj_limit_parse_size(rows[i].text, 8 * GIB, &value, &err), 0, "%s",
			     rows[i].text);
		cr_expect_eq(value, rows[i].value, "%s: %llu", rows[i].text,
			     (unsigned long long)value);
	}
	for (size_t i = 0; i < RJ_COUNT(wrong); i++) {
		struct rj_err err = {0};

		value = 77;
		cr_expect_eq(rj_limit_parse_size(wrong[i], 8 * GIB, &value, &err), -EINVAL, "%s",
			     wrong[i]);
		cr_expect_eq(value, 77u, "%s", wrong[i]);
		cr_expect_not_null(strstr(err.msg, wrong[i]));
	}
}

Test(limits, processors)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {{"1", 1000},    {"1.5", 1500}, {"150%", 1500},
		    {"0.01", 10},   {"1%", 10},	   {"2.25", 2250},
		    {"0.125", 125}, {"64", 64000}, {"max", RJ_UNLIMITED}};
	static const char *const wrong[] = {
		"",   "0",	"0%",	"0.001", "1.",
		".5", "1.2345", "-1",	"1.5%",	 "two",
		"1 ", "1,5",	"8193", "1e3",	 "99999999999999999999"};
	uint64_t value;

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_err err = {0};

		cr_expect_eq(rj_limit_parse_cpu(rows[i].text, &value, &err), 0, "%s", rows[i].text);
		cr_expect_eq(value, rows[i].value, "%s", rows[i].text);
	}
	for (size_t i = 0; i < RJ_COUNT(wrong); i++) {
		struct rj_err err = {0};

		cr_expect_eq(rj_limit_parse_cpu(wrong[i], &value, &err), -EINVAL, "%s", wrong[i]);
	}
}

Test(limits, printed_for_people)
{
	static const struct {
		enum rj_limit_key key;
		uint64_t value;
		const char *text;
	} rows[] = {
		{RJ_LIMIT_MEMORY, 512u << 20, "512 MiB"},
		{RJ_LIMIT_MEMORY, 3 * GIB / 2, "1.5 GiB"},
		{RJ_LIMIT_MEMORY, 4096 * 1024 * GIB, "4096 TiB"},
		{RJ_LIMIT_TMP, 100, "100 B"},
		{RJ_LIMIT_PIDS, 4096, "4096"},
		{RJ_LIMIT_CPU, 1500, "150%"},
		{RJ_LIMIT_HOME, RJ_UNLIMITED, "no limit"},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf out = {0};

		rj_limit_print(rows[i].key, rows[i].value, &out);
		cr_expect_str_eq(rj_buf_str(&out), rows[i].text);
	}
}

Test(limits, kernels)
{
	cr_expect(rj_limit_kernel_at_least("6.14.0-rc1", 6, 14));
	cr_expect(rj_limit_kernel_at_least("6.18.44", 6, 14));
	cr_expect(rj_limit_kernel_at_least("7.0", 6, 14));
	cr_expect(rj_limit_kernel_at_least("7", 6, 14));
	cr_expect(!rj_limit_kernel_at_least("6.13.12-generic", 6, 14));
	cr_expect(!rj_limit_kernel_at_least("6.2.14", 6, 14));
	cr_expect(!rj_limit_kernel_at_least("5.140.0", 6, 14));
	cr_expect(!rj_limit_kernel_at_least("", 6, 14));
	cr_expect(!rj_limit_kernel_at_least("linux", 6, 14));
}

static int plan(const char *text, struct rj_limit_facts facts, struct rj_limits *ret,
		struct rj_err *err)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};

	facts.no_group = facts.no_group ? facts.no_group : "for a reason";
	facts.ram = facts.ram ? facts.ram : 8 * GIB;
	rj_config_init(&c);
	cr_assert_eq(rj_config_parse(text, strlen(text), "c", &c, err), 0, "%s", err->msg);
	return rj_limits_plan(&c, &facts, ret, err);
}

static void expect_by(const struct rj_limits *l, enum rj_limit_key key, enum rj_limit_by by)
{
	cr_expect_eq(l->v[key].by, by, "%s is held by %s", rj_limit_name(key),
		     rj_limit_by_name(l->v[key].by));
}

Test(limits, what_holds_the_defaults)
{
	struct rj_limits l;
	struct rj_err err = {0};

	cr_assert_eq(plan("", (struct rj_limit_facts){.controllers = ALL}, &l, &err), 0);
	expect_by(&l, RJ_LIMIT_MEMORY, RJ_BY_CGROUP);
	expect_by(&l, RJ_LIMIT_PIDS, RJ_BY_CGROUP);
	expect_by(&l, RJ_LIMIT_CPU, RJ_BY_NOTHING);
	expect_by(&l, RJ_LIMIT_TMP, RJ_BY_TMPFS);
	expect_by(&l, RJ_LIMIT_HOME, RJ_BY_NOTHING);
	expect_by(&l, RJ_LIMIT_DISK, RJ_BY_WATCH);
	expect_by(&l, RJ_LIMIT_FILES, RJ_BY_RLIMIT);
	cr_expect_eq(l.v[RJ_LIMIT_MEMORY].value, 8 * GIB / 100 * 75);
	cr_expect_eq(l.v[RJ_LIMIT_PIDS].value, 4096u);
	for (enum rj_limit_key k = 0; k < RJ_LIMITS; k++)
		cr_expect(!l.v[k].asked);

	cr_assert_eq(plan("", (struct rj_limit_facts){0}, &l, &err), 0);
	expect_by(&l, RJ_LIMIT_MEMORY, RJ_BY_WATCH);
	expect_by(&l, RJ_LIMIT_PIDS, RJ_BY_RLIMIT);
}

/* Some systems delegate memory and pids, not cpu. */
Test(limits, each_controller_counts_for_itself)
{
	const struct rj_limit_facts some = {.controllers = RJ_LIMIT_HAS_MEMORY};
	struct rj_limits l;
	struct rj_err err = {0};

	cr_assert_eq(plan("", some, &l, &err), 0);
	expect_by(&l, RJ_LIMIT_MEMORY, RJ_BY_CGROUP);
	expect_by(&l, RJ_LIMIT_PIDS, RJ_BY_RLIMIT);
	cr_expect_eq(plan("cpu_max = '2'", some, &l, &err), -EOPNOTSUPP);
}

/* setrlimit(2): user 0 of the first namespace is exempt, whatever it may do. */
Test(limits, root_is_not_bound_by_rlimit_nproc)
{
	struct rj_limits l;
	struct rj_err err = {0};

	cr_assert_eq(
		plan("", (struct rj_limit_facts){.is_root = true, .own_pid_max = true}, &l, &err),
		0);
	expect_by(&l, RJ_LIMIT_PIDS, RJ_BY_PID_MAX);
	/* An old kernel: the default is not held, and said so; what was asked for is refused. */
	cr_assert_eq(plan("", (struct rj_limit_facts){.is_root = true}, &l, &err), 0);
	expect_by(&l, RJ_LIMIT_PIDS, RJ_BY_NOTHING);
	cr_expect_eq(l.v[RJ_LIMIT_PIDS].value, 4096u);
	cr_expect_eq(plan("pids_max = 100", (struct rj_limit_facts){.is_root = true}, &l, &err),
		     -EOPNOTSUPP);
	cr_expect_str_eq(err.msg, "pids_max cannot be held here: for a reason");
	cr_expect_not_null(strstr(err.hint, "Delegate=yes"));
	cr_expect_eq(err.status, RJ_EXIT_NO_FEATURE);
}

Test(limits, what_was_asked_for_is_held_or_refused)
{
	struct rj_limits l = {.v = {{.value = 77}}};
	struct rj_err err = {0};

	cr_assert_eq(
		plan("cpu_max = '150%'", (struct rj_limit_facts){.controllers = ALL}, &l, &err), 0);
	expect_by(&l, RJ_LIMIT_CPU, RJ_BY_CGROUP);
	cr_expect(l.v[RJ_LIMIT_CPU].asked);
	l.v[RJ_LIMIT_MEMORY].value = 77;
	cr_expect_eq(plan("cpu_max = '1.5'", (struct rj_limit_facts){0}, &l, &err), -EOPNOTSUPP);
	cr_expect_eq(l.v[RJ_LIMIT_MEMORY].value, 77u, "a failure changes nothing");
	cr_expect_eq(plan("cpu_max = 'max'", (struct rj_limit_facts){0}, &l, &err), 0);
	expect_by(&l, RJ_LIMIT_CPU, RJ_BY_NOTHING);
}

Test(limits, no_limit)
{
	struct rj_limits l;
	struct rj_err err = {0};

	cr_assert_eq(plan("memory_max = 'max'\ndisk_reserve = '0'", (struct rj_limit_facts){0}, &l,
			  &err),
		     0);
	expect_by(&l, RJ_LIMIT_MEMORY, RJ_BY_NOTHING);
	expect_by(&l, RJ_LIMIT_DISK, RJ_BY_NOTHING);
	cr_expect_eq(l.v[RJ_LIMIT_DISK].value, RJ_UNLIMITED);
}

/* A share of a small machine; what does not depend on that is refused when it is read. */
Test(limits, values_that_nothing_could_run_with)
{
	static const char *const rows[] = {"memory_max = '1%'", "tmp_size = '1%'"};
	struct rj_limits l;

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_err err = {0};

		cr_expect_eq(plan(rows[i], (struct rj_limit_facts){.ram = 1u << 20}, &l, &err),
			     -EINVAL, "%s", rows[i]);
		cr_expect_not_null(strstr(err.hint, "at least"), "%s", err.hint);
	}
}

Test(limits, tmpfs_shares)
{
	RJ_AUTO(rj_config_release) struct rj_config c = {0};

	rj_config_init(&c);
	cr_expect_eq(rj_limit_tmp_bytes(&c, 400, "/tmp"), 100u);
	cr_expect_eq(rj_limit_tmp_bytes(&c, 400, "/run"), 25u);
	cr_expect_eq(rj_limit_tmp_bytes(&c, 0, "/tmp"), 0u);
}

Test(limits, inodes_stay_free_as_bytes_do)
{
	static const struct {
		uint64_t reserve, bytes, inodes, is;
	} rows[] = {
		{GIB / 4, 100 * GIB, 6553600, 16343}, /* ext4 */
		{GIB / 4, 100 * GIB, 0, 0},	      /* btrfs */
		{GIB / 4, GIB / 8, 1000, 1000},	      /* more than there is: never begun with */
		{1, UINT64_MAX - 1, UINT64_MAX, 1},   {0, GIB, 1000, 0},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++)
		cr_expect_eq(rj_limit_inodes(rows[i].reserve, rows[i].bytes, rows[i].inodes),
			     rows[i].is, "%zu", i);
}
