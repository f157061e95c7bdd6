#ifndef RJ_GIT_RENAME_H
#define RJ_GIT_RENAME_H

#include <stddef.h>

#include "core/git/treediff.h"

/*
 * Which deleted file is which added file under a new name? As git's `-M50%`: the same content
 * first, then a file of the same name with 75 % in common, then the pairs that have most in common,
 * at least half. Each file takes part in one rename at most (git may call the second use of a
 * source a copy).
 */
enum {
	RJ_RENAME_FILE_MAX = 4 << 20,	 /* larger files are renamed only with the same content */
	RJ_RENAME_PAIRS_MAX = 512 * 512, /* more pairs than this are not compared */
};
#define RJ_RENAME_NONE ((size_t)-1)

/* How alike two texts are; see rename.c. */
struct rj_spans {
	struct rj_span *v;
	size_t n, cap;
	size_t size; /* of the text */
};

void rj_spans_read(const char *text, size_t len, struct rj_spans *ret);
unsigned rj_spans_percent(const struct rj_spans *a, const struct rj_spans *b); /* 0 to 100 */
void rj_spans_release(struct rj_spans *s);

struct rj_rename_file {
	const char *path; /* borrowed */
	struct rj_side side;
	size_t match;	  /* number of the file on the other side, or RJ_RENAME_NONE */
	unsigned percent; /* how alike they are */
	struct rj_spans spans;
	bool read; /* spans are there */
};

/* Read the content of a file that may be renamed: *ret_text is malloc'd. False: not known, or too
 * large. */
typedef bool rj_rename_read_fn(void *arg, bool is_new, size_t number, char **ret_text,
			       size_t *ret_len);

/* Fills in `match` and `percent` on both sides, which must be sorted by path. The caller frees the
 * arrays; what the call allocates in them is freed. */
void rj_rename_find(struct rj_rename_file *olds, size_t nolds, struct rj_rename_file *news,
		    size_t nnews, rj_rename_read_fn *read, void *arg);

#endif
