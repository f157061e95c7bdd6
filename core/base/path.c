#include "core/base/path.h"

#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

bool rj_path_is_normal(const char *path)
{
	if (!path || path[0] != '/')
		return false;
	if (path[1] == '\0')
		return true;
	for (const char *p = path; *p;) {
		const char *part = ++p;

		while (*p && *p != '/')
			p++;
		if (p == part || (p - part == 1 && part[0] == '.') ||
		    (p - part == 2 && part[0] == '.' && part[1] == '.'))
			return false;
	}
	return true;
}

bool rj_path_contains(const char *dir, const char *path)
{
	if (dir[0] && !dir[1])
		return true;
	/* most differ early: a plan compares all its paths with each other */
	while (*dir && *dir == *path)
		dir++, path++;
	return !*dir && (*path == '/' || *path == '\0');
}

char *rj_path_join(const char *dir, const char *name)
{
	struct rj_buf b = {0};

	(void)rj_buf_room(&b, strlen(dir) + strlen(name) + 1);
	rj_buf_puts(&b, dir);
	if (b.len == 0 || b.s[b.len - 1] != '/')
		rj_buf_putc(&b, '/');
	rj_buf_puts(&b, name);
	return rj_buf_take(&b);
}

/* Append the parts of `path` to the normal path in *b, which is "" for "/". */
static void walk(struct rj_buf *b, const char *path)
{
	while (*path) {
		size_t len;

		path += strspn(path, "/");
		len = strcspn(path, "/");
		if (len == 2 && !strncmp(path, "..", 2)) {
			while (b->len > 0 && b->s[--b->len] != '/')
				;
			if (b->s)
				b->s[b->len] = '\0';
		} else if (len > 0 && !(len == 1 && *path == '.')) {
			rj_buf_putc(b, '/');
			rj_buf_add(b, path, len);
		}
		path += len;
	}
}

char *rj_path_absolute(const char *base, const char *path)
{
	const bool is_below = path[0] != '/';
	struct rj_buf b = {0};

	(void)rj_buf_room(&b, (is_below ? strlen(base) + 1 : 0) + strlen(path) + 1);
	if (is_below)
		walk(&b, base);
	walk(&b, path);
	if (b.len == 0)
		rj_buf_putc(&b, '/');
	return rj_buf_take(&b);
}

char *rj_path_parent(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash != path ? rj_strndup(path, (size_t)(slash - path)) : rj_strdup("/");
}

const char *rj_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
