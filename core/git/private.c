/* private: G, the jail's own git directory, made while nothing hostile runs. */
#include "core/git/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/admin.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/ignore.h"
#include "core/git/indexfile.h"
#include "core/git/indexout.h"
#include "core/git/packed.h"
#include "core/git/pins.h"
#include "core/git/privconf.h"
#include "core/git/refs.h"
#include "core/git/writenew.h"
#include "core/sys/file.h"

enum {
	COPY_MAX = 64 << 20, /* bytes of a file of the user's that goes along */
};

static const char *const dirs[] = {"hooks",	   "info", "logs",	 "objects",  "objects/info",
				   "objects/pack", "refs", "refs/heads", "refs/tags"};

/* Write `name`, its directories made where needed. */
static int put(const struct rj_private_draft *job, const char *name, const char *text, size_t len,
	       struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(job->dir, name);
	RJ_AUTO(rj_free) char *parent = rj_path_parent(path);
	int rc = rj_mkdirs(parent, 0777, err);

	return rc < 0 ? rc : rj_write_new(job->dir, name, text, len, err);
}

static int put_buf(const struct rj_private_draft *job, const char *name, const struct rj_buf *b,
		   struct rj_err *err)
{
	return put(job, name, rj_buf_str(b), b->len, err);
}

/* Append the user's file when there is one that can be read, on lines of its own. */
static void append_file(struct rj_buf *to, const char *path)
{
	struct rj_err ignored;
	size_t before = to->len;

	if (rj_file_read(AT_FDCWD, path, COPY_MAX, to, &ignored) < 0)
		to->len = before;
	if (to->len > before && to->s[to->len - 1] != '\n')
		rj_buf_putc(to, '\n');
}

static int put_info(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *user = rj_ignore_user_path(job->repo);
	RJ_AUTO(rj_free) char *exclude = rj_path_join(job->repo->common, "info/exclude");
	RJ_AUTO(rj_free) char *attributes = rj_path_join(job->repo->common, "info/attributes");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int rc;

	/* The last rule that fits decides, and info/exclude ranks above the user's file. */
	if (user)
		append_file(&text, user);
	append_file(&text, exclude);
	rc = put_buf(job, "info/exclude", &text, err);
	text.len = 0;
	append_file(&text, attributes);
	if (rc == 0 && text.len)
		rc = put_buf(job, "info/attributes", &text, err);
	return rc;
}

static int put_refs(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	RJ_AUTO(rj_strv_release) struct rj_strv symbolic = {0};
	int rc = rj_packed_refs(job->repo, job->wt->branch, &text, &symbolic, err);

	if (rc == 0)
		rc = rj_pins_add(job->repo->common, job->wt->admin, job->wt->base,
				 rj_buf_str(&text), err);
	if (rc == 0)
		rc = put_buf(job, "packed-refs", &text, err);
	for (size_t i = 0; rc == 0 && i < symbolic.n; i += 2) {
		text.len = 0;
		rj_buf_printf(&text, "ref: %s\n", symbolic.v[i + 1]);
		rc = put_buf(job, symbolic.v[i], &text, err);
	}
	text.len = 0;
	rj_buf_printf(&text, "ref: refs/heads/%s\n", job->wt->branch);
	return rc < 0 ? rc : put_buf(job, "HEAD", &text, err);
}

static int put_logs(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf line = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf message = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};
	int rc;

	rj_buf_printf(&message, "branch: Created from %s", job->wt->base);
	rj_buf_printf(&name, "logs/refs/heads/%s", job->wt->branch);
	rc = rj_ref_log_line(job->repo, job->tip, message.s, &line, err);
	if (rc == 0)
		rc = put_buf(job, "logs/HEAD", &line, err);
	return rc < 0 ? rc : put_buf(job, name.s, &line, err);
}

/* The in-jail paths of the directories that rj_private_object_dirs tells the mounter. */
static int put_alternates(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv from = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	int rc = rj_private_object_dirs(job->repo->common, &from, err);

	for (size_t i = 0; i < from.n; i++)
		rj_buf_printf(&text, RJ_INSIDE_OBJECTS "/%zu\n", i);
	return rc < 0 ? rc : put_buf(job, "objects/info/alternates", &text, err);
}

static int put_shallow(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *from = rj_path_join(job->repo->common, "shallow");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};

	if (access(from, F_OK) < 0)
		return 0;
	if (rj_file_read(AT_FDCWD, from, COPY_MAX, &text, err) < 0)
		return -err->num;
	return put_buf(job, "shallow", &text, err);
}

/* git compares the owner of each file with the index, and the jail sees another one. */
static int fix_owner(void *arg, git_index_entry *e, struct rj_err *err)
{
	const struct rj_private *priv = arg;

	(void)err;
	e->uid = priv->uid;
	e->gid = priv->gid;
	return 0;
}

static int put_index(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_git_index_free) git_index *from = NULL;
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
	RJ_AUTO(rj_free) char *old = rj_admin_file(job->repo, job->wt, "index");
	RJ_AUTO(rj_free) char *path = rj_path_join(job->dir, "index");
	struct rj_private priv = *job->priv;
	const struct rj_index_owner owner = {.uid = priv.uid, .gid = priv.gid};
	git_oid oid;
	int rc = git_oid_fromstr(&oid, job->tip);

	if (rc == 0)
		rc = git_commit_lookup(&commit, job->repo->git, &oid);
	if (rc == 0)
		rc = git_commit_tree(&tree, commit);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read commit %s of %s", job->tip,
				   job->repo->top);
	rc = rj_index_copy(path, old, git_tree_id(tree), &owner, err);
	if (rc <= 0)
		return rc;
	rc = git_index_open(&from, old);
	if (rc == 0 && access(old, F_OK) < 0)
		rc = git_index_read_tree(from, tree);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read %s", old);
	return rj_index_out(path, from, tree, false, fix_owner, &priv, err);
}

static int cannot_make(const char *path, struct rj_err *err)
{
	rj_fail(err, errno, "cannot make directory %s", path);
	return rj_hint_room(err);
}

static int fill(const struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf config = {0};
	int rc = 0;

	for (size_t i = 0; i < RJ_COUNT(dirs); i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(job->dir, dirs[i]);

		if (mkdir(path, 0777) < 0)
			return cannot_make(path, err);
	}
	rc = rj_private_config(job->repo, &config, err);
	if (rc == 0)
		rc = put_buf(job, "config", &config, err);
	if (rc == 0)
		rc = put_refs(job, err);
	if (rc == 0)
		rc = put_logs(job, err);
	if (rc == 0)
		rc = put_alternates(job, err);
	if (rc == 0)
		rc = put_shallow(job, err);
	if (rc == 0)
		rc = put_info(job, err);
	return rc;
}

/* Where the branch is: at base, but for a worktree that is older than its G. */
static int find_tip(struct rj_private_draft *job, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};
	git_oid oid;
	int rc;

	rj_buf_printf(&name, "refs/heads/%s", job->wt->branch);
	rc = git_reference_name_to_id(&oid, job->repo->git, name.s);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read branch %s of %s", job->wt->branch,
				   job->repo->top);
	(void)git_oid_tostr(job->tip, sizeof(job->tip), &oid);
	return 0;
}

int rj_private_begin(struct rj_private_draft *draft, struct rj_err *err)
{
	const char *dir = draft->priv->dir;
	struct rj_buf name = {0};
	int rc = rj_git_init(err);

	if (rc == 0)
		rc = rj_admin_check(draft->wt, err);
	if (rc == 0)
		rc = find_tip(draft, err);
	if (rc < 0)
		return rc;
	if (access(dir, F_OK) == 0)
		return rj_refuse(err, EEXIST, "%s exists already", dir);
	rj_buf_printf(&name, "%s.XXXXXX", dir);
	if (!mkdtemp(name.s)) { /* mode 0700 */
		rc = cannot_make(name.s, err);
		rj_buf_release(&name);
		return rc;
	}
	draft->dir = rj_buf_take(&name);
	return fill(draft, err);
}

int rj_private_end(struct rj_private_draft *draft, struct rj_err *err)
{
	int rc = draft->has_index ? 0 : put_index(draft, err);

	if (rc == 0 && rename(draft->dir, draft->priv->dir) < 0)
		rc = rj_fail(err, errno, "cannot make %s", draft->priv->dir);
	if (rc == 0)
		rj_free(&draft->dir);
	return rc;
}

void rj_private_draft_release(struct rj_private_draft *draft)
{
	struct rj_err ignored;

	if (draft->dir)
		(void)rj_tree_remove(draft->dir, &ignored);
	rj_free(&draft->dir);
}

int rj_private_create(const struct rj_repo *repo, const struct rj_worktree *wt,
		      const struct rj_private *priv, struct rj_err *err)
{
	RJ_AUTO(rj_private_draft_release)
	struct rj_private_draft draft = {.repo = repo, .wt = wt, .priv = priv};
	int rc = rj_private_begin(&draft, err);

	return rc < 0 ? rc : rj_private_end(&draft, err);
}
