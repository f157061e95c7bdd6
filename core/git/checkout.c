/* checkout: the files of a commit into a fresh worktree, and the index that goes with them. */
#include "core/git/checkout.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/indexout.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

enum {
	BACKDATE = 2, /* seconds; git compares whole ones */
};

struct report {
	rj_progress_fn *progress;
	void *arg;
};

static void on_progress(const char *path, size_t done, size_t total, void *payload)
{
	const struct report *r = payload;

	(void)path;
	if (r->progress)
		r->progress(r->arg, done, total);
}

/*
 * libgit2 asks the repository's index for attributes of files that are not written yet, so the
 * index is filled in memory first: no file is written before its .gitattributes is known.
 */
static int write_files(git_repository *wt, git_index *index, git_tree *tree, struct report *report)
{
	git_checkout_options opts;
	int rc = git_index_read_tree(index, tree);

	if (rc < 0)
		return rc;
	rc = git_checkout_options_init(&opts, GIT_CHECKOUT_OPTIONS_VERSION);
	if (rc < 0)
		return rc;
	opts.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX |
				 GIT_CHECKOUT_DONT_WRITE_INDEX | GIT_CHECKOUT_NO_REFRESH;
	opts.dir_mode = 0777;
	opts.progress_cb = on_progress;
	opts.progress_payload = report;
	return git_checkout_tree(wt, (const git_object *)tree, &opts);
}

/* The second pass over the files: one directory is open at a time. */
struct pass {
	const char *path;
	int top, dir;
	struct rj_buf dir_name;
	mode_t mask;
	struct timespec when[2];
};

static void pass_release(struct pass *p)
{
	rj_close(&p->dir);
	rj_close(&p->top);
	rj_buf_release(&p->dir_name);
}

/* Go to the directory of `path`; *ret_name is the last part. */
static int go(struct pass *p, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	int fd;

	*ret_name = slash ? slash + 1 : path;
	if (p->dir >= 0 && p->dir_name.len == len && !strncmp(rj_buf_str(&p->dir_name), path, len))
		return 0;
	p->dir_name.len = 0;
	rj_buf_add(&p->dir_name, path, len);
	fd = rj_openat2(p->top, len ? p->dir_name.s : ".", O_PATH | O_DIRECTORY,
			RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return fd;
	rj_close(&p->dir);
	p->dir = fd;
	return 0;
}

/* git leaves permissions to the umask; libgit2 takes 644 and 755 as they are. */
static int settle(const struct pass *p, const char *name, struct stat *st)
{
	if (fstatat(p->dir, name, st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISREG(st->st_mode)) {
		mode_t mode = (st->st_mode & 0100 ? 0777 : 0666) & ~p->mask;

		if ((st->st_mode & 07777) != mode && fchmodat(p->dir, name, mode, 0) < 0)
			return -errno;
	}
	if (!S_ISDIR(st->st_mode) && utimensat(p->dir, name, p->when, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return fstatat(p->dir, name, st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static void set_stat(git_index_entry *e, const struct stat *st)
{
	e->ctime.seconds = (int32_t)st->st_ctim.tv_sec;
	e->ctime.nanoseconds = (uint32_t)st->st_ctim.tv_nsec;
	e->mtime.seconds = (int32_t)st->st_mtim.tv_sec;
	e->mtime.nanoseconds = (uint32_t)st->st_mtim.tv_nsec;
	e->dev = (uint32_t)st->st_dev;
	e->ino = (uint32_t)st->st_ino;
	e->uid = st->st_uid;
	e->gid = st->st_gid;
	e->file_size = (uint32_t)st->st_size;
}

static int start_pass(struct pass *p, const char *path, struct rj_err *err)
{
	p->mask = umask(0);
	(void)umask(p->mask);
	p->when[0].tv_sec = p->when[1].tv_sec = time(NULL) - BACKDATE;
	p->top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return p->top < 0 ? rj_fail(err, errno, "cannot open %s", path) : 0;
}

static int fix_entry(void *arg, git_index_entry *e, struct rj_err *err)
{
	struct pass *p = arg;
	const char *name;
	struct stat st;
	int rc = go(p, e->path, &name);

	if (rc == 0)
		rc = settle(p, name, &st);
	if (rc < 0)
		rj_fail(err, -rc, "cannot finish %s/%s", p->path, e->path);
	if (rc == -ENOENT)
		return rj_hint(err, "does another path differ from it in case only? Then turn "
				    "core.ignorecase off, which took the two for one");
	if (rc < 0)
		return rc;
	set_stat(e, &st);
	return 0;
}

int rj_checkout_write(const struct rj_repo *repo, const struct rj_checkout *co,
		      rj_progress_fn *progress, void *arg, struct rj_err *err)
{
	RJ_AUTO(rj_git_repo_free) git_repository *wt = NULL;
	RJ_AUTO(rj_git_index_free) git_index *index = NULL;
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	RJ_AUTO(pass_release) struct pass pass = {.path = co->path, .top = -1, .dir = -1};
	struct report report = {.progress = progress, .arg = arg};
	git_oid oid;
	int rc = rj_git_init(err);

	if (rc < 0)
		return rc;
	rc = git_repository_open_ext(&wt, co->path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot open the new worktree %s", co->path);
	rc = git_oid_fromstr(&oid, co->commit);
	if (rc == 0)
		rc = git_commit_lookup(&commit, wt, &oid);
	if (rc == 0)
		rc = git_commit_tree(&tree, commit);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read commit %s of %s", co->commit, repo->top);
	rc = git_repository_index(&index, wt);
	if (rc == 0)
		rc = write_files(wt, index, tree, &report);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot write the files of %s to %s", co->commit,
				   co->path);
	rc = start_pass(&pass, co->path, err);
	return rc < 0 ? rc : rj_index_out(co->index, index, tree, true, fix_entry, &pass, err);
}
