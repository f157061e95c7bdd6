#ifndef RJ_GIT_CABUNDLE_H
#define RJ_GIT_CABUNDLE_H

#include "core/base/err.h"

/*
 * Whose certificates are trusted when a repository is fetched over https.
 *
 * A static program knows no distribution, so the bundle is looked for at run time, and only just
 * before the network is used: parsing one takes several milliseconds. SSL_CERT_FILE and
 * SSL_CERT_DIR are respected as OpenSSL names them; when either is set, only what they name is
 * trusted.
 */
struct rj_cabundle {
	char *file; /* PEM certificates; NULL when there is only a directory */
	char *dir;  /* a directory of such files, or NULL */
};

void rj_cabundle_release(struct rj_cabundle *ca);

/* The files that the distributions use, best first; ends with NULL. */
const char *const *rj_cabundle_paths(void);

/*
 * Find it: `env_file` and `env_dir` are the two variables (NULL or "" when unset), else the first
 * readable one of `paths`. -ENOENT names what was tried and gives the remedy; a variable that names
 * nothing readable is an error, never a reason to trust something else.
 */
int rj_cabundle_find(const char *env_file, const char *env_dir, const char *const *paths,
		     struct rj_cabundle *ret_ca, struct rj_err *err);

/* Find it for this process and hand it to libgit2, which must be ready (rj_git_init). */
int rj_cabundle_use(struct rj_cabundle *ret_ca, struct rj_err *err);

/* For messages: the file, or the directory. Borrowed. */
const char *rj_cabundle_name(const struct rj_cabundle *ca);

#endif
