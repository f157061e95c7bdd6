/*
 * Linked with --wrap=git_libgit2_init into a copy of the program: says on stderr when the git
 * library is started.
 */
#include <unistd.h>

int __real_git_libgit2_init(void);
int __wrap_git_libgit2_init(void);

int __wrap_git_libgit2_init(void)
{
	static const char text[] = "spy: libgit2 is started\n";

	(void)!write(2, text, sizeof(text) - 1);
	return __real_git_libgit2_init();
}
