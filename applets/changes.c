/* changes - what an agent changed, for people */
#include "applets/changes.h"

#include <inttypes.h>
#include <string.h>

#include "applets/report.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/base/term.h"

enum {
	NAMED_MAX = 10, /* of one danger */
	SHORT_ID = 12,
};

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_head(const struct rj_changes *c, bool colors, FILE *f)
{
	const struct rj_status *st = c->status;

	(void)fprintf(f, "%s%s%s  %s\n", rj_term_color(colors, RJ_COLOR_BOLD), c->jail->name,
		      rj_term_color(colors, RJ_COLOR_OFF), c->running ? "running" : "stopped");
	(void)fprintf(f, "  branch  %s", rj_term_color(colors, RJ_COLOR_CYAN));
	rj_term_puts(f, c->jail->branch);
	(void)fprintf(f, "%s%s\n", rj_term_color(colors, RJ_COLOR_OFF),
		      st->tip[0] ? "" : " (it is gone)");
	(void)fprintf(f, "  base    %.*s\n", SHORT_ID, st->base);
	(void)fprintf(f, "  work    %zu commit%s since the base, ", st->commits,
		      plural(st->commits));
	if (st->uncommitted)
		(void)fprintf(f, "%zu path%s not committed (*)\n", st->uncommitted,
			      plural(st->uncommitted));
	else
		(void)fputs("nothing uncommitted\n", f);
}

static void print_hints(const struct rj_changes *c, FILE *f)
{
	const struct rj_status *st = c->status;
	char diff[sizeof("diff ") + SHORT_ID];

	(void)snprintf(diff, sizeof(diff), "diff %.*s", SHORT_ID, st->base);
	if (st->n)
		(void)fprintf(f, "\nsee the lines:  robojail status --diff %s\n", c->jail->name);
	if (st->uncommitted && st->n && !(c->import && c->import->aside))
		(void)fprintf(
			f, "commit them:    robojail run %s -- sh -c 'git add -A && git commit'\n",
			c->jail->name);
	if (st->committed_otherwise.n)
		rj_report_git(f, "see commits:   ", c->jail->repo_path, diff, c->jail->branch);
	if (st->commits && st->tip[0] && !st->unrelated)
		rj_report_merge(f, "merge commits: ", c->jail->repo_path, c->jail->branch);
}

static void print_sum(const struct rj_status *st, FILE *f)
{
	(void)fprintf(f, "\n%zu file%s changed, %zu insertion%s(+), %zu deletion%s(-)\n",
		      st->files_changed, plural(st->files_changed), st->insertions,
		      plural(st->insertions), st->deletions, plural(st->deletions));
}

void rj_changes_print(const struct rj_changes *c, bool all, bool ignored, FILE *f)
{
	bool colors = rj_term_has_color(f);

	print_head(c, colors, f);
	if (c->status->n) {
		rj_changes_print_list(c->status, all, f);
		print_sum(c->status, f);
	} else {
		(void)fputs("\nno changes in the worktree\n", f);
	}
	rj_changes_print_dangers(c, ignored, "! ", f);
	print_hints(c, f);
}

/* "prefix what: name", for each of some names. */
static void print_names(const struct rj_strv *names, size_t max, const char *prefix,
			const char *what, FILE *f)
{
	for (size_t i = 0; i < names->n && i < max; i++) {
		(void)fprintf(f, "%s%s: ", prefix, what);
		rj_term_puts(f, names->v[i]);
		(void)fputc('\n', f);
	}
	if (names->n > max)
		(void)fprintf(f, "%s%s: %zu more (all with --json)\n", prefix, what,
			      names->n - max);
}

static void print_others(const struct rj_import_result *import, const char *prefix, FILE *f)
{
	size_t told = 0;

	for (size_t i = 0; i < import->others_n; i++) {
		const struct rj_other_ref *o = &import->others[i];

		if (!o->ahead || told++ >= NAMED_MAX)
			continue;
		(void)fprintf(f, "%s%" PRIu64 " commit%s only in the jail, on ", prefix, o->ahead,
			      o->ahead == 1 ? "" : "s");
		rj_term_puts(f, rj_import_other_name(o));
		(void)fputc('\n', f);
	}
	if (told > NAMED_MAX)
		(void)fprintf(f, "%scommits only in the jail, on %zu more (all with --json)\n",
			      prefix, told - NAMED_MAX);
	if (import->others_left_out)
		(void)fprintf(f,
			      "%srefs in the jail that are not looked at, being damaged or too "
			      "many: %" PRIu64 "\n",
			      prefix, import->others_left_out);
	if (import->index_note) {
		(void)fputs(prefix, f);
		rj_term_puts(f, import->index_note);
		(void)fputc('\n', f);
	}
}

/* Files that tell git how to treat others; their changes are not used here, but would be after a
 * merge. */
static void print_rules(const struct rj_status *st, const char *prefix, FILE *f)
{
	static const char *const names[] = {".gitattributes", ".gitmodules"};

	for (size_t i = 0; i < st->n; i++) {
		const char *path = st->v[i].path;
		const char *base = rj_path_base(path);

		for (size_t k = 0; k < RJ_COUNT(names); k++) {
			if (strcmp(base[0] ? base : path, names[k]) != 0)
				continue;
			(void)fprintf(f, "%schanges how git treats files: ", prefix);
			rj_term_puts(f, path);
			(void)fputc('\n', f);
		}
	}
}

void rj_changes_print_dangers(const struct rj_changes *c, bool ignored, const char *prefix, FILE *f)
{
	const struct rj_status *st = c->status;

	if (c->restored)
		(void)fprintf(f, "%sthe worktree's .git file had been changed, and was put back\n",
			      prefix);
	print_names(&st->committed_otherwise, NAMED_MAX, prefix,
		    "the branch has other content than the worktree, and a merge brings that", f);
	if (c->import)
		rj_report_aside(c->import, prefix, f);
	if (st->unrelated)
		(void)fprintf(f,
			      "%sthe branch shares no history with where the jail began, and git "
			      "does not merge it as it is\n",
			      prefix);
	print_rules(st, prefix, f);
	print_names(&st->nested, NAMED_MAX, prefix,
		    "a repository of its own (git run in it obeys its configuration)", f);
	print_names(&st->gitlinks, NAMED_MAX, prefix, "commits bring a submodule", f);
	print_names(&st->special, NAMED_MAX, prefix, "no regular file", f);
	print_names(&st->unreadable, NAMED_MAX, prefix, "cannot be read", f);
	if (ignored)
		print_names(&st->newly_ignored, (size_t)-1, prefix,
			    "hidden only by new ignore rules", f);
	else if (st->newly_ignored.n)
		(void)fprintf(f, "%s%zu path%s hidden only by new ignore rules (see --ignored)\n",
			      prefix, st->newly_ignored.n, plural(st->newly_ignored.n));
	if (st->rules_stop) {
		(void)fprintf(f,
			      "%signored files are listed, too (the rules take too much time or "
			      "memory; look into .gitignore), from here on: ",
			      prefix);
		rj_term_puts(f, st->rules_stop);
		(void)fputc('\n', f);
	}
	if (c->import)
		print_others(c->import, prefix, f);
}

struct diff_sink {
	FILE *f;
	bool clean, colors;
};

static enum rj_color color_of_piece(char origin)
{
	switch (origin) {
	case 'F':
		return RJ_COLOR_BOLD;
	case 'H':
		return RJ_COLOR_CYAN;
	case '+':
		return RJ_COLOR_GREEN;
	case '-':
		return RJ_COLOR_RED;
	default:
		return RJ_COLOR_OFF;
	}
}

/* A colour ends before the newline: some terminals fill the rest of the line with it. */
static int print_piece(void *arg, char origin, const char *text, size_t len)
{
	const struct diff_sink *sink = arg;
	enum rj_color color = color_of_piece(origin);
	bool colored = sink->colors && color != RJ_COLOR_OFF;

	if (!sink->clean) {
		(void)fwrite(text, 1, len, sink->f);
		return ferror(sink->f) ? 1 : 0;
	}
	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;

		(void)fputs(rj_term_color(colored, color), sink->f);
		rj_term_write(sink->f, text, n, RJ_TERM_TAB);
		(void)fputs(rj_term_color(colored, RJ_COLOR_OFF), sink->f);
		if (newline)
			(void)fputc('\n', sink->f);
		n += newline != NULL;
		text += n;
		len -= n;
	}
	return ferror(sink->f) ? 1 : 0;
}

int rj_changes_print_diff(const struct rj_changes *c, FILE *f, struct rj_err *err)
{
	struct diff_sink sink = {
		.f = f, .clean = rj_term_is_tty(f), .colors = rj_term_has_color(f)};
	int r = rj_status_diff(c->status, print_piece, &sink, err);

	return r < 0 ? r : 0;
}
