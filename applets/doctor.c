/*
 * doctor - can jails be made here, and what makes them weaker
 *
 * Works also where nothing else does: without a home, with a broken configuration or list of jails,
 * which are findings then. Changes nothing.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/ctx.h"
#include "core/engine/guard.h"
#include "core/engine/leftovers.h"
#include "core/engine/trial.h"
#include "core/model/apparmor.h"
#include "core/model/health.h"
#include "core/sys/probe.h"

enum { LEFTOVERS_SHOWN = 20 };

struct doctor_args {
	bool json;
	bool apparmor_profile;
};

static const struct rj_opt doctor_opts[] = {
	RJ_FLAG('j', "json", struct doctor_args, json, "print a JSON array"),
	RJ_FLAG('\0', "apparmor-profile", struct doctor_args, apparmor_profile,
		"print an AppArmor profile for this program instead, where it lies now"),
	RJ_STOP,
};

static void find_leftovers(const struct rj_ctx *ctx, struct rj_health *h)
{
	RJ_AUTO(rj_leftovers_release) struct rj_leftovers left = {0};
	struct rj_err err = {0};
	char found[64];

	if (rj_leftovers_find(ctx, &left, &err) < 0) {
		rj_health_add_error(h, "list of jails", RJ_HEALTH_MISSING, "all jails", &err);
		return;
	}
	(void)snprintf(found, sizeof(found), "%zu jail%s", left.jails, left.jails == 1 ? "" : "s");
	rj_health_add(h, "list of jails", RJ_HEALTH_FINE, found, NULL, NULL);
	for (size_t i = 0; i < left.n && i < LEFTOVERS_SHOWN; i++) {
		const struct rj_leftover *l = &left.v[i];
		RJ_AUTO(rj_free) char *remedy = rj_leftover_remedy(l);
		RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

		rj_buf_printf(&b, "%s: %s", rj_leftover_text(l->kind), l->path);
		rj_health_add(h, "leftover", RJ_HEALTH_WEAKER, b.s, rj_leftover_cost(l->kind),
			      remedy);
	}
	if (left.n == 0)
		rj_health_add(h, "leftover", RJ_HEALTH_FINE, "none", NULL, NULL);
	if (left.n > LEFTOVERS_SHOWN) {
		(void)snprintf(found, sizeof(found), "and %zu more", left.n - LEFTOVERS_SHOWN);
		rj_health_add(h, "leftover", RJ_HEALTH_WEAKER, found, "space on disk",
			      "clear these first, then ask again");
	}
}

static void find_config(struct rj_ctx *ctx, struct rj_health *h)
{
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0};
	struct rj_err err = {0};

	if (rj_ctx_load_config(ctx, &err) < 0) {
		rj_health_add_error(h, "configuration", RJ_HEALTH_MISSING,
				    "whatever starts or makes something", &err);
		return;
	}
	rj_buf_printf(&found, "%s%s", ctx->dirs.config_file,
		      ctx->config.file ? "" : " does not exist: all is default");
	rj_health_add(h, "configuration", RJ_HEALTH_FINE, found.s, NULL, NULL);
}

/* Each limit with what holds it. A limit that nobody set and nothing can hold is a weakness. */
static void find_limits(const struct rj_config *config, struct rj_health *h)
{
	struct rj_limits limits;
	const char *why = NULL;
	struct rj_err err = {0};

	if (rj_limits_probe(config, &limits, &why, &err) < 0) {
		rj_health_add_error(h, "limits", RJ_HEALTH_MISSING, "jails", &err);
		return;
	}
	for (size_t i = 0; i < RJ_LIMITS; i++) {
		const char *name = rj_limit_name((enum rj_limit_key)i);
		bool none = limits.v[i].value == RJ_UNLIMITED;
		RJ_AUTO(rj_buf_release) struct rj_buf found = {0};

		rj_limit_print((enum rj_limit_key)i, limits.v[i].value, &found);
		if (!none)
			rj_buf_printf(&found, ", held by %s", rj_limit_by_name(limits.v[i].by));
		if (none || limits.v[i].by != RJ_BY_NOTHING)
			rj_health_add(h, name, RJ_HEALTH_FINE, found.s, NULL, NULL);
		else
			rj_health_add(h, name, RJ_HEALTH_WEAKER, found.s, "this limit",
				      "a delegated control group: systemd-run --user --scope -p "
				      "Delegate=yes robojail ...");
	}
}

static void find_binds(const struct rj_ctx *ctx, struct rj_health *h)
{
	const char *bind = rj_config_opens_home(&ctx->config, ctx->dirs.home);
	RJ_AUTO(rj_buf_release) struct rj_buf found = {0};

	if (!bind)
		return;
	rj_buf_printf(&found, "extra_rw_binds has %s, which is all of your home", bind);
	rj_health_add(h, "binds", RJ_HEALTH_WEAKER, found.s,
		      "what runs as you starts from there: .bashrc, .gitconfig, the .git of "
		      "repositories",
		      "name the directories that agents need");
}

static void find_nested(const struct rj_config *config, struct rj_health *h)
{
	if (config->nested)
		rj_health_add(
			h, "nested", RJ_HEALTH_WEAKER, "jails are made with --nested",
			"the kernel's code for namespaces and mounts is in reach of a jail, "
			"Landlock guards no files, and the worktree's .git file is only watched",
			"nested = false in config.toml, and --nested for those that need it");
}

/* What depends on a home; without one it is skipped. */
static void find_places(struct rj_hostfacts *f, struct rj_ctx *ctx, struct rj_health *h)
{
	struct rj_err err = {0};

	if (rj_ctx_init_dirs(ctx, &err) < 0) {
		rj_health_add_error(h, "home", RJ_HEALTH_MISSING, "all jails", &err);
		return;
	}
	find_config(ctx, h);
	find_leftovers(ctx, h);
	if (ctx->config.default_shell) { /* it could be read */
		find_limits(&ctx->config, h);
		find_nested(&ctx->config, h);
		find_binds(ctx, h);
	}
	f->allow_host_proc = ctx->config.allow_host_proc;
	rj_probe_fs(ctx->dirs.data, &f->data);
	rj_probe_fs(ctx->dirs.state, &f->state);
	rj_probe_fs(ctx->dirs.config_file, &f->config);
}

/* The proof: a jail is made, with all its locks. */
static void find_trial(const struct rj_hostfacts *f, struct rj_health *h)
{
	bool outer = f->allow_host_proc && f->tried[RJ_TRY_PROC] == EPERM;
	struct rj_err err = {0};

	if (rj_trial_run(outer, &err) < 0)
		rj_health_add_error(h, "a whole jail", RJ_HEALTH_MISSING, "jails", &err);
	else
		rj_health_add(h, "a whole jail", RJ_HEALTH_FINE, "was made, and is gone", NULL,
			      NULL);
}

static json_t *to_json(const struct rj_finding *f)
{
	json_t *o = json_object();

	json_object_set_new(o, "check", rj_json_text(f->check, strlen(f->check)));
	json_object_set_new(o, "state", json_string(rj_health_state_name(f->state)));
	json_object_set_new(o, "found", rj_json_text(f->found, strlen(f->found)));
	if (f->lost)
		json_object_set_new(o, "lost", rj_json_text(f->lost, strlen(f->lost)));
	if (f->remedy)
		json_object_set_new(o, "remedy", rj_json_text(f->remedy, strlen(f->remedy)));
	return o;
}

static int print_json(const struct rj_health *h, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *all = json_array();

	for (size_t i = 0; i < h->n; i++)
		json_array_append_new(all, to_json(&h->v[i]));
	return rj_json_print(all, stdout, err);
}

static void print_line(const char *title, const char *text)
{
	if (!text)
		return;
	(void)fputs(title, stdout);
	rj_term_puts(stdout, text);
	(void)fputc('\n', stdout);
}

static void print_table(const struct rj_health *h)
{
	static const struct rj_grid_col cols[] = {
		{.title = "CHECK"}, {.title = "STATE"}, {.title = "FOUND", .shrinks = true}};
	static const enum rj_color colors[] = {[RJ_HEALTH_FINE] = RJ_COLOR_GREEN,
					       [RJ_HEALTH_WEAKER] = RJ_COLOR_YELLOW,
					       [RJ_HEALTH_MISSING] = RJ_COLOR_RED};
	RJ_AUTO(rj_grid_release) struct rj_grid grid = {.cols = cols, .ncols = RJ_COUNT(cols)};
	size_t weaker = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct rj_finding *f = &h->v[i];

		rj_grid_add(&grid, f->check, RJ_COLOR_OFF);
		rj_grid_add(&grid, rj_health_state_name(f->state), colors[f->state]);
		rj_grid_add(&grid, f->found, RJ_COLOR_OFF);
	}
	rj_grid_print(&grid, stdout, isatty(STDOUT_FILENO) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
	for (size_t i = 0; i < h->n; i++) {
		const struct rj_finding *f = &h->v[i];

		if (f->state == RJ_HEALTH_FINE)
			continue;
		weaker += f->state == RJ_HEALTH_WEAKER;
		(void)printf("\n%s: %s\n", f->check, rj_health_state_name(f->state));
		print_line("  found:  ", f->found);
		print_line("  lost:   ", f->lost);
		print_line("  remedy: ", f->remedy);
	}
	if (!rj_health_is_good(h))
		(void)puts("\nNo jail can be made here until what is missing is there.");
	else if (weaker)
		(void)puts("\nJails can be made here, weaker than they could be.");
	else
		(void)puts("\nAll is well.");
}

static int print_profile(struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf out = {0};
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return rj_fail(err, errno, "cannot find where this program lies (/proc/self/exe)");
	self[n] = '\0';
	if (access(self, X_OK) < 0)
		return rj_fail(err, errno, "cannot find this program at %s", self);
	if (rj_apparmor_profile(self, &out, err) < 0)
		return -err->num;
	(void)fputs(out.s, stdout);
	return 0;
}

static int doctor_run(struct rj_ctx *no_ctx, const void *p, char *const *operands,
		      struct rj_err *err)
{
	const struct doctor_args *args = p;
	RJ_AUTO(rj_ctx_release) struct rj_ctx ctx = {0};
	RJ_AUTO(rj_health_release) struct rj_health h = {0};
	RJ_AUTO(rj_health_release) struct rj_health places = {0};
	struct rj_hostfacts facts = {0};

	(void)no_ctx;
	(void)operands;
	if (args->json && args->apparmor_profile)
		return rj_opt_usage(err, "doctor",
				    "--json and --apparmor-profile exclude each other");
	if (args->apparmor_profile)
		return print_profile(err);
	find_places(&facts, &ctx, &places);
	rj_probe_kernel(&facts);
	rj_probe_around(&facts);
	rj_probe_git(getenv("PATH"), facts.git, sizeof(facts.git));
	rj_health_kernel(&facts, &h);
	rj_health_around(&facts, &h);
	for (size_t i = 0; i < places.n; i++)
		rj_health_add(&h, places.v[i].check, places.v[i].state, places.v[i].found,
			      places.v[i].lost, places.v[i].remedy);
	find_trial(&facts, &h);
	if (!args->json)
		print_table(&h);
	else if (print_json(&h, err) < 0)
		return -err->num;
	return rj_health_is_good(&h) ? 0 : RJ_EXIT_NO_FEATURE;
}

const struct rj_applet rj_applet_doctor = {
	.name = "doctor",
	.summary = "tell whether jails can be made here, and what makes them weaker",
	.details =
		"Tries each namespace, mounts, /proc, system call filters and Landlock for real, "
		"looks at sysctls, cgroup, terminal, file systems, configuration, the list of "
		"jails and what dead jails left, and makes a jail to throw away. Nothing is "
		"changed.\n\n"
		"Each check is fine; weaker, with what is lost; or missing, with what to do: then "
		"no jail can be made, and the exit status is 4.\n\n"
		"The JSON keys are check, state (fine, weaker, missing), found, and where there is "
		"something to say lost and remedy.\n\n"
		"Where AppArmor keeps programs without a profile from user namespaces (Ubuntu "
		"23.10 and newer), --apparmor-profile prints one for this program. Run it again "
		"after the program was moved.",
	.example = "robojail doctor\n"
		   "robojail doctor --json | jq '.[] | select(.state != \"fine\")'\n"
		   "robojail doctor --apparmor-profile | sudo tee /etc/apparmor.d/robojail\n"
		   "sudo apparmor_parser -r /etc/apparmor.d/robojail",
	.opts = doctor_opts,
	.args_size = sizeof(struct doctor_args),
	.no_ctx = true,
	.run = doctor_run,
};
