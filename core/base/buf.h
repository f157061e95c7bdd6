#ifndef RJ_BASE_BUF_H
#define RJ_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"

/* Bytes that grow. `s` may be NULL while empty, and always ends with a NUL that `len` does not
 * count.
 */
struct rj_buf {
	char *s;
	size_t len, cap;
};

void rj_buf_add(struct rj_buf *b, const void *bytes, size_t len);
void rj_buf_puts(struct rj_buf *b, const char *s);
void rj_buf_putc(struct rj_buf *b, char c);
void rj_buf_word(struct rj_buf *b, const char *s); /* as a shell takes it: quoted when need be */
void rj_buf_printf(struct rj_buf *b, const char *fmt, ...) RJ_PRINTF(2, 3);

/* Room for `more` bytes behind the text, borrowed until the next change. Who wrote there adds to
 * `len`, and ends the text with a NUL. */
char *rj_buf_room(struct rj_buf *b, size_t more);

/* The text, never NULL; borrowed until the next change. */
const char *rj_buf_str(const struct rj_buf *b);

/* Hand the text to the caller, who frees it; the buffer is empty again. Never NULL. */
char *rj_buf_take(struct rj_buf *b);

void rj_buf_release(struct rj_buf *b);

/* Owned strings. `v` is NULL while empty and otherwise ends with a NULL pointer. */
struct rj_strv {
	char **v;
	size_t n, cap;
};

void rj_strv_add(struct rj_strv *v, const char *s);	    /* copies */
void rj_strv_add_all(struct rj_strv *v, char *const *more); /* up to a NULL; or NULL itself */
void rj_strv_give(struct rj_strv *v, char *s);		    /* takes a malloc'd string */
bool rj_strv_has(const struct rj_strv *v, const char *s);
void rj_strv_release(struct rj_strv *v);

#endif
