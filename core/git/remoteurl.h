#ifndef RJ_GIT_REMOTEURL_H
#define RJ_GIT_REMOTEURL_H

#include "core/base/err.h"

/* The URL of a repository to fetch, read and checked as text. */
struct rj_remote_url {
	char *url;  /* scheme and host in small letters, no slash at the end; nothing secret */
	char *host; /* with the port, if one is given */
	char *name; /* of the mirror: <base name without .git>-<8 hex of the url's hash>.git */
};

void rj_remote_url_release(struct rj_remote_url *u);

/*
 * Only https is taken. Other schemes, user names and passwords, queries and fragments (where tokens
 * stand), blanks and control characters are refused with the remedy. No message ever holds a user
 * name or password.
 */
int rj_remote_url_parse(const char *text, struct rj_remote_url *ret_url, struct rj_err *err);

#endif
