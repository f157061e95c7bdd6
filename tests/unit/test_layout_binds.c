/* The mount plan: the binds that the user asked for, and what stays hidden below them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/layout.h"
#include "tests/unit/layoutfix.h"

Test(layout_binds, hidden_paths_stay_hidden_below_a_bind)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	rj_strv_add(&config.extra_ro_binds, "/home/u:/mnt/h");
	rj_strv_add(&config.extra_rw_binds, "~/docs");
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "bind ro /home/u /mnt/h");
	expect_line(plan, "mask ro - /mnt/h/.ssh");
	expect_line(plan, "mask ro - /mnt/h/.aws");
	expect_line(plan, "mask ro - /mnt/h/docs/aws"); /* where the symlink .aws leads */
	expect_line(plan, "bind rw /home/u/docs /home/u/docs");
	expect_line(plan, "mask ro - /home/u/docs/aws");
	cr_expect_lt(place(plan, "/d/private/j/home /home/u\n"),
		     place(plan, "bind rw /home/u/docs"));
	cr_expect_lt(place(plan, "bind rw /home/u/docs"), place(plan, "bind rw /d/jails/j"));
	rj_config_release(&config);
}

/* .config/gcloud, which is not there, comes before .config/robojail, which is. */
Test(layout_binds, what_is_hidden_is_pinned_before_any_of_it_is_covered)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	rj_strv_add(&config.extra_rw_binds, "~");
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	cr_expect_lt(place(plan, "bind-inside rw /home/u/.config /home/u/.config\n"),
		     place(plan, "mask ro - /home/u/.config/gcloud\n"));
	expect_line(plan, "mask ro - /home/u/.config/robojail");
	rj_config_release(&config);
}

Test(layout_binds, a_bind_in_another_guards_what_is_below_it)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	rj_strv_add(&config.extra_ro_binds, "~");
	rj_strv_add(&config.extra_rw_binds, "~/.config");
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "mask ro - /home/u/.ssh");
	cr_expect_lt(place(plan, "bind rw /home/u/.config /home/u/.config\n"),
		     place(plan, "mask ro - /home/u/.config/robojail\n"));
	rj_config_release(&config);
	free(plan);

	rj_config_init(&config);
	rj_strv_add(&config.extra_rw_binds, "/home"); /* the private home lies in it */
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	cr_expect_lt(place(plan, "bind rw /home /home\n"),
		     place(plan, "bind rw /d/private/j/home /home/u\n"));
	cr_expect_null(strstr(plan, "mask ro - /home"));
	rj_config_release(&config);
}

Test(layout_binds, a_bind_in_the_place_of_what_each_jail_has)
{
	static const struct {
		const char *bind, *msg, *hint;
	} rows[] = {
		{"/etc/passwd", "extra_ro_binds: '/etc/passwd' would hide /etc/passwd",
		 "\"/etc/passwd:/mnt/etc/passwd\""},
		{"/proc", "extra_ro_binds: '/proc' would hide /proc", "\"/proc:/mnt/proc\""},
		{"~:/dev", "extra_ro_binds: '~:/dev' would hide /dev", "\"/home/u:/mnt/home/u\""},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		struct rj_config config;
		struct rj_err err = {0};

		rj_config_init(&config);
		rj_strv_add(&config.extra_ro_binds, rows[i].bind);
		cr_expect_null(plan_of(&config, NULL, NULL, &err), "%s", rows[i].bind);
		cr_expect(strstr(err.msg, rows[i].msg) == err.msg, "%s", err.msg);
		cr_expect_not_null(strstr(err.hint, rows[i].hint), "%s", err.hint);
		rj_config_release(&config);
	}
}

Test(layout_binds, binds_that_are_refused)
{
	static const struct {
		const char *bind;
		int num;
	} row[] = {
		{"~/.ssh", EPERM},     {"~/.ssh/id:/k", EPERM},
		{"~/docs/aws", EPERM}, {"/d/private/j/git:/g", EPERM},
		{"/nowhere", ENOENT},  {"/usr:/etc", EINVAL},
	};

	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		struct rj_config config;
		struct rj_err err = {0};

		rj_config_init(&config);
		rj_strv_add(&config.extra_rw_binds, row[i].bind);
		cr_expect_null(plan_of(&config, NULL, NULL, &err), "%s", row[i].bind);
		cr_expect_eq(err.num, row[i].num, "%s: %d %s", row[i].bind, err.num, err.msg);
		rj_config_release(&config);
	}
}
