/*
 * refdel: delete a reference the way git does it.
 *
 * libgit2 reads packed-refs, and locks it only later to write what it read: references that
 * `git gc` packs in between are lost. Here the file is read under its lock, and only the one
 * line goes, with a hundred thousand others left as they are.
 *
 * What remains is git's own race: a name that is deleted and at once made again with the same
 * value can be pruned by a `git pack-refs` that saw the first one. Jails' names carry eight
 * random digits and do not come back.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/gitlock.h"
#include "core/git/refs.h"
#include "core/sys/file.h"

struct doomed {
	const char *name, *loose;
};

static int drop_line(void *arg, const char *text, size_t len, struct rj_buf *out,
		     struct rj_err *err)
{
	size_t line_len;
	const struct doomed *d = arg;
	const char *line = rj_packed_find(text, d->name, &line_len);

	(void)err;
	if (!line)
		return 0;
	rj_buf_add(out, text, (size_t)(line - text));
	rj_buf_puts(out, line + line_len);
	(void)len;
	return 1;
}

/* Directories that became empty go, but git's own. */
static void prune(const char *common, const char *below, const char *name)
{
	static const char *const keep[] = {"refs", "refs/heads", "refs/tags", "refs/remotes"};
	RJ_AUTO(rj_free) char *root = rj_path_join(common, below);
	RJ_AUTO(rj_free) char *dir = rj_strdup(name);
	char *slash;

	while ((slash = strrchr(dir, '/'))) {
		RJ_AUTO(rj_free) char *path = NULL;

		*slash = '\0';
		for (size_t i = 0; i < RJ_COUNT(keep); i++)
			if (!strcmp(dir, keep[i]))
				return;
		path = rj_path_join(root, dir);
		if (rmdir(path) < 0)
			return;
	}
}

static int delete_file(const char *path, struct rj_err *err)
{
	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		return rj_fail(err, errno, "cannot remove %s", path);
	return 0;
}

/* Where is it? What is neither loose nor packed needs no lock, so that what cannot be written need
 * not be. A lock that was left counts as loose, and goes. */
static int look(const char *common, const char *loose, const char *name, bool *ret_packed,
		bool *ret_loose, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_buf b = {0};
	RJ_AUTO(rj_free) char *lock = NULL;
	struct stat st;
	size_t len;

	rj_buf_printf(&b, "%s.lock", loose);
	lock = rj_buf_take(&b);
	if (rj_packed_read(common, &text, err) < 0)
		return -err->num;
	*ret_loose = lstat(loose, &st) == 0 || lstat(lock, &st) == 0;
	*ret_packed = rj_packed_find(rj_buf_str(&text), name, &len) != NULL;
	return 0;
}

/* On a full disk there is no room for a lock; making room must work all the same. */
static bool is_full(int rc)
{
	return rc == -ENOSPC || rc == -EDQUOT;
}

static int drop_loose(void *arg, struct rj_err *err)
{
	const struct doomed *d = arg;

	return delete_file(d->loose, err);
}

/*
 * Packed first: the loose file hides the packed line until both are gone. The lock on packed-refs
 * is held until then, or a `git pack-refs` that has just read the loose file would bring it back.
 */
static int delete_both(const struct rj_repo *repo, const char *name, struct rj_err *err)
{
	bool ours =
		!strncmp(name, "refs/heads/robojail/", 20) || !strncmp(name, "refs/robojail/", 14);
	RJ_AUTO(rj_free) char *loose = rj_path_join(repo->common, name);
	struct doomed d = {.name = name, .loose = loose};
	RJ_AUTO(rj_gitlock_release) struct rj_gitlock lock = RJ_GITLOCK_INIT;
	bool packed = false, there = false;
	int rc = look(repo->common, loose, name, &packed, &there, err);

	if (rc < 0 || (!packed && !there))
		return rc;
	rc = rj_gitlock_take(loose, ours, &lock, err);
	/* Without its directory there is no loose file, and nobody to race with but a new one of
	 * the same name, which stays. */
	if (rc < 0 && rc != -ENOENT && rc != -ENOTDIR && !(ours && is_full(rc)))
		return rc;
	rc = rj_packed_edit(repo->common, drop_line, drop_loose, &d, err);
	return ours && is_full(rc) && !packed ? delete_file(loose, err) : rc;
}

int rj_ref_delete(const struct rj_repo *repo, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *logs = rj_path_join(repo->common, "logs");
	RJ_AUTO(rj_free) char *log = rj_path_join(logs, name);
	int rc = delete_both(repo, name, err);

	if (rc == 0)
		rc = delete_file(log, err);
	if (rc < 0)
		return rj_wrap(err, "cannot delete %s of repository %s", name, repo->top);
	prune(repo->common, ".", name);
	prune(repo->common, "logs", name);
	return 0;
}
