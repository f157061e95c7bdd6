/* unencoded: what is told of files that could not be written in their encoding. */
#include "core/git/unencoded.h"

#include <string.h>

#include "core/base/mem.h"

void rj_unencoded_add(struct rj_unencoded *u, const char *encoding, const char *path)
{
	size_t i = 0;

	(void)pthread_mutex_lock(&u->lock);
	while (i < u->n && strcmp(u->v[i].encoding, encoding) != 0)
		i++;
	if (i == RJ_UNENCODED_MAX)
		i--;
	if (i == u->n) {
		u->v[i].encoding = rj_strdup(encoding);
		u->v[i].path = rj_strdup(path);
		u->n++;
	}
	u->v[i].count++;
	(void)pthread_mutex_unlock(&u->lock);
}

void rj_unencoded_tell(const struct rj_unencoded *u, struct rj_strv *notes)
{
	for (size_t i = 0; i < u->n; i++) {
		struct rj_buf b = {0};
		bool many = u->v[i].count > 1;

		rj_buf_printf(&b,
			      "%zu file%s UTF-8, and not %s as the attributes say (%s'%s'): that "
			      "cannot be written here, or has no place for a character; 'git add' "
			      "inside fails or misreads %s: first convert %s there with iconv",
			      u->v[i].count, many ? "s stay" : " stays", u->v[i].encoding,
			      many ? "the first is " : "", u->v[i].path, many ? "them" : "it",
			      many ? "them" : "it");
		rj_strv_give(notes, rj_buf_take(&b));
	}
}

void rj_unencoded_release(struct rj_unencoded *u)
{
	for (size_t i = 0; i < u->n; i++) {
		rj_free(&u->v[i].encoding);
		rj_free(&u->v[i].path);
	}
	u->n = 0;
}
