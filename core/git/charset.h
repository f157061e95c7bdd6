#ifndef RJ_GIT_CHARSET_H
#define RJ_GIT_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"

/*
 * The encodings of Chinese and Korean that musl's iconv(3) reads and does not write: GBK, GB18030,
 * GB2312, Big5, EUC-KR and CP949, by glibc's names. What is written is what it reads, less what
 * glibc, and so git, reads otherwise.
 */
struct rj_charset;

/* NULL when it is none of them. */
const struct rj_charset *rj_charset_find(const char *name);

/* From UTF-8, added to *ret. False when that is none, or one of its characters has no place there:
 * *ret is then to be thrown away. Any thread may call it. */
bool rj_charset_encode(const struct rj_charset *cs, const char *bytes, size_t len,
		       struct rj_buf *ret);

/* The other way. */
bool rj_charset_decode(const struct rj_charset *cs, const char *bytes, size_t len,
		       struct rj_buf *ret);

#endif
