/*
 * selftest - try to break out of a throw-away jail on this machine, and say what held
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "applets/applet.h"
#include "core/base/err.h"
#include "core/base/grid.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/term.h"
#include "core/engine/selftest.h"

/* Exit statuses of --attempt, by enum rj_attack_result; core/engine/selftest.c reads them. */
enum { STATUS_BASE = 40 };

enum { WIDE = 140 }; /* columns from which what happened fits into the table */

struct selftest_args {
	bool json, nested, target;
	const char *attempt;
};

static const struct rj_opt selftest_opts[] = {
	RJ_FLAG('j', "json", struct selftest_args, json, "print a JSON array"),
	RJ_FLAG('\0', "nested", struct selftest_args, nested,
		"try jails that are made with 'create --nested'"),
	RJ_STRING('\0', "attempt", struct selftest_args, attempt, "ID",
		  "make this one attempt here and now, with the rights of whoever calls, aimed at "
		  "the KEY=VALUE operands; exit status 40: it worked, 41: refused, 42: moot"),
	RJ_FLAG('\0', "target", struct selftest_args, target,
		"be the process that attempts are aimed at, until standard input ends"),
	RJ_STOP,
};

/* clang-format off */
static const struct {
	const char *word;
	enum rj_color color;
} verdicts[] = {
	[RJ_SELFTEST_HELD] = {"held", RJ_COLOR_GREEN},
	[RJ_SELFTEST_BROKEN] = {"BROKEN", RJ_COLOR_RED},
	[RJ_SELFTEST_ALLOWED] = {"allowed", RJ_COLOR_YELLOW},
	[RJ_SELFTEST_LACKING] = {"lacking", RJ_COLOR_YELLOW},
	[RJ_SELFTEST_NOT_SHOWN] = {"not shown", RJ_COLOR_DIM},
};
/* clang-format on */

static const char *const results[] = {
	[RJ_ATTACK_WORKED] = "worked",
	[RJ_ATTACK_REFUSED] = "refused",
	[RJ_ATTACK_MOOT] = "moot",
};

static int make_attempt(const char *id, const struct rj_attack_site *site, struct rj_err *err)
{
	const struct rj_attack *a = rj_attack_find(id);
	struct rj_attack_note note = {""};
	enum rj_attack_result r;

	if (!a) {
		rj_opt_usage(err, "selftest", "there is no attempt '%s'", id);
		return rj_hint(err, "'robojail selftest --json' has the \"id\" of each");
	}
	r = a->attempt(site, &note);
	rj_term_puts(stdout, note.text);
	(void)fputc('\n', stdout);
	return STATUS_BASE + (int)r;
}

static void put_result(struct rj_grid *g, enum rj_attack_result r,
		       const struct rj_attack_note *note)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s: %s", results[r], note->text);
	rj_grid_add(g, rj_buf_str(&b), RJ_COLOR_OFF);
	rj_buf_release(&b);
}

/* On a narrow terminal without what happened, of which it could only show beginnings. */
static void print_rows(const struct rj_selftest *t, bool narrow)
{
	static const struct rj_grid_col cols[] = {
		{.title = "ROW"},
		{.title = "ATTACK", .shrinks = true},
		{.title = "VERDICT"},
		{.title = "UNPROTECTED", .shrinks = true},
		{.title = "IN A JAIL", .shrinks = true},
	};
	RJ_AUTO(rj_grid_release)
	struct rj_grid g = {.cols = cols, .ncols = RJ_COUNT(cols) - (narrow ? 2 : 0)};

	for (size_t i = 0; i < t->n; i++) {
		const struct rj_selftest_row *r = &t->rows[i];

		rj_grid_add(&g, r->attack->row, RJ_COLOR_BOLD);
		rj_grid_add(&g, r->attack->what, RJ_COLOR_OFF);
		rj_grid_add(&g, verdicts[r->verdict].word, verdicts[r->verdict].color);
		if (narrow)
			continue;
		put_result(&g, r->control, &r->control_note);
		put_result(&g, r->jail, &r->jail_note);
	}
	rj_grid_print(&g, stdout, rj_term_is_tty(stdout) ? rj_term_columns(stdout) : 0,
		      rj_term_has_color(stdout));
}

static void print_side(const char *title, enum rj_attack_result r,
		       const struct rj_attack_note *note)
{
	(void)printf("  %s %s: ", title, results[r]);
	rj_term_puts(stdout, note->text);
	(void)putchar('\n');
}

/* In full what a table may have cut, of all that did not hold. */
static void print_table(const struct rj_selftest *t)
{
	bool narrow = rj_term_is_tty(stdout) && rj_term_columns(stdout) < WIDE;
	size_t n[RJ_COUNT(verdicts)] = {0};

	print_rows(t, narrow);
	for (size_t i = 0; i < t->n; i++) {
		const struct rj_selftest_row *r = &t->rows[i];

		n[r->verdict]++;
		if (r->verdict == RJ_SELFTEST_HELD)
			continue;
		(void)printf("\n%s %s: %s\n", r->attack->row, r->attack->what,
			     verdicts[r->verdict].word);
		print_side("unprotected:", r->control, &r->control_note);
		print_side("in a jail:  ", r->jail, &r->jail_note);
	}
	(void)printf("\n%zu attempts: %zu held, %zu BROKEN", t->n, n[RJ_SELFTEST_HELD],
		     n[RJ_SELFTEST_BROKEN]);
	if (n[RJ_SELFTEST_ALLOWED])
		(void)printf(", %zu allowed (that is what a nested jail is for)",
			     n[RJ_SELFTEST_ALLOWED]);
	if (n[RJ_SELFTEST_LACKING])
		(void)printf(", %zu open because this kernel is too old (see robojail doctor)",
			     n[RJ_SELFTEST_LACKING]);
	if (n[RJ_SELFTEST_NOT_SHOWN])
		(void)printf(", %zu not shown (refused unprotected too, so it proves nothing)",
			     n[RJ_SELFTEST_NOT_SHOWN]);
	(void)putchar('\n');
	if (narrow)
		(void)puts("What happened in each: --json, or a terminal of 140 columns.");
}

static json_t *side(enum rj_attack_result r, const struct rj_attack_note *note)
{
	json_t *o = json_object();

	json_object_set_new(o, "result", json_string(results[r]));
	json_object_set_new(o, "note", rj_json_text(note->text, strlen(note->text)));
	return o;
}

static int print_json(const struct rj_selftest *t, struct rj_err *err)
{
	RJ_AUTO(rj_json_decref) json_t *all = json_array();

	for (size_t i = 0; i < t->n; i++) {
		const struct rj_selftest_row *r = &t->rows[i];
		json_t *o = json_object();

		json_object_set_new(o, "row", json_string(r->attack->row));
		json_object_set_new(o, "id", json_string(r->attack->id));
		json_object_set_new(o, "attack", json_string(r->attack->what));
		json_object_set_new(o, "unprotected", side(r->control, &r->control_note));
		json_object_set_new(o, "jail", side(r->jail, &r->jail_note));
		json_object_set_new(o, "verdict", json_string(verdicts[r->verdict].word));
		json_array_append_new(all, o);
	}
	return rj_json_print(all, stdout, err);
}

static void show_progress(void *arg, const struct rj_attack *a)
{
	(void)arg;
	(void)fprintf(stderr, "\r\033[K%s: %s", a->row, a->what);
	(void)fflush(stderr);
}

static int selftest_run(struct rj_ctx *ctx, const void *p, char *const *operands,
			struct rj_err *err)
{
	const struct selftest_args *args = p;
	bool live = rj_term_is_tty(stderr) && !args->json;
	const struct rj_selftest_args how = {.nested = args->nested,
					     .progress = live ? show_progress : NULL};
	RJ_AUTO(rj_selftest_release) struct rj_selftest t = {0};
	struct rj_attack_site site = {"", "", "", "", "", "", 0, 0, 0, 0};
	int rc;

	(void)ctx;
	for (char *const *o = operands; *o; o++)
		if (!(args->attempt || args->target) || !rj_attack_site_set(&site, *o))
			return rj_opt_usage(err, "selftest", "unexpected operand '%s'", *o);
	if (args->target)
		return rj_selftest_target(&site);
	if (args->attempt)
		return make_attempt(args->attempt, &site, err);
	rc = rj_selftest_run(&how, &t, err);
	if (live)
		(void)fputs("\r\033[K", stderr);
	if (rc < 0)
		return rc;
	if (args->json)
		rc = print_json(&t, err);
	else
		print_table(&t);
	for (size_t i = 0; rc == 0 && i < t.n; i++)
		if (t.rows[i].verdict == RJ_SELFTEST_BROKEN)
			rc = RJ_EXIT_FAILED;
	return rc;
}

const struct rj_applet rj_applet_selftest = {
	.name = "selftest",
	.summary = "try to break out of a throw-away jail, and say what held",
	.operands = "[KEY=VALUE...]",
	.max = RJ_MANY,
	.details =
		"Makes every attempt of its table twice: once where nothing protects, to show that "
		"it works, and once in a throw-away jail. Nothing but this program is needed; git, "
		"if there, shows what it would have run. Everything happens in a new directory "
		"below $TMPDIR that is removed at the end; your jails and configuration are not "
		"touched.\n\n"
		"The rows are those of the threat model, in tests/escape/README.md of the sources. "
		"Verdicts: held; BROKEN, and then the exit status is 1; allowed: it works because "
		"the jail is nested; lacking: this kernel is too old for what would hold it; not "
		"shown: it is refused unprotected too, so nothing is proved.",
	.example = "robojail selftest\n"
		   "robojail selftest --json | jq '.[] | select(.verdict != \"held\")'",
	.opts = selftest_opts,
	.args_size = sizeof(struct selftest_args),
	.no_ctx = true,
	.run = selftest_run,
};
