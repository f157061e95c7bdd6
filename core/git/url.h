#ifndef RJ_GIT_URL_H
#define RJ_GIT_URL_H

#include <stddef.h>

/* URLs of repositories, as text. */

/* How long the scheme before "://" is; 0 without one. */
size_t rj_url_scheme_len(const char *url);

/*
 * `url` without what is secret, malloc'd: no password; over http(s) no user either, which is where
 * tokens stand. NULL for what a jail must not be given: helpers (`ext::...`, which run programs)
 * and unknown schemes. Paths and HOST:PATH come back as they are.
 */
char *rj_url_public(const char *url);

#endif
