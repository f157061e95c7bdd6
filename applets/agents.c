/*
 * agents - the presets: what of the user's each agent is given
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/agents.h"

struct agents_args {
	bool json;
	bool names;
};

static const struct rj_opt agents_opts[] = {
	RJ_FLAG('j', "json", struct agents_args, json, "print JSON"),
	RJ_FLAG('\0', "names", struct agents_args, names, "print names only, one a line"),
	RJ_STOP,
};

static json_t *text(const char *s)
{
	return rj_json_text(s, strlen(s));
}

static json_t *list_json(const struct rj_strv *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n; i++)
		json_array_append_new(list, text(v->v[i]));
	return list;
}

static json_t *file_json(const struct rj_agent_file *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "path", text(f->path));
	json_object_set_new(o, "kind", text(rj_agent_kind_name(f->kind)));
	json_object_set_new(o, "when", text(rj_agent_when_name(f->when)));
	if (f->keep.n > 0)
		json_object_set_new(o, "keep", list_json(&f->keep));
	if (f->back.n > 0)
		json_object_set_new(o, "back", list_json(&f->back));
	return o;
}

static json_t *to_json(const struct rj_agent *a)
{
	json_t *o = json_object(), *files = json_array();

	json_object_set_new(o, "name", text(a->name));
	json_object_set_new(o, "summary", text(a->summary));
	json_object_set_new(o, "origin", text(a->origin ? a->origin : "built in"));
	json_object_set_new(o, "programs", list_json(&a->programs));
	json_object_set_new(o, "env", list_json(&a->env));
	json_object_set_new(o, "persist", list_json(&a->persist));
	json_object_set_new(o, "flags", list_json(&a->flags));
	json_object_set_new(o, "domains", list_json(&a->domains));
	for (size_t i = 0; i < a->n_files; i++)
		json_array_append_new(files, file_json(&a->files[i]));
	json_object_set_new(o, "files", files);
	return o;
}

static int print_names(const struct rj_agents *all)
{
	for (size_t i = 0; i < all->n; i++)
		(void)puts(all->v[i].name);
	return 0;
}

static int print_all(const struct rj_agents *all, bool json, struct rj_err *err)
{
	static const struct rj_grid_col cols[] = {
		{.title = "NAME"}, {.title = "PROGRAMS"}, {.title = "WHAT", .shrinks = true}};
	RJ_AUTO(rj_grid_release) struct rj_grid grid = {.cols = cols, .ncols = RJ_COUNT(cols)};
	RJ_AUTO(rj_json_decref) json_t *list = json_array();

	for (size_t i = 0; i < all->n; i++) {
		const struct rj_agent *a = &all->v[i];
		struct rj_buf programs = {0}, what = {0};

		json_array_append_new(list, to_json(a));
		for (size_t k = 0; k < a->programs.n; k++)
			rj_buf_printf(&programs, "%s%s", k ? " " : "", a->programs.v[k]);
		rj_buf_printf(&what, "%s%s%s%s", a->summary, a->origin ? " (" : "",
			      a->origin ? a->origin : "", a->origin ? ")" : "");
		rj_grid_add(&grid, a->name, RJ_COLOR_BOLD);
		rj_grid_add(&grid, rj_buf_str(&programs), RJ_COLOR_OFF);
		rj_grid_add(&grid, rj_buf_str(&what), RJ_COLOR_OFF);
		rj_buf_release(&programs);
		rj_buf_release(&what);
	}
	if (json)
		return rj_json_print(list, stdout, err);
	rj_grid_print(&grid, stdout, isatty(STDOUT_FILENO) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
	return 0;
}

static void print_list(const char *title, const struct rj_strv *v)
{
	if (v->n == 0)
		return;
	(void)printf("%s\n", title);
	for (size_t i = 0; i < v->n; i++) {
		(void)fputs("  ", stdout);
		rj_term_puts(stdout, v->v[i]);
		(void)putchar('\n');
	}
}

static void print_file(const struct rj_agent_file *f)
{
	(void)fputs("  ~/", stdout);
	rj_term_puts(stdout, f->path);
	(void)printf("  %s, %s", rj_agent_kind_name(f->kind),
		     f->when == RJ_AGENT_AT_START ? "when it changed, at each start"
						  : "once, by create");
	(void)puts(f->keep.n > 0 ? ", only these keys:" : ", all of it");
	for (size_t i = 0; i < f->keep.n; i++) {
		(void)fputs("      ", stdout);
		rj_term_puts(stdout, f->keep.v[i]);
		if (f->kind == RJ_AGENT_LOGIN && rj_strv_has(&f->back, f->keep.v[i]))
			(void)fputs("  (and back, by login-sync)", stdout);
		(void)putchar('\n');
	}
	for (size_t i = 0; i < f->back.n; i++) {
		if (rj_strv_has(&f->keep, f->back.v[i]))
			continue;
		(void)fputs("      back, by login-sync: ", stdout);
		rj_term_puts(stdout, f->back.v[i]);
		(void)putchar('\n');
	}
}

static void print_one(const struct rj_agent *a)
{
	rj_term_puts(stdout, a->name);
	(void)fputs(": ", stdout);
	rj_term_puts(stdout, a->summary);
	(void)fputs("\n  ", stdout);
	rj_term_puts(stdout, a->origin ? a->origin : "built in");
	(void)putchar('\n');
	print_list("Chosen for entrypoints named", &a->programs);
	if (a->n_files > 0)
		(void)puts("Copied into the jail's home");
	for (size_t i = 0; i < a->n_files; i++)
		print_file(&a->files[i]);
	print_list("Variables that pass, when they are set", &a->env);
	print_list("Kept in the jail's home", &a->persist);
	print_list("Flags offered", &a->flags);
	print_list("Talks to", &a->domains);
}

static int agents_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct agents_args *args = p;
	RJ_AUTO(rj_agents_release) struct rj_agents all = {0};
	RJ_AUTO(rj_agent_release) struct rj_agent one = {0};
	RJ_AUTO(rj_json_decref) json_t *json = NULL;

	if (!operands[0] && rj_agents_load(ctx, &all, err) < 0)
		return -err->num;
	if (!operands[0])
		return args->names && !args->json ? print_names(&all)
						  : print_all(&all, args->json, err);
	if (rj_agent_load(ctx, operands[0], &one, err) < 0)
		return -err->num;
	if (!args->json) {
		print_one(&one);
		return 0;
	}
	json = to_json(&one);
	return rj_json_print(json, stdout, err);
}

const struct rj_applet rj_applet_agents = {
	.name = "agents",
	.summary = "show what of yours each agent is given in a jail",
	.operands = "[PRESET]",
	.min = 0,
	.max = 1,
	.details =
		"A preset says what a coding agent needs of you: files of your home that are "
		"copied into the jail's own home, key by key, without what runs commands; "
		"variables that pass; flags that make sense inside. 'create' chooses one by the "
		"name of the entrypoint's program, or as --agent says, and prints what was "
		"given.\n\n"
		"Presets of your own are files $XDG_CONFIG_HOME/robojail/agents/NAME.toml. One by "
		"the name of a built-in preset takes its place; with extends = \"claude\" it adds "
		"to that one:\n\n"
		" extends = \"claude\"\n"
		" summary = \"Claude Code at work\"\n"
		" programs = [\"claude-work\"]\n"
		" env = [\"WORK_TOKEN\"]\n"
		" [[file]]\n"
		" path = \".work/settings.json\"  # below your home\n"
		" kind = \"settings\"             # or \"login\", \"memory\"\n"
		" when = \"create\"               # or \"start\": again when yours changed\n"
		" keep = [\"theme\", \"editor.*\"]  # of JSON and TOML these keys, and no other",
	.example = "robojail agents\n"
		   "robojail agents claude",
	.opts = agents_opts,
	.args_size = sizeof(struct agents_args),
	.run = agents_run,
};
