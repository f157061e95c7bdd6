/* private: G works for real git as a jail sees it, and holds nothing that it must not. */
#include "core/git/private.h"

#include <errno.h>
#include <sys/stat.h>

#include "core/git/gitconf.h"
#include "core/git/url.h"
#include "tests/unit/gitfix.h"

TestSuite(private, .init = fix_begin, .fini = fix_end);

struct made {
	struct rj_repo repo;
	struct rj_worktree wt;
	struct rj_private priv;
	char path[256], dir[256];
	char base[RJ_OID_HEX];
};

static void made_release(struct made *m)
{
	rj_repo_release(&m->repo);
}

/* Worktree `w` and its G in `g`, for the user who runs the test. */
static void make(struct made *m, const char *repo)
{
	struct rj_err err = {0};

	cr_assert(rj_repo_open(repo, &m->repo, &err) == 0, "%s", err.msg);
	cr_assert(rj_repo_commit(&m->repo, NULL, m->base, &err) == 0, "%s", err.msg);
	(void)snprintf(m->path, sizeof(m->path), "%s/w", fix_dir);
	(void)snprintf(m->dir, sizeof(m->dir), "%s/g", fix_dir);
	m->wt = (struct rj_worktree){
		.path = m->path, .admin = "w", .branch = "robojail/w-1", .base = m->base};
	m->priv = (struct rj_private){.dir = m->dir, .uid = geteuid(), .gid = getegid()};
	cr_assert(rj_worktree_add(&m->repo, &m->wt, NULL, NULL, NULL, &err) == 0, "%s", err.msg);
	cr_assert(rj_private_create(&m->repo, &m->wt, &m->priv, &err) == 0, "%s", err.msg);
}

/* Make W and G look as they do inside of the jail: the pointer file, and objects where G's
 * alternates say. */
static void go_inside(const struct made *m)
{
	RJ_AUTO(rj_strv_release) struct rj_strv dirs = {0};
	RJ_AUTO(rj_buf_release) struct rj_buf cmd = {0};
	struct rj_err err = {0};

	cr_assert(rj_private_object_dirs(m->repo.common, &dirs, &err) == 0, "%s", err.msg);
	rj_buf_puts(&cmd, "echo \"gitdir: $PWD/g\" >w/.git; cat >want <<.\n");
	for (size_t i = 0; i < dirs.n; i++)
		rj_buf_printf(&cmd, RJ_INSIDE_OBJECTS "/%zu\n", i);
	rj_buf_puts(&cmd, ".\ncmp want g/objects/info/alternates && cat >g/objects/info/alternates "
			  "<<.\n");
	for (size_t i = 0; i < dirs.n; i++)
		rj_buf_printf(&cmd, "%s\n", dirs.v[i]);
	rj_buf_puts(&cmd, ".\n");
	sh(cmd.s);
}

#define MAIN_SUM "cd m/.git && find . -type f -print0 | sort -z | xargs -0 sha256sum && find ."

/* One a line; each must succeed in W, in this order. */
static const char *const operations[] = {
	"git status --porcelain | (! grep .)",
	"git log --oneline | grep -q second",
	"git fsck --strict 2>&1 | (! grep -iE 'error|missing|bad|warning')",
	"echo x >>a && git diff --stat | grep -q a && git add a && git commit -q -m x",
	"git branch topic && git checkout -q topic && echo t >t && git add t && git commit -q -m t",
	"git checkout -q -b other main && echo o >o && git add -A && git commit -q -m o",
	"git merge -q -m m topic && git log --merges -1 --format=%s | grep -qx m",
	"echo s >>a && git stash -q && git stash pop -q && git checkout -q a",
	"git rebase -q topic && git checkout -q robojail/w-1",
	"git cherry-pick other~0 >/dev/null && git revert --no-edit HEAD >/dev/null",
	"git tag mine && git tag -a -m ann mine2 && git describe >/dev/null",
	"git config user.nickname bob && git config --list >/dev/null",
	"git reflog | grep -q cherry-pick",
	"git worktree add -q ../w2 -b w2 && git -C ../w2 status >/dev/null && git worktree remove "
	"../w2",
	"git gc -q && git repack -q -ad -l && git prune && git fsck 2>&1 | (! grep -iE "
	"'error|missing')",
	"git rebase -q host/side && git log -1 >/dev/null",
	"git bisect start HEAD HEAD~1 >/dev/null && git bisect reset 2>/dev/null",
	"git rm -q src/run && git mv src/b src/c && git commit -q -m moved && git clean -fdq",
	"git notes add -m n && git grep -q two && git blame a >/dev/null && git shortlog HEAD "
	">/dev/null",
	"git reset -q --hard HEAD~1 && git restore . && git switch -q main && git switch -q -",
	"git archive HEAD | tar t >/dev/null && git format-patch -q -1 --stdout >/dev/null",
	"git for-each-ref >/dev/null && git pack-refs --all && git count-objects -v >/dev/null",
	"git clone -q . ../copy && git -C ../copy log -1 >/dev/null",
};

Test(private, git_works_inside)
{
	RJ_AUTO(made_release) struct made m = {0};

	fix_repo("m");
	sh("git -C m config core.hooksPath /nowhere");
	make(&m, "m");
	go_inside(&m);
	RJ_AUTO(rj_free) char *before = out(MAIN_SUM);
	for (size_t i = 0; i < RJ_COUNT(operations); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf cmd = {0};

		rj_buf_printf(&cmd, "set -e; cd w; %s", operations[i]);
		sh(cmd.s);
	}
	RJ_AUTO(rj_free) char *after = out(MAIN_SUM);
	cr_expect_str_eq(before, after, "the main repository is as it was");
}

Test(private, shape)
{
	RJ_AUTO(made_release) struct made m = {0};

	fix_repo("m");
	sh("git init -q r && git -C r commit -q --allow-empty -m r && cd m && git remote add "
	   "origin ../r"
	   " && git fetch -q origin && git symbolic-ref refs/remotes/origin/HEAD "
	   "refs/remotes/origin/main"
	   " && git branch robojail/other && git update-ref refs/notes/x HEAD && git "
	   "symbolic-ref refs/heads/alias refs/heads/side && git tag tree HEAD^{tree} && git tag "
	   "-a -m "
	   "of-tag nested v1 2>/dev/null");
	/* As git would pack the same references, without those of other jails. */
	sh("git clone -q --bare m ref.git && cd ref.git && git branch -D robojail/other >/dev/null "
	   "&& "
	   "git branch robojail/w-1 && for b in "
	   "alias main side; do git update-ref refs/remotes/host/$b "
	   "refs/heads/$b; done;"
	   " git fetch -q ../m refs/remotes/origin/main:refs/remotes/origin/main && git pack-refs "
	   "--all");
	sh("echo 1234567890123456789012345678901234567890 >m/.git/refs/heads/dangling");
	make(&m, "m");
	same_out("cat g/packed-refs", "cat ref.git/packed-refs");
	same_out("stat -c %a g", "echo 700");
	same_out("cat g/HEAD", "echo 'ref: refs/heads/robojail/w-1'");
	same_out("ls -A g/hooks | wc -l", "echo 0");
	same_out("cat g/refs/remotes/origin/HEAD", "echo 'ref: refs/remotes/origin/main'");
	same_out("ls | grep ^g", "echo g");
	same_out("cat g/logs/HEAD", "cat g/logs/refs/heads/robojail/w-1");
	same_out("wc -l <g/logs/HEAD", "echo 1");
	sh("grep -q 'branch: Created from' g/logs/HEAD");
}

Test(private, first_status_reads_no_file)
{
	RJ_AUTO(made_release) struct made m = {0};

	fix_repo("m");
	make(&m, "m");
	go_inside(&m);
	if (fix_run("command -v strace", NULL) != 0) {
		cr_log_warn("not run: needs strace to see which files git opens");
		return;
	}
	sh("strace -f -e trace=open,openat,readlink,readlinkat -o trace git -C w diff-files "
	   "--exit-code"
	   " && ! grep -E '\"(a|src/b|src/run|src/deep/link)\"' trace");
	/* The control: entries as young as the index are read. */
	sh("touch -d '1 hour ago' g/index && strace -f -e trace=open,openat -o trace git -C w "
	   "diff-files "
	   "--exit-code && grep -q '\"a\"' trace");
	/* The cached trees came along: a commit needs no tree but the changed ones. */
	sh("git -C w ls-files --debug >/dev/null && strings -n 4 g/index | grep -q TREE");
}

Test(private, other_owner)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	make(&m, "m");
	m.priv.uid = 4711;
	m.priv.gid = 4712;
	cr_expect(rj_private_create(&m.repo, &m.wt, &m.priv, &err) == -EEXIST);
	sh("rm -rf g");
	cr_assert(rj_private_create(&m.repo, &m.wt, &m.priv, &err) == 0, "%s", err.msg);
	go_inside(&m);
	same_out("git -C w ls-files --debug | grep -c 'uid: 4711.*gid: 4712'",
		 "git -C w ls-files | wc -l");
}

Test(private, configuration)
{
	RJ_AUTO(made_release) struct made m = {0};

	fix_repo("m");
	sh("cd m && git config core.fsmonitor 'touch PWNED' && git config core.hooksPath h && git "
	   "config "
	   "core.sshCommand x && git config core.editor x && git config core.pager x && git config "
	   "include.path x.conf && git config filter.f.clean x && git config alias.x '!x' && git "
	   "config "
	   "diff.external x && git config credential.helper x && git config commit.gpgsign true && "
	   "git "
	   "config gpg.program x && git config user.signingkey k && git config http.proxy x && git "
	   "config "
	   "core.excludesFile ~/ex && echo '*.mine' >~/ex && echo '!keep.mine' >>.git/info/exclude "
	   "&& echo"
	   " '*.dat binary' >.git/info/attributes && : >x.conf");
	sh("cd m && git config user.name \"$(printf 'A \"B\" \\\\C #;\\tD')\" && git config "
	   "core.autocrlf input && git config merge.conflictStyle diff3 && git config pull.rebase "
	   "true && "
	   "git config color.ui always");
	sh("cd m && git remote add tok https://user:secret@example.org/r.git && git remote add "
	   "tok2 "
	   "https://ghp_token@example.org/r.git && git remote add ssh "
	   "ssh://git:pw@example.org:22/r && git "
	   "remote add scp git@example.org:r.git && git remote add loc ../r && git remote add ext "
	   "'ext::sh -c touch% PWNED' && git remote add host https://example.org/host && git "
	   "config "
	   "branch.main.remote scp && git config branch.main.merge refs/heads/main && git config "
	   "branch.side.remote https://u:secret@example.org/ && git config "
	   "branch.robojail/w-1.rebase true");
	make(&m, "m");
	sh("! grep -iE "
	   "'secret|token|PWNED|:pw|gpg.program|signingkey|fsmonitor|hookspath|sshcommand|editor"
	   "|pager|include|filter|alias|external|helper|proxy|excludesfile|ext::|example.org/host' "
	   "g/config");
	sh("echo W g >names; cd g; get() { git config --file config --get-all \"$1\"; }; "
	   "test \"$(get user.name)\" = \"$(git -C ../m config user.name)\" && "
	   "test \"$(get user.email)\" = a@example.org && test \"$(get core.autocrlf)\" = input && "
	   "test \"$(get merge.conflictstyle)\" = diff3 && test \"$(get commit.gpgsign)\" = false "
	   "&& "
	   "test \"$(get remote.host.url)\" = " RJ_INSIDE_HOST " && "
	   "test \"$(get remote.tok.url)\" = https://example.org/r.git && "
	   "test \"$(get remote.tok2.url)\" = https://example.org/r.git && "
	   "test \"$(get remote.ssh.url)\" = ssh://git@example.org:22/r && "
	   "test \"$(get remote.scp.url)\" = git@example.org:r.git && "
	   "test \"$(get remote.scp.fetch)\" = '+refs/heads/*:refs/remotes/scp/*' && "
	   "test \"$(get remote.loc.url)\" = ../r && test \"$(get branch.main.remote)\" = scp && "
	   "test \"$(get branch.main.merge)\" = refs/heads/main && ! get branch.side.remote && "
	   "test \"$(get core.bare)\" = false && test \"$(get init.defaultbranch)\" = main");
	go_inside(&m);
	sh("cd w && touch a.mine keep.mine && git status --porcelain >../st && cd .. && echo '?? "
	   "keep.mine'"
	   " | cmp - st && cmp g/info/attributes m/.git/info/attributes");
}

Test(private, forms)
{
	const char *const names[] = {"b.git", "s", "a", "lw"};
	struct rj_err err = {0};

	fix_repo("m");
	sh("git clone -q --bare m b.git && git clone -q --depth 1 file://$PWD/m s && git clone -q "
	   "--shared m"
	   " a && git -C m worktree add -q ../lw side");
	for (size_t i = 0; i < RJ_COUNT(names); i++) {
		RJ_AUTO(made_release) struct made m = {0};

		make(&m, names[i]);
		go_inside(&m);
		sh("cd w && git status --porcelain | (! grep .) && git log --format=%H >/dev/null "
		   "&& git fsck"
		   " 2>&1 | (! grep -iE 'error|missing') && echo n >n && git add n && git commit "
		   "-q -m n");
		sh("rm -rf g");
		cr_assert(rj_worktree_remove(&m.repo, &m.wt, &err) == 0, "%s", err.msg);
		cr_assert(rj_repo_delete_branch(&m.repo, "robojail/w-1", &err) == 0, "%s", err.msg);
	}
}

/* A worktree whose index and branch went on before G is made (records of RoboJail 0.1). */
Test(private, older_worktree)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	make(&m, "m");
	sh("rm -rf g && cd w && echo c >c && git add c && git commit -q -m c && echo staged >d && "
	   "git add d "
	   "&& echo dirty >>a");
	cr_assert(rj_private_create(&m.repo, &m.wt, &m.priv, &err) == 0, "%s", err.msg);
	RJ_AUTO(rj_free) char *host = out("git -C w status --porcelain && git -C w rev-parse HEAD");
	go_inside(&m);
	RJ_AUTO(rj_free)
	char *inside = out("git -C w status --porcelain && git -C w rev-parse HEAD");
	same(inside, host);
}

Test(private, failure_leaves_nothing)
{
	RJ_AUTO(made_release) struct made m = {0};
	struct rj_err err = {0};

	fix_repo("m");
	make(&m, "m");
	sh("rm -rf g && mv m/.git/objects/info x && mkdir -p m/.git/shallow");
	cr_expect(rj_private_create(&m.repo, &m.wt, &m.priv, &err) < 0);
	cr_expect(strstr(err.msg, "shallow"), "%s", err.msg);
	same_out("ls", "printf 'home\\nm\\nw\\nx\\n'");
}

Test(private, object_dirs)
{
	RJ_AUTO(rj_strv_release) struct rj_strv dirs = {0};
	RJ_AUTO(rj_free) char *common = NULL;
	struct rj_err err = {0};

	sh("mkdir -p r/objects/info a/objects/info 'b c/objects/info' c/objects real && ln -s "
	   "../real "
	   "sym && printf '# "
	   "no\\n%s/a/objects\\n\\n%s/missing\\n\"%s/b\\\\040c/obj\\\\145cts\"\\n' \"$PWD\" "
	   "\"$PWD\" \"$PWD\" >r/objects/info/alternates && printf "
	   "'../../c/objects\\n../../r/objects\\n' "
	   ">a/objects/info/alternates && echo ../../a/objects >'b c/objects/info/alternates'");
	common = out("echo $PWD/r");
	cr_assert(rj_private_object_dirs(common, &dirs, &err) == 0, "%s", err.msg);
	RJ_AUTO(rj_free)
	char *want =
		out("printf '%s\\n' \"$PWD/r/objects\" \"$PWD/a/objects\" \"$PWD/b c/objects\" "
		    "\"$PWD/c/objects\"");
	struct rj_buf got = {0};
	for (size_t i = 0; i < dirs.n; i++)
		rj_buf_printf(&got, "%s%s", i ? "\n" : "", dirs.v[i]);
	same(got.s, want);
	rj_buf_release(&got);
	rj_strv_release(&dirs);
	sh("mv r/objects moved && ln -s ../moved r/objects");
	cr_assert(rj_private_object_dirs(common, &dirs, &err) == 0, "%s", err.msg);
	RJ_AUTO(rj_free) char *moved = out("echo $PWD/moved");
	same(dirs.v[0], moved);
	sh("rm r/objects");
	rj_strv_release(&dirs);
	cr_expect(rj_private_object_dirs(common, &dirs, &err) == -ENOENT);
	cr_expect(dirs.v == NULL);
}

Test(private, config_text)
{
	RJ_AUTO(rj_gitconf_release) struct rj_gitconf conf = {0};
	RJ_AUTO(rj_free) char *got = NULL;

	rj_gitconf_add(&conf, "a.b", " x \"y\" \\z\n#;\t\b ");
	rj_gitconf_add(&conf, "r.odd \"name\\.x.key", "v");
	rj_gitconf_add(&conf, "r.odd \"name\\.x.key", "");
	cr_assert(setenv("TEXT", conf.text.s, 1) == 0);
	sh("printf '%s' \"$TEXT\" >conf && git config --file conf -z --list >list && printf "
	   "'a.b\\n x \"y\" "
	   "\\\\z\\n#;\\t\\b \\0r.odd \"name\\\\.x.key\\nv\\0r.odd \"name\\\\.x.key\\n\\0' | cmp - "
	   "list");
}

Test(private, public_urls)
{
	static const char *const rows[][2] = {
		{"https://h/p", "https://h/p"},
		{"https://u:p@h/p@q", "https://h/p@q"},
		{"HTTPS://tok@h:8443/p", "HTTPS://h:8443/p"},
		{"ssh://git@h/p", "ssh://git@h/p"},
		{"ssh://git:p@ss@h/p", "ssh://git@h/p"},
		{"git://h/p", "git://h/p"},
		{"git@h:p.git", "git@h:p.git"},
		{"/srv/r.git", "/srv/r.git"},
		{"../r::x", "../r::x"},
		{"file:///srv/r", "file:///srv/r"},
		{"ext::sh -c x", NULL},
		{"hg::https://h/p", NULL},
		{"fancy://h/p", NULL},
		{"https://h?x=u:p@y", "https://h?x=u:p@y"},
	};

	for (size_t i = 0; i < RJ_COUNT(rows); i++) {
		RJ_AUTO(rj_free) char *got = rj_url_public(rows[i][0]);

		if (rows[i][1])
			cr_expect(got && !strcmp(got, rows[i][1]), "%s -> %s", rows[i][0],
				  got ? got : "nothing");
		else
			cr_expect(!got, "%s -> %s", rows[i][0], got);
	}
}
