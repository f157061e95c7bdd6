/* Where the user's own files lie, and whether a jail may have a copy of them. */
#include <errno.h>
#include <string.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/model/agent.h"

enum { LINKS_MAX = 40 }; /* as the kernel */

static const char *hidden_by(const struct rj_strv *hidden, const char *path)
{
	for (size_t i = 0; i < hidden->n; i++)
		if (rj_path_contains(hidden->v[i], path))
			return hidden->v[i];
	return NULL;
}

int rj_agent_check_hidden(const struct rj_agent *a, const char *home, const struct rj_strv *hidden,
			  struct rj_err *err)
{
	for (size_t i = 0; i < a->n_files; i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(home, a->files[i].path);
		const char *by = hidden_by(hidden, path);

		if (!by)
			continue;
		rj_toml_refuse(err, a->origin ? a->origin : a->name, a->files[i].at,
			       "path: '%s' is hidden by %s", a->files[i].path, by);
		rj_hint(err, "leave it out, or take %s out of hidden_paths in config.toml", by);
		err->num = EPERM;
		return -EPERM;
	}
	return 0;
}

static int check_place(const char *path, const char *at, bool is_link, const struct rj_strv *hidden,
		       const struct rj_strv *writable, struct rj_err *err)
{
	const char *by = hidden_by(hidden, at);

	if (by) {
		if (!strcmp(path, at))
			rj_refuse(err, EPERM, "%s is hidden by %s", path, by);
		else
			rj_refuse(err, EPERM, "%s leads to %s, which is hidden by %s", path, at,
				  by);
		return rj_hint(err,
			       "put the file in another place, or take %s out of hidden_paths "
			       "in config.toml",
			       by);
	}
	by = hidden_by(writable, at);
	if (!by)
		return 0;
	rj_refuse(err, EPERM, "%s %s %s, which is in %s, and that a jail can write", path,
		  is_link ? "is found through the symlink" : "leads to", at, by);
	return rj_hint(err,
		       "move the file out of there, or take %s out of extra_rw_binds in "
		       "config.toml",
		       by);
}

int rj_agent_locate(const struct rj_facts *facts, const char *path, const struct rj_strv *hidden,
		    const struct rj_strv *writable, char **ret_real, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *at = rj_strdup("/");
	RJ_AUTO(rj_free) char *left = rj_strdup(path);
	unsigned links = 0;

	if (check_place(path, path, false, hidden, writable, err) < 0)
		return -err->num;
	while (left[0]) {
		const char *s = left + strspn(left, "/");
		size_t len = strcspn(s, "/");
		RJ_AUTO(rj_free) char *part = rj_strndup(s, len);
		RJ_AUTO(rj_free) char *rest = rj_strdup(s + len);
		RJ_AUTO(rj_free) char *next = rj_path_absolute(at, part);
		const struct rj_path_fact *f = facts->look(facts->arg, next);
		struct rj_buf more = {0};

		if (f->link && ++links > LINKS_MAX)
			return rj_refuse(err, ELOOP, "%s: too many symlinks", path);
		if (check_place(path, next, f->link != NULL, hidden, writable, err) < 0)
			return -err->num;
		if (f->link) {
			rj_buf_printf(&more, "%s%s", f->link, rest);
			rj_free(&next);
			next = rj_strdup(f->link[0] == '/' ? "/" : at);
		} else if (f->kind == RJ_PATH_NONE) {
			return -ENOENT;
		} else {
			rj_buf_puts(&more, rest);
		}
		rj_free(&at);
		at = next;
		next = NULL;
		rj_free(&left);
		left = rj_buf_take(&more);
	}
	*ret_real = at;
	at = NULL;
	return 0;
}
