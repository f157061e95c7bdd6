/* objdirs: the object directories that a repository reads, its alternates followed to the end.
 * Plain file reading: this lies on the way of `run`, where libgit2 is not started. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/private.h"
#include "core/sys/file.h"
#include "core/sys/names.h"

enum {
	FILE_MAX = 1 << 20, /* bytes of one list of alternates */
	DIRS_MAX = 256,
};

static char unescape(const char **p)
{
	static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
	const char *hit = **p ? strchr(from, **p) : NULL;
	unsigned value = 0;

	if (hit) {
		(*p)++;
		return to[hit - from];
	}
	if (**p < '0' || **p > '7')
		return *(*p)++;
	for (int i = 0; i < 3 && **p >= '0' && **p <= '7'; i++)
		value = value * 8 + (unsigned)(*(*p)++ - '0');
	return (char)value;
}

/* A line is a path, or a path quoted as in C. malloc'd; NULL when a quoted one has no end. */
static char *parse_line(const char *line)
{
	struct rj_buf b = {0};

	if (*line != '"')
		return rj_strdup(line);
	for (const char *p = line + 1; *p && *p != '"';) {
		if (*p == '\\' && p[1]) {
			p++;
			rj_buf_putc(&b, unescape(&p));
		} else {
			rj_buf_putc(&b, *p++);
		}
		if (*p == '"')
			return rj_buf_take(&b);
	}
	rj_buf_release(&b);
	return NULL;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* What git has in a directory of objects, or leaves there when it is killed. */
static bool is_of_objects(const char *name)
{
	static const char *const begin[] = {"tmp_", "incoming-", "bulk-fsync-", ".nfs"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < RJ_COUNT(begin); i++)
		if (!strncmp(name, begin[i], strlen(begin[i])))
			return true;
	return (is_hex(name[0]) && is_hex(name[1]) && !name[2]) || !strcmp(name, "pack") ||
	       !strcmp(name, "info") || (dot && !strcmp(dot, ".lock"));
}

/* A jail is shown what the list of alternates names. Whoever could write that list, in a repository
 * that was unpacked or planted, is not to have other directories of the user's shown. */
static int check_alternate(const char *dir, const char *file, struct rj_err *err)
{
	RJ_AUTO(rj_close) int fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_names names = {.fd = fd};
	const struct dirent *e;

	if (fd < 0)
		return rj_fail(err, errno, "cannot open %s, which %s names", dir, file);
	while ((e = rj_names_next(&names))) {
		if (is_of_objects(e->d_name))
			continue;
		rj_refuse(err, EPERM, "%s, which %s names, is no directory of objects: it has '%s'",
			  dir, file, e->d_name);
		return rj_hint(err,
			       "take the line out of that file if it does not belong there, "
			       "or move away what git did not put into %s",
			       dir);
	}
	return 0;
}

/* Take `path` in when it is a directory that is there and new. git warns about the others and goes
 * on, and so must we: what it held is missing or was copied since. */
static bool take(struct rj_strv *dirs, const char *path)
{
	RJ_AUTO(rj_free) char *real = realpath(path, NULL);
	struct stat st;

	if (!real || stat(real, &st) < 0 || !S_ISDIR(st.st_mode) || rj_strv_has(dirs, real))
		return false;
	rj_strv_add(dirs, real);
	return true;
}

static int read_alternates(struct rj_strv *dirs, const char *dir, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(dir, "info/alternates");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	char *rest, *line;
	struct stat st;

	if (stat(file, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0
			       : rj_fail(err, errno, "cannot read %s", file);
	if (rj_file_read(AT_FDCWD, file, FILE_MAX, &text, err) < 0)
		return -err->num;
	rest = text.s;
	while (rest && (line = strsep(&rest, "\n"))) {
		RJ_AUTO(rj_free) char *path = *line && *line != '#' ? parse_line(line) : NULL;
		RJ_AUTO(rj_free) char *whole = path ? rj_path_absolute(dir, path) : NULL;

		if (whole && take(dirs, whole) &&
		    check_alternate(dirs->v[dirs->n - 1], file, err) < 0)
			return -err->num;
		if (dirs->n > DIRS_MAX)
			return rj_refuse(err, E2BIG, "%s leads to more than %d object directories",
					 file, DIRS_MAX);
	}
	return 0;
}

int rj_private_object_dirs(const char *common, struct rj_strv *ret_dirs, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv dirs = {0};
	RJ_AUTO(rj_free) char *first = rj_path_join(common, "objects");
	int rc = 0;

	if (!take(&dirs, first)) {
		rj_refuse(err, ENOENT, "repository %s has no object directory", common);
		return rj_hint(err, RJ_REPO_MOVED);
	}
	for (size_t i = 0; rc == 0 && i < dirs.n; i++)
		rc = read_alternates(&dirs, dirs.v[i], err);
	if (rc < 0)
		return rc;
	*ret_dirs = dirs;
	dirs = (struct rj_strv){0};
	return 0;
}
