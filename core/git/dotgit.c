#include "core/git/dotgit.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"

/* Length of the code point at `p` if HFS+ ignores it, else 0. */
static size_t hfs_ignored(const char *p)
{
	static const char *const dropped[] = {
		"\xe2\x80\x8c", "\xe2\x80\x8d", "\xe2\x80\x8e", "\xe2\x80\x8f", /* U+200C..F */
		"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", /* U+202A..D */
		"\xe2\x80\xae", "\xe2\x81\xaa", "\xe2\x81\xab", "\xe2\x81\xac", /* E, U+206A.. */
		"\xe2\x81\xad", "\xe2\x81\xae", "\xe2\x81\xaf", "\xef\xbb\xbf", /* ..F, U+FEFF */
	};

	if ((unsigned char)*p < 0x80)
		return 0;
	for (size_t i = 0; i < RJ_COUNT(dropped); i++)
		if (!strncmp(p, dropped[i], 3))
			return 3;
	return 0;
}

static bool is_hfs(const char *name, const char *want)
{
	while (*name) {
		size_t skip = hfs_ignored(name);

		if (skip) {
			name += skip;
			continue;
		}
		if (!*want || strncasecmp(name, want, 1) != 0)
			return false;
		name++;
		want++;
	}
	return !*want;
}

/* Nothing but dots and spaces, which Windows drops, up to the end of this part of the name. */
static bool part_ends(const char *p)
{
	p += strspn(p, " .");
	return *p == '\0' || *p == ':' || *p == '\\';
}

static bool part_is(const char *part, const char *want)
{
	size_t len = strlen(want);

	return !strncasecmp(part, want, len) && part_ends(part + len);
}

static bool is_git_part(const char *part)
{
	return part_is(part, ".git") || part_is(part, "git~1");
}

/* The short names that Windows makes up: GITMOD~1 to ~4, then GI7EBA~1 and on. */
static bool is_modules_short(const char *part)
{
	static const char hash[] = "gi7eba";
	size_t i = 0;

	if (!strncasecmp(part, "gitmod~", 7) && part[7] >= '1' && part[7] <= '4')
		return part_ends(part + 8);
	while (i < 6 && part[i] && part[i] != '~' && !strncasecmp(part + i, hash + i, 1))
		i++;
	if (part[i] != '~' || part[i + 1] < '1' || part[i + 1] > '9')
		return false;
	for (i += 2; i < 8; i++)
		if (part[i] < '0' || part[i] > '9')
			return false;
	return part_ends(part + 8);
}

static bool is_modules_part(const char *part)
{
	return part_is(part, ".gitmodules") || is_modules_short(part);
}

static bool any_part(const char *name, bool (*is)(const char *part))
{
	for (const char *p = name; p; p = strchr(p, '\\')) {
		p += *p == '\\';
		if (is(p))
			return true;
	}
	return false;
}

bool rj_dotgit_is_git(const char *name)
{
	return is_hfs(name, ".git") || any_part(name, is_git_part);
}

bool rj_dotgit_is_modules(const char *name)
{
	return is_hfs(name, ".gitmodules") || any_part(name, is_modules_part);
}
