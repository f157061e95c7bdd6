/*
 * The mount plan against a host made of a table: what is shown, what is hidden, and in which order.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/layout.h"
#include "tests/unit/layoutfix.h"

Test(layout, shows_the_system_read_only)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	cr_expect_eq(strncmp(plan, "root-tmpfs ro - /\n", 18), 0);
	expect_line(plan, "bind ro /usr /usr");
	expect_line(plan, "symlink ro usr/bin /bin");
	expect_line(plan, "bind ro /sbin /sbin");
	expect_line(plan, "copy ro /etc/nsswitch.conf /etc/nsswitch.conf");
	expect_line(plan, "symlink ro /usr/share/zoneinfo/UTC /etc/localtime");
	expect_line(plan, "bind ro /run/systemd/stub.conf /etc/resolv.conf");
	expect_line(plan, "proc ro - /proc");
	expect_line(plan, "readonly ro - /proc/sys");
	expect_line(plan, "bind ro /dev/null /dev/null");
	expect_line(plan, "bind rw /d/private/j/home /home/u");
	expect_line(plan, "bind rw /d/jails/j /d/jails/j");
	expect_line(plan, "bind rw /d/private/j/git /.rj/git");
	expect_line(plan, "bind ro /objects /.rj/objects/0");
	expect_line(plan, "file ro 4-bytes /.rj/host/packed-refs");
	expect_line(plan, "file ro 15-bytes /.rj/host/objects/info/alternates");
	expect_line(plan, "bind-inside ro /.rj/pointer /d/jails/j/.git");
	expect_line(plan, "symlink ro /d/jails/j /work");
	cr_expect_null(strstr(plan, "/lib32"), "what the host lacks is left out");
	rj_config_release(&config);
}

Test(layout, hides_paths_of_the_system)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	rj_strv_add(&config.hidden_paths, "/usr/share/doc");
	rj_strv_add(&config.hidden_paths, "/srv/elsewhere");
	rj_strv_add(&config.hidden_paths, "/d");
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "mask ro - /usr/share/doc");
	cr_expect_null(strstr(plan, "/srv"), "what is not shown needs no cover");
	cr_expect_null(strstr(plan, "mask ro - /d\n"), "nor what holds the jail's own");
	rj_config_release(&config);
}

/* In memory, so each has a size and a number of inodes, whatever the kernel's defaults are. */
Test(layout, scratch_directories_have_their_share_of_tmp_size)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;
	RJ_AUTO(rj_free) char *unknown = NULL;

	rj_config_init(&config);
	/* The host of the table does not know its memory: the kernel works the share out. */
	unknown = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(unknown, "%s", err.msg);
	expect_line(unknown, "tmpfs rw 25% /tmp");
	cr_assert_eq(rj_config_parse("tmp_size = '8M'", 15, "c", &config, &err), 0);
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "tmpfs rw 8192k /tmp");
	expect_line(plan, "tmpfs rw 8192k /var/tmp");
	expect_line(plan, "tmpfs rw 8192k /dev/shm");
	expect_line(plan, "tmpfs rw 2048k /run");
	rj_config_release(&config);
}

Test(layout, links_the_projects_top_where_the_name_is_free)
{
	char src[] = "src", usr[] = "usr", tmp[] = "tmp", git[] = ".git", work[] = "work",
	     home[] = "home";
	char *const top[] = {src, usr, tmp, git, work, home, NULL};
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	plan = plan_of(&config, NULL, top, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "symlink ro /d/jails/j/src /src");
	for (size_t i = 1; top[i]; i++) {
		char link[64];

		(void)snprintf(link, sizeof(link), "/d/jails/j/%s /%s\n", top[i], top[i]);
		cr_expect_null(strstr(plan, link), "%s", link);
	}
	rj_config_release(&config);
}

Test(layout, a_nested_jail_sees_all_of_its_own_proc)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	config.nested = true;
	plan = plan_of(&config, NULL, NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "proc ro - /proc");
	cr_expect_null(strstr(plan, " - /proc/"), "the kernel would let no other be mounted");
	rj_config_release(&config);
}

Test(layout, sys_is_shown_on_request)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *without = NULL;
	RJ_AUTO(rj_free) char *with = NULL;

	rj_config_init(&config);
	without = plan_of(&config, NULL, NULL, &err);
	config.sysfs = RJ_SYSFS_RO;
	with = plan_of(&config, NULL, NULL, &err);
	cr_assert(without && with, "%s", err.msg);
	cr_expect_null(strstr(without, " /sys\n"));
	expect_line(with, "bind ro /sys /sys");
	expect_line(with, "mask ro - /sys/kernel/debug");
	rj_config_release(&config);
}

Test(layout, root_is_the_worktree)
{
	char src[] = "src", etc[] = "etc";
	char *const fine[] = {src, NULL};
	char *const collides[] = {src, etc, NULL};
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	config.layout = RJ_LAYOUT_ROOT;
	plan = plan_of(&config, NULL, fine, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	cr_expect_eq(strncmp(plan, "root-bind rw /d/jails/j /\n", 26), 0, "%s", plan);
	expect_line(plan,
		    "bind ro /usr/bin /bin"); /* no link: it would be an entry of the project */
	expect_line(plan, "tmpfs ro 1m /home");
	expect_line(plan, "bind-inside ro /.rj/pointer /.git");
	cr_expect_null(plan_of(&config, NULL, collides, &err));
	cr_expect_eq(err.num, EEXIST);
	cr_expect_not_null(strstr(err.hint, "layout"));
	rj_config_release(&config);
}

Test(layout, a_program_in_the_home_with_its_links)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *plan = NULL;

	rj_config_init(&config);
	plan = plan_of(&config, "/home/u/bin/agent", NULL, &err);
	cr_assert_not_null(plan, "%s", err.msg);
	expect_line(plan, "symlink ro /opt/tools /home/u/bin");
	expect_line(plan, "symlink ro v2/agent /opt/tools/agent");
	expect_line(plan, "bind ro /opt/tools/v2/agent /opt/tools/v2/agent");
	rj_config_release(&config);
}

Test(layout, programs_that_need_nothing_and_ones_that_cannot_be)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *without = NULL;
	RJ_AUTO(rj_free) char *with = NULL;

	rj_config_init(&config);
	without = plan_of(&config, NULL, NULL, &err);
	with = plan_of(&config, "/usr/bin/agent", NULL, &err);
	cr_assert_not_null(without);
	cr_expect_str_eq(with, without);
	cr_expect_null(plan_of(&config, "/opt/gone", NULL, &err));
	cr_expect_eq(err.num, ENOENT);
	cr_expect_null(plan_of(&config, "/opt/tools/dir", NULL, &err));
	cr_expect_eq(err.num, EISDIR);
	cr_expect_null(plan_of(&config, "/loop", NULL, &err));
	cr_expect_eq(err.num, ELOOP);
	rj_config_release(&config);
}

Test(layout, identity)
{
	struct rj_config config;
	struct rj_identity id;

	rj_config_init(&config);
	id = rj_layout_identity(&config, &facts);
	cr_expect_eq(id.uid, 0);
	cr_expect_str_eq(id.user, "root");
	config.user = RJ_USER_SELF;
	id = rj_layout_identity(&config, &facts);
	cr_expect_eq(id.uid, 1000);
	cr_expect_eq(id.gid, 100);
	cr_expect_str_eq(id.user, "u");
	rj_config_release(&config);
}

Test(layout, shows_the_outer_proc_only_when_told)
{
	struct rj_config config;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *own = NULL, *outer = NULL;

	rj_config_init(&config);
	own = plan_of(&config, NULL, NULL, &err);
	show_outer_proc = true;
	outer = plan_of(&config, NULL, NULL, &err);
	expect_line(own, "proc ro - /proc");
	expect_line(outer, "proc-outer ro - /proc");
	cr_expect_null(strstr(outer, "proc ro - /proc\n"));
	/* What is masked in its own is masked in that. */
	cr_expect_lt(place(outer, "proc-outer"), place(outer, "mask ro - /proc/kcore"));
	cr_expect_lt(place(outer, "proc-outer"), place(outer, "readonly ro - /proc/sys"));
	rj_config_release(&config);
}
