/* Diffs of many and of large files: in order, whole, and the same as git's. */
#include "tests/unit/worktreefix.h"

TestSuite(diff, .init = fix_begin, .fini = wt_end);

static void same_as_git(const char *what)
{
	struct rj_buf theirs = {0};

	wt_read(RJ_STATUS_TEXTS);
	(void)setenv("base", wt.base, 1);
	cr_assert(fix_run(WT_ADD_ALL "git -C w -c core.quotePath=false -c diff.renameLimit=0 diff "
				     "--cached -M --abbrev=12 --no-textconv --no-ext-diff $base",
			  &theirs) == 0);
	RJ_AUTO(rj_buf_release) struct rj_buf ours = wt_diff();
	cr_expect(ours.len > 0 && ours.len == theirs.len && !memcmp(ours.s, theirs.s, ours.len),
		  "%s: %zu bytes, and git's are %zu", what, ours.len, theirs.len);
	rj_buf_release(&theirs);
}

/* With files that are large on either side, and too large to be compared at all. */
Test(diff, many_and_large_changes_are_in_order, .timeout = 120)
{
	sh("git init -q r && cd r && mkdir d && cd d && for i in $(seq 10 49); do seq $i 9000 >$i; "
	   "done && rm 44 46 && seq 100000 >33 && truncate -s 33M 44 && seq 100000 >45 && "
	   "ln -s x 46 && printf 'a\\0b9' >47 && git add . && git commit -q -m first");
	wt_begin();
	sh("cd w/d && for i in $(seq 10 49); do [ -h $i ] || sed -i 's/9$/x/' $i; done && "
	   "for i in $(seq 60); do seq $i 30000 >new$i; done && seq 5 >44 && seq 7 >45 && "
	   "seq 200000 >20 && mv 30 moved && rm 40 46 && seq 3 >46 && : >empty && chmod +x 11 && "
	   "printf 'no newline' >12 && truncate -s 33M zero");
	same_as_git("a hundred files");
	cr_expect(wt.st.n > 100 && wt_change("d/moved")->kind == RJ_CHANGE_RENAMED);
}

Test(diff, of_nothing_and_of_one_file)
{
	wt_begin_small();
	wt_read(RJ_STATUS_TEXTS);
	RJ_AUTO(rj_buf_release) struct rj_buf none = wt_diff();
	cr_expect_eq(none.len, 0);
	sh("echo more >>w/a");
	same_as_git("one file");
}

struct few {
	size_t pieces, most;
};

static int stop_at(void *arg, char origin, const char *text, size_t len)
{
	struct few *few = arg;

	(void)origin;
	(void)text;
	(void)len;
	return ++few->pieces == few->most ? 7 : 0;
}

Test(diff, stops_when_told_to)
{
	struct few few = {.most = 5};
	struct rj_err err = {0};

	wt_begin_small();
	sh("cd w && for i in $(seq 60); do seq $i >n$i; done");
	wt_read(RJ_STATUS_TEXTS);
	cr_expect_eq(rj_status_diff(&wt.st, stop_at, &few, &err), 7);
	cr_expect_eq(few.pieces, 5);
}
