/* changes_list - the changes of a worktree, a line each */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "applets/changes.h"
#include "core/base/mem.h"
#include "core/base/term.h"

enum {
	NARROW = 28, /* columns beside the path */
	WIDEST = 72, /* of the column of paths */
	HEAP = 20,   /* entries of a directory that are named one by one */
};

static bool is_type_change(const struct rj_change *c)
{
	return c->old_mode && c->new_mode && (c->old_mode & S_IFMT) != (c->new_mode & S_IFMT);
}

static char letter_of(const struct rj_change *c)
{
	switch (c->kind) {
	case RJ_CHANGE_ADDED:
		return 'A';
	case RJ_CHANGE_DELETED:
		return 'D';
	case RJ_CHANGE_RENAMED:
		return 'R';
	case RJ_CHANGE_MODIFIED:
	default:
		return is_type_change(c) ? 'T' : 'M';
	}
}

static enum rj_color color_of(char letter)
{
	switch (letter) {
	case 'A':
		return RJ_COLOR_GREEN;
	case 'D':
		return RJ_COLOR_RED;
	case 'R':
		return RJ_COLOR_CYAN;
	default:
		return RJ_COLOR_YELLOW;
	}
}

static const char *type_of(uint16_t mode)
{
	if (S_ISLNK(mode))
		return "link";
	return S_ISREG(mode) ? "file" : "repository";
}

/* The path of a change, harmless: "new", or "old -> new". */
static void add_path(struct rj_buf *b, const struct rj_change *c)
{
	if (c->old_path) {
		rj_term_clean(b, c->old_path, strlen(c->old_path), 0);
		rj_buf_puts(b, " -> ");
	}
	rj_term_clean(b, c->path, strlen(c->path), 0);
}

/* What there is to say about a change besides its lines. */
static void add_note(struct rj_buf *b, const struct rj_change *c)
{
	size_t before = b->len;

	if (is_type_change(c))
		rj_buf_printf(b, "%s -> %s", type_of(c->old_mode), type_of(c->new_mode));
	else if (c->old_mode && c->new_mode && c->old_mode != c->new_mode)
		rj_buf_puts(b,
			    c->new_mode & S_IXUSR ? "now executable" : "not executable any more");
	else if (!c->old_mode && S_ISLNK(c->new_mode))
		rj_buf_puts(b, "link");
	else if (!c->old_mode && !S_ISREG(c->new_mode))
		rj_buf_puts(b, "repository");
	else if (!c->old_mode && (c->new_mode & S_IXUSR))
		rj_buf_puts(b, "executable");
	if (c->binary)
		rj_buf_printf(b, "%s%s", b->len > before ? ", " : "",
			      c->unknown ? "not compared" : "binary");
	if (c->old_path)
		rj_buf_printf(b, "%s%u%% alike", b->len > before ? ", " : "", c->similarity);
}

/* A line of the list: a change, or many below one directory. */
struct line {
	char letter;
	bool committed;
	struct rj_buf path, note; /* harmless */
	size_t insertions, deletions;
};

static void print_lines(const struct line *c, bool colors, FILE *f)
{
	if (c->insertions)
		(void)fprintf(f, " %s+%zu%s", rj_term_color(colors, RJ_COLOR_GREEN), c->insertions,
			      rj_term_color(colors, RJ_COLOR_OFF));
	if (c->deletions)
		(void)fprintf(f, " %s-%zu%s", rj_term_color(colors, RJ_COLOR_RED), c->deletions,
			      rj_term_color(colors, RJ_COLOR_OFF));
}

static struct line line_of(const struct rj_change *c)
{
	struct line l = {.letter = letter_of(c),
			 .committed = c->committed,
			 .insertions = c->insertions,
			 .deletions = c->deletions};

	add_path(&l.path, c);
	add_note(&l.note, c);
	return l;
}

/* What is new below one directory, in which nothing else has changed. */
static struct line line_of_heap(const struct rj_change *v, size_t n, size_t len)
{
	struct line l = {.letter = 'A'};
	size_t links = 0;

	rj_term_clean(&l.path, v[0].path, len, 0);
	for (size_t i = 0; i < n; i++) {
		l.insertions += v[i].insertions;
		links += S_ISLNK(v[i].new_mode);
	}
	rj_buf_printf(&l.note, "%zu files", n - links);
	if (links)
		rj_buf_printf(&l.note, ", %zu link%s", links, links == 1 ? "" : "s");
	return l;
}

/* The length of the directory that v[0] lies in below the first `len` bytes of its path, and how
 * many do; 0 and one when it is an entry by itself. */
static size_t next_dir(const struct rj_change *v, size_t n, size_t len, size_t *ret_len)
{
	const char *path = v[0].path;
	const char *slash = strchr(path + len, '/');
	size_t k = 1;

	*ret_len = slash && slash[1] ? (size_t)(slash - path) + 1 : 0;
	while (*ret_len && k < n && !strncmp(v[k].path, path, *ret_len))
		k++;
	return k;
}

/* Only what no commit has: a merge does not bring it, and the rest is for review. */
static bool is_heap(const struct rj_change *v, size_t n, size_t len)
{
	size_t entries = 0, below;

	for (size_t i = 0; i < n; i++)
		if (v[i].kind != RJ_CHANGE_ADDED || v[i].committed ||
		    !(S_ISREG(v[i].new_mode) || S_ISLNK(v[i].new_mode)))
			return false;
	for (size_t i = 0; i < n && entries <= HEAP; entries++)
		i += next_dir(v + i, n - i, len, &below);
	return entries > HEAP;
}

struct list {
	struct line *v;
	size_t n, cap;
	bool all;
};

static void add(struct list *list, const struct line *line)
{
	list->v = rj_grow(list->v, &list->cap, list->n + 1, sizeof(*list->v));
	list->v[list->n++] = *line;
}

/* Those below the first `len` bytes of their paths. */
static void collect(struct list *list, const struct rj_change *v, size_t n, size_t len)
{
	for (size_t i = 0, k; i < n; i += k) {
		size_t below = 0;
		struct line line;

		k = list->all ? 1 : next_dir(v + i, n - i, len, &below);
		if (below && !is_heap(v + i, k, below)) {
			collect(list, v + i, k, below);
			continue;
		}
		line = below ? line_of_heap(v + i, k, below) : line_of(v + i);
		add(list, &line);
	}
}

static void print(const struct line *l, size_t width, bool colors, FILE *f)
{
	const size_t used = rj_term_width(rj_buf_str(&l->path), l->path.len);

	(void)fprintf(f, "  %s%c%s%c %s", rj_term_color(colors, color_of(l->letter)), l->letter,
		      rj_term_color(colors, RJ_COLOR_OFF), l->committed ? ' ' : '*',
		      rj_buf_str(&l->path));
	if (l->insertions || l->deletions || l->note.len)
		(void)fprintf(f, "%*s", (int)(used < width ? width - used : 0) + 1, "");
	print_lines(l, colors, f);
	if (l->note.len)
		(void)fprintf(f, " %s(%s)%s", rj_term_color(colors, RJ_COLOR_DIM), l->note.s,
			      rj_term_color(colors, RJ_COLOR_OFF));
	(void)fputc('\n', f);
}

void rj_changes_print_list(const struct rj_status *st, bool all, FILE *f)
{
	size_t columns = rj_term_columns(f), width = 0, most;
	struct list list = {.all = all};

	most = columns > NARROW + 20 ? columns - NARROW : 20;
	most = most < WIDEST ? most : WIDEST;
	collect(&list, st->v, st->n, 0);
	for (size_t i = 0; i < list.n; i++) {
		const size_t w = rj_term_width(rj_buf_str(&list.v[i].path), list.v[i].path.len);

		if (w > width && w <= most)
			width = w;
	}
	(void)fputc('\n', f);
	for (size_t i = 0; i < list.n; i++) {
		print(&list.v[i], width, rj_term_has_color(f), f);
		rj_buf_release(&list.v[i].path);
		rj_buf_release(&list.v[i].note);
	}
	free(list.v);
}
