/* Did you mean ...? The name nearest to a mistyped one. */
#include "core/base/nearest.h"

#include <stddef.h>
#include <string.h>

/* Nobody mistypes a longer word by hand; it keeps the rows below on the stack. */
#define LONGEST 64

/* A shorter beginning says too little: "s" is the beginning of anything. */
#define SHORTEST_BEGINNING 3

static char fold(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (char)(c - 'A' + 'a');
	return c == '-' ? '_' : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Edit distance in which a swap of two neighbours is one slip (optimal string alignment), from
 * `a` to all of `b`, or to a beginning of `b` for one slip more.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][LONGEST + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b_len; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = fold(a[i - 1]), y = fold(b[j - 1]);

			row[j] = least(above[j - 1] + (x != y), least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == fold(b[j - 2]) && fold(a[i - 2]) == y)
				row[j] = least(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = oldest;
	}
	if (a_len < SHORTEST_BEGINNING)
		return above[b_len];
	for (size_t j = 0; j < b_len; j++)
		above[b_len] = least(above[b_len], above[j] + 1);
	return above[b_len];
}

const char *rj_nearest(const char *word, const char *const *names)
{
	const char *best = NULL;
	size_t len = strlen(word), limit = (len + 1) / 3, best_distance = limit + 1;

	if (len == 0 || len > LONGEST)
		return NULL;
	for (; *names; names++) {
		size_t name_len = strlen(*names), d;

		if (name_len == 0 || name_len > LONGEST)
			continue;
		d = distance(word, len, *names, name_len);
		/* All letters different is no resemblance, however short the word. Of two that are
		 * as near, the one of the same length: a wrong letter is likelier than a letter too
		 * many
		 * ("rum" is run, not rm). */
		if (d >= least(len, name_len))
			continue;
		if (d < best_distance ||
		    (best && d == best_distance && name_len == len && strlen(best) != len)) {
			best = *names;
			best_distance = d;
		}
	}
	return best;
}
