/* cabundle: find the certificate authorities of this machine, whichever distribution it is. */
#include "core/git/cabundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"

static const char *const known[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine, Gentoo, Void */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",	      /* openSUSE */
	"/etc/pki/tls/cacert.pem",	      /* OpenELEC */
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora from 43, RHEL from 7 */
	"/etc/ca-certificates/extracted/tls-ca-bundle.pem",  /* Arch */
	"/var/lib/ca-certificates/ca-bundle.pem",	     /* openSUSE */
	"/etc/ssl/certs/ca-bundle.crt",			     /* NixOS */
	"/etc/ssl/cert.pem",				     /* Alpine, BSD style */
	NULL,
};

void rj_cabundle_release(struct rj_cabundle *ca)
{
	free(ca->file);
	free(ca->dir);
	*ca = (struct rj_cabundle){0};
}

const char *const *rj_cabundle_paths(void)
{
	return known;
}

const char *rj_cabundle_name(const struct rj_cabundle *ca)
{
	return ca->file ? ca->file : ca->dir;
}

/* 0 when `path` is there, of that kind, readable and not empty; else -errno. */
static int look(const char *path, bool want_dir)
{
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (want_dir)
		return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) && st.st_size > 0 ? 0 : -EINVAL;
}

static int bad_variable(const char *name, const char *path, int rc, struct rj_err *err)
{
	if (rc == -EINVAL)
		rj_refuse(err, EINVAL, "%s names %s, which holds no certificates", name, path);
	else
		rj_fail(err, -rc, "cannot read %s, which %s names", path, name);
	return rj_hint(err, "correct %s; or unset it, and this system's certificates are used",
		       name);
}

static int from_variables(const char *env_file, const char *env_dir, struct rj_cabundle *ret_ca,
			  struct rj_err *err)
{
	int rc = env_file ? look(env_file, false) : 0;

	if (rc < 0)
		return bad_variable("SSL_CERT_FILE", env_file, rc, err);
	rc = env_dir ? look(env_dir, true) : 0;
	if (rc < 0)
		return bad_variable("SSL_CERT_DIR", env_dir, rc, err);
	*ret_ca = (struct rj_cabundle){.file = rj_strdup(env_file), .dir = rj_strdup(env_dir)};
	return 0;
}

int rj_cabundle_find(const char *env_file, const char *env_dir, const char *const *paths,
		     struct rj_cabundle *ret_ca, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf tried = {0};

	if (env_file && !*env_file)
		env_file = NULL;
	if (env_dir && !*env_dir)
		env_dir = NULL;
	if (env_file || env_dir)
		return from_variables(env_file, env_dir, ret_ca, err);
	for (size_t i = 0; paths[i]; i++) {
		if (look(paths[i], false) == 0) {
			*ret_ca = (struct rj_cabundle){.file = rj_strdup(paths[i])};
			return 0;
		}
		rj_buf_printf(&tried, "%s%s", i ? ", " : "", paths[i]);
	}
	rj_refuse(err, ENOENT,
		  "there are no certificate authorities to check https servers by: "
		  "tried %s",
		  rj_buf_str(&tried));
	return rj_hint(err, "install the package ca-certificates, or name a file of certificates: "
			    "SSL_CERT_FILE=FILE");
}

int rj_cabundle_use(struct rj_cabundle *ret_ca, struct rj_err *err)
{
	RJ_AUTO(rj_cabundle_release) struct rj_cabundle ca = {0};
	int rc = rj_cabundle_find(getenv("SSL_CERT_FILE"), getenv("SSL_CERT_DIR"), known, &ca, err);

	if (rc < 0)
		return rc;
	rc = git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, ca.file, ca.dir);
	if (rc < 0) {
		rj_git_fail(err, rc, "cannot use the certificates in %s", rj_cabundle_name(&ca));
		return rj_hint(err, "it must hold certificates in PEM form; another file can be "
				    "named: SSL_CERT_FILE=FILE");
	}
	*ret_ca = ca;
	ca = (struct rj_cabundle){0};
	return 0;
}
