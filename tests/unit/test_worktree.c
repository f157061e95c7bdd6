/* worktree: what `add` makes is what `git worktree add` makes; hostile trees are removed; W/.git is
 * restored. */
#include "core/git/worktree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/gitfix.h"

TestSuite(worktree, .init = fix_begin, .fini = fix_end);

struct made {
	struct rj_repo repo;
	struct rj_worktree wt;
	char path[256];
	char base[RJ_OID_HEX];
};

/* A worktree `w` of repository `name`, on branch robojail/w-1, at `rev`. */
static int make(struct made *m, const char *name, const char *rev, struct rj_err *err)
{
	cr_assert(rj_repo_open(name, &m->repo, err) == 0, "%s", err->msg);
	cr_assert(rj_repo_commit(&m->repo, rev, m->base, err) == 0, "%s", err->msg);
	(void)snprintf(m->path, sizeof(m->path), "%s/w", fix_dir);
	m->wt = (struct rj_worktree){
		.path = m->path, .admin = "w-1", .branch = "robojail/w-1", .base = m->base};
	return rj_worktree_add(&m->repo, &m->wt, NULL, NULL, NULL, err);
}

static void made_release(struct made *m)
{
	rj_repo_release(&m->repo);
}

/* Names, types, permissions, sizes, link targets and sums of a tree. */
#define LISTING(dir)                                                                      \
	"cd " dir " && find . -path ./.git -prune -o -printf '%P %y %m %l\\n' | sort && " \
	"find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum"

/* One repository with a bit of everything. */
static void rich_repo(void)
{
	fix_repo("m");
	sh("cd m && printf '* text=auto\\n*.bat eol=crlf\\n*.id ident\\n*.bin -text\\n' "
	   ">.gitattributes &&"
	   " printf 'a\\nb\\n' >x.bat && printf '$Id$\\n' >v.id && printf 'a\\r\\nb\\000' >q.bin &&"
	   " mkdir -p sub && printf '*.txt eol=crlf\\n' >sub/.gitattributes && printf 'l\\n' "
	   ">sub/!.txt"
	   " && printf 'l\\n' >sub/z.txt && : >empty && touch \"$(printf 'n\\303\\244\\377me')\" &&"
	   " touch 'new\nline' && ln -s /nowhere dangling && git add . 2>/dev/null &&"
	   " git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),module &&"
	   " git commit -q -m rich && git status --short >/dev/null");
}

static void as_git_makes_it(const char *config)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	rich_repo();
	sh(config);
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	sh("git -C m worktree add -q -b g ../g HEAD 2>/dev/null");
	same_out(LISTING("w"), LISTING("g"));
	same_out("git -C w status --porcelain", "git -C g status --porcelain");
	same_out("git -C w ls-files -s", "git -C g ls-files -s");
	same_out("git -C w write-tree", "git -C g write-tree");
	sh("git -C w fsck --strict 2>&1 | (! grep -v '^dangling\\|notice') && git -C w fsck "
	   "--cache");
}

Test(worktree, same_files)
{
	as_git_makes_it(":");
}

Test(worktree, same_files_crlf)
{
	as_git_makes_it("git -C m config core.autocrlf true");
}

Test(worktree, same_files_group_umask)
{
	(void)umask(002);
	as_git_makes_it(":");
}

Test(worktree, same_files_no_symlinks)
{
	as_git_makes_it("git -C m config core.symlinks false");
}

Test(worktree, same_admin)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	sh("mkdir g && git -C m worktree add -q -b robojail/g-1 ../g/w $(git -C m rev-parse HEAD)");
	/* `w` as git numbers it; ours is called as we asked. */
	same_out("cat w/.git | sed 's/w-1$/w/'", "cat g/w/.git");
	same_out("cd m/.git/worktrees/w-1 && cat commondir HEAD && sed 's,/w/,/g/w/,' gitdir",
		 "cd m/.git/worktrees/w && cat commondir HEAD gitdir | sed s/g-1/w-1/");
	same_out("sed 's/> [0-9]*/> T/' m/.git/worktrees/w-1/logs/HEAD",
		 "sed '1!d; s/> [0-9]*/> T/' m/.git/worktrees/w/logs/HEAD");
	same_out("sed 's/> [0-9]*/> T/' m/.git/logs/refs/heads/robojail/w-1",
		 "sed 's/> [0-9]*/> T/' m/.git/logs/refs/heads/robojail/g-1");
	same_out("git -C m worktree list --porcelain | grep -A3 /w$ | sed 's,/g/w,/w,' | sort -u | "
		 "grep -c .",
		 "echo 4");
	sh("test ! -e m/.git/worktrees/w-1/locked && git -C w fetch -q .. 2>/dev/null; "
	   "git -C w log -1 --format=%H >/dev/null && cd w && echo x >n && git add n && "
	   "git commit -q -m n && git -C ../m merge -q robojail/w-1 && test -e ../m/n");
}

Test(worktree, forms)
{
	struct rj_err err = {0};
	const char *const names[] = {"b.git", "lw", "s", "a", "p"};

	fix_repo("m");
	sh("git clone -q --bare m b.git && git -C m worktree add -q ../lw side && "
	   "git clone -q --depth 1 file://$PWD/m s && git clone -q --shared m a && "
	   "git clone -q m p && git -C p pack-refs --all --prune && git -C p gc -q");
	for (size_t i = 0; i < RJ_COUNT(names); i++) {
		RJ_AUTO(made_release) struct made m = {0};

		cr_assert(make(&m, names[i], NULL, &err) == 0, "%s: %s", names[i], err.msg);
		sh("test -z \"$(git -C w status --porcelain)\" && test -e w/a && git -C w log -1 "
		   "--format=%H >/dev/null && git -C w worktree list | grep -q robojail/w-1");
		cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
		cr_assert(rj_repo_delete_branch(&m.repo, "robojail/w-1", &err) == 0);
	}
	sh("test ! -e b.git/worktrees && git -C m fsck");
}

Test(worktree, worktree_config)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	sh("cd m && git config extensions.worktreeConfig true && git config --worktree user.email "
	   "w@example.org && git config --worktree core.bare false && git sparse-checkout set src");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	same_out("git -C w config user.email", "echo w@example.org");
	sh("test -e w/a && test -z \"$(git -C w status --porcelain)\" && ! git -C w config "
	   "--worktree "
	   "core.sparsecheckout && ! git -C w config --worktree core.bare");
}

static void git_reads_no_file(const char *dir)
{
	RJ_AUTO(rj_buf_release) struct rj_buf cmd = {0};

	rj_buf_printf(&cmd,
		      "strace -f -e trace=open,openat,readlink -o trace git -C %s diff-files "
		      "--exit-code && ! grep -E '\"(a|src/b|src/run|src/deep/link)\"' trace",
		      dir);
	sh(cmd.s);
}

Test(worktree, index_is_not_racy)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	sh("git -C w ls-files --debug >debug && grep -q mtime debug");
	if (fix_run("command -v strace", NULL) == 0)
		git_reads_no_file("w");
	else
		cr_log_warn("not run: needs strace to see which files git opens");
	/* A change of the same size right afterwards is seen. */
	sh("printf 'ONE\\nmore\\n' >w/a && ! git -C w diff-files --quiet");
}

Test(worktree, pinned_from_gc)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	sh("cd m && git checkout -q -b tmp && git commit -q --allow-empty -m base");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	cr_assert(setenv("BASE", m.base, 1) == 0);
	sh("cd m && git checkout -q main && git branch -q -D tmp && git -C ../w reset -q --hard "
	   "main &&"
	   " git -C ../w update-ref -d ORIG_HEAD; git reflog expire --expire=now --all && rm -f "
	   ".git/worktrees/*/ORIG_HEAD .git/ORIG_HEAD && git gc -q --prune=now && git cat-file -e "
	   "$BASE");
	cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
	sh("cd m && ! git for-each-ref | grep refs/robojail/ && git gc -q --prune=now && ! git "
	   "cat-file "
	   "-e $BASE");
}

#define SNAPSHOT                                                                           \
	"cd m && git for-each-ref && find .git -not -name '*.lock' -not -path '*/logs/*' " \
	"-printf '%P %y\\n' | sort && ls .."

Test(worktree, failure_leaves_nothing)
{
	struct rj_err err = {0};

	fix_repo("m");
	/* git makes packed-refs when it deletes its first branch. */
	sh("git -C m branch tmp && git -C m branch -q -D tmp");
	RJ_AUTO(rj_free) char *before = out(SNAPSHOT);
	const char *const breaks[] = {"mkdir w", "git -C m branch robojail/w-1",
				      "git -C m branch robojail", "mkdir -p m/.git/worktrees/w-1",
				      /* the last one: a blob is missing when files are written */
				      "f=$(git -C m rev-parse HEAD:src/b) && mv "
				      "m/.git/objects/$(echo $f | cut -c1-2)/$(echo "
				      "$f | cut -c3-) lost"};
	const char *const mends[] = {"rmdir w", "git -C m branch -q -D robojail/w-1",
				     "git -C m branch -q -D robojail", "rm -r m/.git/worktrees",
				     "f=$(git -C m rev-parse HEAD:src/b 2>/dev/null) && mv lost "
				     "m/.git/objects/$(echo $f | cut -c1-2)/$(echo $f | cut -c3-)"};
	for (size_t i = 0; i < RJ_COUNT(breaks); i++) {
		RJ_AUTO(made_release) struct made m = {0};
		RJ_AUTO(rj_free) char *after = NULL;

		sh(breaks[i]);
		cr_expect(make(&m, "m", NULL, &err) < 0, "%s", breaks[i]);
		cr_expect(err.msg[0] != '\0');
		sh(mends[i]);
		after = out(SNAPSHOT);
		cr_expect_str_eq(before, after, "%s: %s\n--\n%s", breaks[i], before, after);
	}
}

static bool count_progress(void *arg, size_t done, size_t total)
{
	size_t *last = arg;

	cr_expect(done <= total);
	*last = done;
	return true;
}

static bool stop(void *arg, size_t done, size_t total)
{
	(void)arg, (void)done, (void)total;
	return false;
}

Test(worktree, progress)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};
	size_t last = 0;

	fix_repo("m");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
	m.wt.branch = "robojail/w-2";
	cr_assert(rj_worktree_add(&m.repo, &m.wt, NULL, count_progress, &last, &err) == 0, "%s",
		  err.msg);
	cr_expect_eq(last, 4);
	cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
	m.wt.branch = "robojail/w-3";
	cr_expect_eq(rj_worktree_add(&m.repo, &m.wt, NULL, stop, NULL, &err), -EINTR);
	cr_expect_neq(access(m.wt.path, F_OK), 0, "nothing is left of one that was stopped");
}

Test(worktree, remove_again_and_foreign_admin)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
	cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
	sh("test ! -e w && test ! -e m/.git/worktrees && git -C m rev-parse -q --verify "
	   "robojail/w-1 >/dev/null");
	sh("git -C m worktree add -q ../w-1 side");
	cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
	sh("git -C w-1 status >/dev/null");
	m.wt.admin = "../../refs";
	cr_expect(rj_worktree_remove(&m.repo, &m.wt, &err) == -EINVAL);
	sh("git -C m rev-parse side >/dev/null");
}

/* Each row is what an agent may leave in place of W/.git; afterwards git works on the host, and
 * what was there is aside if it held anything. */
Test(worktree, check_restores)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};
	bool restored = true;
	static const struct {
		const char *attack, *aside;
	} rows[] = {
		{"rm w/.git", "0"},
		{": >w/.git", "0"},
		{"rm w/.git; mkdir w/.git", "0"},
		{"rm w/.git; git init -q w && git -C w config core.fsmonitor 'touch PWNED'", "1"},
		{"git init -q evil; echo \"gitdir: $PWD/evil/.git\" >w/.git", "1"},
		{"cp w/.git copy; rm w/.git; ln -s ../copy w/.git", "1"},
		{"rm w/.git; mkfifo w/.git", "1"},
		{"ln w/.git w/second", "1"},
	};

	fix_repo("m");
	cr_assert(make(&m, "m", NULL, &err) == 0, "%s", err.msg);
	cr_assert(rj_worktree_check(&m.repo, &m.wt, &restored, &err) == 0, "%s", err.msg);
	cr_expect(!restored);
	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *n = NULL;

		sh(rows[i].attack);
		restored = false;
		cr_assert(rj_worktree_check(&m.repo, &m.wt, &restored, &err) == 0, "%s", err.msg);
		cr_expect(restored, "%s", rows[i].attack);
		n = out("ls -A w | grep -c '^.git.jail-' || :");
		cr_expect_str_eq(n, rows[i].aside, "%s: %s aside", rows[i].attack, n);
		sh("rm -rf w/.git.jail-* w/second; git -C w status --porcelain | (! grep .); test "
		   "! -e "
		   "w/PWNED");
	}
	sh("rm -rf w");
	cr_expect(rj_worktree_check(&m.repo, &m.wt, &restored, &err) == -ENOENT);
}

Test(worktree, tree_remove_hostile)
{
	struct rj_err err = {0};

	sh("mkdir -p keep t/a/b t/x/y && echo k >keep/file && ln -s ../keep t/link && ln -s "
	   "\"$PWD/keep\""
	   " t/a/abs && mkfifo t/fifo && touch t/a/b/f t/x/y/f && chmod 000 t/a/b && chmod 400 t/x "
	   "&& "
	   "chmod 500 t/a && touch \"t/$(printf 'n\\nl')\"");
	cr_assert(rj_tree_remove("t/", &err) == 0 || true);
	RJ_AUTO(rj_free) char *t = out("echo $PWD/t");
	cr_assert(rj_tree_remove(t, &err) == 0, "%s", err.msg);
	cr_assert(rj_tree_remove(t, &err) == 0, "%s", err.msg);
	sh("test ! -e t && test -e keep/file");
	sh("ln -s keep t");
	cr_assert(rj_tree_remove(t, &err) == 0, "%s", err.msg);
	sh("test ! -L t && test -e keep/file");
}

Test(worktree, tree_remove_deep)
{
	const struct rlimit few = {.rlim_cur = 32, .rlim_max = 32};
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *t = out("mkdir t && echo $PWD/t");
	RJ_AUTO(rj_close) int fd = open(t, O_RDONLY | O_DIRECTORY);

	for (int i = 0; i < 5000; i++) {
		int next;

		cr_assert(mkdirat(fd, "some-directory", 0700) == 0);
		next = openat(fd, "some-directory", O_RDONLY | O_DIRECTORY);
		cr_assert(next >= 0);
		(void)close(fd);
		fd = next;
		if (i % 100 == 0)
			cr_assert(mkdirat(fd, "side", 0) == 0);
	}
	cr_assert(setrlimit(RLIMIT_NOFILE, &few) == 0);
	cr_assert(rj_tree_remove(t, &err) == 0, "%s", err.msg);
	cr_expect(access(t, F_OK) < 0);
}

Test(worktree, tree_remove_names_what_stays)
{
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *t = out("mkdir -p t/a/m && touch t/a/m/below t/f && echo $PWD/t");

	if (geteuid() == 0) {
		sh("mkdir keep && touch keep/file");
		cr_assert(mount("keep", "t/a/m", NULL, MS_BIND, NULL) == 0);
		cr_expect(rj_tree_remove(t, &err) == -EXDEV || err.num == EBUSY, "%s", err.msg);
		cr_expect(strstr(err.msg, "t/a/m"), "%s", err.msg);
		cr_expect(strstr(err.hint, "unmount"), "%s", err.hint);
		cr_assert(access("keep/file", F_OK) == 0);
		cr_assert(umount2("t/a/m", MNT_DETACH) == 0);
		cr_assert(rj_tree_remove(t, &err) == 0, "%s", err.msg);
		sh("test -e keep/file && mkdir -p t/a && touch t/a/f && "
		   "chown 12345 . t && chmod 755 . t t/a");
		cr_assert(seteuid(12345) == 0);
		cr_expect(rj_tree_remove(t, &err) == -EACCES, "%s", err.msg);
		cr_expect(strstr(err.msg, "t/a/f"), "%s", err.msg);
		cr_expect(strstr(err.hint, "another user"), "%s", err.hint);
		cr_assert(seteuid(0) == 0);
		cr_expect(access("t/a/f", F_OK) == 0);
	}
}
