#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "applets/applet.h"
#include "core/base/mem.h"

/* Does this file of the folder define a command? */
static bool defines(const char *file, const char *name)
{
	char path[512], want[512], line[1024];
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "applets/%s", file);
	(void)snprintf(want, sizeof(want), "const struct rj_applet rj_applet_%s = {", name);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	while (fgets(line, sizeof(line), f))
		found |= !strncmp(line, want, strlen(want));
	(void)fclose(f);
	return found;
}

static bool defines_any(const char *file)
{
	char path[512], line[1024];
	bool found = false;
	FILE *f;

	(void)snprintf(path, sizeof(path), "applets/%s", file);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	while (fgets(line, sizeof(line), f))
		found |= !strncmp(line, "const struct rj_applet rj_applet_", 33);
	(void)fclose(f);
	return found;
}

Test(table, lists_the_commands_of_the_folder)
{
	DIR *dir = opendir("applets");
	struct dirent *d;
	size_t files = 0, rows = 0;

	cr_assert_not_null(dir, "run the tests in the top folder");
	while ((d = readdir(dir))) {
		size_t len = strlen(d->d_name);
		char name[256];
		const struct rj_applet *a;

		if (len < 3 || strcmp(d->d_name + len - 2, ".c") != 0 || !defines_any(d->d_name))
			continue;
		files++;
		(void)snprintf(name, sizeof(name), "%.*s", (int)len - 2, d->d_name);
		cr_expect(defines(d->d_name, name), "applets/%s defines another command",
			  d->d_name);
		/* what is a hyphen in the command is none in C */
		for (char *s = strchr(name, '_'); s; s = strchr(s, '_'))
			*s = '-';
		a = rj_applet_find(name);
		cr_expect_not_null(a, "applets/%s is not in the table", d->d_name);
		cr_expect(!a || !strcmp(a->name, name), "%s", name);
	}
	(void)closedir(dir);
	while (rj_applets[rows])
		rows++;
	cr_expect_eq(files, rows, "%zu files, %zu rows", files, rows);
}

Test(table, is_sorted)
{
	for (size_t i = 1; rj_applets[0] && rj_applets[i]; i++)
		cr_expect_lt(strcmp(rj_applets[i - 1]->name, rj_applets[i]->name), 0, "%s, %s",
			     rj_applets[i - 1]->name, rj_applets[i]->name);
}

Test(table, finds_names_and_aliases_and_nothing_else)
{
	for (const struct rj_applet *const *a = rj_applets; *a; a++) {
		cr_expect_eq(rj_applet_find((*a)->name), *a, "%s", (*a)->name);
		if ((*a)->alias[0])
			cr_expect_eq(rj_applet_find((*a)->alias), *a, "%s: the alias is taken",
				     (*a)->alias);
	}
	cr_expect_null(rj_applet_find(""));
	cr_expect_null(rj_applet_find("hel"));
	cr_expect_null(rj_applet_find("HELP"));
}

static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s != '\n' && ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e))
			return false;
	return true;
}

/* A line for lists: no capital, no full stop. */
static void check_line(const char *applet, const char *s)
{
	size_t len = strlen(s);

	cr_expect_gt(len, 0, "%s", applet);
	cr_expect(is_plain(s) && !strchr(s, '\n'), "%s: '%s' is not a line of ASCII", applet, s);
	cr_expect(len == 0 || s[len - 1] != '.', "%s: '%s' ends with a full stop", applet, s);
	cr_expect_not(s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z',
		      "%s: '%s' begins with a capital", applet, s);
}

static void check_option(const struct rj_applet *a, const struct rj_opt *o)
{
	bool takes_value = o->type != RJ_OPT_FLAG;

	cr_assert_not_null(o->name, "%s", a->name);
	cr_expect_str_neq(o->name, "help", "%s: --help is everybody's", a->name);
	cr_expect_neq(o->letter, 'h', "%s: -h is everybody's", a->name);
	cr_expect_lt(o->off, a->args_size, "%s: --%s has no field", a->name, o->name);
	cr_expect(!takes_value || o->type == RJ_OPT_CHOICE || o->arg, "%s: --%s has no placeholder",
		  a->name, o->name);
	cr_expect(o->type != RJ_OPT_CHOICE || (o->choices && o->choices[0]), "%s: --%s", a->name,
		  o->name);
	cr_expect(o->type != RJ_OPT_INT || o->lo < o->hi, "%s: --%s has no range", a->name,
		  o->name);
	if (o->help)
		check_line(a->name, o->help);
	for (const struct rj_opt *other = a->opts; other != o; other++) {
		cr_expect_str_neq(other->name, o->name, "%s: --%s twice", a->name, o->name);
		cr_expect(!o->letter || other->letter != o->letter, "%s: -%c twice", a->name,
			  o->letter);
	}
}

Test(table, rows_are_complete)
{
	for (const struct rj_applet *const *p = rj_applets; *p; p++) {
		const struct rj_applet *a = *p;

		check_line(a->name, a->summary);
		cr_expect_not_null(a->run, "%s", a->name);
		cr_expect_leq(a->min, a->max, "%s", a->name);
		cr_expect_eq(a->max > 0, a->operands != NULL, "%s: operands", a->name);
		cr_expect(a->command_at == 0 || a->max == RJ_MANY, "%s", a->name);
		cr_expect(!a->details || is_plain(a->details), "%s: details are not ASCII",
			  a->name);
		cr_expect(!a->example || is_plain(a->example), "%s: example is not ASCII", a->name);
		cr_expect(!a->opts || a->args_size > 0, "%s: options without a struct", a->name);
		for (const struct rj_opt *o = a->opts; o && o->type != RJ_OPT_STOP; o++)
			check_option(a, o);
	}
}
