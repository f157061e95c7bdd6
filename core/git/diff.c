/*
 * diff: a status as a unified diff in git's form, so that `git apply` takes it.
 *
 * Headers are written here, lines come from libgit2's comparison of two buffers: it is given no
 * repository, so no attribute and no driver but those of the base commit can bend the result.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/status_parts.h"
#include "core/sys/pool.h"

enum {
	CHANGES_PER_THREAD = 12,
	HELD_MAX = 8 << 20, /* bytes of text that wait for their turn */
};

/* Text up to `end` that is of one kind; it begins where the one before ends. */
struct piece {
	size_t end;
	char origin;
};

/* What is printed of one change. */
struct drawing {
	struct rj_buf text;
	struct piece *v;
	size_t n, cap;
};

enum { ABBREV = 12 }; /* hex digits of an id */

/* One patch: a change, or one half of a change of type. */
struct part {
	const char *old_path, *new_path;
	struct rj_side old, now; /* mode 0: not there */
	const struct rj_text *old_text, *new_text;
	bool renamed, binary;
	bool whole; /* a binary patch follows: git wants whole ids for it */
	unsigned similarity;
};

/* What the text has since the last piece is one more. */
static void mark(struct drawing *d, char origin)
{
	if (d->text.len == (d->n ? d->v[d->n - 1].end : 0))
		return;
	if (d->n == 0 || d->v[d->n - 1].origin != origin) {
		d->v = rj_grow(d->v, &d->cap, d->n + 1, sizeof(*d->v));
		d->v[d->n++].origin = origin;
	}
	d->v[d->n - 1].end = d->text.len;
}

static void drawing_release(struct drawing *d)
{
	rj_buf_release(&d->text);
	rj_free(&d->v);
}

/* Quote as git does, but leave UTF-8 alone (core.quotePath=false). True if it was quoted. */
static bool add_path(struct rj_buf *b, const char *prefix, const char *path)
{
	static const char plain[] = "\a\b\t\n\v\f\r\"\\", letters[] = "abtnvfr\"\\";
	size_t len = strlen(path);
	bool text = rj_utf8_is_valid(path, len), quote = !text;

	for (size_t i = 0; i < len && !quote; i++)
		quote = (unsigned char)path[i] < ' ' || path[i] == 0x7f || strchr("\"\\", path[i]);
	if (quote)
		rj_buf_putc(b, '"');
	rj_buf_puts(b, prefix);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)path[i];
		const char *at = strchr(plain, c);

		if (quote && at)
			rj_buf_printf(b, "\\%c", letters[at - plain]);
		else if (quote && (c < ' ' || c == 0x7f || (c >= 0x80 && !text)))
			rj_buf_printf(b, "\\%03o", c);
		else
			rj_buf_putc(b, path[i]);
	}
	if (quote)
		rj_buf_putc(b, '"');
	return quote;
}

static void add_line(struct rj_buf *b, const char *word, const char *path)
{
	rj_buf_puts(b, word);
	(void)add_path(b, "", path);
	rj_buf_putc(b, '\n');
}

static void add_ids(struct rj_buf *b, const struct part *part)
{
	char old[GIT_OID_SHA1_HEXSIZE + 1], now[sizeof(old)];
	size_t size = part->whole ? sizeof(old) : ABBREV + 1;

	if (part->old.mode && part->now.mode && git_oid_equal(&part->old.id, &part->now.id))
		return;
	(void)git_oid_tostr(old, size, &part->old.id);
	(void)git_oid_tostr(now, size, &part->now.id);
	rj_buf_printf(b, "index %s..%s", old, now);
	if (part->old.mode == part->now.mode)
		rj_buf_printf(b, " %06o", (unsigned)part->old.mode);
	rj_buf_putc(b, '\n');
}

/* "--- a/path" with what git puts behind a name with spaces for the sake of patch(1). */
static void add_name(struct rj_buf *b, const char *mark, const char *prefix, const char *path,
		     bool there)
{
	rj_buf_puts(b, mark);
	if (!there)
		rj_buf_puts(b, "/dev/null");
	else if (!add_path(b, prefix, path) && strchr(path, ' '))
		rj_buf_putc(b, '\t');
	rj_buf_putc(b, '\n');
}

static void draw_head(struct drawing *d, const struct part *part, bool has_lines)
{
	struct rj_buf *b = &d->text;

	rj_buf_puts(b, "diff --git ");
	(void)add_path(b, "a/", part->old_path);
	rj_buf_putc(b, ' ');
	(void)add_path(b, "b/", part->new_path);
	rj_buf_putc(b, '\n');
	if (!part->old.mode)
		rj_buf_printf(b, "new file mode %06o\n", (unsigned)part->now.mode);
	else if (!part->now.mode)
		rj_buf_printf(b, "deleted file mode %06o\n", (unsigned)part->old.mode);
	else if (part->old.mode != part->now.mode)
		rj_buf_printf(b, "old mode %06o\nnew mode %06o\n", (unsigned)part->old.mode,
			      (unsigned)part->now.mode);
	if (part->renamed) {
		rj_buf_printf(b, "similarity index %u%%\n", part->similarity);
		add_line(b, "rename from ", part->old_path);
		add_line(b, "rename to ", part->new_path);
	}
	add_ids(b, part);
	if (has_lines) {
		add_name(b, "--- ", "a/", part->old_path, part->old.mode);
		add_name(b, "+++ ", "b/", part->new_path, part->now.mode);
	}
	mark(d, 'F');
}

static void draw_line(struct drawing *d, const git_diff_line *line)
{
	char origin = line->origin;

	switch (origin) {
	case GIT_DIFF_LINE_CONTEXT:
	case GIT_DIFF_LINE_ADDITION:
	case GIT_DIFF_LINE_DELETION:
		rj_buf_putc(&d->text, origin);
		break;
	default: /* no newline at the end of one side or of both */
		origin = '\\';
		break;
	}
	rj_buf_add(&d->text, line->content, line->content_len);
	mark(d, origin);
}

static int draw_hunk(struct drawing *d, git_patch *patch, size_t i, struct rj_err *err)
{
	const git_diff_hunk *hunk;
	const git_diff_line *line;
	size_t n;
	int r = git_patch_get_hunk(&hunk, &n, patch, i);

	if (r < 0)
		return rj_git_fail(err, r, "cannot print a diff");
	rj_buf_add(&d->text, hunk->header, hunk->header_len);
	mark(d, 'H');
	for (size_t k = 0; k < n; k++) {
		r = git_patch_get_line_in_hunk(&line, patch, i, k);
		if (r < 0)
			return rj_git_fail(err, r, "cannot print a diff");
		draw_line(d, line);
	}
	return 0;
}

static void draw_binary(struct drawing *d, const struct part *part)
{
	struct rj_buf *b = &d->text;

	rj_buf_puts(b, "Binary files ");
	if (part->old.mode)
		(void)add_path(b, "a/", part->old_path);
	else
		rj_buf_puts(b, "/dev/null");
	rj_buf_puts(b, " and ");
	if (part->now.mode)
		(void)add_path(b, "b/", part->new_path);
	else
		rj_buf_puts(b, "/dev/null");
	rj_buf_puts(b, " differ\n");
	mark(d, 'B');
}

static int draw_binary_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
			    const git_diff_line *line, void *arg)
{
	struct drawing *d = arg;

	(void)delta;
	(void)hunk;
	if (line->origin == GIT_DIFF_LINE_BINARY) /* the head is ours */
		rj_buf_add(&d->text, line->content, line->content_len);
	mark(d, 'B');
	return 0;
}

static int draw_binary_patch(struct drawing *d, const struct part *part, struct rj_err *err)
{
	RJ_AUTO(rj_git_patch_free) git_patch *patch = NULL;
	int r = rj_status_binary_patch(part->old_text, part->new_text, &patch, err);

	if (r < 0)
		return r;
	r = git_patch_print(patch, draw_binary_line, d);
	return r < 0 ? rj_git_fail(err, r, "cannot print a diff") : 0;
}

static int draw_part(struct drawing *d, const struct part *part, struct rj_err *err)
{
	RJ_AUTO(rj_git_patch_free) git_patch *patch = NULL;
	bool differ =
		!part->old.mode || !part->now.mode || !git_oid_equal(&part->old.id, &part->now.id);
	size_t hunks;
	int r;

	if (part->binary) {
		draw_head(d, part, false);
		if (differ && part->whole)
			return draw_binary_patch(d, part, err);
		if (differ)
			draw_binary(d, part);
		return 0;
	}
	r = rj_status_patch(part->old_text, part->new_text, &patch, err);
	if (r < 0)
		return r;
	hunks = git_patch_num_hunks(patch);
	draw_head(d, part, hunks > 0);
	for (size_t i = 0; i < hunks && r == 0; i++)
		r = draw_hunk(d, patch, i, err);
	return r;
}

static int draw_change(struct drawing *d, const struct rj_status_parts *parts,
		       const struct rj_change *c, const struct rj_status_item *item,
		       struct rj_err *err)
{
	RJ_AUTO(rj_text_release) struct rj_text old = {0}, now = {0};
	const struct rj_text nothing = {.s = ""};
	struct part part = {
		.old_path = c->old_path ? c->old_path : c->path,
		.new_path = c->path,
		.old = item->old,
		.now = item->now,
		.old_text = &old,
		.new_text = &now,
		.renamed = c->kind == RJ_CHANGE_RENAMED,
		.similarity = c->similarity,
	};
	struct part half;
	int r;

	if (item->now.mode == GIT_FILEMODE_COMMIT && c->unknown)
		return 0; /* a repository of its own */
	rj_status_texts(parts, item, &old, &now);
	if (item->now.mode == GIT_FILEMODE_COMMIT && old.unknown)
		return 0;
	part.binary = rj_status_is_binary(item, &old, &now);
	part.whole = parts->flags & RJ_STATUS_BINARY && part.binary && !old.unknown && !now.unknown;
	if (!rj_change_is_type(c))
		return draw_part(d, &part, err);
	half = part;
	half.now = (struct rj_side){0};
	half.new_text = &nothing;
	r = draw_part(d, &half, err);
	part.old = (struct rj_side){0};
	part.old_text = &nothing;
	return r == 0 ? draw_part(d, &part, err) : r;
}

/* Changes from `from` on are drawn by several threads, until they are too much to hold. */
struct drawer {
	const struct rj_status *st;
	struct drawing *v; /* for each change */
	size_t from;
	atomic_size_t drawn, held;
};

static int draw_some(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct drawer *w = arg;
	const struct rj_status_parts *parts = w->st->priv;
	size_t i;

	(void)worker;
	while (atomic_load(&w->held) < HELD_MAX && rj_pool_take(pool, &i)) {
		size_t at = w->from + i;
		int r = draw_change(&w->v[at], parts, &w->st->v[at], &parts->items[at], err);

		if (r < 0)
			return r;
		atomic_fetch_add(&w->held, w->v[at].text.len);
		atomic_fetch_add(&w->drawn, 1);
	}
	return 0;
}

static int print_drawing(struct drawing *d, rj_diff_line_fn *fn, void *arg)
{
	size_t from = 0;
	int r = 0;

	for (size_t i = 0; i < d->n && r == 0; i++) {
		r = fn(arg, d->v[i].origin, d->text.s + from, d->v[i].end - from);
		from = d->v[i].end;
	}
	drawing_release(d);
	return r;
}

int rj_status_diff(const struct rj_status *st, rj_diff_line_fn *fn, void *arg, struct rj_err *err)
{
	RJ_AUTO(rj_free) struct drawing *v = rj_alloc(st->n, sizeof(*v));
	struct drawer w = {.st = st, .v = v};
	int r = 0;

	while (w.from < st->n && r == 0) {
		size_t left = st->n - w.from, end;

		w.drawn = w.held = 0;
		r = rj_pool_run(left, rj_pool_size(left, CHANGES_PER_THREAD), draw_some, &w, err);
		/* what was taken was taken in order, and is whole unless there was an error */
		for (end = w.from + w.drawn; r == 0 && w.from < end; w.from++)
			r = print_drawing(&v[w.from], fn, arg);
	}
	for (size_t i = w.from; i < st->n; i++)
		drawing_release(&v[i]);
	return r;
}
