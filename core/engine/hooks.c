#include "core/engine/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

enum { HOOK_MAX = 64 << 20 };

static bool is_hook(int dir, const char *name)
{
	size_t len = strlen(name);
	struct stat st;

	return !(len > 7 && !strcmp(name + len - 7, ".sample")) &&
	       fstatat(dir, name, &st, 0) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

static int copy_one(int dir, const char *name, const char *to, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(to, name);
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_close) int fd = -1;
	int rc;

	if (rj_file_read(dir, name, HOOK_MAX, &text, err) < 0)
		return rj_wrap(err, "cannot copy the hook");
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0755);
	rc = fd < 0 ? -errno : rj_write_all(fd, rj_buf_str(&text), text.len);
	return rc < 0 ? rj_fail(err, -rc, "cannot write %s", path) : 0;
}

/* Hooks that main no longer has. */
static void drop_stale(DIR *to, int from)
{
	const struct dirent *e;

	while ((e = readdir(to)))
		if (e->d_name[0] != '.' && !is_hook(from, e->d_name))
			(void)unlinkat(dirfd(to), e->d_name, 0);
}

/* In place: another session may have this directory mounted. */
static int copy_all(DIR *from, const char *to, struct rj_err *err)
{
	const struct dirent *e;
	DIR *old = opendir(to);

	if (!old)
		return rj_fail(err, errno, "cannot read %s", to);
	drop_stale(old, dirfd(from));
	(void)closedir(old);
	while ((e = readdir(from)))
		if (is_hook(dirfd(from), e->d_name) &&
		    copy_one(dirfd(from), e->d_name, to, err) < 0)
			return -err->num;
	return 0;
}

int rj_hooks_copy(const struct rj_ctx *ctx, const struct rj_jail *jail, char **ret_dir,
		  struct rj_err *err)
{
	RJ_AUTO(rj_free) char *from = rj_path_join(jail->git_dir, "hooks");
	RJ_AUTO(rj_free) char *to = rj_ctx_private(ctx, jail->name, "hooks");
	DIR *d;
	int rc;

	if (rj_mkdirs(to, 0700, err) < 0)
		return -err->num;
	d = opendir(from);
	if (!d && errno != ENOENT)
		return rj_fail(err, errno, "cannot read the main repository's hooks, %s", from);
	rc = d ? copy_all(d, to, err) : 0;
	if (d)
		(void)closedir(d);
	if (rc < 0)
		return rc;
	*ret_dir = to;
	to = NULL;
	return 0;
}
