#ifndef RJ_BASE_UTF8_H
#define RJ_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

/* The character at s: returns the number of its bytes (1 to 4) and sets *ret; 0, *ret as it was,
 * if there is none in len bytes: also for overlong forms, surrogates, and above U+10FFFF. */
size_t rj_utf8_decode(const char *s, size_t len, uint32_t *ret);

/* A character up to U+10FFFF, added. */
void rj_utf8_add(struct rj_buf *out, uint32_t c);

bool rj_utf8_is_valid(const char *s, size_t len);

/* Columns that a printable character takes on a terminal: 0, 1 or 2. */
unsigned rj_utf8_columns(uint32_t c);

#endif
