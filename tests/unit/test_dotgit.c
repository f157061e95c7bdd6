#include <criterion/criterion.h>

#include "core/base/mem.h"
#include "core/git/dotgit.h"

Test(dotgit, spellings_of_git)
{
	static const char *const yes[] = {
		".git",
		".GIT",
		".Git",
		"git~1",
		"GIT~1",
		".git.",
		".git ",
		".git . ..",
		".git:x",
		".git .:x",
		"git~1 ",
		"git~1::$DATA",
		"a\\.git",
		"a\\git~1\\b",
		".git\\hooks",
		".gi\xe2\x80\x8ft",
		"\xe2\x81\xaa.git",
		".git\xef\xbb\xbf",
	};
	static const char *const no[] = {
		"git",	      ".gitt",	     ".gi",   "..git", "git~2", "git~11", ".git-x",
		".gitignore", ".gitmodules", "x.git", "",      " .git", "a\\b",	  ".g\xc3\xadt",
	};

	for (size_t i = 0; i < RJ_COUNT(yes); i++)
		cr_expect(rj_dotgit_is_git(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < RJ_COUNT(no); i++)
		cr_expect(!rj_dotgit_is_git(no[i]), "%s", no[i]);
}

Test(dotgit, spellings_of_gitmodules)
{
	static const char *const yes[] = {
		".gitmodules", ".GITMODULES", ".gitmodules ", ".gitmodules.:x",
		"gitmod~1",    "GITMOD~4",    "GI7EBA~1",     "gi7eba~9",
		"GI7EB~10",    "GI7E~123",    "g~100000",     ".gitm\xe2\x80\x8codules",
	};
	static const char *const no[] = {
		".gitmodule", "gitmodules", "gitmod~5", "gitmod~10", "gi7eba~0",
		"gi7ebb~1",   "gi7eba~",    "gi7eba",	"gi7eba~1x", "~1000000x",
	};

	for (size_t i = 0; i < RJ_COUNT(yes); i++)
		cr_expect(rj_dotgit_is_modules(yes[i]), "%s", yes[i]);
	for (size_t i = 0; i < RJ_COUNT(no); i++)
		cr_expect(!rj_dotgit_is_modules(no[i]), "%s", no[i]);
}
