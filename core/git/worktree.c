/* worktree: the host's linked worktree of a jail: made, checked, removed. */
#include "core/git/worktree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/admin.h"
#include "core/git/auto.h"
#include "core/git/checkout.h"
#include "core/git/gitenv.h"
#include "core/git/giterr.h"
#include "core/git/pins.h"
#include "core/git/private.h"
#include "core/git/refs.h"
#include "core/git/replaced.h"
#include "core/sys/file.h"

/* How far `add` has come, so that a failure takes back that much and no more. */
enum step {
	STEP_NONE,
	STEP_BRANCH,
	STEP_ADMIN,
	STEP_DIR,
};

static void pin_name(const struct rj_worktree *wt, struct rj_buf *ret)
{
	rj_buf_printf(ret, RJ_WORKTREE_PINS "%s", wt->admin);
}

/* A reference is a file: robojail/x cannot be beside a branch `robojail`. */
static int check_branch_dirs(const struct rj_repo *repo, const struct rj_worktree *wt,
			     struct rj_err *err)
{
	for (const char *p = wt->branch; (p = strchr(p, '/')); p++) {
		RJ_AUTO(rj_git_ref_free) git_reference *ref = NULL;
		RJ_AUTO(rj_buf_release) struct rj_buf name = {0}, top = {0};
		int len = (int)(p - wt->branch);

		rj_buf_printf(&name, "refs/heads/%.*s", len, wt->branch);
		if (git_reference_lookup(&ref, repo->git, name.s) < 0)
			continue;
		rj_refuse(err, EEXIST,
			  "repository %s has a branch '%.*s', so git cannot hold a branch '%s'",
			  repo->top, len, wt->branch, wt->branch);
		rj_buf_word(&top, repo->top);
		return rj_hint(err, "rename it: git -C %s branch -m %.*s OTHER-NAME",
			       rj_buf_str(&top), len, wt->branch);
	}
	return 0;
}

static int create_branch(const struct rj_repo *repo, const struct rj_worktree *wt,
			 struct rj_err *err)
{
	RJ_AUTO(rj_git_ref_free) git_reference *ref = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf message = {0};
	int rc = check_branch_dirs(repo, wt, err);

	if (rc < 0)
		return rc;
	rj_buf_printf(&name, "refs/heads/%s", wt->branch);
	rj_buf_printf(&message, "branch: Created from %s", wt->base);
	if (git_reference_lookup(&ref, repo->git, name.s) == 0)
		return rj_refuse(err, EEXIST, "repository %s has a branch '%s' already", repo->top,
				 wt->branch);
	rc = rj_ref_begin_log(repo, name.s, err);
	if (rc < 0)
		return rc;
	rc = rj_ref_create(repo, name.s, wt->base, false, message.s, err);
	if (rc < 0 && rc != -EEXIST) /* else the log is that of a branch somebody just made */
		(void)git_reflog_delete(repo->git, name.s);
	return rc;
}

/*
 * git keeps what a branch reaches. The agent may rewrite its branch until the base is no longer
 * below it, and the user's branch may move on as well; `status` still compares with the base.
 */
static int pin_base(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};

	pin_name(wt, &name);
	return rj_ref_create(repo, name.s, wt->base, true, NULL, err);
}

static int unpin(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};

	pin_name(wt, &name);
	if (rj_pins_remove(repo->common, wt->admin, err) < 0)
		return -err->num;
	return rj_ref_delete(repo, name.s, err);
}

/* Write `name` in the open W. */
static int write_at(int dir, const char *name, const char *text, bool sync)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	int rc = fd < 0 ? -errno : rj_write_all(fd, text, strlen(text));

	if (rc == 0 && sync && fsync(fd) < 0)
		rc = -errno;
	return rc;
}

static int write_pointer(const struct rj_repo *repo, const struct rj_worktree *wt,
			 struct rj_err *err)
{
	RJ_AUTO(rj_free) char *text = rj_admin_pointer(repo, wt);
	RJ_AUTO(rj_close) int dir = open(wt->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int rc = dir < 0 ? -errno : write_at(dir, ".git", text, false);

	return rc < 0 ? rj_fail(err, -rc, "cannot write %s/.git", wt->path) : 0;
}

static int build(const struct rj_repo *repo, const struct rj_worktree *wt, enum step *step,
		 struct rj_err *err)
{
	int rc = create_branch(repo, wt, err);

	if (rc < 0)
		return rc;
	*step = STEP_BRANCH;
	rc = rj_admin_create(repo, wt, err);
	if (rc < 0)
		return rc;
	*step = STEP_ADMIN;
	rc = pin_base(repo, wt, err);
	if (rc < 0)
		return rc;
	if (mkdir(wt->path, 0777) < 0)
		return rj_fail(err, errno, "cannot make the worktree %s", wt->path);
	*step = STEP_DIR;
	return write_pointer(repo, wt, err);
}

static void undo(const struct rj_repo *repo, const struct rj_worktree *wt, enum step step)
{
	struct rj_err ignored;

	if (step >= STEP_DIR)
		(void)rj_tree_remove(wt->path, &ignored);
	if (step >= STEP_ADMIN) {
		(void)rj_admin_remove(repo, wt, &ignored);
		(void)unpin(repo, wt, &ignored);
	}
	if (step >= STEP_BRANCH)
		(void)rj_repo_delete_branch(repo, wt->branch, &ignored);
}

int rj_worktree_add(const struct rj_repo *repo, const struct rj_worktree *wt,
		    const struct rj_private *priv, rj_progress_fn *progress, void *arg,
		    struct rj_err *err)
{
	RJ_AUTO(rj_private_draft_release)
	struct rj_private_draft draft = {.repo = repo, .wt = wt, .priv = priv};
	RJ_AUTO(rj_free) char *index = NULL;
	enum step step = STEP_NONE;
	int rc = rj_git_init(err);

	if (rc == 0)
		rc = rj_admin_check(wt, err);
	if (rc < 0)
		return rc;
	index = rj_admin_file(repo, wt, "index");
	rj_refs_write_lazily(repo); /* they name nothing but the base */
	rc = build(repo, wt, &step, err);
	if (rc == 0) {
		const struct rj_checkout co = {.commit = wt->base,
					       .path = wt->path,
					       .index = index,
					       .notes = wt->notes,
					       .draft = priv ? &draft : NULL};

		rc = rj_checkout_write(repo, &co, progress, arg, err);
	}
	if (rc == 0)
		rc = rj_admin_mark_made(repo, wt, err);
	if (rc == 0)
		rc = rj_admin_unlock(repo, wt, err);
	if (rc == 0 && priv)
		rc = rj_private_end(&draft, err);
	if (rc < 0)
		undo(repo, wt, step);
	if (rc == 0 && wt->notes) {
		rj_replaced_tell(repo, wt->notes);
		rj_gitenv_tell(wt->notes);
	}
	return rc;
}

int rj_worktree_remove(const struct rj_repo *repo, const struct rj_worktree *wt, struct rj_err *err)
{
	int rc = rj_git_init(err);

	if (rc == 0)
		rc = rj_admin_check(wt, err);
	if (rc == 0)
		rc = rj_tree_remove(wt->path, err);
	if (rc == 0)
		rc = rj_admin_remove(repo, wt, err);
	if (rc == 0)
		rc = unpin(repo, wt, err);
	return rc;
}

/* Is W/.git a plain file of one name that says `text`? 1 yes, 0 no, -errno. */
static int is_ours(int dir, const char *text)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, ".git", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	RJ_AUTO(rj_free) char *got = NULL;
	size_t len = strlen(text);
	struct stat st;
	ssize_t n;

	/* the host's trouble, and no word about the file */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EINTR))
		return -errno;
	/* A link elsewhere would let a later jail change the file behind our back. */
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    st.st_size != (off_t)len)
		return 0;
	got = rj_alloc(len + 1, 1);
	n = pread(fd, got, len, 0);
	if (n < 0)
		return -errno;
	return (size_t)n == len && memcmp(got, text, len) == 0;
}

/* Whatever stands at W/.git goes aside when it holds something, else away. */
static int clear_place(int dir)
{
	struct stat st;
	char aside[32];
	unsigned id;

	if (fstatat(dir, ".git", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(st.st_mode) && unlinkat(dir, ".git", AT_REMOVEDIR) == 0)
		return 0;
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return unlinkat(dir, ".git", 0) < 0 ? -errno : 0;
	do {
		if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
			return -EIO;
		(void)snprintf(aside, sizeof(aside), ".git.jail-%08x", id);
	} while (faccessat(dir, aside, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	return renameat(dir, ".git", dir, aside) < 0 ? -errno : 0;
}

static int check(const struct rj_repo *repo, const struct rj_worktree *wt, bool trust,
		 bool *ret_restored, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *text = NULL;
	RJ_AUTO(rj_close) int dir = -1;
	int rc = rj_admin_check(wt, err);

	if (rc < 0)
		return rc;
	text = rj_admin_pointer(repo, wt);
	dir = open(wt->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (dir < 0)
		return rj_fail(err, errno, "cannot open the worktree %s", wt->path);
	rc = trust ? is_ours(dir, text) : 0;
	if (rc < 0)
		return rj_fail(err, -rc, "cannot read %s/.git", wt->path);
	*ret_restored = false;
	if (rc == 1)
		return 0;
	rc = clear_place(dir);
	if (rc == 0)
		rc = write_at(dir, ".git", text, true);
	if (rc < 0)
		return rj_fail(err, -rc, "cannot restore %s/.git", wt->path);
	*ret_restored = true;
	return 0;
}

int rj_worktree_check(const struct rj_repo *repo, const struct rj_worktree *wt, bool *ret_restored,
		      struct rj_err *err)
{
	return check(repo, wt, true, ret_restored, err);
}

int rj_worktree_put_back(const struct rj_repo *repo, const struct rj_worktree *wt,
			 struct rj_err *err)
{
	bool restored;

	return check(repo, wt, false, &restored, err);
}
