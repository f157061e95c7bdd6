/*
 * The mount plan against a host made of a table: what is shown, what is hidden, and in which order.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/layout.h"

struct entry {
	const char *path;
	struct rj_path_fact fact;
};

#define AT(kind, p, n)                         \
	{                                      \
		p,                             \
		{                              \
			kind, p, NULL, 1, n, 0 \
		}                              \
	}
#define DIR_AT(p, n)  AT(RJ_PATH_DIR, p, n)
#define FILE_AT(p, n) AT(RJ_PATH_FILE, p, n)

static const struct entry table[] = {
	DIR_AT("/usr", 2),
	{"/bin", {RJ_PATH_DIR, "/usr/bin", "usr/bin", 1, 3, 0}},
	{"/lib64", {RJ_PATH_DIR, "/usr/lib64", "usr/lib64", 1, 4, 0}},
	DIR_AT("/sbin", 5),
	DIR_AT("/sys", 30),
	{"/etc/nsswitch.conf", {RJ_PATH_FILE, "/etc/nsswitch.conf", NULL, 1, 6, 600}},
	{"/etc/localtime",
	 {RJ_PATH_FILE, "/usr/share/zoneinfo/UTC", "/usr/share/zoneinfo/UTC", 1, 7, 0}},
	{"/etc/resolv.conf",
	 {RJ_PATH_FILE, "/run/systemd/stub.conf", "../run/systemd/stub.conf", 1, 8, 800}},
	FILE_AT("/dev/null", 9),
	DIR_AT("/d/private/j/home", 10),
	DIR_AT("/d/private/j/git", 11),
	DIR_AT("/d/jails/j", 12),
	DIR_AT("/home/u", 13),
	DIR_AT("/home/u/.ssh", 14),
	DIR_AT("/home/u/docs", 15),
	DIR_AT("/home/u/docs/deep", 22),
	{"/home/u/.aws", {RJ_PATH_DIR, "/home/u/docs/aws", "docs/aws", 1, 16, 0}},
	DIR_AT("/objects", 17),
	{"/home/u/bin", {RJ_PATH_DIR, "/opt/tools", "/opt/tools", 1, 18, 0}},
	{"/opt/tools/agent", {RJ_PATH_FILE, "/opt/tools/v2/agent", "v2/agent", 1, 19, 0}},
	FILE_AT("/opt/tools/v2/agent", 20),
	{"/home/u/bin/agent", {RJ_PATH_FILE, "/opt/tools/v2/agent", NULL, 1, 20, 0}},
	{"/loop", {RJ_PATH_NONE, NULL, "loop", 0, 0, 0}},
	DIR_AT("/opt/tools/dir", 21),
};

static const struct rj_path_fact *look(void *arg, const char *path)
{
	static const struct rj_path_fact none = {RJ_PATH_NONE, NULL, NULL, 0, 0, 0};

	(void)arg;
	for (size_t i = 0; i < RJ_COUNT(table); i++)
		if (!strcmp(table[i].path, path))
			return &table[i].fact;
	return &none;
}

static const char *hosts(void *arg)
{
	(void)arg;
	return "10.0.0.1 box\n";
}

static const struct rj_facts facts = {
	.look = look,
	.uid = 1000,
	.gid = 100,
	.user = "u",
	.group = "users",
	.hosts = hosts,
	.home = "/home/u",
};

static bool show_outer_proc;

/* The plan as text, or NULL with *err. */
static char *plan_of(struct rj_config *config, const char *entrypoint, char *const *top,
		     struct rj_err *err)
{
	RJ_AUTO(rj_plan_release) struct rj_plan p = {0};
	RJ_AUTO(rj_jail_release)
	struct rj_jail jail = {.name = rj_strdup("j"),
			       .branch = rj_strdup("b"),
			       .worktree_path = rj_strdup("/d/jails/j")};
	char objects[] = "/objects";
	char *const object_dirs[] = {objects, NULL};
	static const char *const hidden[] = {"/d", NULL};
	const struct rj_layout_in in = {
		.jail = &jail,
		.config = config,
		.facts = &facts,
		.outer_proc = show_outer_proc,
		.home = "/d/private/j/home",
		.hidden = hidden,
		.top = top,
		.git = {.pointer = "gitdir: /.rj/git\n",
			.dir = "/.rj",
			.host_git = "/d/private/j/git",
			.git = "/.rj/git",
			.host_objects = object_dirs,
			.objects = "/.rj/objects",
			.remote = "/.rj/host",
			.remote_refs = "refs",
			.remote_head = "head"},
	};
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	int begun;

	if (entrypoint)
		rj_strv_add(&jail.entrypoint, entrypoint);
	begun = rj_layout_begin(&in, &p, err);
	rj_layout_etc(&in, &p);
	if (begun < 0 || rj_layout_end(&in, &p, err) < 0 || rj_plan_check(&p, err) < 0)
		return NULL;
	out = open_memstream(&text, &len);
	rj_plan_print(&p, out);
	(void)fclose(out);
	return text;
}

static void expect_line(const char *plan, const char *line)
{
	const char *at = plan ? strstr(plan, line) : NULL;

	cr_expect(at && (at == plan || at[-1] == '\n') && at[strlen(line)] == '\n',
		  "no '%s' in\n%s", line, plan ? plan : "(no plan)");
}

static size_t place(const char *plan, const char *part)
{
	const char *at = strstr(plan, part);

	cr_assert_not_null(at, "%s", part);
	return (size_t)(at - plan);
}

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
	expect_line(plan, "bind rw /dev/null /dev/null");
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

Test(layout, hidden_paths_stay_hidden_below_a_bind)
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

Test(layout, binds_that_are_refused)
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
