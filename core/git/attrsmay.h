#ifndef RJ_GIT_ATTRSMAY_H
#define RJ_GIT_ATTRSMAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Which files may lie in a worktree otherwise than they are stored? A look at the rules of
 * gitattributes(5) that could make it so: `eol=crlf`, `ident` and `working-tree-encoding`; no other
 * attribute does, unless the configuration asks for CRLF by itself. Most projects have no such
 * rule, or one for a few files, and libgit2, which knows all about attributes, takes as long to
 * look them up for a file as it takes to write it.
 *
 * False is sure. What is hard to read (quotes, backslashes, sets, macros) counts as a rule for
 * everything that it could be about.
 */
struct rj_attrs_may {
	struct rj_attrs_may_rule *v;
	size_t n, cap;
	bool all; /* any file */
};

/* The rules of one file, which lies in the directory `dir` ("" or with '/' at its end). */
void rj_attrs_may_add(struct rj_attrs_may *m, const char *dir, size_t dir_len, const char *text,
		      size_t len);
bool rj_attrs_may_smudge(const struct rj_attrs_may *m, const char *path);
void rj_attrs_may_release(struct rj_attrs_may *m);

#endif
