/* scan: W read from outside, with everything hostile in it that a file system can hold. */
#include "core/git/scan.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/worktreefix.h"

TestSuite(scan, .init = wt_begin_small, .fini = wt_end);

Test(scan, clean)
{
	wt_same_as_git("clean");
	wt_is("");
	cr_expect(wt.st.uncommitted == 0 && wt.st.commits == 0 && wt.st.ignored == 0);
}

Test(scan, every_kind_of_change)
{
	wt_settle();
	sh("cd w && echo more >>a && rm src/b && chmod -x src/run && echo new >'new file' && "
	   "mkdir -p x/y && echo z >x/y/z && ln -s nowhere x/l && ln -sf ../b src/deep/link && "
	   "touch empty");
	wt_same_as_git("kinds");
	wt_is("M a\nA new file\nD src/b\nM src/deep/link\nM src/run\nA x/l\nA x/y/z");
}

Test(scan, types_that_change)
{
	wt_settle();
	sh("cd w && rm a && ln -s src a && rm src/deep/link && echo f >src/deep/link && rm src/b "
	   "&& "
	   "mkdir src/b && echo in >src/b/in && rm -r src/run && rm empty && mkdir empty");
	wt_same_as_git("types");
	wt_is("T a\nD empty\nD src/b\nA src/b/in\nT src/deep/link\nD src/run");
}

Test(scan, a_directory_becomes_a_file_or_link)
{
	wt_settle();
	sh("cd w && rm -r src && ln -s /etc src");
	wt_same_as_git("link to a directory");
	wt_is("A src\nD src/b\nD src/deep/link\nD src/run");
}

Test(scan, hidden_changes_show)
{
	struct stat st;
	struct timespec times[2];

	wt_settle();
	/* same size, mtime restored */
	cr_assert(stat("w/a", &st) == 0);
	sh("printf 'ONE\\n' >w/a");
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	cr_assert(utimensat(AT_FDCWD, "w/a", times, 0) == 0);
	/* a rename over the file, mtime and size as before */
	cr_assert(stat("w/src/b", &st) == 0);
	sh("printf 'TWO\\n' >w/src/c && mv w/src/c w/src/b");
	times[1] = st.st_mtim;
	cr_assert(utimensat(AT_FDCWD, "w/src/b", times, 0) == 0);
	wt_read(0);
	wt_is("M a\nM src/b");
}

Test(scan, special_files_are_named_and_not_opened, .timeout = 300)
{
	wt_settle();
	sh("mkfifo w/pipe && rm w/a && mkfifo w/a && mkfifo w/src/.gitignore && mkdir w/n && "
	   "mkfifo w/n/.git && python3 -c \"import socket; "
	   "socket.socket(socket.AF_UNIX).bind('w/sock')\"");
	wt_read(0);
	wt_is("D a");
	wt_has(&wt.st.special, "a pipe sock n/.git src/.gitignore");
}

Test(scan, links_are_not_followed)
{
	wt_settle();
	sh("echo secret >outside && mkdir out && echo secret >out/f && ln -s ../outside w/notes && "
	   "ln -s ../out w/dir && rm -r w/src/deep && ln -s ../../out w/src/deep && rm "
	   "w/.gitignore && "
	   "echo '*' >rules && ln -s ../rules w/.gitignore");
	wt_read(RJ_STATUS_LINES);
	wt_is("T .gitignore\nA dir\nA notes\nA src/deep\nD src/deep/link");
	RJ_AUTO(rj_buf_release) struct rj_buf diff = wt_diff();
	cr_expect(!strstr(diff.s, "secret"), "%s", diff.s);
	cr_expect(strstr(diff.s, "+../outside\n\\ No newline"), "%s", diff.s);
}

Test(scan, unreadable_is_named)
{
	wt_settle();
	sh("cd w && mkdir closed && echo x >closed/x && chmod 0 src closed && echo y >>a && chmod "
	   "0 a "
	   "&& echo z >z && chmod 0 z");
	if (geteuid() == 0) { /* root reads everything */
		sh("chmod -R a+rX . && chmod 0 w/src w/closed w/a w/z");
		cr_assert(setgroups(0, NULL) == 0);
		cr_assert(seteuid(65534) == 0);
		cr_assert(git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) == 0);
	}
	wt_read(RJ_STATUS_LINES);
	cr_assert(seteuid(getuid()) == 0);
	wt_is("M a\nA z");
	cr_expect(wt_change("a")->unknown && wt_change("a")->binary);
	wt_has(&wt.st.unreadable, "a z closed/ src/");
	cr_expect(wt.st.uncommitted == 4);
}

Test(scan, nested_repositories_are_one_entry)
{
	wt_settle();
	sh("cd w && git init -q sub && cd sub && echo x >x && git add x && git commit -q -m x && "
	   "cd .. "
	   "&& mkdir -p fake/.git && echo y >fake/y && mkdir -p src/.git && echo new >src/new && "
	   "mkdir p && echo 'gitdir: /nowhere' >p/.git && echo z >p/z && mkdir q && echo junk "
	   ">q/.git "
	   "&& echo z >q/z && mkdir .GIT up up/.Git && git init -q --bare bare");
	sh("rm -rf w/bare/hooks w/bare/info w/bare/refs/* w/bare/objects/*");
	wt_read(RJ_STATUS_LINES);
	wt_is("A bare/HEAD\nA bare/config\nA bare/description\nA fake/y\nA p/\nA q/z\nA src/new\n"
	      "A sub/");
	wt_has(&wt.st.nested, ".GIT bare/ fake/ p/ q/ src/ sub/ up/.Git");
}

/* What git would run on the way shows that the file was never there; then it is. */
Test(scan, no_repository_below_is_obeyed)
{
	wt_settle();
	sh("git init -q w/sub && printf '#!/bin/sh\\ntouch %s/ran\\n' \"$PWD\" >hook && chmod +x "
	   "hook "
	   "&& git -C w/sub config core.fsmonitor \"$PWD/hook\" && git -C w/sub status >/dev/null "
	   "&& "
	   "test -e ran && rm ran");
	wt_read(RJ_STATUS_LINES);
	wt_is("A sub/");
	cr_expect(access("ran", F_OK) < 0, "the hook ran");
}

Test(scan, submodules)
{
	sh("git init -q m && cd m && echo m >m && git add m && git commit -q -m m && cd ../w && "
	   "git -c protocol.file.allow=always submodule --quiet add ../m mod && git submodule "
	   "--quiet "
	   "deinit -f mod && git commit -q -m sub");
	wt_read(RJ_STATUS_LINES);
	wt_is("A .gitmodules\nA mod");
	cr_expect(wt.st.commits == 1 && wt.st.uncommitted == 0);
	wt_has(&wt.st.nested, "");
	/* content that git does not show, and a repository with commands in its configuration */
	sh("echo hidden >w/mod/hidden");
	wt_read(RJ_STATUS_LINES);
	wt_is("A .gitmodules\nA mod");
	wt_has(&wt.st.nested, "mod/");
	sh("rm -r w/mod");
	wt_read(0);
	wt_is("A .gitmodules");
	cr_expect(wt.st.uncommitted == 1);
}

Test(scan, ignored_files)
{
	wt_settle();
	sh("cd w && touch x.o src/y.o && mkdir build && touch build/1 build/2 && git add -f x.o && "
	   "git commit -q -m x && echo 1 >x.o");
	wt_same_as_git("ignored");
	wt_is("A x.o");
	cr_expect(wt.st.ignored == 2, "%zu", wt.st.ignored);
	wt_has(&wt.st.newly_ignored, "");
}

Test(scan, what_only_the_agents_rules_hide)
{
	wt_settle();
	sh("cd w && touch x.o src/evil.sh src/deep/n.o && printf '*\\n' >src/.gitignore && mkdir "
	   "big "
	   "&& touch big/1 && echo big >>.gitignore");
	wt_same_as_git("newly ignored");
	wt_is("M .gitignore");
	cr_expect(wt.st.ignored == 5, "%zu", wt.st.ignored);
	wt_has(&wt.st.newly_ignored, "big/ src/.gitignore src/evil.sh");
	sh("cd w && git add -f src/.gitignore .gitignore && git commit -q -m hide");
	wt_same_as_git("newly ignored, committed");
	wt_has(&wt.st.newly_ignored, "big/ src/evil.sh");
}

/* Two files of rules that take more memory than all along a path may: what the second one hides is
 * listed, and so is what comes after. */
Test(scan, rules_that_take_too_much_memory, .timeout = 60)
{
	wt_settle();
	sh("cd w && mkdir -p d/d z && yes n | head -c 4000000 >.gitignore && cp .gitignore d/ && "
	   "touch n d/b d/n d/d/n z/n x.o");
	wt_read(0);
	wt_is("M .gitignore\nA d/.gitignore\nA d/b\nA d/d/n\nA d/n\nA x.o\nA z/n");
	same(wt.st.rules_stop, "d/.gitignore");
	wt_has(&wt.st.newly_ignored, "n");
	sh("cd w && rm d/.gitignore");
	wt_read(0);
	cr_expect_null(wt.st.rules_stop);
	wt_is("M .gitignore\nA d/b\nA x.o");
	wt_has(&wt.st.newly_ignored, "n d/n d/d/n z/n");
}

Test(scan, the_users_own_rules)
{
	sh("mkdir -p home/.config/git r/.git/info && echo '*.user' >home/.config/git/ignore && "
	   "echo "
	   "'*.info' >>r/.git/info/exclude && echo '!keep.user' >>r/.git/info/exclude && touch "
	   "w/1.user w/2.info w/3 w/keep.user");
	wt_same_as_git("user's rules");
	wt_is("A 3\nA keep.user");
	sh("echo '*.cfg' >rules && git config --global core.excludesFile \"$PWD/rules\" && touch "
	   "w/4.cfg");
	rj_repo_release(&wt.repo);
	cr_assert(rj_repo_open("r", &wt.repo, &(struct rj_err){0}) == 0);
	wt_same_as_git("core.excludesFile");
	wt_is("A 1.user\nA 3\nA keep.user");
}

Test(scan, very_deep_trees, .timeout = 120)
{
	struct rlimit limit = {.rlim_cur = 128, .rlim_max = 128};
	int fd = open("w", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	wt_settle();
	for (size_t i = 0; i < 5000; i++) {
		int next;

		cr_assert(mkdirat(fd, "d", 0755) == 0);
		if (i % 1000 == 10)
			cr_assert(close(openat(fd, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) ==
				  0);
		next = openat(fd, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		cr_assert(next >= 0 && close(fd) == 0);
		fd = next;
	}
	cr_assert(close(openat(fd, "last", O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) == 0);
	cr_assert(close(fd) == 0 && setrlimit(RLIMIT_NOFILE, &limit) == 0);
	wt_read(0);
	cr_expect(wt.st.n == 6, "%zu changes", wt.st.n);
	cr_expect(wt.st.unreadable.n == 0);
	cr_expect(strlen(wt.st.v[0].path) > 10000);
}

Test(scan, paths_beyond_the_limit_are_named, .timeout = 60)
{
	char name[201];
	int fd = open("w", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	memset(name, 'n', 200);
	name[200] = '\0';
	for (size_t i = 0; i < 100; i++) {
		int next;

		cr_assert(mkdirat(fd, name, 0755) == 0);
		next = openat(fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		cr_assert(next >= 0 && close(fd) == 0);
		fd = next;
	}
	(void)close(fd);
	wt_read(0);
	cr_expect(wt.st.unreadable.n == 1);
}

Test(scan, names_of_any_bytes)
{
	wt_settle();
	sh("cd w && printf x >\"$(printf 'new\\nline')\" && printf x >\"$(printf 'tab\\there')\" "
	   "&& "
	   "printf x >\"$(printf '\\377\\376')\" && printf x >'quote\"' && printf x >'back\\' && "
	   "printf x >' space ' && printf x >$(printf 'caf\\303\\251') && mkdir -- -dash && printf "
	   "x "
	   ">./-dash/-");
	wt_same_as_git("names");
	cr_expect(wt.st.n == 8, "%zu", wt.st.n);
}

Test(scan, large_and_huge_files, .timeout = 120)
{
	wt_settle();
	sh("cd w && head -c 40000000 /dev/zero | tr '\\0' 'x' >large && git add large && git "
	   "commit -q "
	   "-m large && touch large && truncate -s 7T huge 2>/dev/null || truncate -s 2G huge");
	wt_read(RJ_STATUS_LINES);
	wt_is("A huge\nA large");
	cr_expect(wt.st.uncommitted == 1, "the large one is as committed: %zu", wt.st.uncommitted);
	cr_expect(wt_change("huge")->unknown && wt_change("large")->unknown);
	RJ_AUTO(rj_buf_release) struct rj_buf diff = wt_diff();
	cr_expect(strstr(diff.s, "Binary files /dev/null and b/huge differ\n"), "%s", diff.s);
	sh("printf y >>w/large");
	wt_read(0);
	cr_expect(wt.st.uncommitted == 2);
}

/* A reader that follows the end of such files never gets there. */
Test(scan, files_that_grow_are_read_once, .timeout = 60)
{
	static char piece[1 << 16];
	pid_t pid;

	wt_settle();
	sh("head -c 40000000 /dev/zero >w/large && echo x >w/small");
	pid = fork();
	cr_assert(pid >= 0);
	for (size_t i = 0; pid == 0 && i < 16000; i++) {
		int fd = open(i % 2 ? "w/large" : "w/small", O_WRONLY | O_APPEND | O_CLOEXEC);

		if (fd < 0 || write(fd, piece, sizeof(piece)) < 0)
			_exit(1);
		(void)close(fd);
	}
	if (pid == 0)
		_exit(0);
	for (size_t i = 0; i < 5; i++)
		wt_read(RJ_STATUS_LINES);
	cr_assert(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	wt_is("A large\nA small");
}
