/* userns: why there is no user namespace, by the sysctls of a folder that the test makes. */
#include "core/sys/userns.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/apparmor.h"
#include "core/sys/file.h"
#include "core/sys/probe.h"
#include "tests/unit/dirfix.h"

static const char *const names[] = {"kernel/unprivileged_userns_clone", "user/max_user_namespaces",
				    "kernel/apparmor_restrict_unprivileged_userns"};

static const struct {
	const char *values[3]; /* NULL: there is no such file */
	int num;
	const char *part;
} rows[] = {
	{{"0\n", "1000\n", NULL}, EPERM, "kernel.unprivileged_userns_clone=1"},
	{{"0\n", "0\n", "1\n"}, EPERM, "kernel.unprivileged_userns_clone=1"},
	{{NULL, "0\n", NULL}, ENOSPC, "user.max_user_namespaces=15000"},
	{{NULL, "1000\n", NULL}, ENOSPC, "limit"},
	{{NULL, "1000\n", "1\n"}, ENOSPC, "limit"},
	{{NULL, "1000\n", "1\n"}, EUSERS, "limit"},
	{{NULL, "1000\n", "1\n"}, EACCES, "packaging/apparmor/robojail"},
	{{NULL, "1000\n", "1\n"}, EPERM, "kernel.apparmor_restrict_unprivileged_userns=0"},
	{{"1\n", "1000\n", "0\n"}, EPERM, "seccomp=unconfined"},
	{{NULL, NULL, NULL}, EACCES, "apparmor=unconfined"},
	{{NULL, NULL, NULL}, EPERM, "chroot"},
	{{NULL, NULL, NULL}, EINVAL, "CONFIG_USER_NS"},
	{{NULL, "nonsense\n", ""}, EPERM, "security.nesting=true"},
};

/* A folder with these files, in *ret_root (malloc'd). */
static void write_files(const char *const values[3], char **ret_root)
{
	char root[] = "/tmp/rj-sysctl-XXXXXX";
	struct rj_err err;

	cr_assert_not_null(mkdtemp(root));
	*ret_root = rj_strdup(root);
	for (int i = 0; i < 3; i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(root, names[i]);
		RJ_AUTO(rj_free) char *dir = rj_path_parent(path);

		cr_assert_eq(rj_mkdirs(dir, 0700, &err), 0);
		if (values[i])
			cr_assert_eq(
				rj_file_replace(path, values[i], strlen(values[i]), 0600, &err), 0);
	}
}

Test(userns, each_reason_has_its_remedy)
{
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *root = NULL;
		struct rj_userns_switches s;
		const char *text;

		write_files(rows[i].values, &root);
		s = rj_userns_switches(root);
		text = rj_remedy_userns(&s, rows[i].num);
		cr_expect(strstr(text, rows[i].part), "row %zu: no '%s' in: %s", i, rows[i].part,
			  text);
		dirfix_drop(root);
	}
}

Test(userns, a_missing_sysctl_is_told_from_zero)
{
	const struct rj_userns_switches s = rj_userns_switches("/nowhere");

	cr_expect_eq(s.debian, -1);
	cr_expect_eq(s.max, -1);
	cr_expect_eq(s.apparmor, -1);
}

/* A remedy that is cut off would be worse than none. */
Test(userns, remedies_fit_into_an_error)
{
	static const char *const fixed[] = {RJ_REMEDY_PROC, RJ_REMEDY_MOUNT, RJ_REMEDY_KERNEL};
	const struct rj_userns_switches none = {-1, -1, -1};
	struct rj_userns_switches apparmor = none;
	struct rj_err err;

	apparmor.apparmor = 1;
	for (size_t i = 0; i < RJ_COUNT(fixed); i++)
		cr_expect_lt(strlen(fixed[i]), sizeof(err.hint));
	cr_expect_lt(strlen(rj_remedy_userns(&none, EPERM)), sizeof(err.hint));
	cr_expect_lt(strlen(rj_remedy_userns(&apparmor, EPERM)), sizeof(err.hint));
}

Test(apparmor, names_this_program)
{
	static const struct {
		const char *path, *line;
	} good[] = {
		{"/usr/local/bin/robojail",
		 "profile robojail \"/usr/local/bin/robojail\" flags=(unconfined) {\n"},
		{"/home/u/my tools/robojail",
		 "profile robojail \"/home/u/my tools/robojail\" flags=(unconfined) {\n"},
		{"/a*b/{c,d}/[e]?/\"f\"/\\g@{HOME}/robojail",
		 "profile robojail \"/a\\*b/\\{c\\,d\\}/\\[e\\]\\?/\\\"f\\\"/\\\\g\\@\\{HOME\\}/"
		 "robojail\" flags=(unconfined) {\n"},
	};

	for (size_t i = 0; i < RJ_COUNT(good); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
		struct rj_err err = {0};

		cr_assert_eq(rj_apparmor_profile(good[i].path, &out, &err), 0, "%s", err.msg);
		cr_expect(strstr(out.s, good[i].line), "%s", out.s);
		cr_expect(strstr(out.s, "\n  userns,\n"));
	}
}

Test(apparmor, refuses_what_no_profile_can_name)
{
	static const char *const bad[] = {"", "robojail", "/a/../b", "/a\nb", "/a\tb", "/a\x7f"};

	for (size_t i = 0; i < RJ_COUNT(bad); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
		struct rj_err err = {0};

		cr_expect_eq(rj_apparmor_profile(bad[i], &out, &err), -EINVAL, "%s", bad[i]);
		cr_expect_eq(out.len, 0);
	}
}

Test(probe, git_of_an_absolute_path_only)
{
	char text[128];

	rj_probe_git("/usr/bin:/bin", text, sizeof(text));
	cr_expect(!strncmp(text, "git version ", 12), "%s", text);
	rj_probe_git(".:usr/bin:", text, sizeof(text));
	cr_expect_str_eq(text, "");
	rj_probe_git(NULL, text, sizeof(text));
	cr_expect_str_eq(text, "");
	rj_probe_git("/nowhere", text, sizeof(text));
	cr_expect_str_eq(text, "");
}

Test(probe, a_file_system_by_its_nearest_parent)
{
	struct rj_fs_facts fs;

	rj_probe_fs("/proc", &fs);
	cr_expect_eq(fs.num, 0);
	cr_expect(fs.exists);
	rj_probe_fs("/tmp/is/not/there", &fs);
	cr_expect_eq(fs.num, 0);
	cr_expect_not(fs.exists);
	cr_expect(fs.type[0]);
	cr_expect_not(fs.casefold);
	cr_expect_str_eq(fs.path, "/tmp/is/not/there");
}

Test(userns, half_of_inotify)
{
	char root[] = "/tmp/rj-sysctl-XXXXXX";
	RJ_AUTO(rj_free) char *dir = rj_path_join(mkdtemp(root), "fs/inotify");
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, "max_user_instances");
	struct rj_userns_inotify half = rj_userns_inotify_half(root);
	struct rj_err err;

	cr_expect_eq(half.instances, 0);
	cr_expect_eq(half.watches, 0);
	cr_assert_eq(rj_mkdirs(dir, 0700, &err), 0);
	cr_assert_eq(rj_file_replace(path, "129\n", 4, 0600, &err), 0);
	half = rj_userns_inotify_half(root);
	cr_expect_eq(half.instances, 64);
	cr_expect_eq(half.watches, 0, "the kernel does not tell");
	dirfix_drop(root);
}
