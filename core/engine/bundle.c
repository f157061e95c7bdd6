#include "core/engine/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/lifecycle.h"
#include "core/engine/sync.h"
#include "core/git/hostrefs.h"
#include "core/sys/file.h"
#include "core/sys/uapi.h"

struct job {
	struct rj_bundle_args args;
	struct rj_bundle_result *ret;
};

static int read_stream(void *arg, int in, struct rj_err *err)
{
	struct job *job = arg;

	job->args.in = in;
	return rj_bundle_write(&job->args, job->ret, err);
}

static int write_to(const struct rj_ctx *ctx, const struct rj_jail *jail, int out, unsigned flags,
		    struct rj_bundle_result *ret, struct rj_err *err)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf refs = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf head = {0};
	RJ_AUTO(rj_free) char *work = rj_ctx_private(ctx, jail->name, NULL);
	const struct rj_import_limits limits = rj_session_limits(&ctx->config);
	const struct rj_worktree wt = rj_jail_worktree(jail);
	struct job job = {
		.args = {.out = out,
			 .repo = &repo,
			 .wt = &wt,
			 .jail_name = jail->name,
			 .work = work,
			 .limits = &limits,
			 .flags = flags},
		.ret = ret,
	};
	struct rj_export ex = {.everything = true};
	RJ_AUTO(rj_free) char *lock = rj_ctx_private(ctx, jail->name, "exporting");
	RJ_AUTO(rj_close) int alone = rj_lock_open(lock, err); /* imports need not wait for it */

	if ((alone < 0 && alone != -ENOENT) ||
	    (alone >= 0 && rj_lock_wait(alone, RJ_LOCK_EXCLUSIVE, err) < 0))
		return -err->num;
	rj_tree_remove_like(work, "bundle-"); /* of exports that were killed */
	if (rj_jail_repo(jail, &repo, err) < 0 ||
	    rj_host_refs_read(jail->git_dir, &refs, &head, err) < 0)
		return -err->num;
	ex.host_refs = rj_buf_str(&refs);
	return rj_session_export(ctx, jail, &ex, read_stream, &job, err);
}

/* Beside `path`, without a name yet if the file system can (open(2)), so that a kill leaves
 * nothing; else, and when it is to get one, *part is it. */
static int open_part(const char *path, char **part)
{
	struct rj_buf name = {0};
	int fd = rj_file_unnamed(path, 0600);

	if (fd >= 0)
		return fd;
	rj_buf_printf(&name, "%s.part-XXXXXX", path);
	*part = rj_buf_take(&name);
	return mkostemp(*part, O_CLOEXEC);
}

/* A name, for a moment, for what has none. */
static int name_part(int fd, const char *path, char **part, struct rj_err *err)
{
	struct rj_buf name = {0};
	int rc;

	if (*part)
		return 0;
	rj_buf_printf(&name, "%s.part-%d", path, getpid());
	*part = rj_buf_take(&name);
	(void)unlink(*part); /* of one that was killed in that moment */
	rc = rj_file_name(fd, *part);
	if (rc == 0)
		return 0;
	rj_fail(err, -rc, "cannot make %s", *part);
	rj_free(part);
	return -err->num;
}

/* Not every file system has links (vfat), nor a rename that replaces nothing (nfs). */
static int rename_new(const char *part, const char *path)
{
	if (syscall(SYS_renameat2, AT_FDCWD, part, AT_FDCWD, path, RJ_RENAME_NOREPLACE) == 0)
		return 0;
	if ((errno != EINVAL && errno != ENOSYS) || link(part, path) < 0)
		return -1;
	(void)unlink(part);
	return 0;
}

/* One that cannot be synced is as durable as its file system makes it. */
static int sync_dir_of(const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *name = rj_dir_of(path);

	if (rj_sync_path(name, err) < 0 && err->num != EACCES && err->num != EINVAL)
		return rj_wrap(err, "the new file is there, and may be lost in a power cut");
	return 0;
}

static int put_in_place(const char *part, const char *path, bool replace, struct rj_err *err)
{
	if ((replace ? rename(part, path) : rename_new(part, path)) < 0) {
		rj_fail(err, errno, "cannot put %s in place", path);
		return err->num == EEXIST ? rj_hint(err, "--force replaces it") : -err->num;
	}
	return sync_dir_of(path, err);
}

static int write_file(const struct rj_ctx *ctx, const struct rj_jail *jail,
		      const struct rj_bundle_file *file, struct rj_bundle_result *ret,
		      struct rj_err *err)
{
	RJ_AUTO(rj_free) char *part = NULL;
	RJ_AUTO(rj_close) int out = -1;
	mode_t mask = umask(0);
	struct stat st;
	int rc;

	(void)umask(mask);
	if (stat(file->path, &st) == 0 && S_ISDIR(st.st_mode)) {
		rj_refuse(err, EISDIR, "%s is a directory", file->path);
		return rj_hint(err, "name a file in it: %s/%s.bundle", file->path, jail->name);
	}
	if (!file->replace && lstat(file->path, &st) == 0) {
		rj_refuse(err, EEXIST, "%s is there already", file->path);
		return rj_hint(err, "name another file, or replace it with --force");
	}
	out = open_part(file->path, &part);
	if (out < 0)
		return rj_fail(err, errno, "cannot write to %s", file->path);
	rc = write_to(ctx, jail, out, file->flags, ret, err);
	if (rc < 0) {
		if (part)
			(void)unlink(part);
		return rc;
	}
	if (fchmod(out, 0666 & ~mask) < 0 || fsync(out) < 0)
		rc = rj_fail(err, errno, "cannot write %s", file->path);
	if (rc == 0)
		rc = name_part(out, file->path, &part, err);
	if (rc == 0)
		rc = put_in_place(part, file->path, file->replace, err);
	if (rc < 0) {
		if (part)
			(void)unlink(part);
		rj_bundle_result_release(ret);
	}
	return rc;
}

int rj_session_bundle(const struct rj_ctx *ctx, const struct rj_jail *jail,
		      const struct rj_bundle_file *file, struct rj_bundle_result *ret,
		      struct rj_err *err)
{
	int rc = file->path ? write_file(ctx, jail, file, ret, err)
			    : write_to(ctx, jail, STDOUT_FILENO, file->flags, ret, err);

	return rc < 0 ? rj_wrap(err, "jail '%s' was not exported", jail->name) : 0;
}
