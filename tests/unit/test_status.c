/* status: random work in W, held against the real git; diffs that `git apply` must take. */
#include "core/git/status.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/unit/worktreefix.h"

TestSuite(status, .init = fix_begin, .fini = wt_end);

/* xorshift: the same work each time. */
static uint64_t state;

static size_t pick(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % n);
}

static const char *const dirs[] = {"", "a", "a/b", "a/b/c", "a.b", "x", "x/y", "zz"};
static const char *const names[] = {"f", "g", "a", "b", "x", "f.o", "long name", "h.txt"};

static char *place(void)
{
	const char *dir = dirs[pick(RJ_COUNT(dirs))], *name = names[pick(RJ_COUNT(names))];
	struct rj_buf b = {0};

	rj_buf_printf(&b, "w/%s%s%s", dir, *dir ? "/" : "", name);
	return rj_buf_take(&b);
}

/* One piece of work as a shell command: whatever is in its way makes it fail, which is fine. */
static void work(struct rj_buf *b)
{
	RJ_AUTO(rj_free) char *p = place();
	RJ_AUTO(rj_free) char *q = place();
	size_t n = pick(1000);

	rj_buf_printf(b, "p='%s' q='%s'\n", p, q);
	switch (pick(14)) {
	case 0:
	case 1:
	case 2:
		rj_buf_printf(b, "mkdir -p \"${p%%/*}\"; seq %zu >\"$p\"\n", n);
		break;
	case 3:
		rj_buf_printf(b, "test -f \"$p\" && echo %zu >>\"$p\"\n", n);
		break;
	case 4:
		rj_buf_printf(b, "test -f \"$p\" && sed -i '2d' \"$p\"\n");
		break;
	case 5:
		rj_buf_printf(b, "rm -f \"$p\"\n");
		break;
	case 6:
		rj_buf_printf(b, "rm -rf \"$p\"; ln -s target%zu \"$p\"\n", n);
		break;
	case 7:
		rj_buf_printf(b, "mv \"$p\" \"$q\"\n");
		break;
	case 8:
		rj_buf_printf(b, "test -f \"$p\" && chmod +x \"$p\"\n");
		break;
	case 9:
		rj_buf_printf(b,
			      "test -f \"$p\" && t=$(stat -c %%y \"$p\") && tr 1 2 <\"$p\" >t && "
			      "cat t >\"$p\" && touch -d \"$t\" \"$p\"\n");
		break;
	case 10:
		rj_buf_printf(b, "mkdir -p \"$p\" && echo %zu >\"$p/in\"\n", n);
		break;
	case 11:
		rj_buf_printf(
			b, "printf '%s\\n' >\"${p%%/*}/.gitignore\"\n",
			(const char *[]){"*.o", "/f", "b/", "!f.o", "a/**", "x/*", ".*"}[pick(7)]);
		break;
	case 12:
		rj_buf_printf(b, "test -f \"$p\" && printf 'a\\0b%zu' >\"$p\"\n", n);
		break;
	default:
		rj_buf_printf(
			b, "test -f \"$p\" && printf %%s \"$(cat \"$p\")\" >t && cat t >\"$p\"\n");
		break;
	}
}

static void do_work(size_t n)
{
	RJ_AUTO(rj_buf_release) struct rj_buf b = {0};

	rj_buf_puts(&b, "exec 2>/dev/null\n");
	for (size_t i = 0; i < n; i++)
		work(&b);
	(void)fix_run(b.s, NULL);
}

static void begin_random(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	sh("git init -q r && mkdir w");
	do_work(60);
	sh("mv w/* r/ && rm -rf w && cd r && echo '*.o' >.gitignore && git add -A && git commit -q "
	   "--allow-empty -m base");
	wt_begin();
}

Test(status, random_work_is_seen_as_git_sees_it, .timeout = 300)
{
	size_t seen = 0;

	for (uint64_t seed = 1; seed <= 5; seed++) {
		RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

		begin_random(seed);
		for (size_t round = 0; round < 3; round++) {
			do_work(25);
			rj_buf_printf(&what, "seed %llu round %zu", (unsigned long long)seed,
				      round);
			wt_same_as_git(what.s);
			seen += wt.st.n;
			what.len = 0;
			if (pick(2))
				sh("cd w && git add -A && git commit -q --allow-empty -m w");
			if (pick(2))
				sh("touch -d '1 minute' r/.git/worktrees/w/index");
		}
		rj_status_release(&wt.st);
		rj_repo_release(&wt.repo);
		rj_free(&wt.path);
		rj_free(&wt.base);
		sh("rm -rf r w t tmp");
	}
	cr_expect(seen > 200, "work was done: %zu changes", seen);
	fix_repo("r");
	wt_begin();
}

/* Put the diff on a checkout of the base: what comes out is W. */
static void check_applies(const char *what)
{
	wt_read(RJ_STATUS_LINES | RJ_STATUS_BINARY);
	RJ_AUTO(rj_buf_release) struct rj_buf diff = wt_diff();
	int fd = open("diff", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert(fd >= 0 && write(fd, rj_buf_str(&diff), diff.len) == (ssize_t)diff.len);
	cr_assert(close(fd) == 0);
	sh("rm -rf v && git -C r worktree prune && git -C r worktree add -q --detach ../v "
	   "robojail/x && git -C v read-tree -u --reset $(git -C r rev-list --max-parents=0 "
	   "robojail/x | head -1)");
	if (diff.len)
		sh("git -C v apply --whitespace=nowarn ../diff");
	RJ_AUTO(rj_free) char *ours = out("cd v && git add -A -f . && git write-tree");
	RJ_AUTO(rj_free) char *theirs = out(WT_ADD_ALL "git -C w write-tree");
	cr_expect_str_eq(ours, theirs, "%s:\n%s", what, rj_buf_str(&diff));
}

Test(status, diffs_apply, .timeout = 300)
{
	for (uint64_t seed = 11; seed <= 15; seed++) {
		RJ_AUTO(rj_buf_release) struct rj_buf what = {0};

		begin_random(seed);
		rj_buf_printf(&what, "seed %llu", (unsigned long long)seed);
		do_work(30);
		if (seed % 2)
			sh("cd w && git add -A && git commit -q --allow-empty -m w");
		do_work(10);
		check_applies(what.s);
		rj_status_release(&wt.st);
		rj_repo_release(&wt.repo);
		rj_free(&wt.path);
		rj_free(&wt.base);
		sh("rm -rf r w t v tmp");
	}
	fix_repo("r");
	wt_begin();
}

Test(status, diffs_of_odd_names_apply)
{
	wt_begin_with(
		"cd r && echo a >'a b' && echo c >\"$(printf 'c\\tc')\" && echo d >\"$(printf "
		"'d\\377d')\" && seq 30 >\"$(printf 'caf\\303\\251')\" && echo q >'q\"q' && echo x "
		">x");
	sh("cd w && for f in *; do [ -d \"$f\" ] || echo more >>\"$f\"; done && mkdir 'n n' && "
	   "echo n "
	   ">\"$(printf 'n n/new\\nline')\" && mv \"$(printf 'caf\\303\\251')\" 'new name' && "
	   "chmod +x "
	   "x && printf 'no newline' >nonl && : >empty && ln -s \"$(printf 'to\\n')\" l");
	check_applies("odd names");
	cr_expect(wt_change("new name") && wt_change("new name")->kind == RJ_CHANGE_RENAMED);
}

Test(status, binary_files_in_a_diff)
{
	wt_begin_with(
		"cd r && head -c 5000 /dev/urandom >mod && head -c 3000 /dev/urandom >gone && "
		"head -c 4000 /dev/urandom >old");
	sh("cd w && printf more >>mod && rm gone && mv old new && printf x >>new && head -c 100000 "
	   "/dev/urandom >added && printf 'a\\0' >nul");
	wt_read(RJ_STATUS_LINES);
	RJ_AUTO(rj_buf_release) struct rj_buf diff = wt_diff();
	cr_expect(strstr(diff.s, "Binary files a/mod and b/mod differ\n"), "%s", diff.s);
	cr_expect(strstr(diff.s, "Binary files a/gone and /dev/null differ\n"), "%s", diff.s);
	cr_expect(strstr(diff.s, "Binary files a/old and b/new differ\n"), "%s", diff.s);
	check_applies("binary");
}

Test(status, committed_and_not)
{
	wt_begin_with("cd r && echo a >a && echo b >b && echo c >c && echo d >d");
	sh("cd w && echo 1 >>a && echo 1 >>b && rm c && git add -A && git commit -q -m 1 && echo 2 "
	   ">>b "
	   "&& echo e >e && git checkout -q HEAD~ -- c 2>/dev/null && git reset -q && echo x >>d "
	   "&& git "
	   "commit -q -a -m 2 && git show HEAD~2:d >d");
	wt_read(0);
	wt_is("M a\nM b\nA e");
	cr_expect(wt_change("a")->committed);
	cr_expect(wt_change("b")->committed, "both additions are");
	cr_expect(!wt_change("e")->committed);
	cr_expect(wt.st.commits == 2);
	cr_expect(wt.st.uncommitted == 3, "d as it was, e, c: %zu", wt.st.uncommitted);
	wt_has(&wt.st.committed_otherwise, "c d");
}

Test(status, the_branch_is_gone)
{
	wt_begin_with("echo a >r/a");
	sh("echo b >w/b && git -C r update-ref -d refs/heads/robojail/x");
	wt_read(0);
	wt_is("A b");
	same(wt.st.tip, "");
	cr_expect(wt.st.commits == 0 && wt.st.uncommitted == 1);
}

Test(status, the_worktree_is_gone)
{
	struct rj_status st = {0};
	struct rj_err err = {0};

	wt_begin_with("echo a >r/a");
	sh("rm -r w");
	const struct rj_worktree w = wt_worktree();
	cr_expect(rj_status_read(&wt.repo, &w, 0, &st, &err) == -ENOENT, "%s", err.msg);
	cr_expect(!st.v && !st.priv, "outputs are not touched");
	sh("ln -s r w");
	cr_expect(rj_status_read(&wt.repo, &w, 0, &st, &err) < 0, "a link is not W");
}

Test(status, attributes_are_those_of_the_base)
{
	wt_begin_with(
		"cd r && printf '*.dat -diff\\n*.c diff\\n*.crlf text eol=crlf\\n[attr]mine "
		"-diff\\n*.mine mine\\n' >.gitattributes && echo x >x.dat && echo c >c.c && echo t "
		">t.txt && echo m >m.mine && printf 'l\\r\\n' >l.crlf");
	wt_same_as_git("untouched");
	wt_is("");
	sh("cd w && echo '* -diff' >.gitattributes && mkdir d && echo '* binary' >d/.gitattributes "
	   "&& "
	   "echo n >d/n && echo y >>x.dat && printf 'x\\0' >>c.c && echo u >>t.txt && echo n "
	   ">>m.mine && "
	   "printf 'm\\r\\n' >>l.crlf && printf 'new\\r\\n' >n.crlf && git add -A && git commit -q "
	   "-m "
	   "blind");
	wt_read(RJ_STATUS_LINES);
	wt_is("M .gitattributes\nM c.c\nA d/.gitattributes\nA d/n\nM l.crlf\nM m.mine\nA n.crlf\nM "
	      "t.txt\nM x.dat");
	cr_expect(!wt_change("t.txt")->binary && wt_change("t.txt")->insertions == 1);
	cr_expect(!wt_change("d/n")->binary);
	cr_expect(!wt_change("c.c")->binary, "the base says it is text");
	cr_expect(wt_change("x.dat")->binary, "the base says it is not");
	cr_expect(wt_change("m.mine")->binary, "the base says so with a macro");
	/* committed as they are: the diff tells, whether or not their stat data do */
	cr_expect(wt_change("l.crlf")->insertions == 2 && wt_change("l.crlf")->deletions == 1);
	cr_expect(wt.st.uncommitted == 0);
	sh("touch w/l.crlf w/n.crlf && printf 'u\\r\\n' >w/u.crlf");
	wt_read(RJ_STATUS_LINES);
	cr_expect(wt_change("l.crlf")->insertions == 2 && wt.st.uncommitted == 1);
	RJ_AUTO(rj_buf_release) struct rj_buf diff = wt_diff();
	cr_expect(memmem(diff.s, diff.len, "+new\r\n", 6), "as committed");
	cr_expect(memmem(diff.s, diff.len, "+u\n", 3), "as git would store it");
}

Test(status, line_endings_by_configuration)
{
	sh("git init -q r && cd r && git config core.autocrlf true && printf 'a\\nb\\n' >lf && "
	   "printf "
	   "'a\\r\\nb\\r\\n' >crlf && git add . 2>/dev/null && git -c core.autocrlf=false "
	   "hash-object -w crlf "
	   ">h && git update-index --add --cacheinfo 100644,$(cat h),kept && rm h && git commit -q "
	   "-m 1 "
	   "&& git checkout -q -f");
	wt_begin();
	sh("cd w && touch lf crlf kept");
	wt_same_as_git("touched");
	wt_is("");
	sh("cd w && printf 'c\\r\\n' >>lf && printf 'c\\r\\n' >>kept && printf 'n\\r\\n' >new");
	wt_same_as_git("changed");
	wt_is("M kept\nM lf\nA new");
}

Test(status, modes_that_do_not_count)
{
	wt_begin_with(
		"cd r && echo x >x && chmod +x x && echo y >y && git config core.filemode false");
	rj_repo_release(&wt.repo);
	cr_assert(rj_repo_open("r", &wt.repo, &(struct rj_err){0}) == 0);
	sh("chmod -x w/x && chmod +x w/y && echo z >w/z && chmod +x w/z");
	wt_same_as_git("core.filemode");
	wt_is("A z");
	cr_expect(wt_change("z")->new_mode == 0100644);
}
