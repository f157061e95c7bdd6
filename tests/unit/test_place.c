#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "applets/place.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "tests/unit/dirfix.h"

static char dir[] = "/tmp/rj-place-XXXXXX";

static void set_up(void)
{
	cr_assert_not_null(mkdtemp(dir));
}

static void tear_down(void)
{
	dirfix_drop(dir);
}

/* A file a/b/tool with `text`, and a link to it. */
static void plan(struct rj_place *p, const char *text)
{
	struct rj_buf b = {0};

	*p = (struct rj_place){.mark = "OURS"};
	rj_buf_puts(&b, text);
	rj_place_add_file(p, rj_path_join(dir, "a/b/tool"), &b, 0755);
	rj_place_add_link(p, rj_path_join(dir, "a/b/link"), "tool");
}

static int place(const char *text, size_t *ret_present, struct rj_err *err)
{
	RJ_AUTO(rj_place_release) struct rj_place p = {0};
	int rc;

	plan(&p, text);
	rc = rj_place_check(&p, err);
	*ret_present = 0;
	for (size_t i = 0; i < p.n; i++)
		*ret_present += p.v[i].present;
	return rc < 0 ? rc : rj_place_write(&p, err);
}

static void expect_file(const char *text)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, "a/b/tool");
	RJ_AUTO(rj_free) char *link = rj_path_join(dir, "a/b/link");
	char got[64] = "", target[64] = "";
	FILE *f = fopen(path, "r");
	struct stat st;

	cr_assert_not_null(f);
	(void)fread(got, 1, sizeof(got) - 1, f);
	(void)fclose(f);
	cr_expect_str_eq(got, text);
	cr_expect_eq(stat(path, &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0755);
	cr_expect_eq(readlink(link, target, sizeof(target) - 1), 4);
	cr_expect_str_eq(target, "tool");
}

static void put(const char *name, const char *text)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);
	FILE *f;

	(void)unlink(path);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

Test(place, makes_replaces_and_leaves_alone, .init = set_up, .fini = tear_down)
{
	struct rj_err err = {0};
	size_t present;

	(void)umask(0077);
	cr_assert_eq(place("one OURS", &present, &err), 0, "%s", err.msg);
	cr_expect_eq(present, 0);
	expect_file("one OURS");
	cr_assert_eq(place("one OURS", &present, &err), 0, "%s", err.msg);
	cr_expect_eq(present, 2);
	cr_assert_eq(place("two OURS", &present, &err), 0, "%s", err.msg);
	cr_expect_eq(present, 1);
	expect_file("two OURS");
}

Test(place, refuses_what_is_not_ours_and_writes_nothing, .init = set_up, .fini = tear_down)
{
	struct rj_err err = {0};
	size_t present;

	cr_assert_eq(place("one OURS", &present, &err), 0, "%s", err.msg);
	put("a/b/link", "somebody's");
	cr_expect_eq(place("two OURS", &present, &err), -EEXIST);
	cr_expect(strstr(err.msg, "/a/b/link is there already"), "%s", err.msg);
	cr_expect_neq(err.hint[0], '\0');
	put("a/b/tool", "somebody's");
	cr_expect_eq(place("two OURS", &present, &err), -EEXIST);
	cr_expect(strstr(err.msg, "/a/b/tool is there already"), "%s", err.msg);
}

Test(place, refuses_links_and_folders_for_files, .init = set_up, .fini = tear_down)
{
	RJ_AUTO(rj_free) char *tool = rj_path_join(dir, "a/b/tool");
	RJ_AUTO(rj_free) char *link = rj_path_join(dir, "a/b/link");
	struct rj_err err = {0};
	size_t present;

	cr_assert_eq(place("one OURS", &present, &err), 0, "%s", err.msg);
	cr_assert_eq(unlink(tool), 0);
	/* A link to a file of ours: writing through it would not be what was asked for. */
	put("a/b/odd", "OURS");
	cr_assert_eq(symlink("odd", tool), 0);
	cr_expect_eq(place("one OURS", &present, &err), -EEXIST);
	cr_assert_eq(unlink(tool), 0);
	cr_assert_eq(mkdir(tool, 0755), 0);
	cr_expect_eq(place("one OURS", &present, &err), -EEXIST);
	cr_assert_eq(rmdir(tool), 0);
	cr_assert_eq(unlink(link), 0);
	cr_assert_eq(symlink("elsewhere", link), 0);
	cr_expect_eq(place("one OURS", &present, &err), -EEXIST);
}
