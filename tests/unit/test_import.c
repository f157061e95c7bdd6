/* Import, from both ends: what an agent did comes over, and nothing else ever does. */
#include <errno.h>

#include "tests/unit/importkit.h"

static struct kit kit;

static void begin(void)
{
	kit_begin(&kit);
}

static void end(void)
{
	kit_end(&kit);
}

TestSuite(import, .init = begin, .fini = end);

static void synced(void)
{
	int r = kit_sync(&kit);

	cr_assert(r == 0, "import: %s", kit.err.msg);
}

static void refused(int num, const char *part)
{
	int r = kit_sync(&kit);

	cr_expect(r == -num, "%d, not %d: %s", r, -num, kit.err.msg);
	cr_expect(strstr(kit.err.msg, part), "'%s' is not in: %s", part, kit.err.msg);
}

static void fsck(void)
{
	sh("git -C main fsck --full --strict 2>&1 | { ! grep -v '^dangling\\|^Checking\\|^notice'; "
	   "}");
}

Test(import, brings_commits_over)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	jail("mkdir -p d/e && echo 2 >d/e/f && rm a && git add -A && git commit -q -m two");
	synced();
	cr_expect(kit.res.moved && kit.res.dropped == 0);
	cr_expect_eq(kit.res.commits, 2);
	cr_expect_str_eq(kit.res.head_name, "refs/heads/" KIT_BRANCH);
	cr_expect_eq(kit.res.others_n, 0);
	cr_expect_null(kit.res.index_note);
	same_out("git -C main rev-parse " KIT_BRANCH, "GIT_DIR=g git rev-parse HEAD");
	same_out("git -C w status --porcelain", "true");
	same_out("git -C w log --format=%s -2", "echo two; echo one");
	same_out("git -C main reflog show -1 --format=%gs " KIT_BRANCH,
		 "echo robojail: import from j");
	fsck();
}

Test(import, does_nothing_when_there_is_nothing)
{
	RJ_AUTO(rj_free) char *before = NULL;
	RJ_AUTO(rj_free) char *after = NULL;

	jail("echo 1 >new && git add new && git commit -q -m one");
	synced();
	before = kit_hash();
	synced();
	after = kit_hash();
	cr_expect(!kit.res.moved && kit.res.commits == 0 && kit.res.objects == 0);
	cr_expect_str_eq(after, before);
}

Test(import, leaves_only_its_objects_ref_and_log)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	sh("find main/.git -type f ! -path '*/worktrees/w/*' -exec sha256sum {} + | sort >before");
	synced();
	sh("find main/.git -type f ! -path '*/worktrees/w/*' -exec sha256sum {} + | sort >after");
	same_out("diff before after | grep -o '[<>].*' | sed 's/^\\(.\\) [0-9a-f]*  "
		 "main..git./\\1 /;s/pack-[0-9a-f]*/pack/' | sort",
		 "printf '%s\\n' '< logs/refs/heads/" KIT_BRANCH "' '< refs/heads/" KIT_BRANCH
		 "' '> logs/refs/heads/" KIT_BRANCH "' '> objects/pack/pack.idx' "
		 "'> objects/pack/pack.pack' '> refs/heads/" KIT_BRANCH "'");
}

Test(import, keeps_the_stat_data_of_what_did_not_change)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	sh("git -C w update-index --refresh -q; git -C w ls-files --debug src/b >before");
	synced();
	sh("git -C w ls-files --debug src/b >after && grep -q 'mtime: [1-9]' after &&"
	   " cmp before after");
}

Test(import, follows_a_jail_that_rewrites_its_history)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	synced();
	jail("git commit -q --amend -m better");
	synced();
	cr_expect(kit.res.moved && kit.res.dropped == 1 && kit.res.commits == 1);
	same_out("git -C w log --format=%s -1", "echo better");
	jail("git reset -q --hard HEAD~1");
	synced();
	cr_expect(kit.res.moved && kit.res.dropped == 1 && kit.res.commits == 0);
	fsck();
}

Test(import, never_loses_a_commit_made_on_the_host)
{
	RJ_AUTO(rj_free) char *before = NULL;
	RJ_AUTO(rj_free) char *after = NULL;

	jail("echo 1 >new && git add new && git commit -q -m one");
	sh("cd w && git commit -q --allow-empty -m 'by the user'");
	before = kit_hash();
	refused(EBUSY, "made on the host");
	cr_expect(strstr(kit.err.hint, "git merge"));
	after = kit_hash();
	cr_expect_str_eq(after, before);
	jail("git fetch -q ../main " KIT_BRANCH " && git rebase -q FETCH_HEAD");
	synced();
	same_out("git -C main log --format=%s -2 " KIT_BRANCH, "echo one; echo by the user");
}

Test(import, leaves_the_branch_to_a_host_that_is_ahead)
{
	sh("cd w && git commit -q --allow-empty -m 'by the user'");
	synced();
	cr_expect(!kit.res.moved);
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, "echo by the user");
}

Test(import, brings_a_deleted_branch_back)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	sh("git -C main update-ref -d refs/heads/" KIT_BRANCH);
	synced();
	cr_expect(kit.res.moved && kit.res.commits == 1);
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, "echo one");
}

Test(import, takes_detached_and_other_heads_as_they_are)
{
	jail("git checkout -q -b feature && echo 1 >n && git add n && git commit -q -m on-feature");
	synced();
	cr_expect_str_eq(kit.res.head_name, "refs/heads/feature");
	jail("git checkout -q --detach && echo 2 >n && git commit -q -a -m detached");
	synced();
	cr_expect_null(kit.res.head_name);
	cr_expect(kit.res.moved);
	jail("git checkout -q --orphan empty");
	synced();
	cr_expect(!kit.res.moved);
	cr_expect_str_eq(kit.res.head_name, "refs/heads/empty");
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, "echo detached");
}

/* `how` and an import: the branch is where it was. */
static void stays(const char *how, const char *tip)
{
	jail(how);
	synced();
	cr_expect(!kit.res.moved && !kit.res.dropped, "%s", how);
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, tip);
}

Test(import, stays_while_head_looks_at_what_was_before)
{
	jail("git commit -q --allow-empty -m one && git commit -q --allow-empty -m two");
	synced();
	stays("git checkout -q HEAD~1", "echo two");
	stays("git checkout -q -b other HEAD~1", "echo two");
	stays("git checkout -q --orphan empty", "echo two");
	jail("git checkout -q -f " KIT_BRANCH
	     " && git commit -q --allow-empty -m three && git checkout"
	     " -q HEAD~3");
	synced(); /* not seen on HEAD by any import */
	cr_expect(kit.res.moved && kit.res.commits == 1);
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, "echo three");
}

Test(import, stays_on_another_branch_as_well)
{
	jail("git checkout -q -b feature && git commit -q --allow-empty -m one && git commit -q"
	     " --allow-empty -m two");
	synced();
	stays("git checkout -q HEAD~1", "echo two");
	stays("git checkout -q HEAD~1", "echo two");
	cr_expect_str_eq(kit.res.head_name, "refs/heads/feature");
	jail("git checkout -q " KIT_BRANCH);
	synced();
	cr_expect(kit.res.moved && kit.res.dropped == 2, "the jail's own branch, and what HEAD is");
}

Test(import, stays_when_a_detached_head_steps_back)
{
	jail("git commit -q --allow-empty -m o1 && git checkout -q --detach && git commit -q"
	     " --allow-empty -m x1 && git commit -q --allow-empty -m x2");
	synced();
	stays("git checkout -q HEAD~1", "echo x2");
	cr_expect(kit.res.aside == RJ_HEAD_LOOKS);
}

Test(import, stays_while_commits_are_made_anew)
{
	jail("git commit -q --allow-empty -m one && git commit -q --allow-empty -m two");
	synced();
	stays("git checkout -q HEAD~1 && git commit -q --allow-empty -m anew", "echo two");
	cr_expect(kit.res.others_n == 1 && kit.res.others[0].ahead == 1);
	cr_expect_str_eq(kit.res.others[0].name, RJ_EXPORT_HEAD);
	jail("git checkout -q -B " KIT_BRANCH);
	synced();
	cr_expect(kit.res.moved && kit.res.commits == 1 && kit.res.dropped == 1);
	jail("git checkout -q -b aside HEAD~1 && git commit -q --allow-empty -m aside");
	synced();
	cr_expect(kit.res.moved && kit.res.dropped == 1, "another branch is where work goes on");
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, "echo aside");
}

Test(import, waits_with_the_index_while_git_has_it)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	sh(": >main/.git/worktrees/w/index.lock");
	synced();
	cr_expect(kit.res.moved);
	cr_expect_not_null(kit.res.index_note);
	sh("rm main/.git/worktrees/w/index.lock && ! git -C w diff --cached --quiet");
	synced();
	cr_expect(!kit.res.moved && !kit.res.index_note);
	sh("git -C w diff --cached --quiet");
}

/* SIGKILL between the move of the branch and the note of it, then the agent amends. */
Test(import, remembers_a_move_that_a_crash_cut_short)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	sh("cp -r main/.git/worktrees/w admin.before");
	synced();
	sh("rm -rf main/.git/worktrees/w && cp -r admin.before main/.git/worktrees/w");
	jail("git commit -q --amend -m better");
	refused(EBUSY, "made on the host"); /* the control: nothing tells that it was ours */
	sh("git -C main rev-parse " KIT_BRANCH " >main/.git/worktrees/w/robojail-next");
	synced();
	cr_expect(kit.res.moved);
	sh("test ! -e main/.git/worktrees/w/robojail-next");
}

Test(import, removes_what_a_killed_import_left)
{
	jail("echo 1 >new && git add new && git commit -q -m one");
	sh("mkdir main/.git/objects/tmp_objdir-robojail-dead12 &&"
	   " : >main/.git/objects/tmp_objdir-robojail-dead12/pack_x");
	synced();
	same_out("find main/.git/objects -name 'tmp_*'", "true");
}

Test(import, runs_many_times_at_once)
{
	int pids[6], status, bad = 0;

	jail("for i in 1 2 3 4 5; do echo $i >new && git add new && git commit -q -m $i; done");
	for (size_t i = 0; i < RJ_COUNT(pids); i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			int r = kit_sync(&kit);

			if (r < 0)
				(void)fprintf(stderr, "%s\n", kit.err.msg);
			_exit(r < 0);
		}
	}
	for (size_t i = 0; i < RJ_COUNT(pids); i++)
		bad += waitpid(pids[i], &status, 0) != pids[i] || status != 0;
	cr_expect_eq(bad, 0);
	same_out("git -C main log --format=%s -1 " KIT_BRANCH, "echo 5");
	same_out("find main/.git/objects -name 'tmp_*'", "true");
	fsck();
}

/* What lies in main is trusted only if a ref leads to it, or if all behind it is there. */
Test(import, looks_behind_what_only_lies_about_in_main)
{
	sh("cd main && t=$(git write-tree) && git commit-tree -m whole -p HEAD $t >../whole &&"
	   " { echo tree $t; echo parent 1111111111111111111111111111111111111111;"
	   " echo 'author A <a@b> 1 +0000'; echo 'committer A <a@b> 1 +0000'; echo; echo broken; } "
	   "|"
	   " git hash-object -w -t commit --stdin --literally >../broken");
	jail("git reset -q --soft $(cat ../whole) && echo 1 >n && git add n && git commit -q -m "
	     "on");
	synced();
	jail("t=$(git write-tree) && git update-ref HEAD"
	     " $(git commit-tree -m bad -p HEAD -p $(cat ../broken) $t)");
	refused(EBADMSG, "is missing");
	jail("git update-ref HEAD $(cat ../broken)");
	refused(EBADMSG, "is missing");
}

/* A pack whose index names what it holds by another id: what comes over is named by what it is. */
Test(import, believes_no_pack_of_the_jail)
{
	RJ_AUTO(rj_free) char *before = NULL;
	RJ_AUTO(rj_free) char *after = NULL;

	jail("p=$GIT_DIR/objects/pack && id=$(echo evil | git hash-object --stdin) &&"
	     " echo evil >e && git add e && echo $id | git pack-objects -q $p/pack >../name &&"
	     " rm -r $GIT_DIR/objects/?? && git rm -q --cached e && rm e");
	sh("i=g/objects/pack/pack-$(cat name).idx && chmod u+w $i && test $(stat -c %s $i) = 1100 "
	   "&&"
	   " head -c 1051 $i >x && printf '\\252' >>x && tail -c +1053 $i >>x && cat x >$i");
	jail("id=$(git show-index <$GIT_DIR/objects/pack/pack-$(cat ../name).idx | cut -d ' ' -f 2)"
	     " && test $(git cat-file blob $id) = evil &&"
	     " t=$({ git ls-tree HEAD; printf '100644 blob %s\tlie\n' $id; } | git mktree) &&"
	     " git update-ref HEAD $(git commit-tree -p HEAD -m lie $t)");
	before = kit_hash();
	refused(EBADMSG, "missing or damaged");
	after = kit_hash();
	cr_expect_str_eq(after, before);
}

Test(import, works_in_a_shallow_repository)
{
	kit_end(&kit);
	fix_begin();
	fix_repo("full");
	sh("git clone -q --depth 1 \"file://$PWD/full\" main");
	kit_jail(&kit);
	jail("echo 1 >n && git add n && git commit -q -m one");
	synced();
	jail("git commit -q --amend -m two");
	synced();
	fsck();
}

Test(import, accepts_odd_names_that_are_there_already)
{
	kit_end(&kit);
	fix_begin();
	sh("git init -q main && cd main && mkdir d && : >\"d/Icon$(printf '\\r')\" && git add . &&"
	   " git commit -q -m old");
	kit_jail(&kit);
	jail("echo 1 >d/n && git add d/n && git commit -q -m one");
	synced();
	jail("echo 2 >d/n && git commit -q -a -m two && : >\"$(printf 'd/x\\ry')\" && git add . &&"
	     " git commit -q -m bad");
	refused(EBADMSG, "control byte");
}

Test(import, has_limits)
{
	static const struct {
		const char *why;
		struct rj_import_limits limits;
	} row[] = {
		{"objects in the pack",
		 {.bytes = 1 << 20, .objects = 2, .inflated = 1 << 20, .total = 1 << 20}},
		{"bytes of the pack",
		 {.bytes = 300, .objects = 9, .inflated = 1 << 20, .total = 1 << 20}},
		{"bytes of one file",
		 {.bytes = 1 << 20, .objects = 9, .inflated = 9999, .total = 1 << 20}},
		{"bytes of one commit",
		 {.bytes = 1 << 20, .objects = 9, .inflated = 32, .total = 1 << 20}},
		{"bytes of all objects",
		 {.bytes = 1 << 20, .objects = 9, .inflated = 12000, .total = 10100}},
	};
	RJ_AUTO(rj_free) char *before = kit_hash();
	int r, fd;

	jail("head -c 10000 /dev/zero >n && git add n && git commit -q -m one");
	fd = kit_export(&kit, &r);
	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_free) char *after = NULL;

		cr_expect_eq(kit_import(&kit, fd, &row[i].limits), -EFBIG, "%s", row[i].why);
		cr_expect(strstr(kit.err.msg, row[i].why), "'%s' is not in: %s", row[i].why,
			  kit.err.msg);
		after = kit_hash();
		cr_expect_str_eq(after, before, "%s", row[i].why);
	}
	cr_expect_eq(kit_import(&kit, fd, NULL), 0, "%s", kit.err.msg);
	(void)close(fd);
}
