/* Files that `install` puts in place. */
#include "applets/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

/* A larger file is none that we installed. */
#define LARGEST ((size_t)64 << 20)

static struct rj_place_item *add(struct rj_place *p, char *path)
{
	p->v = rj_grow(p->v, &p->cap, p->n + 1, sizeof(*p->v));
	p->v[p->n] = (struct rj_place_item){.path = path};
	return &p->v[p->n++];
}

void rj_place_add_file(struct rj_place *p, char *path, struct rj_buf *text, mode_t mode)
{
	struct rj_place_item *item = add(p, path);

	item->text = *text;
	item->mode = mode;
	*text = (struct rj_buf){0};
}

void rj_place_add_link(struct rj_place *p, char *path, const char *target)
{
	add(p, path)->target = rj_strdup(target);
}

static int not_ours(const struct rj_place_item *item, struct rj_err *err)
{
	(void)rj_refuse(err, EEXIST, "%s is there already and was not installed by robojail",
			item->path);
	return rj_hint(err, "move it away, or choose another place with --prefix DIR");
}

static int check_link(struct rj_place_item *item, const struct stat *st, struct rj_err *err)
{
	char target[PATH_MAX];
	ssize_t len;

	if (!S_ISLNK(st->st_mode))
		return not_ours(item, err);
	len = readlink(item->path, target, sizeof(target));
	if (len < 0)
		return rj_fail(err, errno, "cannot read the link %s", item->path);
	if ((size_t)len != strlen(item->target) || memcmp(target, item->target, (size_t)len) != 0)
		return not_ours(item, err);
	item->present = true;
	return 0;
}

static int check_file(const struct rj_place *p, struct rj_place_item *item, const struct stat *st,
		      struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf old = {0};
	int rc;

	if (!S_ISREG(st->st_mode) || (size_t)st->st_size > LARGEST)
		return not_ours(item, err);
	rc = rj_file_read(AT_FDCWD, item->path, LARGEST, &old, err);
	if (rc < 0)
		return rc;
	item->present = old.len == item->text.len && (st->st_mode & 07777) == item->mode &&
			(old.len == 0 || memcmp(old.s, item->text.s, old.len) == 0);
	if (!item->present && !memmem(rj_buf_str(&old), old.len, p->mark, strlen(p->mark)))
		return not_ours(item, err);
	return 0;
}

int rj_place_check(struct rj_place *p, struct rj_err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		struct rj_place_item *item = &p->v[i];
		struct stat st;
		int rc;

		if (lstat(item->path, &st) < 0) {
			if (errno == ENOENT)
				continue;
			return rj_fail(err, errno, "cannot look at %s", item->path);
		}
		rc = item->target ? check_link(item, &st, err) : check_file(p, item, &st, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int rj_place_write(const struct rj_place *p, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *unsynced = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct rj_place_item *item = &p->v[i];
		RJ_AUTO(rj_free) char *parent = rj_path_parent(item->path);
		int rc;

		if (item->present)
			continue;
		rc = rj_mkdirs(parent, 0755, err);
		if (rc < 0)
			return rc;
		if (!item->target) {
			rc = rj_file_replace(item->path, rj_buf_str(&item->text), item->text.len,
					     item->mode, err);
			if (rc < 0)
				return rc;
			continue;
		}
		if (symlink(item->target, item->path) < 0)
			return rj_fail(err, errno, "cannot make the link %s", item->path);
		/* Links come in runs: one sync for all of a directory. */
		if (unsynced && strcmp(unsynced, parent) != 0) {
			rc = rj_sync_path(unsynced, err);
			if (rc < 0)
				return rc;
		}
		rj_free(&unsynced);
		unsynced = parent;
		parent = NULL;
	}
	return unsynced ? rj_sync_path(unsynced, err) : 0;
}

void rj_place_release(struct rj_place *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].path);
		free(p->v[i].target);
		rj_buf_release(&p->v[i].text);
	}
	free(p->v);
	p->v = NULL;
	p->n = p->cap = 0;
}
