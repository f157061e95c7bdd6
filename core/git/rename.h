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
	RJ_RENAME_FILE_MAX = 4 << 20, /* larger files are renamed only with the same content */
	/* More pairs than this are not compared, as with diff.renameLimit's default of 1000. */
	RJ_RENAME_PAIRS_MAX = 1000 * 1000,
	/* What an agent leaves may be made to cost memory and time: beyond these bytes of text in
	 * all, and these pieces of text compared, nothing but the same content is a rename. */
	RJ_RENAME_BYTES_MAX = 256 << 20,
	RJ_RENAME_PIECES_MAX = 2000 * 1000 * 1000,
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

/* How content is had. Files are read on several threads, each with a reader of its own. */
struct rj_rename_texts {
	void *(*open)(void *arg);
	/* *ret is valid until the reader's next call. False: not known, or too large. */
	bool (*read)(void *reader, bool is_new, size_t number, const char **ret, size_t *ret_len);
	void (*close)(void *reader);
	void *arg;
};

/* Fills in `match` and `percent` on both sides, which must be sorted by path. The caller frees the
 * arrays; what the call allocates in them is freed. */
void rj_rename_find(struct rj_rename_file *olds, size_t nolds, struct rj_rename_file *news,
		    size_t nnews, const struct rj_rename_texts *texts);

#endif
