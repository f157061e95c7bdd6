/* Single strings of the configuration: paths, binds and names of variables. */
#include <errno.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/config_value.h"

static bool has_dotdot(const char *path)
{
	for (size_t len; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len == 2 && !strncmp(path, "..", 2))
			return true;
	}
	return false;
}

/* `~`, `~/x` and absolute paths to a normal one. */
static int to_path(const char *part, const char *home, char **ret, struct rj_err *err)
{
	bool tilde = part[0] == '~' && (part[1] == '/' || part[1] == '\0');

	if (part[0] == '\0')
		return rj_refuse(err, EINVAL, "a path is missing");
	if (part[0] == '~' && !tilde)
		return rj_refuse(err, EINVAL, "'%s': only ~ and ~/... are understood, no ~USER",
				 part);
	if (part[0] != '/' && !tilde) {
		(void)rj_refuse(err, EINVAL, "'%s' is not an absolute path", part);
		return rj_hint(err, "begin it with / or ~/");
	}
	if (has_dotdot(part))
		return rj_refuse(err, EINVAL, "'%s': \"..\" is not allowed in a path", part);
	if (tilde) {
		part += part[1] ? 2 : 1;
		part += strspn(part, "/");
	}
	*ret = rj_path_absolute(tilde ? home : "/", part);
	return 0;
}

/* Up to a colon or the end, with `\:` and `\\` made plain; `*p` then stands on what ended it. */
static int take_part(const char **p, struct rj_buf *out, struct rj_err *err)
{
	for (; **p && **p != ':'; (*p)++) {
		if (**p == '\\') {
			(*p)++;
			if (**p != ':' && **p != '\\') {
				(void)rj_refuse(err, EINVAL,
						"a backslash stands before ':' or '\\' only");
				return rj_hint(err, "write \\\\ for a backslash in a path");
			}
		}
		rj_buf_putc(out, **p);
	}
	return 0;
}

static int parse_bind(const char *text, const char *home, char **ret_src, char **ret_dst,
		      struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf first = {0}, second = {0};
	RJ_AUTO(rj_free) char *src = NULL;
	RJ_AUTO(rj_free) char *dst = NULL;
	const char *p = text;
	bool pair;

	if (take_part(&p, &first, err) < 0)
		return -err->num;
	pair = *p == ':';
	if (pair) {
		p++;
		if (take_part(&p, &second, err) < 0)
			return -err->num;
	}
	if (*p == ':') {
		(void)rj_refuse(err, EINVAL, "more than one colon");
		return rj_hint(err, "write \\: for a colon that belongs to a path");
	}
	if (to_path(rj_buf_str(&first), home, &src, err) < 0 ||
	    to_path(rj_buf_str(pair ? &second : &first), home, &dst, err) < 0)
		return -err->num;
	if (!strcmp(dst, "/")) {
		(void)rj_refuse(err, EINVAL, "nothing can be put over the jail's /");
		return rj_hint(err, "bind single directories, or give it another place as SRC:DST");
	}
	*ret_src = src;
	*ret_dst = dst;
	src = dst = NULL;
	return 0;
}

int rj_config_bind_parse(const char *text, const char *home, char **ret_src, char **ret_dst,
			 struct rj_err *err)
{
	if (parse_bind(text, home, ret_src, ret_dst, err) < 0)
		return rj_wrap(err, "bad bind '%s'", text);
	return 0;
}

int rj_config_read_bind(const char *value, char **ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *src = NULL;
	RJ_AUTO(rj_free) char *dst = NULL;

	/* Whose home it is does not matter for whether the entry can be read. */
	if (rj_config_bind_parse(value, "/home", &src, &dst, err) < 0)
		return -err->num;
	*ret = rj_strdup(value);
	return 0;
}

int rj_config_read_shell(const char *value, char **ret, struct rj_err *err)
{
	if (value[0] != '/') {
		(void)rj_refuse(err, EINVAL, "'%s' is not an absolute path", value);
		return rj_hint(err, "write it like \"/bin/bash\"");
	}
	/* It goes into the jail's /etc/passwd, where a colon ends a field. */
	if (has_dotdot(value) || strchr(value, ':'))
		return rj_refuse(err, EINVAL, "'%s': \"..\" and ':' are not allowed", value);
	*ret = rj_path_absolute("/", value);
	return 0;
}

/* Kept as it is seen from the home: ".ssh", or absolute. */
int rj_config_read_hidden(const char *value, char **ret, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = NULL;
	const char *rest = value;

	if (value[0] == '~' && (value[1] == '/' || value[1] == '\0'))
		rest += 1 + strspn(value + 1, "/");
	else if (value[0] == '~')
		return rj_refuse(err, EINVAL, "'%s': only ~/... is understood, no ~USER", value);
	if (has_dotdot(rest))
		return rj_refuse(err, EINVAL, "'%s': \"..\" is not allowed in a path", value);
	path = rj_path_absolute("/", rest);
	if (!strcmp(path, "/"))
		return rj_refuse(err, EINVAL, "'%s' names nothing below the home", value);
	*ret = rj_strdup(value[0] == '/' ? path : path + 1);
	return 0;
}

static bool is_name(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_' ||
		      (i > 0 && s[i] >= '0' && s[i] <= '9')))
			return false;
	return len > 0;
}

int rj_config_read_env(const char *value, char **ret, struct rj_err *err)
{
	size_t len = strlen(value);

	if (!strcmp(value, "*"))
		return rj_refuse(err, EINVAL,
				 "'*' would let every variable in, credentials too: name them");
	if (len > 0 && value[len - 1] == '*')
		len--;
	if (!is_name(value, len)) {
		(void)rj_refuse(err, EINVAL, "'%s' is not the name of a variable", value);
		return rj_hint(err, "letters, digits and _, and a * at the end if you like: "
				    "\"LC_*\"");
	}
	*ret = rj_strdup(value);
	return 0;
}

bool rj_config_env_passes(const struct rj_config *c, const char *name)
{
	for (size_t i = 0; i < c->env_passthrough.n; i++) {
		const char *row = c->env_passthrough.v[i];
		size_t len = strlen(row);

		if (row[len - 1] == '*' ? !strncmp(row, name, len - 1) : !strcmp(row, name))
			return true;
	}
	return false;
}

const char *rj_config_opens_home(const struct rj_config *c, const char *home)
{
	const struct rj_strv *binds = &c->extra_rw_binds;

	for (size_t i = 0; i < binds->n; i++) {
		RJ_AUTO(rj_free) char *src = NULL;
		RJ_AUTO(rj_free) char *dst = NULL;
		struct rj_err ignored;

		if (rj_config_bind_parse(binds->v[i], home, &src, &dst, &ignored) == 0 &&
		    rj_path_contains(src, home))
			return binds->v[i];
	}
	return NULL;
}
