#ifndef RJ_GIT_CONVERT_H
#define RJ_GIT_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

/*
 * What git does to content on its way into a worktree (gitattributes(5): ident, eol,
 * working-tree-encoding), and to take back on its way in. Pure. libgit2 replaces the first $Id$ of
 * a file only, and knows no encodings.
 */
enum rj_eol {
	RJ_EOL_KEEP,
	RJ_EOL_LF,	  /* text: CRLF becomes LF on the way back */
	RJ_EOL_LF_AUTO,	  /* the same, if it looks like text */
	RJ_EOL_CRLF,	  /* text: each LF alone becomes CRLF, and CRLF becomes LF */
	RJ_EOL_CRLF_AUTO, /* the same, if it looks like text and has no CR yet */
};

/* Each returns whether *ret (which must be empty) was filled; else the content stays as it is. */
bool rj_convert_eol(const char *bytes, size_t len, enum rj_eol eol, struct rj_buf *ret);
/* The way back for all but RJ_EOL_KEEP; `guess`: if it looks like text. */
bool rj_convert_uneol(const char *bytes, size_t len, bool guess, struct rj_buf *ret);
/* Does this look like text, with some CRLF? What was stored so git does not guess about. */
bool rj_convert_is_crlf(const char *bytes, size_t len);

/* Put the blob's id into each $Id$, and take whatever is in there out again. */
bool rj_convert_ident(const char *bytes, size_t len, const char *hex, struct rj_buf *ret);
bool rj_convert_unident(const char *bytes, size_t len, struct rj_buf *ret);

/* From UTF-8 to `encoding`, and back. False, too, for an encoding that is not known here and for
 * content that is none or has no place in it: git then complains and leaves it as it is. */
bool rj_convert_encode(const char *bytes, size_t len, const char *encoding, struct rj_buf *ret);
bool rj_convert_decode(const char *bytes, size_t len, const char *encoding, struct rj_buf *ret);

#endif
