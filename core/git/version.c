/* The version of the git library, for --version. */
#include "core/git/version.h"

#include <git2.h>
#include <stdio.h>

const char *rj_git_version(void)
{
	static char text[32];
	int major = 0, minor = 0, patch = 0;

	/* libgit2 before 1.0 returned nothing; since then 0, always. */
	(void)git_libgit2_version(&major, &minor, &patch);
	(void)snprintf(text, sizeof(text), "%d.%d.%d", major, minor, patch);
	return text;
}
