#include "core/git/importref.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/path.h"
#include "core/git/admin.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/gitlock.h"
#include "core/git/refs.h"
#include "core/sys/file.h"

#define TIP	   "robojail-tip"
#define NEXT	   "robojail-next"
#define INDEX_WAIT "robojail-index"

static char *text(const char *a, const char *b)
{
	struct rj_buf buf = {0};

	rj_buf_printf(&buf, "%s%s", a, b);
	return rj_buf_take(&buf);
}

/* A file of ours that holds one id. Not there, or unreadable after a crash: the id stays. */
static void read_id(const struct rj_importref *ref, const char *name, git_oid *id)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->admin, name);
	RJ_AUTO(rj_buf_release) struct rj_buf buf = {0};
	struct rj_err ignored;
	git_oid got;

	if (rj_file_read(AT_FDCWD, path, 256, &buf, &ignored) == 0 &&
	    git_oid_fromstrn(&got, rj_buf_str(&buf), GIT_OID_SHA1_HEXSIZE) == 0)
		*id = got;
}

static int look(struct rj_importref *ref, struct rj_err *err)
{
	int r = git_reference_name_to_id(&ref->cur, ref->repo->git, ref->name);

	ref->has_cur = r == 0;
	if (r < 0 && r != GIT_ENOTFOUND)
		return rj_git_fail(err, r, "cannot read %s", ref->name);
	(void)git_oid_fromstr(&ref->last, ref->wt->base);
	read_id(ref, TIP, &ref->last);
	read_id(ref, NEXT, &ref->next);
	return 0;
}

int rj_importref_open(struct rj_importref *ref, const struct rj_repo *repo,
		      const struct rj_worktree *wt, struct rj_err *err)
{
	*ref = (struct rj_importref){.repo = repo, .wt = wt, .lock = -1};
	ref->admin = rj_admin_dir(repo, wt);
	ref->name = text("refs/heads/", wt->branch);
	return look(ref, err);
}

/*
 * libgit2's lock of the branch stays when an import is killed, and would stop all that follow. It
 * is told from one of git by what it says: the tip that only an import was about to put there, or
 * nothing yet (then only when it stays). No other import is at work.
 */
static void break_left(const struct rj_importref *ref)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->repo->common, ref->name);
	RJ_AUTO(rj_free) char *name = text(path, ".lock");
	RJ_AUTO(rj_gitlock_release) struct rj_gitlock lock = RJ_GITLOCK_INIT;
	RJ_AUTO(rj_buf_release) struct rj_buf said = {0};
	struct rj_err none;

	if (git_oid_is_zero(&ref->next) || rj_file_read(AT_FDCWD, name, 256, &said, &none) < 0)
		return;
	if (said.len == 0)
		(void)rj_gitlock_take(path, true, &lock, &none);
	else if (git_oid_streq(&ref->next, said.s) == 0)
		(void)unlink(name);
}

int rj_importref_lock(struct rj_importref *ref, struct rj_err *err)
{
	ref->lock = open(ref->admin, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ref->lock < 0) {
		(void)rj_fail(err, errno, "cannot open %s", ref->admin);
		return rj_hint(err, "the worktree was removed from the repository; the jail's own "
				    "commits are still in its private git directory, and "
				    "'robojail export NAME FILE' writes them to a bundle");
	}
	while (flock(ref->lock, LOCK_EX) < 0)
		if (errno != EINTR)
			return rj_fail(err, errno, "cannot lock %s", ref->admin);
	if (look(ref, err) < 0)
		return -err->num;
	break_left(ref);
	return 0;
}

static bool is_behind(const struct rj_importref *ref, const git_oid *id, const git_oid *tips,
		      size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (git_oid_equal(&tips[i], id))
			return true;
	return n && git_graph_reachable_from_any(ref->repo->git, id, tips, n) == 1;
}

int rj_importref_decide(const struct rj_importref *ref, const git_oid *tip,
			const struct rj_oidset *edge, struct rj_err *err)
{
	bool tip_is_old = edge->n == 1 && git_oid_equal(&edge->v[0], tip);

	if (!ref->has_cur)
		return 1;
	if (git_oid_equal(&ref->cur, tip))
		return 0;
	if (git_oid_equal(&ref->cur, &ref->last) || git_oid_equal(&ref->cur, &ref->next) ||
	    is_behind(ref, &ref->cur, edge->v, edge->n))
		return 1;
	/* the jail has nothing that the branch has not */
	if (tip_is_old && is_behind(ref, tip, &ref->cur, 1))
		return 0;
	(void)rj_refuse(err, EBUSY, "branch %s has commits that were made on the host",
			ref->wt->branch);
	/* main's objects are there, other jails' branches and this one are not */
	return rj_hint(
		err, "inside the jail: git add -A && git commit -m \"From the host\"; git merge %s",
		git_oid_tostr_s(&ref->cur));
}

static int write_id(const struct rj_importref *ref, const char *name, const git_oid *id,
		    struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->admin, name);
	char line[GIT_OID_SHA1_HEXSIZE + 2];

	(void)snprintf(line, sizeof(line), "%s\n", git_oid_tostr_s(id));
	return rj_file_put(path, line, strlen(line), 0644, err);
}

static int drop(const struct rj_importref *ref, const char *name, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->admin, name);

	if (unlink(path) < 0 && errno != ENOENT)
		return rj_fail(err, errno, "cannot remove %s", path);
	return 0;
}

/* With all that was renamed before it, where there is a journal; the objects were synced. What a
 * `git pack-refs` has packed by now is git's to keep. */
static void sync_ref(const struct rj_importref *ref, char **ret_note)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->repo->common, ref->name);
	RJ_AUTO(rj_close) int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct rj_buf note = {0};

	if (fd < 0 ? errno == ENOENT : fsync(fd) == 0)
		return;
	rj_buf_printf(&note,
		      "the commits are on branch %s, but a power cut may take them from it, for %s "
		      "cannot be synced: %s",
		      ref->wt->branch, path, strerror(errno));
	*ret_note = rj_buf_take(&note);
}

static int move(const struct rj_importref *ref, const git_oid *tip, const char *log,
		struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->repo->common, ref->name);
	RJ_AUTO(rj_git_ref_free) git_reference *out = NULL;
	git_repository *git = ref->repo->git;
	unsigned tries = 0;
	int r;

	do {
		/* a bare handle keeps no reflog of its own accord */
		r = git_reference_ensure_log(git, ref->name);
		if (r == 0)
			r = ref->has_cur ? git_reference_create_matching(&out, git, ref->name, tip,
									 1, &ref->cur, log)
					 : git_reference_create(&out, git, ref->name, tip, 0, log);
	} while (rj_ref_again(r, &tries));
	if (r == GIT_EMODIFIED || r == GIT_EEXISTS) {
		(void)rj_refuse(err, EBUSY, "branch %s moved during the import", ref->wt->branch);
		return rj_hint(err, "try again");
	}
	if (r == GIT_ELOCKED)
		return rj_gitlock_refuse(path, err);
	return r < 0 ? rj_git_fail(err, r, "cannot move branch %s", ref->wt->branch) : 0;
}

int rj_importref_move(struct rj_importref *ref, const git_oid *tip, const char *jail_name,
		      char **ret_note, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *log = text("robojail: import from ", jail_name);
	struct rj_err ignored;
	int r = write_id(ref, NEXT, tip, err);

	if (r < 0)
		return r;
	rj_refs_write_lazily(ref->repo);
	r = move(ref, tip, log, err);
	if (r == 0)
		sync_ref(ref, ret_note);
	else if (git_oid_is_zero(&ref->next))
		(void)drop(ref, NEXT, &ignored);
	else
		(void)write_id(ref, NEXT, &ref->next, &ignored);
	return r;
}

int rj_importref_settle(struct rj_importref *ref, const git_oid *tip, struct rj_err *err)
{
	int r = git_oid_equal(&ref->last, tip) ? 0 : write_id(ref, TIP, tip, err);

	return r < 0 ? r : drop(ref, NEXT, err);
}

bool rj_importref_index_waits(const struct rj_importref *ref)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->admin, INDEX_WAIT);

	return access(path, F_OK) == 0;
}

int rj_importref_set_index_waits(const struct rj_importref *ref, bool waits, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(ref->admin, INDEX_WAIT);

	return waits ? rj_file_put(path, "", 0, 0644, err) : drop(ref, INDEX_WAIT, err);
}

void rj_importref_release(struct rj_importref *ref)
{
	rj_close(&ref->lock);
	rj_free(&ref->admin);
	rj_free(&ref->name);
	*ref = (struct rj_importref){.lock = -1};
}
