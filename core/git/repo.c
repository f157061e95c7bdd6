/* repo: find and open the user's main repository, and say no to the forms that cannot be served. */
#include "core/git/repo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/git/auto.h"
#include "core/git/giterr.h"
#include "core/git/refs.h"
#include "core/sys/file.h"

void rj_repo_release(struct rj_repo *repo)
{
	git_repository_free(repo->git);
	free(repo->common);
	free(repo->top);
	free(repo->head);
	free(repo->dir);
	*repo = (struct rj_repo){0};
}

/* The real path of the user's home when `start` lies strictly below it, else NULL. */
static char *home_above(const char *start)
{
	const char *home = getenv("HOME");
	RJ_AUTO(rj_free) char *real = home && *home == '/' ? realpath(home, NULL) : NULL;
	char *ret = NULL;

	if (real && real[1] && strcmp(real, start) != 0 && rj_path_contains(real, start)) {
		ret = real;
		real = NULL;
	}
	return ret;
}

static char *ceilings(const char *home)
{
	const char *env = getenv("GIT_CEILING_DIRECTORIES");
	struct rj_buf b = {0};

	if (home)
		rj_buf_puts(&b, home);
	if (env && *env)
		rj_buf_printf(&b, "%s%s", home ? ":" : "", env);
	return rj_buf_take(&b);
}

static bool is_there(const char *dir, const char *name)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);

	return access(path, F_OK) == 0;
}

static int not_a_repository(const char *path, const char *home, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *dir = rj_strdup(path);
	int rc;

	/* To libgit2, what it may not look into is no repository. */
	while (strcmp(dir, home ? home : "/") != 0) {
		RJ_AUTO(rj_free) char *head = rj_path_join(dir, ".git/HEAD");
		char *up = rj_path_parent(dir);

		if (access(head, R_OK) < 0 && errno == EACCES) {
			free(up);
			rj_fail(err, EACCES, "cannot look for a repository: %s", head);
			return rj_hint(err, "'ls -ld' on it, and on the directories above it, "
					    "shows which of them you may not read");
		}
		free(dir);
		dir = up;
	}
	rc = rj_refuse(err, ENOENT, "%s is not in a git repository", path);
	if (home && is_there(home, ".git"))
		return rj_hint(err, "the home directory is a repository, but is only taken when it "
				    "is named: --repo ~; or make one here: git init");
	rj_hint(err, "make one there (git init), or name the path of another: create --repo PATH, "
		     "trust PATH");
	return rc;
}

static int entry_text(git_config *config, const char *key, struct rj_buf *ret)
{
	RJ_AUTO(rj_git_config_entry_free) git_config_entry *entry = NULL;
	int rc = git_config_get_entry(&entry, config, key);

	ret->len = 0;
	if (rc == 0)
		rj_buf_puts(ret, entry->value ? entry->value : "true");
	return rc;
}

static int refuse_refs(const char *common, const char *kind, struct rj_err *err)
{
	rj_refuse(err, ENOTSUP,
		  "repository %s keeps its references as '%s', which is not supported", common,
		  kind);
	return rj_hint(err, "turn them into files: git refs migrate --ref-format=files (git 2.46)");
}

static int refuse_hash(const char *common, const char *kind, struct rj_err *err)
{
	rj_refuse(err, ENOTSUP, "repository %s names its objects by %s, which is not supported",
		  common, kind);
	return rj_hint(err, "work on a sha1 copy: git init --object-format=sha1 COPY && git "
			    "fast-export --all | git -C COPY fast-import");
}

static int refuse_partial(const char *common, const char *remote, struct rj_err *err)
{
	rj_refuse(err, ENOTSUP, "repository %s is a partial clone: objects may be missing", common);
	return rj_hint(err,
		       "complete it: git fetch --refetch --no-filter %s; then tell git that it is "
		       "whole: git config --unset remote.%s.promisor; git config --unset "
		       "remote.%s.partialclonefilter; git config --unset extensions.partialclone",
		       remote, remote, remote);
}

static int check_promisors(git_config *config, const char *common, struct rj_err *err)
{
	RJ_AUTO(rj_git_config_iter_free) git_config_iterator *it = NULL;
	git_config_entry *entry;

	if (git_config_iterator_glob_new(&it, config, "^remote\\..*\\.promisor$") < 0)
		return 0;
	while (git_config_next(&entry, it) == 0) {
		RJ_AUTO(rj_free) char *name = rj_strdup(entry->name + strlen("remote."));
		int on = 1;

		if (entry->value && git_config_parse_bool(&on, entry->value) < 0)
			on = 1;
		name[strlen(name) - strlen(".promisor")] = '\0';
		if (on)
			return refuse_partial(common, name, err);
	}
	return 0;
}

/* The repository's own configuration names what its files look like. */
static int check_features(const char *common, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(common, "config");
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf v = {0};
	int rc;

	if (access(path, F_OK) < 0)
		return 0;
	rc = git_config_open_ondisk(&config, path);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read %s", path);
	if (!entry_text(config, "extensions.refstorage", &v) &&
	    strcmp(rj_buf_str(&v), "files") != 0)
		return refuse_refs(common, rj_buf_str(&v), err);
	if (!entry_text(config, "extensions.objectformat", &v) &&
	    strcmp(rj_buf_str(&v), "sha1") != 0)
		return refuse_hash(common, rj_buf_str(&v), err);
	if (!entry_text(config, "extensions.partialclone", &v))
		return refuse_partial(common, rj_buf_str(&v), err);
	return check_promisors(config, common, err);
}

/* The common directory of git directory `dir`, by the file that says so. */
static char *common_of(const char *dir)
{
	RJ_AUTO(rj_free) char *file = rj_path_join(dir, "commondir");
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_err ignored;

	if (rj_file_read(AT_FDCWD, file, 4096, &text, &ignored) < 0 || text.len == 0)
		return rj_path_absolute("/", dir);
	text.s[strcspn(text.s, "\r\n")] = '\0';
	return rj_path_absolute(dir, text.s);
}

/* libgit2 would not open what it found from `start`: find words for the reason. */
static int explain(int rc, const char *start, const char *ceiling, const char *home,
		   struct rj_err *err)
{
	const git_error *last = git_error_last();
	RJ_AUTO(rj_free) char *said = rj_strdup(last->message);
	int klass = last->klass;
	RJ_AUTO(rj_git_buf_free) git_buf found = {0};
	RJ_AUTO(rj_free) char *common = NULL;
	int feature;

	if (git_repository_discover(&found, start, 0, ceiling) < 0)
		return rc == GIT_ENOTFOUND
			       ? not_a_repository(start, home, err)
			       : rj_git_fail(err, rc, "cannot open a repository at %s", start);
	common = common_of(found.ptr);
	feature = rc == GIT_EOWNER ? 0 : check_features(common, err);
	if (feature < 0)
		return feature;
	(void)git_error_set_str(klass, said ? said : "no reason given");
	return rj_git_fail(err, rc, "cannot open the repository at %s", found.ptr);
}

static int read_head(git_repository *git, char **ret_head, struct rj_err *err)
{
	RJ_AUTO(rj_git_ref_free) git_reference *ref = NULL;
	int rc = git_reference_lookup(&ref, git, "HEAD");

	if (rc < 0)
		return rj_git_fail(err, rc, "cannot read HEAD of %s", git_repository_path(git));
	if (git_reference_type(ref) == GIT_REFERENCE_SYMBOLIC)
		*ret_head = rj_strdup(git_reference_symbolic_target(ref));
	else
		*ret_head = rj_strdup(git_oid_tostr_s(git_reference_target(ref)));
	return 0;
}

/* The main worktree of `git` when it has one: a directory that has a .git. malloc'd. */
static char *worktree_of(git_repository *git)
{
	const char *dir = git_repository_is_bare(git) ? NULL : git_repository_workdir(git);

	return dir && is_there(dir, ".git") ? realpath(dir, NULL) : NULL;
}

/* What users call the repository: its main worktree when it has one. */
static char *find_top(git_repository *here, const char *common)
{
	const unsigned flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT;
	RJ_AUTO(rj_git_repo_free) git_repository *git = NULL;
	char *top = NULL;

	if (!git_repository_is_worktree(here))
		top = worktree_of(here);
	else if (git_repository_open_ext(&git, common, flags, NULL) == 0)
		top = worktree_of(git);
	return top ? top : rj_strdup(common);
}

int rj_repo_open_git_dir(const char *dir, git_repository **ret)
{
	const unsigned flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT |
			       GIT_REPOSITORY_OPEN_BARE;

	return git_repository_open_ext(ret, dir, flags, NULL);
}

/* Fill *repo from `here`, the repository as libgit2 found it from where the user stood. */
static int fill(git_repository *here, struct rj_repo *repo, struct rj_err *err)
{
	int rc;

	repo->common = rj_real_path(git_repository_commondir(here), err);
	repo->dir = repo->common ? rj_real_path(git_repository_path(here), err) : NULL;
	if (!repo->dir)
		return -err->num;
	rc = check_features(repo->common, err);
	if (rc < 0)
		return rc;
	rc = rj_repo_open_git_dir(repo->common, &repo->git);
	if (rc < 0)
		return rj_git_fail(err, rc, "cannot open the repository %s", repo->common);
	repo->top = find_top(here, repo->common);
	return read_head(here, &repo->head, err);
}

static bool is_own_dir(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* Does the configuration say anything of a worktree but that it is where it usually is? */
static bool is_elsewhere(git_repository *git)
{
	RJ_AUTO(rj_git_config_free) git_config *config = NULL;
	RJ_AUTO(rj_buf_release) struct rj_buf ignored = {0};
	int bare, rc;

	if (git_repository_config(&config, git) < 0)
		return true;
	rc = git_config_get_bool(&bare, config, "core.bare");
	return (rc < 0 ? rc != GIT_ENOTFOUND : bare) ||
	       !entry_text(config, "core.worktree", &ignored) ||
	       !entry_text(config, "extensions.worktreeconfig", &ignored);
}

/*
 * The short way to what most commands ask for: the git directory of a worktree that it lies in,
 * both the user's. Nothing is searched, and it is opened once. False where the long way is to be
 * gone, which also has the words for what is wrong.
 */
static bool open_usual(const char *dir, struct rj_repo *repo)
{
	RJ_AUTO(rj_free) char *top = rj_path_parent(dir);
	struct rj_err ignored;

	if (strcmp(rj_path_base(dir), ".git") != 0 || !is_own_dir(dir) || !is_own_dir(top) ||
	    is_there(dir, "commondir") || is_there(dir, ".git") ||
	    check_features(dir, &ignored) < 0 || rj_repo_open_git_dir(dir, &repo->git) < 0)
		return false;
	if (is_elsewhere(repo->git) || read_head(repo->git, &repo->head, &ignored) < 0) {
		rj_repo_release(repo);
		return false;
	}
	repo->common = rj_strdup(dir);
	repo->dir = rj_strdup(dir);
	repo->top = top;
	top = NULL;
	return true;
}

int rj_repo_open(const char *path, struct rj_repo *ret_repo, struct rj_err *err)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_git_repo_free) git_repository *here = NULL;
	RJ_AUTO(rj_free) char *start = NULL;
	RJ_AUTO(rj_free) char *home = NULL;
	RJ_AUTO(rj_free) char *ceiling = NULL;
	int rc = rj_git_init(err);

	if (rc < 0)
		return rc;
	start = rj_real_path(path, err);
	if (!start)
		return -err->num;
	if (!open_usual(start, &repo)) {
		home = home_above(start);
		ceiling = ceilings(home);
		rc = git_repository_open_ext(&here, start, 0, ceiling);
		if (rc < 0)
			return explain(rc, start, ceiling, home, err);
		rc = fill(here, &repo, err);
		if (rc < 0)
			return rc;
	}
	*ret_repo = repo;
	repo = (struct rj_repo){0};
	return 0;
}

int rj_repo_delete_branch(const struct rj_repo *repo, const char *branch, struct rj_err *err)
{
	RJ_AUTO(rj_buf_release) struct rj_buf name = {0};
	int rc = rj_git_init(err);

	if (rc < 0)
		return rc;
	rj_buf_printf(&name, "refs/heads/%s", branch);
	return rj_ref_delete(repo, name.s, err);
}
