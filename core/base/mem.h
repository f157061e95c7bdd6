#ifndef RJ_BASE_MEM_H
#define RJ_BASE_MEM_H

#include <stddef.h>

/* Run fn(&var) when var leaves scope; the variable must be initialised. */
#define RJ_AUTO(fn) __attribute__((cleanup(fn)))

#define RJ_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* These never return NULL: running out of memory ends the process with a message. */
void *rj_alloc(size_t n, size_t size); /* zeroed */
void *rj_grow(void *v, size_t *cap, size_t need, size_t size);
char *rj_strdup(const char *s); /* NULL for NULL */
char *rj_strndup(const char *s, size_t len);

/* p, which somebody else allocated: NULL ends the process as above. */
void *rj_must(void *p);

/* Destructors for RJ_AUTO; each accepts what was never filled in. */
void rj_free(void *pp);	      /* any `T *p`: frees p and sets it to NULL */
void rj_close(const int *fd); /* closes *fd when it is >= 0; keeps errno */

#endif
