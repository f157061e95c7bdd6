/*
 * Starts libgit2 and its TLS as the program would, says so, and ends: what must work where
 * there is nothing but this one file, no /dev and no certificates.
 */
#include <git2.h>
#include <stdio.h>

int main(void)
{
	git_repository *repo = NULL;
	int n = git_libgit2_init();

	if (n < 1) {
		const git_error *e = git_error_last();

		(void)fprintf(stderr, "git_libgit2_init: %s\n", e ? e->message : "failed");
		return 1;
	}
	if ((git_libgit2_features() & (GIT_FEATURE_THREADS | GIT_FEATURE_HTTPS)) !=
	    (GIT_FEATURE_THREADS | GIT_FEATURE_HTTPS)) {
		(void)fprintf(stderr, "libgit2 lacks threads or https\n");
		return 1;
	}
	if (git_repository_open(&repo, "/nowhere") != GIT_ENOTFOUND) {
		(void)fprintf(stderr, "opening a missing repository did not say 'not found'\n");
		return 1;
	}
	(void)git_libgit2_shutdown();
	(void)puts("started");
	return 0;
}
