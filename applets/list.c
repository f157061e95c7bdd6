/*
 * list - every jail, one a line
 *
 * Reads the records and asks the kernel who runs: no git, no worktree is opened.
 */
#include <fcntl.h>
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

/* All jails lie in the same two places, and the way there is longer than the rest. */
struct places {
	const char *dir; /* of worktrees */
	int jails;	 /* it, open */
	int private;
};

static const char *status_of(const struct places *p, const struct rj_jail *jail)
{
	const char *path = jail->worktree_path;
	bool busy = rj_session_running_in(p->private, jail->name) != 0;
	size_t len = strlen(p->dir);

	if (jail->creating)
		return busy ? "creating" : "incomplete";
	if (busy)
		return "running";
	if (!strncmp(path, p->dir, len) && path[len] == '/' && path[len + 1])
		path += len + 1;
	return faccessat(p->jails, path, F_OK, 0) == 0 ? "stopped" : "missing";
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

static void print_table(const struct places *places, const struct rj_jail *jails, size_t n)
{
	static const struct rj_grid_col cols[] = {
		{.title = "NAME"},
		{.title = "STATUS"},
		{.title = "AGE", .right = true},
		{.title = "BRANCH", .shrinks = true},
		{.title = "REPOSITORY", .shrinks = true},
		{.title = "ENTRYPOINT", .shrinks = true},
	};
	RJ_AUTO(rj_grid_release) struct rj_grid grid = {.cols = cols, .ncols = RJ_COUNT(cols)};

	for (size_t i = 0; i < n; i++) {
		const struct rj_jail *j = &jails[i];
		const char *status = status_of(places, j);
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

/* As rj_json_print has it, for many times more jails in the same time. */
static void put(const char *key, const char *value, FILE *out)
{
	(void)fprintf(out, ",\n    \"%s\": ", key);
	rj_json_print_text(value, out);
}

static void put_entrypoint(const struct rj_strv *words, FILE *out)
{
	RJ_AUTO(rj_free) char *line = rj_words_join(words);

	put("entrypoint", line, out);
	(void)fputs(",\n    \"entrypoint_argv\": [", out);
	for (size_t i = 0; i < words->n; i++) {
		(void)fputs(i ? ",\n      " : "\n      ", out);
		rj_json_print_text(words->v[i], out);
	}
	(void)fputs("\n    ]", out);
}

static void print_jail(const struct places *places, const struct rj_jail *j, FILE *out)
{
	(void)fputs("\n  {\n    \"name\": ", out);
	rj_json_print_text(j->name, out);
	put("repo", j->repo_path, out);
	put("branch", j->branch, out);
	if (j->entrypoint.n > 0)
		put_entrypoint(&j->entrypoint, out);
	if (j->agent)
		put("agent", j->agent, out);
	if (j->nested)
		(void)fputs(",\n    \"nested\": true", out);
	put("created", j->created_at, out);
	put("status", status_of(places, j), out);
	put("worktree", j->worktree_path, out);
	if (j->base)
		put("base", j->base, out);
	(void)fputs("\n  }", out);
}

static void print_json(const struct places *places, const struct rj_jail *jails, size_t n)
{
	(void)fputc('[', stdout);
	for (size_t i = 0; i < n; i++) {
		(void)fputs(i ? "," : "", stdout);
		print_jail(places, &jails[i], stdout);
	}
	(void)fputs(n ? "\n]\n" : "]\n", stdout);
}

static int list_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct list_args *args = p;
	RJ_AUTO(rj_close) int worktrees = open(ctx->dirs.jails, O_PATH | O_CLOEXEC);
	RJ_AUTO(rj_close) int private = open(ctx->dirs.private, O_PATH | O_CLOEXEC);
	const struct places places = {ctx->dirs.jails, worktrees, private};
	struct rj_jail *jails = NULL;
	size_t n = 0;

	(void)operands;
	if (rj_store_list(ctx, &jails, &n, err) < 0)
		return -err->num;
	if (args->json)
		print_json(&places, jails, n);
	else if (args->names)
		for (size_t i = 0; i < n; i++)
			(void)puts(jails[i].name);
	else if (n > 0)
		print_table(&places, jails, n);
	else
		(void)puts("No jails yet. Make one inside a repository: robojail create NAME");
	rj_jails_free(jails, n);
	return 0;
}

const struct rj_applet rj_applet_list = {
	.name = "list",
	.alias = "ls",
	.summary = "show all jails",
	.operands = NULL,
	.details =
		"A jail is running while a session of it lives, stopped otherwise; missing when "
		"its worktree was deleted by hand; creating while 'create' or 'destroy' is at "
		"work, and incomplete when that was cut short ('robojail destroy' removes what it "
		"left).\n\n"
		"The JSON keys are name, repo, branch, entrypoint (one line) and entrypoint_argv "
		"and agent where there is one, created, status, worktree and base.",
	.example = "robojail list\n"
		   "robojail list --json | jq '.[].name'",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = list_run,
};
