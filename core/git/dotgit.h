#ifndef RJ_GIT_DOTGIT_H
#define RJ_GIT_DOTGIT_H

#include <stdbool.h>

/*
 * Names that some file system takes for `.git` or `.gitmodules`: any letter case, NTFS short names
 * (git~1), trailing dots and spaces, streams (.git::$INDEX_ALLOCATION), parts behind a backslash,
 * and code points that HFS+ drops from names. A repository that is harmless here must be harmless
 * where it is cloned to, so they count on every system. Pure text.
 */
bool rj_dotgit_is_git(const char *name);
bool rj_dotgit_is_modules(const char *name);

#endif
