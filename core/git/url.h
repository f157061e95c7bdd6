#ifndef RJ_GIT_URL_H
#define RJ_GIT_URL_H

/* URLs of repositories, as text. */

/*
 * `url` without what is secret, malloc'd: no password; over http(s) no user either, which is where
 * tokens stand. NULL for what a jail must not be given: helpers (`ext::...`, which run programs)
 * and unknown schemes. Paths and HOST:PATH come back as they are.
 */
char *rj_url_public(const char *url);

#endif
