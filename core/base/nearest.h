#ifndef RJ_BASE_NEAREST_H
#define RJ_BASE_NEAREST_H

/*
 * The entry of `names` (ended by NULL) that `word` was probably meant to be, or
 * NULL when nothing is near. Borrowed from `names`; on a tie the earlier wins.
 *
 * Near means: at most one slip (a letter missing, added, wrong, or two swapped)
 * for every three letters of the word. A word of three letters or more may also be
 * the beginning of the name, which counts as one slip. Capitals count as small
 * letters, `-` as `_`.
 */
const char *rj_nearest(const char *word, const char *const *names);

#endif
