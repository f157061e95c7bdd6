#ifndef RJ_MODEL_WORDS_H
#define RJ_MODEL_WORDS_H

#include "core/base/buf.h"

/*
 * Split a command line as a POSIX shell splits words: blanks, single and double quotes,
 * backslashes. Nothing is expanded. -EINVAL for an open quote, a backslash at the end, what only a
 * shell can do (unquoted | & ; < > ( ) $ `), and no word at all.
 */
int rj_words_split(const char *line, struct rj_strv *ret_words, struct rj_err *err);

/* The inverse: one line that splits into these words again, with quotes where they are needed. */
char *rj_words_join(const struct rj_strv *words);

#endif
