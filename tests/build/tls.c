/*
 * Connects to the https address in argv[1], trusting the certificates in argv[2], as a fetch
 * begins. Prints "connected" when the TLS handshake and the certificate were good (the answer
 * itself need not be git's), "refused" when the certificate was not, or the error.
 */
#include <git2.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	git_remote *remote = NULL;
	const git_error *e;
	int rc;

	if (argc != 3 || git_libgit2_init() < 1 ||
	    git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, argv[2], NULL) < 0 ||
	    git_remote_create_detached(&remote, argv[1]) < 0) {
		(void)puts("cannot begin");
		return 1;
	}
	rc = git_remote_connect(remote, GIT_DIRECTION_FETCH, NULL, NULL, NULL);
	e = git_error_last();
	if (rc == GIT_ECERTIFICATE)
		(void)puts("refused");
	else if (rc == 0 || (e && e->klass == GIT_ERROR_HTTP))
		(void)puts("connected");
	else
		(void)printf("%d: %s\n", rc, e ? e->message : "no error");
	git_remote_free(remote);
	(void)git_libgit2_shutdown();
	return 0;
}
