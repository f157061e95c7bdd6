/* Worktrees with so many files, or changes, that several threads look at them. */
#include <fcntl.h>
#include <sys/resource.h>

#include "core/git/scanner.h"
#include "tests/unit/worktreefix.h"

TestSuite(scan_many, .init = fix_begin, .fini = wt_end);

/* 2,400 files in 24 directories with one directory each. */
static void begin_large(void)
{
	sh("git init -q r && cd r && for d in $(seq 24); do mkdir -p d$d/sub && for f in $(seq "
	   "99); do "
	   "echo $d $f >d$d/f$f; done && echo $d >d$d/sub/f; done && git add . && git commit -q -m "
	   "many");
	wt_begin();
	wt_settle();
}

Test(scan_many, every_kind_of_change, .timeout = 120)
{
	begin_large();
	wt_same_as_git("nothing");
	cr_expect_eq(wt.st.n, 0);
	sh("cd w && echo x >>d1/f1 && rm d2/f2 && echo x >d3/new && mv d4 d4x && rm -r d5 && echo "
	   "x >d5 "
	   "&& rm -r d6 && ln -s d7 d6 && mv d8 x && mv d9 d8 && mv x d9 && mkdir d10/more && "
	   "echo x >d10/more/f && rm d11/f3 && mkdir d11/f3 && echo x >d11/f3/f && rm -r d12/sub "
	   "&& "
	   "echo x >d12/sub && chmod +x d13/f4 && rm d14/f5 && ln -s f6 d14/f5 && echo '*9' "
	   ">d15/.gitignore && echo x >d15/new9 && mkfifo d16/pipe "
	   "&& "
	   "touch d18/f8 && echo x >>d19/sub/f && rm -r d20/* && chmod 0 d21/f9 && mv d22/sub "
	   "d22/Sub && cp d23/f1 d23/f2");
	wt_same_as_git("of each kind");
	wt_same_as_git("the same again");
	cr_expect(wt.st.n > 500 && wt.st.special.n == 1, "%zu, %zu", wt.st.n, wt.st.special.n);
	sh("cd w && rm -rf d* && git checkout -q .");
	wt_same_as_git("put back");
	cr_expect_eq(wt.st.n, 0);
}

Test(scan_many, all_files_changed, .timeout = 120)
{
	begin_large();
	sh("cd w && for d in $(seq 24); do sed -i 's/^/x/' d$d/f* d$d/sub/f; done");
	wt_same_as_git("all");
	cr_expect_eq(wt.st.n, 2400);
}

/* A list that was made of one directory is not taken for what lies at its path later. */
Test(scan_many, lists_are_of_their_directory)
{
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex ix = {0};
	struct rj_attrs attrs = {.filemode = true, .symlinks = true};
	struct rj_scan_source source = {.repo = &wt.repo, .attrs = &attrs, .index = &ix};
	struct rj_scanner scanner = {.src = &source};
	struct rj_scan_level level = {.path_len = 3};
	RJ_AUTO(rj_scan_list_release) struct rj_scan_list list = {0};
	struct rj_err err = {0};
	struct stat st;

	begin_large();
	sh("for d in 1 2 3; do echo x >w/d$d/new; done");
	cr_assert(rj_hostindex_load("r/.git/worktrees/w/index", &ix, &err) == 0, "%s", err.msg);
	RJ_AUTO(rj_close) int top = open("w", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct rj_scan_ahead *a = rj_scan_ahead_new(top, &scanner);
	cr_assert(a != NULL);
	cr_expect(!rj_scan_ahead_plain(a, "d1/", 3) && rj_scan_ahead_plain(a, "d4/", 3));
	sh("mv w/d1 w/x && mv w/d2 w/d1 && mv w/x w/d2");
	for (size_t d = 1; d <= 3; d++) {
		char path[] = "w/d1/";

		path[3] = (char)('0' + d);
		cr_assert(stat(path, &st) == 0);
		level.dev = st.st_dev;
		level.ino = st.st_ino;
		cr_expect(rj_scan_ahead_take(a, &level, path + 2, &list) == (d == 3), "%s", path);
	}
	cr_expect_eq(list.n, 101);
	cr_expect(rj_scan_find(&list, "new", 3, false) && rj_scan_find(&list, "sub", 3, true) &&
		  !rj_scan_find(&list, "sub", 3, false));
	rj_scan_ahead_free(a);
}

/* Conversions need a handle for each thread. */
Test(scan_many, attributes, .timeout = 120)
{
	sh("git init -q r && cd r && printf '* text=auto\\n*.id ident\\n*.w "
	   "working-tree-encoding=UTF-16LE\\n*.c eol=crlf\\n*.bin -text\\n' >.gitattributes && "
	   "mkdir d && cd d && for i in $(seq 60); do for e in txt id c bin; do "
	   "printf '%d $Id$\\n' $i >$i.$e; done; printf '1\\0\\n\\0' >$i.w; done && git add .. && "
	   "git commit -q -m first");
	wt_begin();
	wt_settle();
	sh("cd w/d && for f in *.w; do printf '1\\0x\\0\\n\\0' >$f; done && "
	   "for f in *.txt *.id *.c *.bin; do printf '%s\\r\\n$Id: old $\\r\\n' $f >>$f; done && "
	   "for i in $(seq 40); do printf 'a\\r\\nb\\r\\n' >new$i.txt; done");
	wt_same_as_git("with attributes");
	cr_expect_eq(wt.st.n, 340);
}

/* Files that wait to be read give their descriptors back when there are no more. */
Test(scan_many, few_descriptors, .timeout = 60)
{
	struct rlimit limit, few;

	begin_large();
	sh("cd w && for d in $(seq 24); do sed -i 's/^/x/' d$d/f* d$d/sub/f; done && p=. && "
	   "for i in $(seq 30); do p=$p/n$i && mkdir $p && echo x >$p/f; done");
	cr_assert(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	few = limit;
	few.rlim_cur = 64;
	cr_assert(setrlimit(RLIMIT_NOFILE, &few) == 0);
	wt_read(RJ_STATUS_LINES);
	cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	cr_expect_eq(wt.st.n, 2430);
	cr_expect_eq(wt.st.unreadable.n, 0);
	cr_expect_eq(wt.st.insertions, 2430);
}

/* Rules hide what they hide while there are steps left; then nothing, and it is told where. */
Test(scan_many, rules_that_take_too_long)
{
	RJ_AUTO(rj_hostindex_release) struct rj_hostindex ix = {0};
	struct rj_deltas base = {0};
	struct rj_scan_source source = {.repo = &wt.repo, .index = &ix, .base = &base};
	RJ_AUTO(rj_scan_release) struct rj_scan out = {0};
	struct rj_scan_level level = {.fd = -1};
	struct rj_scanner s = {.src = &source, .levels = &level, .depth = 1, .out = &out};
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	bool hidden = false;

	wt_begin_with("touch r/f");
	for (size_t i = 0; i < 1000; i++)
		rj_buf_puts(&text, "*v*v*v\n");
	rj_buf_puts(&text, "evil\n");
	for (size_t i = 0; i < 100; i++)
		rj_buf_puts(&text, "*v*v*v\n");
	level.rules[RJ_SCAN_NOW] = rj_ignore_new(text.s, text.len, false);
	level.has_rules = true;
	s.steps = 2000;
	rj_buf_puts(&s.path, "evil");
	cr_expect(rj_scan_hides(&s, false, &hidden) == 0 && hidden && !out.rules_stop);
	wt_has(&out.newly_ignored, "evil");
	for (size_t i = 0; i < 10; i++) {
		s.path.s[0] = (char)('a' + i); /* these meet all the rules */
		cr_expect(rj_scan_hides(&s, false, &hidden) == 0 && !hidden);
	}
	same(out.rules_stop, "avil");
	s.path.s[0] = 'e';
	cr_expect(rj_scan_hides(&s, false, &hidden) == 0 && !hidden);
	cr_expect(out.ignored == 1 && out.newly_ignored.n == 1);
	s.rules_bytes = rj_ignore_size(level.rules[RJ_SCAN_NOW]);
	rj_scan_drop_rules(&s, &level);
	cr_expect_eq(s.rules_bytes, 0);
	rj_buf_release(&s.path);
}
