/*
 * diff: a status as a unified diff in git's form, so that `git apply` takes it.
 *
 * Headers are written here, lines come from libgit2's comparison of two buffers: it is given no
 * repository, so no attribute and no driver but those of the base commit can bend the result.
 */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/status_parts.h"

struct printer {
	rj_diff_line_fn *fn;
	void *arg;
	struct rj_buf piece;
	bool with_binary; /* as binary patches */
	struct rj_err *err;
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

static int put(struct printer *p, char origin)
{
	int r = p->piece.len ? p->fn(p->arg, origin, p->piece.s, p->piece.len) : 0;

	p->piece.len = 0;
	return r;
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

static int print_head(struct printer *p, const struct part *part, bool has_lines)
{
	struct rj_buf *b = &p->piece;

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
	return put(p, 'F');
}

static int print_line(struct printer *p, const git_diff_line *line)
{
	char origin = line->origin;

	switch (origin) {
	case GIT_DIFF_LINE_CONTEXT:
	case GIT_DIFF_LINE_ADDITION:
	case GIT_DIFF_LINE_DELETION:
		rj_buf_putc(&p->piece, origin);
		break;
	default: /* no newline at the end of one side or of both */
		origin = '\\';
		break;
	}
	rj_buf_add(&p->piece, line->content, line->content_len);
	return put(p, origin);
}

static int print_hunk(struct printer *p, git_patch *patch, size_t i)
{
	const git_diff_hunk *hunk;
	const git_diff_line *line;
	size_t n;
	int r = git_patch_get_hunk(&hunk, &n, patch, i);

	if (r < 0)
		return rj_git_fail(p->err, r, "cannot print a diff");
	rj_buf_add(&p->piece, hunk->header, hunk->header_len);
	r = put(p, 'H');
	for (size_t k = 0; k < n && r == 0; k++) {
		r = git_patch_get_line_in_hunk(&line, patch, i, k);
		if (r < 0)
			return rj_git_fail(p->err, r, "cannot print a diff");
		r = print_line(p, line);
	}
	return r;
}

static int print_binary(struct printer *p, const struct part *part)
{
	struct rj_buf *b = &p->piece;

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
	return put(p, 'B');
}

static int put_binary_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
			   const git_diff_line *line, void *arg)
{
	struct printer *p = arg;

	(void)delta;
	(void)hunk;
	if (line->origin != GIT_DIFF_LINE_BINARY)
		return 0; /* the head is ours */
	rj_buf_add(&p->piece, line->content, line->content_len);
	return put(p, 'B');
}

static int print_binary_patch(struct printer *p, const struct part *part)
{
	RJ_AUTO(rj_git_patch_free) git_patch *patch = NULL;
	int r = rj_status_binary_patch(part->old_text, part->new_text, &patch, p->err);

	if (r < 0)
		return r;
	r = git_patch_print(patch, put_binary_line, p);
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
		r = print_head(p, part, false);
		if (r != 0 || !differ)
			return r;
		return part->whole ? print_binary_patch(p, part) : print_binary(p, part);
	}
	r = rj_status_patch(part->old_text, part->new_text, &patch, p->err);
	if (r < 0)
		return r;
	hunks = git_patch_num_hunks(patch);
	r = print_head(p, part, hunks > 0);
	for (size_t i = 0; i < hunks && r == 0; i++)
		r = print_hunk(p, patch, i);
	return r;
}

static int print_change(struct printer *p, const struct rj_status_parts *parts,
			const struct rj_change *c, const struct rj_status_item *item)
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

	rj_status_texts(parts, item, &old, &now);
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

int rj_status_diff(const struct rj_status *st, rj_diff_line_fn *fn, void *arg, struct rj_err *err)
{
	const struct rj_status_parts *parts = st->priv;
	struct printer p = {
		.fn = fn, .arg = arg, .with_binary = parts->flags & RJ_STATUS_BINARY, .err = err};
	int r = 0;

	for (size_t i = 0; i < st->n && r == 0; i++)
		r = print_change(&p, parts, &st->v[i], &parts->items[i]);
	rj_buf_release(&p.piece);
	return r;
}
