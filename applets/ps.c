/*
 * ps - the sessions that run
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "applets/age.h"
#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/join.h"
#include "core/engine/session.h"
#include "core/engine/store.h"

struct ps_args {
	bool json;
};

static const struct rj_opt ps_opts[] = {
	RJ_FLAG('j', "json", struct ps_args, json, "print a JSON array"),
	RJ_STOP,
};

/* One session, of the jail `name`. */
struct row {
	char *name;
	struct rj_wire_session s;
};

struct rows {
	struct row *v;
	size_t n, cap;
};

static void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		free(rows->v[i].name);
	free(rows->v);
	*rows = (struct rows){0};
}

static int add_jail(const struct rj_ctx *ctx, const char *name, struct rows *rows,
		    struct rj_err *err)
{
	RJ_AUTO(rj_free) struct rj_wire_session *v = NULL;
	size_t n = 0;

	if (rj_session_running(ctx, name) == 0)
		return 0;
	if (rj_join_list(ctx, name, &v, &n, err) < 0)
		return -err->num;
	for (size_t i = 0; i < n; i++) {
		rows->v = rj_grow(rows->v, &rows->cap, rows->n + 1, sizeof(*rows->v));
		rows->v[rows->n++] = (struct row){.name = rj_strdup(name), .s = v[i]};
	}
	return 0;
}

/* A jail that does not answer hides no other; the first such error. */
static int add_all(const struct rj_ctx *ctx, struct rows *rows, struct rj_err *err)
{
	RJ_AUTO(rj_free) struct rj_jail *jails = NULL;
	struct rj_err later;
	size_t n = 0;
	int rc = 0;

	if (rj_store_list(ctx, &jails, &n, err) < 0)
		return -err->num;
	for (size_t i = 0; i < n; i++) {
		const int one = add_jail(ctx, jails[i].name, rows, rc < 0 ? &later : err);

		rc = rc < 0 ? rc : one;
		rj_jail_release(&jails[i]);
	}
	return rc;
}

static const char *where(const struct rj_wire_session *s)
{
	return s->detached ? "background" : s->terminal ? "terminal" : "pipe";
}

static void print_table(const struct rows *rows)
{
	static const struct rj_grid_col cols[] = {
		{.title = "JAIL"},
		{.title = "SESSION", .right = true},
		{.title = "PID", .right = true},
		{.title = "AGE", .right = true},
		{.title = "ON"},
		{.title = "COMMAND", .shrinks = true},
	};
	RJ_AUTO(rj_grid_release) struct rj_grid grid = {.cols = cols, .ncols = RJ_COUNT(cols)};

	for (size_t i = 0; i < rows->n; i++) {
		const struct rj_wire_session *s = &rows->v[i].s;
		char id[16], pid[16], age[32];

		(void)snprintf(id, sizeof(id), "%d", s->id);
		(void)snprintf(pid, sizeof(pid), "%d", s->client);
		rj_age_print((int64_t)time(NULL) - s->started, age, sizeof(age));
		rj_grid_add(&grid, rows->v[i].name, RJ_COLOR_BOLD);
		rj_grid_add(&grid, id, RJ_COLOR_OFF);
		rj_grid_add(&grid, pid, RJ_COLOR_OFF);
		rj_grid_add(&grid, age, RJ_COLOR_OFF);
		rj_grid_add(&grid, where(s), s->detached ? RJ_COLOR_YELLOW : RJ_COLOR_OFF);
		rj_grid_add(&grid, s->command, RJ_COLOR_OFF);
	}
	rj_grid_print(&grid, stdout, isatty(STDOUT_FILENO) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
}

static int print_json(const struct rows *rows, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *all = json_array();

	for (size_t i = 0; i < rows->n; i++) {
		const struct rj_wire_session *s = &rows->v[i].s;
		json_t *o = json_object();
		char at[32] = "";
		const time_t t = (time_t)s->started;
		struct tm tm;

		if (gmtime_r(&t, &tm))
			(void)strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
		json_object_set_new(o, "jail",
				    rj_json_text(rows->v[i].name, strlen(rows->v[i].name)));
		json_object_set_new(o, "session", json_integer(s->id));
		json_object_set_new(o, "pid", json_integer(s->client));
		json_object_set_new(o, "started", json_string(at));
		json_object_set_new(o, "on", json_string(where(s)));
		json_object_set_new(o, "command", rj_json_text(s->command, strlen(s->command)));
		json_array_append_new(all, o);
	}
	return rj_json_print(all, stdout, err);
}

static int ps_run(struct rj_ctx *ctx, const void *p, char *const *operands, struct rj_err *err)
{
	const struct ps_args *args = p;
	RJ_AUTO(rows_release) struct rows rows = {0};
	int rc = 0;

	for (char *const *name = operands; *name; name++) {
		struct rj_jail jail = {0};

		if (rj_store_find(ctx, *name, &jail, err) < 0)
			return -err->num;
		rj_jail_release(&jail);
		if (add_jail(ctx, *name, &rows, err) < 0)
			return -err->num;
	}
	if (!*operands)
		rc = add_all(ctx, &rows, err);
	if (rc < 0 && rows.n == 0)
		return rc;
	if (args->json && print_json(&rows, err) < 0)
		return -err->num;
	if (!args->json && rows.n > 0)
		print_table(&rows);
	else if (!args->json)
		(void)puts("Nothing runs.");
	return rc;
}

const struct rj_applet rj_applet_ps = {
	.name = "ps",
	.summary = "show the sessions that run in jails",
	.operands = "[JAIL...]",
	.min = 0,
	.max = RJ_MANY,
	.details =
		"A session is one command started by 'robojail run' or 'robojail enter'. Those "
		"of one jail share its processes, its network and its /tmp. PID is the process "
		"of robojail that the session belongs to, outside of the jail; ON says where its "
		"output goes: to a terminal, to the background ('robojail attach' shows it), or "
		"to files and pipes.\n\n"
		"The JSON keys are jail, session, pid, started, on and command.",
	.example = "robojail ps\n"
		   "robojail ps --json fix-login | jq '.[].command'",
	.opts = ps_opts,
	.args_size = sizeof(struct ps_args),
	.run = ps_run,
};
