#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/mem.h"
#include "core/model/plan.h"

static const struct rj_step root = {.kind = RJ_STEP_ROOT_TMPFS, .dst = "/"};

Test(plan, prints_one_line_a_step)
{
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	cr_assert_not_null(out);
	rj_plan_add(&p, root);
	rj_plan_add(&p, (struct rj_step){.kind = RJ_STEP_BIND, .src = "/usr", .dst = "/usr"});
	rj_plan_add(&p, (struct rj_step){.kind = RJ_STEP_TMPFS,
					 .flags = RJ_STEP_WRITABLE,
					 .size = "1m",
					 .dst = "/tmp"});
	rj_plan_add(&p, (struct rj_step){.kind = RJ_STEP_FILE, .src = "four", .dst = "/etc/x"});
	rj_plan_print(&p, out);
	(void)fclose(out);
	cr_expect_str_eq(text, "root-tmpfs ro - /\n"
			       "bind ro /usr /usr\n"
			       "tmpfs rw 1m /tmp\n"
			       "file ro 4-bytes /etc/x\n");
	free(text);
}

Test(plan, check_leaves_err_alone_on_success)
{
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
	struct rj_err err = {.num = 77};

	rj_plan_add(&p, root);
	rj_plan_add(&p, (struct rj_step){.kind = RJ_STEP_DIR, .dst = "/a"});
	rj_plan_add(&p, (struct rj_step){.kind = RJ_STEP_TMPFS, .dst = "/a"});
	rj_plan_add(&p, (struct rj_step){.kind = RJ_STEP_BIND, .dst = "/a/b"});
	cr_expect_eq(rj_plan_check(&p, &err), 0);
	cr_expect_eq(err.num, 77);
}

Test(plan, check_refuses)
{
	static const struct {
		const char *why;
		struct rj_step first, second, third;
	} row[] = {
		{"no root",
		 {RJ_STEP_DIR, .dst = "/a"},
		 {RJ_STEP_DIR, .dst = "/b"},
		 {RJ_STEP_DIR, .dst = "/c"}},
		{"second root",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_ROOT_BIND, .dst = "/"},
		 {RJ_STEP_DIR, .dst = "/c"}},
		{"mount on the root",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_DIR, .dst = "/b"},
		 {RJ_STEP_BIND, .dst = "/"}},
		{"relative destination",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_DIR, .dst = "b"},
		 {RJ_STEP_DIR, .dst = "/c"}},
		{"destination that climbs",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_DIR, .dst = "/a/../b"},
		 {RJ_STEP_DIR, .dst = "/c"}},
		{"hidden by a parent",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_BIND, .dst = "/w/.git"},
		 {RJ_STEP_BIND, .dst = "/w"}},
		{"hidden by its like",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_BIND, .dst = "/w"},
		 {RJ_STEP_TMPFS, .dst = "/w"}},
		{"mask undone",
		 {RJ_STEP_ROOT_TMPFS, .dst = "/"},
		 {RJ_STEP_MASK, .dst = "/h/.ssh"},
		 {RJ_STEP_BIND, .dst = "/h"}},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
		struct rj_err err = {0};

		rj_plan_add(&p, row[i].first);
		rj_plan_add(&p, row[i].second);
		rj_plan_add(&p, row[i].third);
		cr_expect_eq(rj_plan_check(&p, &err), -EINVAL, "%s", row[i].why);
		cr_expect_eq(err.num, EINVAL, "%s", row[i].why);
	}
}

Test(plan, check_refuses_an_empty_plan)
{
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
	struct rj_err err = {0};

	cr_expect_eq(rj_plan_check(&p, &err), -EINVAL);
}

static void build(struct rj_plan *p, const struct rj_step *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rj_plan_add(p, v[i]);
}

static const struct rj_step usual[] = {
	{RJ_STEP_ROOT_TMPFS, .dst = "/"},
	{RJ_STEP_DIR, .mode = 0755, .dst = "/etc"},
	{RJ_STEP_BIND, .src = "/etc/x", .dst = "/etc/x"},
	{RJ_STEP_TMPFS, .flags = RJ_STEP_WRITABLE, .dst = "/run"},
	{RJ_STEP_DIR, .mode = 0755, .dst = "/run/user"},
	{RJ_STEP_PROC, .dst = "/proc"},
	{RJ_STEP_READONLY, .dst = "/proc/sys"},
	{RJ_STEP_BIND, .flags = RJ_STEP_IS_DIR, .src = "/home/u", .dst = "/home/u"},
	{RJ_STEP_SYMLINK, .src = "/x", .dst = "/home/u/link"},
	{RJ_STEP_SYMLINK, .src = "/x", .dst = "/home/user"},
	{RJ_STEP_FILE, .src = "text", .dst = "/etc/x.conf"},
};

Test(plan, keeps_what_lies_in_the_root)
{
	static const bool kept[RJ_COUNT(usual)] = {0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1};
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};

	build(&p, usual, RJ_COUNT(usual));
	cr_assert(rj_plan_keep(&p, true));
	for (size_t i = 0; i < p.n; i++)
		cr_expect_eq(!!(p.v[i].flags & RJ_STEP_KEPT), kept[i], "step %zu", i);
	cr_expect(p.v[3].flags & RJ_STEP_WRITABLE);
	cr_assert_not(rj_plan_keep(&p, false));
	for (size_t i = 0; i < p.n; i++)
		cr_expect_eq(p.v[i].flags, usual[i].flags, "step %zu", i);
}

Test(plan, keeps_nothing_of_other_roots)
{
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
	RJ_AUTO(rj_plan_release) struct rj_plan covered = {0};

	build(&p, usual, RJ_COUNT(usual));
	p.v[0].kind = RJ_STEP_ROOT_BIND;
	cr_expect_not(rj_plan_keep(&p, true));
	cr_expect_eq(p.v[1].flags, 0);
	build(&covered, usual, RJ_COUNT(usual));
	rj_plan_add(&covered, (struct rj_step){RJ_STEP_MASK, .dst = "/etc/secret"});
	cr_expect_not(rj_plan_keep(&covered, true));
	cr_expect_eq(covered.v[1].flags, 0);
}

Test(plan, knows_what_is_a_directory)
{
	static const struct {
		struct rj_step s;
		bool is_dir;
	} row[] = {
		{{.kind = RJ_STEP_BIND}, false},
		{{.kind = RJ_STEP_BIND, .flags = RJ_STEP_IS_DIR}, true},
		{{.kind = RJ_STEP_BIND_INSIDE}, false},
		{{.kind = RJ_STEP_OVERLAY}, true},
		{{.kind = RJ_STEP_TMPFS}, true},
		{{.kind = RJ_STEP_DIR}, true},
		{{.kind = RJ_STEP_FILE}, false},
		{{.kind = RJ_STEP_SYMLINK}, false},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++)
		cr_expect_eq(rj_step_is_dir(&row[i].s), row[i].is_dir, "row %zu", i);
}

Test(plan, a_copy_stands_only_in_a_kept_root)
{
	struct rj_step s = {RJ_STEP_BIND, .src = "/etc/x", .dst = "/etc/x", .changed = 7};

	cr_expect_not(rj_step_is_copied(&s));
	s.flags |= RJ_STEP_KEPT;
	cr_expect(rj_step_is_copied(&s));
	s.changed = 0;
	cr_expect_not(rj_step_is_copied(&s));
}
