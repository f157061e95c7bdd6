/* repo: discovery, the forms of a repository, what names a commit; held against real git. */
#include "core/git/repo.h"

#include <errno.h>
#include <git2/sys/errors.h>
#include <sys/stat.h>

#include "core/git/giterr.h"
#include "tests/unit/gitfix.h"

TestSuite(repo, .init = fix_begin, .fini = fix_end);

static char *below(const char *name)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "%s%s%s", fix_dir, *name ? "/" : "", name);
	return rj_buf_take(&b);
}

/* Opening `path` gives this common directory, top and HEAD (the first two below the scratch). */
static void opens(const char *path, const char *common, const char *top, const char *head)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_free) char *want_common = below(common);
	RJ_AUTO(rj_free) char *want_top = below(top);
	struct rj_err err = {0};

	cr_assert(rj_repo_open(path, &repo, &err) == 0, "%s: %s", path, err.msg);
	same(repo.common, want_common);
	same(repo.top, want_top);
	same(repo.head, head);
}

static void refuses(const char *path, int num, const char *word, const char *hint)
{
	struct rj_repo repo = {0};
	struct rj_err err = {0};

	cr_assert(rj_repo_open(path, &repo, &err) == -num, "%s: %d %s", path, err.num, err.msg);
	cr_expect(strstr(err.msg, word), "'%s' is not in '%s'", word, err.msg);
	cr_expect(strstr(err.hint, hint), "'%s' is not in '%s'", hint, err.hint);
	cr_expect(repo.git == NULL && repo.common == NULL, "outputs are not touched");
}

static void commit_is(const char *path, const char *rev, const char *git_rev)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf cmd = {0};
	RJ_AUTO(rj_free) char *want = NULL;
	char oid[RJ_OID_HEX];
	struct rj_err err = {0};

	rj_buf_printf(&cmd, "git -C %s rev-parse '%s^{commit}'", path, git_rev);
	want = out(cmd.s);
	cr_assert(rj_repo_open(path, &repo, &err) == 0, "%s", err.msg);
	cr_assert(rj_repo_commit(&repo, rev, oid, &err) == 0, "%s: %s", rev, err.msg);
	cr_expect_str_eq(oid, want, "%s in %s: %s, not %s", rev ? rev : "HEAD", path, oid, want);
}

static void commit_refused(const char *path, const char *rev, int num, const char *word,
			   const char *hint)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	char oid[RJ_OID_HEX] = "untouched";
	struct rj_err err = {0};

	cr_assert(rj_repo_open(path, &repo, &err) == 0, "%s", err.msg);
	cr_assert(rj_repo_commit(&repo, rev, oid, &err) == -num, "%s: %d %s", rev, err.num,
		  err.msg);
	same(oid, "untouched");
	cr_expect(strstr(err.msg, word), "'%s' is not in '%s'", word, err.msg);
	cr_expect(strstr(err.hint, hint), "'%s' is not in '%s'", hint, err.hint);
}

Test(repo, forms)
{
	fix_repo("m");
	sh("git clone -q --bare m bare.git && git -C m worktree add -q ../w side && git init -q "
	   "empty"
	   " && git -C m worktree add -q --detach ../d v1 && ln -s m/src sym");
	opens("m", "m/.git", "m", "refs/heads/main");
	opens("m/src/deep", "m/.git", "m", "refs/heads/main");
	opens("sym", "m/.git", "m", "refs/heads/main");
	opens("m/.git", "m/.git", "m", "refs/heads/main");
	opens("w", "m/.git", "m", "refs/heads/side");
	opens("w/src", "m/.git", "m", "refs/heads/side");
	opens("bare.git", "bare.git", "bare.git", "refs/heads/main");
	opens("empty", "empty/.git", "empty", "refs/heads/main");
	RJ_AUTO(rj_free) char *oid = out("git -C m rev-parse 'v1^{commit}'");
	opens("d", "m/.git", "m", oid);
}

Test(repo, odd_forms)
{
	fix_repo("m");
	sh("git init -q --separate-git-dir=sep.git moved && git -C m worktree add -q ../w side &&"
	   " git -C m config extensions.worktreeConfig true && git -C m sparse-checkout set src &&"
	   " git -C m update-index --split-index && git clone -q --bare m b.git &&"
	   " git -C b.git worktree add -q ../bw side && git init -q o && "
	   "git -c protocol.file.allow=always -C o submodule --quiet add ../b.git sub");
	opens("moved", "sep.git", "moved", "refs/heads/main");
	opens("sep.git", "sep.git", "sep.git", "refs/heads/main");
	opens("m", "m/.git", "m", "refs/heads/main");
	opens("bw", "b.git", "b.git", "refs/heads/side");
	opens("o/sub", "o/.git/modules/sub", "o/sub", "refs/heads/main");
	cr_assert(setenv("GIT_DIR", "/nowhere", 1) == 0);
	opens("m", "m/.git", "m", "refs/heads/main");
}

/* By its git directory, which has a short way, as by its worktree. */
Test(repo, git_directory)
{
	fix_repo("m");
	sh("git init -q away && git -C away config core.worktree ../../m && git init -q bare &&"
	   " git -C bare config core.bare true && mkdir in && git init -q in/.git &&"
	   " git -C m worktree add -q ../w side");
	opens("away/.git", "away/.git", "m", "refs/heads/main");
	opens("bare/.git", "bare/.git", "bare/.git", "refs/heads/main");
	opens("in/.git", "in/.git/.git", "in/.git", "refs/heads/main");
	opens("m/.git/worktrees/w", "m/.git", "m", "refs/heads/side");
	sh("git -C m config extensions.worktreeConfig true");
	opens("m/.git", "m/.git", "m", "refs/heads/main");
	sh("git -C m config --unset extensions.worktreeConfig && git -C m checkout -q --detach v1");
	RJ_AUTO(rj_free) char *oid = out("git -C m rev-parse 'v1^{commit}'");
	opens("m/.git", "m/.git", "m", oid);
	sh("git -C m config extensions.fancy 1 && git -C m config core.repositoryformatversion 1");
	refuses("m/.git", EIO, "fancy", "");
	sh("git config -f m/.git/config --unset extensions.fancy &&"
	   " git config -f m/.git/config core.bare perhaps");
	refuses("m", EIO, "perhaps", "");
	refuses("m/.git", EIO, "perhaps", "");
}

Test(repo, refusals)
{
	sh("mkdir plain; git init -q --object-format=sha256 s; git init -q r; cd r;"
	   " git config core.repositoryformatversion 1; git config extensions.refstorage reftable");
	refuses("plain", ENOENT, "not in a git repository", "git init");
	refuses("missing", ENOENT, "missing", "");
	refuses("s", ENOTSUP, "sha256", "git init --object-format=sha1");
	refuses("r", ENOTSUP, "reftable", "git refs migrate");
	sh("git config -f r/.git/config extensions.refstorage files");
	opens("r", "r/.git", "r", "refs/heads/main");
	sh("git config -f r/.git/config extensions.fancy 1");
	refuses("r", EIO, "fancy", "");
}

Test(repo, partial_clone_and_its_remedy)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_err err = {0};

	fix_repo("m");
	sh("git -C m config uploadpack.allowFilter true && git clone -q --filter=blob:none "
	   "file://$PWD/m p");
	cr_assert(rj_repo_open("p", &repo, &err) == -ENOTSUP, "%s", err.msg);
	cr_expect(strstr(err.msg, "partial clone"), "%s", err.msg);
	/* The remedy, word by word. */
	cr_assert(setenv("HINT", strchr(err.hint, ':') + 2, 1) == 0);
	sh("cd p && c=$(printf %s \"$HINT\" | sed 's/; then tell git that it is whole:/;/') && "
	   "eval \"$c\" 2>/dev/null; true");
	opens("p", "p/.git", "p", "refs/heads/main");
}

Test(repo, home_is_taken_only_by_name)
{
	sh("git init -q home && mkdir -p home/a/b");
	refuses("home/a/b", ENOENT, "not in a git repository", "--repo ~");
	opens("home", "home/.git", "home", "refs/heads/main");
	sh("git init -q home/a");
	opens("home/a/b", "home/a/.git", "home/a", "refs/heads/main");
	cr_assert(setenv("HOME", "/nowhere", 1) == 0);
}

Test(repo, foreign_owner)
{
	if (geteuid() != 0) {
		cr_log_info("not run: needs root to give a repository away");
		return;
	}
	sh("git init -q m && chown -R 12345:12345 m");
	refuses("m", EPERM, "not owned by current user", "safe.directory");
	refuses("m/.git", EPERM, "not owned by current user", "safe.directory");
	sh("chown -R 0:0 m/.git");
	refuses("m/.git", EPERM, "not owned by current user", "safe.directory");
}

Test(repo, commits)
{
	fix_repo("m");
	sh("git clone -q m c && cd c && git branch -q -r | cat && git checkout -q -b feature v1 &&"
	   " git branch deadbeef v1 && git worktree add -q ../cw v1 && git tag side v1");
	commit_is("m", NULL, "HEAD");
	commit_is("m", "HEAD", "HEAD");
	commit_is("m", "@", "HEAD");
	commit_is("m", "HEAD~1", "HEAD~1");
	commit_is("m", "@^", "HEAD~1");
	commit_is("m", "v1", "v1");
	commit_is("m", "refs/tags/light", "light");
	commit_is("m", "side", "side");
	commit_is("c", "origin/side", "origin/side");
	commit_is("c", "origin", "origin/HEAD");
	commit_is("c", "deadbeef", "refs/heads/deadbeef");
	commit_is("cw", NULL, "v1");
	commit_is("cw", "HEAD", "v1");
	sh("git -C c tag -d side >/dev/null");
	commit_is("c", "side", "origin/side");
	RJ_AUTO(rj_free) char *id = out("git -C m rev-parse --short main");
	commit_is("m", id, "main");
}

/* In a linked worktree too, whose HEAD has a log that is neither the main one's nor its branch's.
 */
Test(repo, logs_and_heads)
{
	static const char *const revs[] = {"HEAD@{1}",	"HEAD@{0}", "HEAD@{2}^", "@{0}",
					   "@{1}",	"@{-1}",    "HEAD@{u}",	 "@{upstream}",
					   "ORIG_HEAD", "@~"};

	fix_repo("m");
	sh("cd m && for i in 1 2 3; do git commit -q --allow-empty -m c$i; done && git branch -q "
	   "topic "
	   "HEAD~2 && git worktree add -q ../w -b wb HEAD~1 && git branch -q -u topic && cd ../w "
	   "&& "
	   "git branch -q -u topic && git commit -q --allow-empty -m w && git reset -q --hard "
	   "HEAD~2 && "
	   "git checkout -q --detach HEAD~ && git checkout -q wb && cd ../m && git checkout -q "
	   "topic && "
	   "git checkout -q main && git reset -q --hard HEAD~1");
	for (size_t i = 0; i < RJ_COUNT(revs); i++) {
		commit_is("m", revs[i], revs[i]);
		commit_is("w", revs[i], revs[i]);
	}
	commit_refused("w", "HEAD@{99}", ENOENT, "HEAD@{99}", "");
	commit_refused("w", "HEAD@{yesterday}", EINVAL, "a time in the log", "rev-parse");
}

Test(repo, no_such_commit)
{
	fix_repo("m");
	sh("git init -q empty && cd m && git tag blob $(git rev-parse main:a) && git remote add x "
	   "../m"
	   " && git remote add y ../m && git fetch -q --all && git branch -q -D side");
	commit_refused("m", "mian", ENOENT, "no branch, tag or commit 'mian'", "'main'");
	commit_refused("m", "zzzzzzzzzz", ENOENT, "zzzzzzzzzz", "its branches: main");
	commit_refused("m", "main:a", ENOENT, "main:a", "main");
	commit_refused("m", "", ENOENT, "", "main");
	commit_refused("m", "blob", EINVAL, "blob", "");
	commit_refused("m", "side", EINVAL, "more than one remote", "REMOTE/side");
	commit_refused("empty", NULL, ENOENT, "no commit yet", "git -C");
	commit_refused("empty", "main", ENOENT, "no commit yet", "git -C");
	sh("git -C m checkout -q --orphan new");
	commit_refused("m", NULL, ENOENT, "refs/heads/new", "main");
}

Test(repo, shallow_packed_alternates)
{
	fix_repo("m");
	sh("git clone -q --depth 1 file://$PWD/m s && git clone -q --shared m a && git -C m "
	   "pack-refs "
	   "--all && git -C m gc -q");
	commit_is("s", NULL, "main");
	commit_is("a", "HEAD~1", "main~1");
	commit_is("m", "side", "side");
	commit_is("m", "v1", "v1");
}

static size_t unheld(const char *path, const char *branch)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_err err = {0};
	size_t count = 99;

	cr_assert(rj_repo_open(path, &repo, &err) == 0, "%s", err.msg);
	cr_assert(rj_repo_unheld(&repo, branch, &count, &err) == 0, "%s", err.msg);
	return count;
}

Test(repo, unheld_and_delete)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_err err = {0};

	fix_repo("m");
	sh("cd m && git checkout -q -b robojail/x-1 && git commit -q --allow-empty -m x && git "
	   "commit "
	   "-q --allow-empty -m y && git checkout -q main");
	cr_expect_eq(unheld("m", "robojail/x-1"), 2);
	cr_expect_eq(unheld("m", "side"), 0);
	cr_expect_eq(unheld("m", "gone"), 0);
	sh("git -C m tag -a -m k keep robojail/x-1~1");
	cr_expect_eq(unheld("m", "robojail/x-1"), 1);
	sh("git -C m update-ref refs/remotes/o/x robojail/x-1 && git -C m pack-refs --all");
	cr_expect_eq(unheld("m", "robojail/x-1"), 0);
	cr_assert(rj_repo_open("m", &repo, &err) == 0);
	cr_expect(rj_repo_delete_branch(&repo, "robojail/x-1", &err) == 0, "%s", err.msg);
	cr_expect(rj_repo_delete_branch(&repo, "robojail/x-1", &err) == 0, "%s", err.msg);
	sh("cd m && ! git rev-parse -q --verify refs/heads/robojail/x-1 && test ! -e "
	   ".git/logs/refs/heads/robojail/x-1");
}

/* One line of packed-refs goes; what another git holds locked is waited for, not broken. */
Test(repo, delete_packed_branch)
{
	RJ_AUTO(rj_repo_release) struct rj_repo repo = {0};
	struct rj_err err = {0};

	fix_repo("m");
	sh("cd m && git branch robojail/x-1 && git branch robojail/x-10 && git pack-refs --all && "
	   "grep -v ' refs/heads/robojail/x-1$' .git/packed-refs >../want && grep -q '^^' ../want");
	cr_assert(rj_repo_open("m", &repo, &err) == 0);
	sh("cd m/.git && touch packed-refs.lock && (sleep 0.3; rm packed-refs.lock) >/dev/null &");
	cr_expect(rj_repo_delete_branch(&repo, "robojail/x-1", &err) == 0, "%s", err.msg);
	sh("cmp want m/.git/packed-refs && test ! -e m/.git/packed-refs.lock && git -C m rev-parse "
	   "-q "
	   "robojail/x-10 >/dev/null");
	sh("touch m/.git/packed-refs.lock");
	cr_expect(rj_repo_delete_branch(&repo, "robojail/x-10", &err) == -EBUSY, "%s", err.msg);
	cr_expect(strstr(err.hint, "remove that file"), "%s", err.hint);
	sh("rm m/.git/packed-refs.lock; cmp want m/.git/packed-refs; ! find m/.git -name '*.lock' "
	   "| grep "
	   ".");
}

/* What libgit2 says of a full disk, and of a quota that is used up, has its remedy. */
Test(repo, knows_a_full_disk)
{
	static const int full[] = {ENOSPC, EDQUOT};
	struct rj_err err;

	for (size_t i = 0; i < RJ_COUNT(full); i++) {
		char said[128];

		(void)snprintf(said, sizeof(said), "failed to write x: %s", strerror(full[i]));
		(void)git_error_set_str(GIT_ERROR_OS, said);
		cr_expect_eq(rj_git_fail(&err, GIT_ERROR, "cannot write it"), -full[i]);
		cr_expect(strstr(err.hint, "make room"), "%s", err.hint);
	}
}
