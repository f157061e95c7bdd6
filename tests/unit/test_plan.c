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
