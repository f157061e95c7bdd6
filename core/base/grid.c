/* A table for people that fits the terminal. */
#include "core/base/grid.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

#define GAP	 2
#define ELLIPSIS "\xe2\x80\xa6"

/* A column never gets narrower than this: what is left would say nothing. */
#define NARROW	  6
#define NARROWEST 3

void rj_grid_add(struct rj_grid *g, const char *text, enum rj_color color)
{
	struct rj_grid_cell cell = {.color = color};
	struct rj_buf b = {0};

	if (text)
		rj_term_clean(&b, text, strlen(text), 0);
	cell.len = b.len;
	cell.width = rj_term_width(rj_buf_str(&b), b.len);
	cell.text = rj_buf_take(&b);
	g->cells = rj_grow(g->cells, &g->cap, g->n + 1, sizeof(*g->cells));
	g->cells[g->n++] = cell;
}

static struct rj_grid_cell title(const struct rj_grid_col *col)
{
	size_t len = strlen(col->title);

	return (struct rj_grid_cell){
		.text = (char *)(uintptr_t)col->title,
		.len = len,
		.width = rj_term_width(col->title, len),
	};
}

static void measure(const struct rj_grid *g, size_t *width)
{
	for (size_t i = 0; i < g->ncols; i++)
		width[i] = title(&g->cols[i]).width;
	for (size_t i = 0; i < g->n; i++)
		if (g->cells[i].width > width[i % g->ncols])
			width[i % g->ncols] = g->cells[i].width;
}

static size_t total(const struct rj_grid *g, const size_t *width)
{
	size_t sum = GAP * (g->ncols - 1);

	for (size_t i = 0; i < g->ncols; i++)
		sum += width[i];
	return sum;
}

enum from { SHRINKING, ALL_BUT_THE_FIRST, ALL };

static bool may_take(const struct rj_grid *g, size_t col, enum from from)
{
	if (from == SHRINKING)
		return g->cols[col].shrinks;
	return from == ALL || col > 0;
}

/* Take from the widest column, one at a time, until the line fits or nothing more can be taken. */
static void take(const struct rj_grid *g, size_t *width, size_t columns, enum from from,
		 size_t narrowest)
{
	for (size_t sum = total(g, width); sum > columns; sum--) {
		size_t *widest = NULL;

		for (size_t i = 0; i < g->ncols; i++)
			if (may_take(g, i, from) && width[i] > narrowest &&
			    (!widest || width[i] > *widest))
				widest = &width[i];
		if (!widest)
			return;
		--*widest;
	}
}

/* On a very narrow terminal the columns that should stay whole give way too, and what names the row
 * last of all: it is what has to be typed. */
static void shrink(const struct rj_grid *g, size_t *width, size_t columns)
{
	take(g, width, columns, SHRINKING, NARROW);
	take(g, width, columns, ALL_BUT_THE_FIRST, NARROWEST);
	take(g, width, columns, ALL, NARROWEST);
}

/* Bytes of s that fit into `columns`; *ret_width is what they take. */
static size_t fitting(const char *s, size_t columns, size_t *ret_width)
{
	size_t len = strlen(s), done = 0, width = 0;

	while (done < len) {
		uint32_t c = '?';
		size_t n = rj_utf8_decode(s + done, len - done, &c);

		if (width + rj_utf8_columns(c) > columns)
			break;
		width += rj_utf8_columns(c);
		done += n ? n : 1;
	}
	*ret_width = width;
	return done;
}

static void pad(FILE *f, size_t columns)
{
	static const char blanks[] = "                                ";
	const size_t most = sizeof(blanks) - 1;

	for (; columns > most; columns -= most)
		(void)fwrite(blanks, 1, most, f);
	(void)fwrite(blanks, 1, columns, f);
}

/* Print a cell into `columns`. last: nothing follows, so do not pad. */
static void print_cell(FILE *f, const struct rj_grid_cell *c, size_t columns, bool right, bool last,
		       const char *on, const char *off)
{
	bool cut = c->width > columns;
	size_t width = c->width, len = c->len;

	if (cut) {
		len = fitting(c->text, columns - 1, &width);
		width++;
	}
	if (right)
		pad(f, columns - width);
	(void)fputs(on, f);
	(void)fwrite(c->text, 1, len, f);
	(void)fputs(cut ? ELLIPSIS : "", f);
	(void)fputs(off, f);
	if (!last)
		pad(f, (right ? 0 : columns - width) + GAP);
}

/* Empty cells at its end take no room: no line ends with blanks. */
static void print_row(const struct rj_grid *g, const struct rj_grid_cell *row, FILE *f,
		      const size_t *width, bool colors)
{
	const char *off = rj_term_color(colors, RJ_COLOR_OFF);
	size_t n = g->ncols;

	while (n > 0 && row[n - 1].len == 0)
		n--;
	for (size_t i = 0; i < n; i++) {
		const bool colored = row[i].color != RJ_COLOR_OFF && row[i].len > 0;

		print_cell(f, &row[i], width[i], g->cols[i].right, i + 1 == n,
			   rj_term_color(colors && colored, row[i].color), colored ? off : "");
	}
	(void)fputc('\n', f);
}

void rj_grid_print(const struct rj_grid *g, FILE *f, size_t columns, bool colors)
{
	RJ_AUTO(rj_free) size_t *width = rj_alloc(g->ncols, sizeof(*width));
	const char *off = rj_term_color(colors, RJ_COLOR_OFF);

	measure(g, width);
	if (columns > 0)
		shrink(g, width, columns);
	for (size_t i = 0; i < g->ncols; i++) {
		const struct rj_grid_cell head = title(&g->cols[i]);

		print_cell(f, &head, width[i], g->cols[i].right, i + 1 == g->ncols,
			   rj_term_color(colors, RJ_COLOR_BOLD), off);
	}
	(void)fputc('\n', f);
	for (size_t i = 0; i + g->ncols <= g->n; i += g->ncols)
		print_row(g, &g->cells[i], f, width, colors);
}

void rj_grid_release(struct rj_grid *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->cells[i].text);
	free(g->cells);
	g->cells = NULL;
	g->n = g->cap = 0;
}
