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

/* Take `path` in when it is a directory that is there and new. git warns about the others and goes
 * on, and so must we: what it held is missing or was copied since. */
static void take(struct rj_strv *dirs, const char *path)
{
	RJ_AUTO(rj_free) char *real = realpath(path, NULL);
	struct stat st;

	if (real && stat(real, &st) == 0 && S_ISDIR(st.st_mode) && !rj_strv_has(dirs, real))
		rj_strv_add(dirs, real);
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

		if (whole)
			take(dirs, whole);
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

	take(&dirs, first);
	if (dirs.n == 0)
		return rj_refuse(err, ENOENT, "repository %s has no object directory", common);
	for (size_t i = 0; rc == 0 && i < dirs.n; i++)
		rc = read_alternates(&dirs, dirs.v[i], err);
	if (rc < 0)
		return rc;
	*ret_dirs = dirs;
	dirs = (struct rj_strv){0};
	return 0;
}
