/* rev: from what a user writes to the one commit that it names; and which commits only a branch
 * holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/mem.h"
#include "core/base/nearest.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/repo.h"

static const char heads[] = "refs/heads/";

/* Short names of all branches, remote ones included. */
static void list_branches(git_repository *git, struct rj_strv *ret)
{
	RJ_AUTO(rj_git_branch_iter_free) git_branch_iterator *it = NULL;
	git_branch_t kind;
	git_reference *ref = NULL;

	if (git_branch_iterator_new(&it, git, GIT_BRANCH_ALL) < 0)
		return;
	while (git_branch_next(&ref, &kind, it) == 0) {
		rj_strv_add(ret, git_reference_shorthand(ref));
		git_reference_free(ref);
	}
}

static void hint_branches(const struct rj_strv *names, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};
	const size_t show = 8;

	for (size_t i = 0; i < names->n && i < show; i++)
		rj_buf_printf(&b, "%s%s", i ? ", " : "", names->v[i]);
	rj_hint(err, "its branches: %s%s", rj_buf_str(&b), names->n > show ? ", ..." : "");
}

static int no_commit_yet(const struct rj_repo *repo, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf top = {0};

	list_branches(repo->git, &names);
	if (names.n == 0) {
		rj_buf_word(&top, repo->top);
		rj_refuse(err, ENOENT, "repository %s has no commit yet", repo->top);
		return rj_hint(err,
			       "make a first commit: git -C %s commit --allow-empty -m 'first "
			       "commit'",
			       rj_buf_str(&top));
	}
	rj_refuse(err, ENOENT, "%s, the HEAD of repository %s, has no commit yet", repo->head,
		  repo->top);
	hint_branches(&names, err);
	return -ENOENT;
}

static int no_such_rev(const struct rj_repo *repo, const char *rev, struct rj_err *err)
{
	RJ_AUTO(rj_strv_release) struct rj_strv names = {0};
	const char *near;

	list_branches(repo->git, &names);
	if (names.n == 0)
		return no_commit_yet(repo, err);
	rj_refuse(err, ENOENT, "no branch, tag or commit '%s' in repository %s", rev, repo->top);
	near = rj_nearest(rev, (const char *const *)names.v);
	if (near)
		return rj_hint(err, "did you mean '%s'?", near);
	hint_branches(&names, err);
	return -ENOENT;
}

static int peel_ref(const struct rj_repo *repo, const git_reference *ref, char ret_oid[RJ_OID_HEX],
		    struct rj_err *err)
{
	RJ_AUTO(rj_git_object_free) git_object *commit = NULL;
	int rc = git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT);

	if (rc < 0)
		return rj_git_fail(err, rc, "%s of repository %s names no commit that is there",
				   git_reference_name(ref), repo->top);
	(void)git_oid_tostr(ret_oid, RJ_OID_HEX, git_object_id(commit));
	return 0;
}

/* 1 when refs/<where>/<name> is there and *ret_oid is set, 0 when it is not. */
static int try_ref(const struct rj_repo *repo, const char *where, const char *name,
		   char ret_oid[RJ_OID_HEX], struct rj_err *err)
{
	RJ_AUTO(rj_git_ref_free) git_reference *ref = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf full = {0};
	int valid = 0;
	int rc;

	rj_buf_printf(&full, "%s%s", where, name);
	if (git_reference_name_is_valid(&valid, full.s) < 0 || !valid)
		return 0;
	rc = git_reference_lookup(&ref, repo->git, full.s);
	if (rc == GIT_ENOTFOUND)
		return 0;
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read %s of repository %s", full.s, repo->top);
	rc = peel_ref(repo, ref, ret_oid, err);
	return rc < 0 ? rc : 1;
}

/* `x` when only some remote has it, as git switch does: `origin` first, else it must be one. */
static int try_remotes(const struct rj_repo *repo, const char *rev, char ret_oid[RJ_OID_HEX],
		       struct rj_err *err)
{
	RJ_AUTO(rj_git_strarray_free) git_strarray remotes = {0};
	char oid[RJ_OID_HEX];
	size_t hits = 0;
	int rc = try_ref(repo, "refs/remotes/origin/", rev, ret_oid, err);

	if (rc != 0 || git_remote_list(&remotes, repo->git) < 0)
		return rc;
	for (size_t i = 0; i < remotes.count; i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf where = {0};

		rj_buf_printf(&where, "refs/remotes/%s/", remotes.strings[i]);
		rc = try_ref(repo, where.s, rev, oid, err);
		if (rc < 0)
			return rc;
		if (rc == 1 && hits++ == 0)
			memcpy(ret_oid, oid, sizeof(oid));
	}
	if (hits < 2)
		return hits == 1;
	rj_refuse(err, EINVAL, "more than one remote of repository %s has a branch '%s'", repo->top,
		  rev);
	return rj_hint(err, "say which: REMOTE/%s", rev);
}

/* The repository as where the user stood has it: with the HEAD, the ORIG_HEAD and the logs of that
 * worktree, which need not be the main one. *ret_own is what was opened for it, or NULL. */
static git_repository *open_here(const struct rj_repo *repo, git_repository **ret_own,
				 struct rj_err *err)
{
	int rc;

	if (!strcmp(repo->dir, repo->common))
		return repo->git;
	rc = rj_repo_open_git_dir(repo->dir, ret_own);
	if (rc < 0)
		(void)rj_git_fail(err, rc, "cannot open the git directory %s", repo->dir);
	return *ret_own;
}

/* The commit that entry `n` of HEAD's log names, then `rest`; NULL when there is none. */
static char *logged(git_repository *here, size_t n, const char *rest)
{
	RJ_AUTO(rj_git_reflog_free) git_reflog *log = NULL;
	const git_reflog_entry *e;
	struct rj_buf b = {0};

	if (git_reflog_read(&log, here, "HEAD") < 0)
		return NULL;
	e = git_reflog_entry_byindex(log, n);
	if (!e)
		return NULL;
	rj_buf_printf(&b, "%s%s", git_oid_tostr_s(git_reflog_entry_id_new(e)), rest);
	return rj_buf_take(&b);
}

/*
 * What libgit2 reads as git does: @ is HEAD, and HEAD@{2} is not of the log of HEAD's branch, which
 * @{2} is. *ret is NULL when the log is too short.
 */
static int expand_head(const struct rj_repo *repo, git_repository *here, const char *rev,
		       char **ret, struct rj_err *err)
{
	static const char log[] = "HEAD@{";
	const char *what = rev + strlen(log);
	struct rj_buf b = {0};
	char *end;
	size_t n;

	if (rev[0] == '@' && rev[1] && strchr("^~", rev[1])) {
		rj_buf_printf(&b, "HEAD%s", rev + 1);
		*ret = rj_buf_take(&b);
		return 0;
	}
	*ret = NULL;
	if (strncmp(rev, log, strlen(log)) != 0 || strchr("-uUpP", *what)) {
		*ret = rj_strdup(rev);
		return 0;
	}
	n = strtoul(what, &end, 10);
	if (*end == '}') {
		*ret = logged(here, n, end + 1);
		return 0;
	}
	rj_refuse(err, EINVAL,
		  "'%s' asks for a time in the log of HEAD of repository %s, which is "
		  "not supported",
		  rev, repo->top);
	return rj_hint(err, "name the commit that git rev-parse '%s' prints", rev);
}

static int try_expression(const struct rj_repo *repo, const char *rev, char ret_oid[RJ_OID_HEX],
			  struct rj_err *err)
{
	RJ_AUTO(rj_git_repo_free) git_repository *own = NULL;
	git_repository *here;
	RJ_AUTO(rj_free) char *text = NULL;
	RJ_AUTO(rj_git_object_free) git_object *object = NULL;
	RJ_AUTO(rj_git_object_free) git_object *commit = NULL;
	int rc;

	/* REV:PATH and :INDEX name files, never commits. */
	if (!*rev || strchr(rev, ':'))
		return no_such_rev(repo, rev, err);
	here = open_here(repo, &own, err);
	if (!here || expand_head(repo, here, rev, &text, err) < 0)
		return -err->num;
	rc = text ? git_revparse_single(&object, here, text) : GIT_ENOTFOUND;
	if (rc == GIT_ENOTFOUND || rc == GIT_EINVALIDSPEC)
		return no_such_rev(repo, rev, err);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot resolve '%s' in repository %s", rev, repo->top);
	if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) < 0) {
		rj_refuse(err, EINVAL, "'%s' in repository %s is a %s, not a commit", rev,
			  repo->top, git_object_type2string(git_object_type(object)));
		return rj_hint(err, "name a branch, a tag or a commit");
	}
	(void)git_oid_tostr(ret_oid, RJ_OID_HEX, git_object_id(commit));
	return 0;
}

static int head_commit(const struct rj_repo *repo, char ret_oid[RJ_OID_HEX], struct rj_err *err)
{
	int rc;

	if (strncmp(repo->head, "refs/", 5) != 0)
		return try_expression(repo, repo->head, ret_oid, err);
	rc = try_ref(repo, "", repo->head, ret_oid, err);
	if (rc == 0)
		return no_commit_yet(repo, err);
	return rc < 0 ? rc : 0;
}

int rj_repo_commit(const struct rj_repo *repo, const char *rev, char ret_oid[RJ_OID_HEX],
		   struct rj_err *err)
{
	static const char *const places[] = {heads, "refs/tags/", "refs/remotes/"};
	char oid[RJ_OID_HEX] = "";
	int rc = rj_git_init(err);

	if (rc < 0)
		return rc;
	if (!rev || !strcmp(rev, "HEAD") || !strcmp(rev, "@"))
		return head_commit(repo, ret_oid, err);
	/* A branch that looks like a commit id is still the branch that was asked for. */
	for (size_t i = 0; rc == 0 && i < RJ_COUNT(places); i++)
		rc = try_ref(repo, places[i], rev, oid, err);
	if (rc == 0)
		rc = try_remotes(repo, rev, oid, err);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		memcpy(ret_oid, oid, sizeof(oid));
		return 0;
	}
	return try_expression(repo, rev, ret_oid, err);
}

static bool holds(const char *name, const char *except)
{
	if (!strcmp(name, except))
		return false;
	return !strncmp(name, heads, strlen(heads)) || !strncmp(name, "refs/tags/", 10) ||
	       !strncmp(name, "refs/remotes/", 13);
}

/* Take out of the walk what any other branch, tag or remote branch can reach. */
static int hide_others(git_repository *git, git_revwalk *walk, const char *except)
{
	RJ_AUTO(rj_git_ref_iter_free) git_reference_iterator *it = NULL;
	git_reference *next = NULL;
	int rc = git_reference_iterator_new(&it, git);

	while (rc == 0 && (rc = git_reference_next(&next, it)) == 0) {
		RJ_AUTO(rj_git_ref_free) git_reference *ref = next;
		RJ_AUTO(rj_git_object_free) git_object *commit = NULL;

		/* A tag of something else, or a reference to nothing, holds no commit. */
		if (holds(git_reference_name(ref), except) &&
		    git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) == 0)
			rc = git_revwalk_hide(walk, git_object_id(commit));
	}
	return rc == GIT_ITEROVER ? 0 : rc;
}

/* A power cut came soon after it was made: the name is there, and none of its bytes. */
static bool is_torn(const struct rj_repo *repo, const char *name)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(repo->common, name);
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

int rj_repo_unheld(const struct rj_repo *repo, const char *branch, size_t *ret_count,
		   struct rj_err *err)
{
	RJ_AUTO(rj_git_revwalk_free) git_revwalk *walk = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};
	size_t count = 0;
	git_oid oid;
	int rc = rj_git_init(err);

	if (rc < 0)
		return rc;
	rj_buf_printf(&name, "%s%s", heads, branch);
	rc = git_reference_name_to_id(&oid, repo->git, name.s);
	if (rc == GIT_ENOTFOUND || (rc < 0 && is_torn(repo, name.s))) {
		*ret_count = 0;
		return 0;
	}
	if (rc == 0)
		rc = git_revwalk_new(&walk, repo->git);
	if (rc == 0)
		rc = git_revwalk_push(walk, &oid);
	if (rc == 0)
		rc = hide_others(repo->git, walk, name.s);
	while (rc == 0 && (rc = git_revwalk_next(&oid, walk)) == 0)
		count++;
	if (rc < 0 && rc != GIT_ITEROVER)
		return rj_git_fail(err, rc, "cannot walk branch %s of repository %s", branch,
				   repo->top);
	*ret_count = count;
	return 0;
}
