/*
 * list - every jail, one a line
 *
 * Reads the records and asks the kernel who runs: no git, no worktree is opened.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "applets/age.h"
#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/session.h"
#include "core/engine/store.h"
#include "core/model/words.h"

struct list_args {
	bool json;
	bool names;
};

static const struct rj_opt list_opts[] = {
	RJ_FLAG('j', "json", struct list_args, json, "print a JSON array"),
	RJ_FLAG('\0', "names", struct list_args, names, "print names only, one a line"),
	RJ_STOP,
};

static const char *status_of(const struct rj_ctx *ctx, const struct rj_jail *jail)
{
	bool busy = rj_session_running(ctx, jail->name) != 0;

	if (jail->creating)
		return busy ? "creating" : "incomplete";
	if (busy)
		return "running";
	return access(jail->worktree_path, F_OK) == 0 ? "stopped" : "missing";
}

/* "2026-11-23T22:01:02Z", with or without a fraction -> "5m", "3h", "12d"; "?" for other text. */
static void age_of(const char *created, char *ret, size_t size)
{
	struct tm tm = {0};

	if (!strptime(created, "%Y-%m-%dT%H:%M:%S", &tm)) {
		(void)snprintf(ret, size, "?");
		return;
	}
	rj_age_print((int64_t)time(NULL) - (int64_t)timegm(&tm), ret, size);
}

static void print_table(const struct rj_ctx *ctx, const struct rj_jail *jails, size_t n)
{
	static const struct rj_grid_col cols[] = {
		{.title = "NAME", .shrinks = true},	  {.title = "STATUS"},
		{.title = "AGE", .right = true},	  {.title = "BRANCH", .shrinks = true},
		{.title = "REPOSITORY", .shrinks = true}, {.title = "ENTRYPOINT", .shrinks = true},
	};
	RJ_AUTO(rj_grid_release) struct rj_grid grid = {.cols = cols, .ncols = RJ_COUNT(cols)};

	for (size_t i = 0; i < n; i++) {
		const struct rj_jail *j = &jails[i];
		const char *status = status_of(ctx, j);
		RJ_AUTO(rj_free) char *entry = rj_words_join(&j->entrypoint);
		enum rj_color color = !strcmp(status, "running")   ? RJ_COLOR_GREEN
				      : !strcmp(status, "stopped") ? RJ_COLOR_OFF
								   : RJ_COLOR_YELLOW;
		char age[32];

		age_of(j->created_at, age, sizeof(age));
		rj_grid_add(&grid, j->name, RJ_COLOR_BOLD);
		rj_grid_add(&grid, status, color);
		rj_grid_add(&grid, age, RJ_COLOR_OFF);
		rj_grid_add(&grid, j->branch, RJ_COLOR_CYAN);
		rj_grid_add(&grid, j->repo_path, RJ_COLOR_OFF);
		rj_grid_add(&grid, entry, RJ_COLOR_OFF);
	}
	rj_grid_print(&grid, stdout, isatty(STDOUT_FILENO) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
}

static json_t *text(const char *s)
{
	return rj_json_text(s, strlen(s));
}

static json_t *to_json(const struct rj_ctx *ctx, const struct rj_jail *j)
{
	json_t *o = json_object();

	json_object_set_new(o, "name", text(j->name));
	json_object_set_new(o, "repo", text(j->repo_path));
	json_object_set_new(o, "branch", text(j->branch));
	if (j->entrypoint.n > 0) {
		RJ_AUTO(rj_free) char *line = rj_words_join(&j->entrypoint);
		json_t *argv = json_array();

		json_object_set_new(o, "entrypoint", text(line));
		for (size_t i = 0; i < j->entrypoint.n; i++)
			json_array_append_new(argv, text(j->entrypoint.v[i]));
		json_object_set_new(o, "entrypoint_argv", argv);
	}
	if (j->agent)
		json_object_set_new(o, "agent", text(j->agent));
	if (j->nested)
		json_object_set_new(o, "nested", json_true());
	json_object_set_new(o, "created", text(j->created_at));
	json_object_set_new(o, "status", text(status_of(ctx, j)));
	json_object_set_new(o, "worktree", text(j->worktree_path));
	if (j->base)
		json_object_set_new(o, "base", text(j->base));
	return o;
}

static int print_json(const struct rj_ctx *ctx, const struct rj_jail *jails, size_t n,
		      struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *all = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, to_json(ctx, &jails[i]));
	return rj_json_print(all, stdout, err);
}

static int list_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct list_args *args = p;
	RJ_AUTO(rj_free) struct rj_jail *jails = NULL;
	size_t n = 0;
	int rc = 0;

	(void)operands;
	if (rj_store_list(ctx, &jails, &n, err) < 0)
		return -err->num;
	if (args->json)
		rc = print_json(ctx, jails, n, err);
	else if (args->names)
		for (size_t i = 0; i < n; i++)
			(void)puts(jails[i].name);
	else if (n > 0)
		print_table(ctx, jails, n);
	else
		(void)puts("No jails yet. Make one inside a repository: robojail create NAME");
	for (size_t i = 0; i < n; i++)
		rj_jail_release(&jails[i]);
	return rc;
}

const struct rj_applet rj_applet_list = {
	.name = "list",
	.alias = "ls",
	.summary = "show all jails",
	.operands = NULL,
	.details =
		"A jail is running while a session of it lives, stopped otherwise; missing when "
		"its worktree was deleted by hand; creating while 'create' is at work, and "
		"incomplete when that was cut short ('robojail destroy' removes what it left).\n\n"
		"The JSON keys are name, repo, branch, entrypoint (one line) and entrypoint_argv "
		"and agent where there is one, created, status, worktree and base.",
	.example = "robojail list\n"
		   "robojail list --json | jq '.[].name'",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};
