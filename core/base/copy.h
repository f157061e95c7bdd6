#ifndef RJ_BASE_COPY_H
#define RJ_BASE_COPY_H

#include <stddef.h>

/*
 * memcpy(3), memmove(3) and memcmp(3) for x86-64, in place of musl's where that is the library.
 *
 * musl (1.2) copies with `rep movsq`, and single bytes before and after it; what processors need to
 * get that going is ten times the work for the 20 bytes of an object's name or the 60 of a path, of
 * which all here is made. It compares a byte at a time. Of a whole `run` these were 6 percent, so
 * it is worth three functions. Other machines keep what musl has for them, and the tests (glibc)
 * what they check.
 */
void *rj_copy(void *restrict to, const void *restrict from, size_t n);
void *rj_move(void *to, const void *from, size_t n);
int rj_compare(const void *a, const void *b, size_t n);

#endif
