#ifndef RJ_TESTS_UNIT_LAYOUTFIX_H
#define RJ_TESTS_UNIT_LAYOUTFIX_H

/* A host made of a table, and the mount plan of a jail on it. */
#include <criterion/criterion.h>
#include <stdio.h>
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
	DIR_AT("/home", 23),
	DIR_AT("/home/u/.config", 24),
	DIR_AT("/home/u/.config/robojail", 25),
	DIR_AT("/proc", 26),
	FILE_AT("/etc/passwd", 27),
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
	static const char *const hidden[] = {"/d", "/home/u/.config/robojail", NULL};
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

#endif
