/*
 * diff: a status as a unified diff in git's form, so that `git apply` takes it.
 *
 * Headers are written here, lines come from libgit2's comparison of two buffers: it is given no
 * repository, so no attribute and no driver but those of the base commit can bend the result.
 *
 * Changes are written into memory on all processors, each for itself, and given out in their order
 * when all are there, or some megabytes of them.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/status_parts.h"

enum {
	ABBREV = 12,		/* hex digits of an id */
	WAITING_MAX = 16 << 20, /* bytes that are not given out yet */
};

struct piece {
	size_t end; /* in the text */
	char origin;
};

/* One change, written. */
struct sheet {
	struct rj_buf text;
	struct piece *v;
	size_t n, cap;
	bool done;
};

/* Writes on one thread. */
struct printer {
	struct rj_texts texts;
	struct sheet *sheet;
	bool with_binary; /* as binary patches */
	struct rj_err *err;
};

/* One patch: a change, or one half of a change of type. */
struct part {
	const char *old_path, *new_path;
	struct rj_side old, now; /* mode 0: not there */
	const struct rj_text *old_text, *new_text;
	bool renamed, binary;
	bool whole; /* a binary patch follows: git wants whole ids for it */
	unsigned similarity;
};

/* What was written since the last piece is one. */
static void end_piece(struct sheet *sheet, char origin)
{
	if (sheet->text.len == (sheet->n ? sheet->v[sheet->n - 1].end : 0))
		return;
	sheet->v = rj_grow(sheet->v, &sheet->cap, sheet->n + 1, sizeof(*sheet->v));
	sheet->v[sheet->n++] = (struct piece){.end = sheet->text.len, .origin = origin};
}

static int give_out(const struct sheet *sheet, rj_diff_line_fn *fn, void *arg)
{
	size_t from = 0;
	int r = 0;

	for (size_t i = 0; i < sheet->n && r == 0; i++) {
		r = fn(arg, sheet->v[i].origin, sheet->text.s + from, sheet->v[i].end - from);
		from = sheet->v[i].end;
	}
	return r;
}

static void release_sheet(struct sheet *sheet)
{
	rj_buf_release(&sheet->text);
	rj_free(&sheet->v);
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

static void print_head(struct printer *p, const struct part *part, bool has_lines)
{
	struct rj_buf *b = &p->sheet->text;

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
	end_piece(p->sheet, 'F');
}

static void print_line(struct sheet *sheet, const git_diff_line *line)
{
	char origin = line->origin;

	switch (origin) {
	case GIT_DIFF_LINE_CONTEXT:
	case GIT_DIFF_LINE_ADDITION:
	case GIT_DIFF_LINE_DELETION:
		rj_buf_putc(&sheet->text, origin);
		break;
	default: /* no newline at the end of one side or of both */
		origin = '\\';
		break;
	}
	rj_buf_add(&sheet->text, line->content, line->content_len);
	end_piece(sheet, origin);
}

static int print_hunk(struct printer *p, git_patch *patch, size_t i)
{
	const git_diff_hunk *hunk;
	const git_diff_line *line;
	size_t n;
	int r = git_patch_get_hunk(&hunk, &n, patch, i);

	if (r < 0)
		return rj_git_fail(p->err, r, "cannot print a diff");
	rj_buf_add(&p->sheet->text, hunk->header, hunk->header_len);
	end_piece(p->sheet, 'H');
	for (size_t k = 0; k < n; k++) {
		r = git_patch_get_line_in_hunk(&line, patch, i, k);
		if (r < 0)
			return rj_git_fail(p->err, r, "cannot print a diff");
		print_line(p->sheet, line);
	}
	return 0;
}

static void print_binary(struct printer *p, const struct part *part)
{
	struct rj_buf *b = &p->sheet->text;

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
	end_piece(p->sheet, 'B');
}

static int put_binary_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
			   const git_diff_line *line, void *arg)
{
	struct sheet *sheet = arg;

	(void)delta;
	(void)hunk;
	if (line->origin != GIT_DIFF_LINE_BINARY)
		return 0; /* the head is ours */
	rj_buf_add(&sheet->text, line->content, line->content_len);
	end_piece(sheet, 'B');
	return 0;
}

static int print_binary_patch(struct printer *p, const struct part *part)
{
	RJ_AUTO(rj_git_patch_free) git_patch *patch = NULL;
	int r = rj_status_binary_patch(part->old_text, part->new_text, &patch, p->err);

	if (r < 0)
		return r;
	r = git_patch_print(patch, put_binary_line, p->sheet);
	return r < 0 ? rj_git_fail(p->err, r, "cannot print a diff") : r;
}

static int print_part(struct printer *p, const struct part *part)
{
	RJ_AUTO(rj_git_patch_free) git_patch *patch = NULL;
	bool differ =
		!part->old.mode || !part->now.mode || !git_oid_equal(&part->old.id, &part->now.id);
	size_t hunks;
	int r;

	if (part->binary) {
		print_head(p, part, false);
		if (differ && part->whole)
			return print_binary_patch(p, part);
		if (differ)
			print_binary(p, part);
		return 0;
	}
	r = rj_status_patch(part->old_text, part->new_text, &patch, p->err);
	if (r < 0)
		return r;
	hunks = git_patch_num_hunks(patch);
	print_head(p, part, hunks > 0);
	for (size_t i = 0; i < hunks && r == 0; i++)
		r = print_hunk(p, patch, i);
	return r;
}

static int print_change(struct printer *p, const struct rj_change *c,
			const struct rj_status_item *item)
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

	rj_texts_of(&p->texts, item, &old, &now);
	if (item->now.mode == GIT_FILEMODE_COMMIT && (old.unknown || now.unknown))
		return 0; /* a repository of its own */
	part.binary = rj_status_is_binary(item, &old, &now);
	part.whole = p->with_binary && part.binary && !old.unknown && !now.unknown;
	if (!rj_change_is_type(c))
		return print_part(p, &part);
	half = part;
	half.now = (struct rj_side){0};
	half.new_text = &nothing;
	r = print_part(p, &half);
	part.old = (struct rj_side){0};
	part.old_text = &nothing;
	return r == 0 ? print_part(p, &part) : r;
}

/* Changes that are written at the same time: those from `from` on, into as many sheets. */
struct writing {
	const struct rj_status *st;
	size_t from;
	struct sheet *sheets;
	atomic_size_t waiting; /* bytes */
};

/* Who finds that too much waits takes no more, so what was taken is all at the beginning. */
static int write_some(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct writing *w = arg;
	struct rj_status_parts *parts = w->st->priv;
	struct printer p = {.with_binary = parts->flags & RJ_STATUS_BINARY, .err = err};
	size_t i;
	int r = 0;

	(void)worker;
	rj_texts_open(parts, &p.texts);
	while (r == 0 && atomic_load(&w->waiting) < WAITING_MAX && rj_pool_take(pool, &i)) {
		p.sheet = &w->sheets[i];
		r = print_change(&p, &w->st->v[w->from + i], &parts->items[w->from + i]);
		p.sheet->done = r == 0;
		(void)atomic_fetch_add(&w->waiting, p.sheet->text.len);
	}
	rj_texts_release(&p.texts);
	return r;
}

/* Write and give out as many changes as there is room for at once. */
static int print_some(struct writing *w, rj_diff_line_fn *fn, void *arg, struct rj_err *err)
{
	size_t n = w->st->n - w->from, i = 0;
	int written, r = 0;

	w->sheets = rj_alloc(n, sizeof(*w->sheets));
	atomic_store(&w->waiting, 0);
	written = rj_pool_run(n, rj_status_workers(n), write_some, w, err);
	for (; i < n && w->sheets[i].done && r == 0; i++)
		r = give_out(&w->sheets[i], fn, arg);
	w->from += i;
	for (i = 0; i < n; i++)
		release_sheet(&w->sheets[i]);
	rj_free(&w->sheets);
	return r != 0 ? r : written;
}

int rj_status_diff(const struct rj_status *st, rj_diff_line_fn *fn, void *arg, struct rj_err *err)
{
	struct writing w = {.st = st};
	int r = 0;

	while (r == 0 && w.from < st->n)
		r = print_some(&w, fn, arg, err);
	return r;
}
