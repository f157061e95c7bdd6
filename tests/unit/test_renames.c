/* renames: which files are renamed, and how many lines changed, held against the real git. */
#include "core/git/rename.h"
#include "tests/unit/worktreefix.h"

TestSuite(renames, .init = fix_begin, .fini = wt_end);

/* Numbers and renames of the whole, as `git diff -M --numstat` has them. */
static void same_numstat(void)
{
	struct rj_buf ours = {0};
	RJ_AUTO(rj_free) char *theirs = NULL;

	(void)setenv("base", wt.base, 1);
	theirs = out(WT_ADD_ALL
		     "git -C w -c core.quotePath=false -c diff.renameLimit=0 diff --cached "
		     "-M --numstat --no-textconv $base");
	wt_read(RJ_STATUS_LINES);
	for (size_t i = 0; i < wt.st.n; i++) {
		const struct rj_change *c = &wt.st.v[i];

		if (c->binary)
			rj_buf_puts(&ours, "-\t-\t");
		else
			rj_buf_printf(&ours, "%zu\t%zu\t", c->insertions, c->deletions);
		if (c->old_path)
			rj_buf_printf(&ours, "%s => ", c->old_path);
		rj_buf_printf(&ours, "%s\n", c->path);
	}
	if (ours.len)
		ours.s[--ours.len] = '\0';
	cr_expect_str_eq(rj_buf_str(&ours), theirs, "ours:\n%s\ngit's:\n%s", rj_buf_str(&ours),
			 theirs);
	rj_buf_release(&ours);
}

Test(renames, renames_and_numbers_are_those_of_git)
{
	wt_begin_with(
		"cd r && seq 1 100 >one && seq 200 300 >two && seq 400 440 >three && printf "
		"'a\\0b\\n%s' \"$(seq 50)\" >bin && seq 500 600 >same1 && seq 700 800 >util && "
		"echo tiny >tiny && ln -s one link && seq 900 999 >dead");
	sh("cd w && mv one uno && sed -i 5d uno && mv two dos && seq 1000 1080 >>dos && mv three "
	   "tres "
	   "&& seq 41 | sed s/^/x/ >tres && mv bin bin2 && cp same1 same2 && rm same1 && mv util "
	   "zutil && sed -i 's/7.5/q/' zutil && rm tiny && echo other >tiny2 && mv link link2 && "
	   "rm "
	   "dead && seq 900 960 >alive");
	same_numstat();
	cr_expect(wt_change("uno")->kind == RJ_CHANGE_RENAMED && wt_change("uno")->similarity > 95);
	cr_expect(wt_change("bin2")->kind == RJ_CHANGE_RENAMED && wt_change("bin2")->binary);
	cr_expect(wt_change("tres")->kind == RJ_CHANGE_ADDED);
}

/* So many that threads share them, with changes so that no content is the same. */
#define MANY_OLD(n) \
	"cd r && for i in $(seq " #n "); do seq $((i * 100)) $((i * 100 + 40)) >old$i; done"
#define MANY_NEW(n)                                                                            \
	"cd w && for i in $(seq " #n "); do { cat old$i; echo $i; } >new$(((i * 7) % 1009)); " \
	"rm old$i; done"

Test(renames, many_renames_are_those_of_git, .timeout = 120)
{
	size_t renames = 0;

	wt_begin_with(MANY_OLD(600));
	sh(MANY_NEW(600));
	same_numstat();
	for (size_t i = 0; i < wt.st.n; i++)
		renames += wt.st.v[i].kind == RJ_CHANGE_RENAMED;
	cr_expect_eq(renames, 600);
}

Test(renames, too_many_pairs_are_no_renames, .timeout = 120)
{
	wt_begin_with(MANY_OLD(1001));
	sh(MANY_NEW(1001));
	wt_read(RJ_STATUS_LINES);
	cr_expect_eq(wt.st.n, 2002);
	for (size_t i = 0; i < wt.st.n; i++)
		cr_expect(wt.st.v[i].kind != RJ_CHANGE_RENAMED);
}

Test(renames, numbers_of_random_work, .timeout = 120)
{
	wt_begin_with("cd r && for i in 1 2 3 4 5 6 7 8 9; do seq $i $((i * 37)) >f$i; done");
	sh("cd w && for i in 1 2 3; do sed -i \"$((i * 7))s/$/x/;$((i * 3))d\" f$((i * 3)); done "
	   "&& "
	   "tac f8 >t && mv t f8 && seq 50 >>f7 && sed -i '1i first' f4");
	same_numstat();
	cr_expect(wt.st.insertions > 100 && wt.st.files_changed == 6);
}

Test(renames, likeness)
{
	struct rj_spans a, b;

	rj_spans_read("a\nb\nc\nd\n", 8, &a);
	rj_spans_read("d\nc\nb\nx\n", 8, &b);
	cr_expect(rj_spans_percent(&a, &b) == 75, "%u", rj_spans_percent(&a, &b));
	cr_expect(rj_spans_percent(&a, &a) == 100);
	rj_spans_release(&b);
	rj_spans_read("", 0, &b);
	cr_expect(rj_spans_percent(&a, &b) == 0 && rj_spans_percent(&b, &b) == 0);
	rj_spans_release(&a);
	rj_spans_release(&b);
}
