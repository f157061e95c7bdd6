/* The host's index after an import: the same as libgit2 makes of it, entry for entry. */
#include "core/git/importindex.h"

#include <sys/stat.h>

#include "core/git/auto.h"
#include "core/git/indexout.h"
#include "tests/unit/gitfix.h"

#define INDEX "main/.git/worktrees/w/index"

/* Trees that differ in all ways that an index can tell. */
static const char *const steps[] = {
	"mkdir -p d/e/f d.x d-x && for i in 1 2 3; do"
	" for j in d d/e d/e/f d.x d-x .; do echo $i $j >$j/f$i; done; done",
	"echo new >d/e/f2",
	"rm -r d/e/f && echo a file >d/e/f",
	"rm -r d && echo a file >d",
	"rm d && mkdir -p d/e/f d/g && echo x >d/e/f/f1 && echo y >d/g/y && echo z >d0",
	"chmod +x d/g/y && ln -sf f1 f2 &&"
	" git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),d/sub",
	"rm -r d.x d-x && : >d/e/f/f1",
	"git rm -rqf . && echo alone >only",
};
enum { STEPS = RJ_COUNT(steps) };

static struct rj_repo repo;
static const struct rj_worktree wt = {.path = "w", .admin = "w"};
static git_oid commits[STEPS];

static void begin(void)
{
	struct rj_err err;

	fix_begin();
	sh("git init -q main && git -C main commit -q --allow-empty -m base &&"
	   " git -C main worktree add -q ../w");
	for (size_t i = 0; i < STEPS; i++) {
		RJ_AUTO(rj_free) char *id = NULL;
		char command[1024];

		(void)snprintf(command, sizeof(command),
			       "cd w && { %s\n} && git add -A . && git commit -qm x &&"
			       " git tag s%zu && git rev-parse HEAD",
			       steps[i], i);
		id = out(command);
		cr_assert(git_oid_fromstr(&commits[i], id) == 0);
	}
	cr_assert(rj_repo_open("main", &repo, &err) == 0, "%s", err.msg);
}

static void end(void)
{
	rj_repo_release(&repo);
	fix_end();
}

TestSuite(importindex, .init = begin, .fini = end);

/* The worktree at a step, its files older than the index, and then as the command makes it. */
static void start_at(size_t step, const char *more)
{
	char command[1024];

	(void)snprintf(command, sizeof(command),
		       "cd w && rm -f ../" INDEX "* && git read-tree --reset -u s%zu &&"
		       " git ls-files -z | xargs -0 touch -hcd '1 hour ago' &&"
		       " git update-index -q --refresh; %s",
		       step, more);
	sh(command);
}

static void by_libgit2(const char *path, const git_oid *id)
{
	RJ_AUTO(rj_git_index_free) git_index *index = NULL;
	RJ_AUTO(rj_git_commit_free) git_commit *commit = NULL;
	RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;

	cr_assert(git_commit_lookup(&commit, repo.git, id) == 0 &&
		  git_commit_tree(&tree, commit) == 0 && git_index_open(&index, path) == 0 &&
		  git_index_read_tree(index, tree) == 0);
	rj_index_close_gitlinks(index);
	cr_assert(git_index_write(index) == 0);
}

static void reset_to(size_t step)
{
	RJ_AUTO(rj_free) char *note = NULL;
	char command[256];

	rj_importindex_reset(&repo, &wt, &commits[step], &note);
	cr_expect_null(note, "%s", note ? note : "");
	(void)snprintf(command, sizeof(command),
		       "cd w && test ! -e ../" INDEX ".lock && git fsck --cache &&"
		       " test $(git write-tree) = $(git rev-parse s%zu^{tree})",
		       step);
	cr_expect(fix_run(command, NULL) == 0, "not the tree of step %zu", step);
}

/* The index of each tree, with stat data of its files, becomes that of each other one. */
Test(importindex, same_as_libgit2)
{
	for (size_t a = 0; a < STEPS; a++)
		for (size_t b = 0; b < STEPS; b++) {
			start_at(a, "git ls-files | head -n 1 |"
				    " xargs git update-index --assume-unchanged &&"
				    " mkdir -p d.x && echo staged >d.x/staged && git add -A d.x");
			sh("cp " INDEX " want");
			by_libgit2("./want", &commits[b]);
			reset_to(b);
			cr_expect(fix_run("cd w && git ls-files -svt --debug >../got &&"
					  " GIT_INDEX_FILE=../want git ls-files -svt --debug |"
					  " cmp - ../got",
					  NULL) == 0,
				  "%zu to %zu differ", a, b);
		}
}

/* In whatever form it was. */
Test(importindex, takes_every_form)
{
	static const char *const forms[] = {
		"echo x >n && git add -N n",
		"git update-index --index-version 4",
		"git update-index --split-index",
		"git sparse-checkout set --sparse-index d.x",
		"id=$(git rev-parse :f1) && git rm -q --cached f1 &&"
		" printf '100644 %s 2\tf1\n' $id | git update-index --index-info",
		"rm ../" INDEX,
		"printf DIRC >../" INDEX,
	};

	for (size_t i = 0; i < RJ_COUNT(forms); i++) {
		start_at(0, forms[i]);
		reset_to(1);
		cr_expect(fix_run("cd w && git checkout -q s1 -- . && git reset -q --soft s1 &&"
				  " rm -f n && test -z \"$(git status --porcelain -uno)\"",
				  NULL) == 0,
			  "%s", forms[i]);
	}
}

/* A file that changed in the clock tick in which the index was written: git has to look at it
 * again, for the index that is written now is newer. */
Test(importindex, looks_again_at_what_is_racy)
{
	start_at(0, "git config core.trustctime false && touch -r f1 ../" INDEX
		    " && printf '2 .\n' >f1 && touch -r ../" INDEX " f1");
	reset_to(0);
	same_out("cd w && { git update-index --refresh || :; }", "echo f1: needs update");
}

Test(importindex, leaves_a_locked_one)
{
	RJ_AUTO(rj_free) char *note = NULL;

	start_at(0, ": >../" INDEX ".lock && ls -i ../main/.git/worktrees/w >../before");
	rj_importindex_reset(&repo, &wt, &commits[1], &note);
	cr_assert_not_null(note);
	cr_expect(strstr(note, "another git has"), "%s", note);
	sh("ls -i main/.git/worktrees/w | cmp - before");
}

/* Ours says so, and nobody holds it any more. */
Test(importindex, breaks_the_lock_of_an_import_that_was_killed)
{
	start_at(0, "printf 'robojail\\n' >../" INDEX ".lock && echo torn >../" INDEX ".new");
	reset_to(1);
	sh("test ! -e " INDEX ".new");
}
