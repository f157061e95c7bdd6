#ifndef RJ_BASE_GRID_H
#define RJ_BASE_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/base/term.h"

/*
 * A table for people: a head line and rows of cells, columns two spaces apart. Cells are made
 * harmless (term.h) when they are added. When the lines are wider than the terminal, the
 * columns that may shrink lose width, the widest first, and cut cells end with "…". The first
 * column names the row, and loses last.
 */
struct rj_grid_col {
	const char *title;
	bool shrinks;
	bool right; /* align to the right */
};

struct rj_grid_cell {
	char *text;
	size_t len, width; /* bytes, columns */
	enum rj_color color;
};

struct rj_grid {
	const struct rj_grid_col *cols; /* borrowed; set both before the first cell */
	size_t ncols;
	struct rj_grid_cell *cells; /* row after row */
	size_t n, cap;
};

/* Add the next cell, left to right, row after row. NULL is an empty cell. */
void rj_grid_add(struct rj_grid *g, const char *text, enum rj_color color);

/* Print the head and all rows. columns: the width to fit, 0 for no limit. */
void rj_grid_print(const struct rj_grid *g, FILE *f, size_t columns, bool colors);

void rj_grid_release(struct rj_grid *g);

#endif
