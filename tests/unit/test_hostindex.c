/* hostindex: its forms, and how far its stat data are believed. */
#include "core/git/hostindex.h"

#include <errno.h>

#include "tests/unit/worktreefix.h"

TestSuite(hostindex, .init = wt_begin_small, .fini = wt_end);

Test(hostindex, stat_data_is_evidence)
{
	/* the control: with the stat data in the index forged to fit, the change does not show */
	wt_settle();
	sh("printf 'ONE\\n' >w/a && git -C w update-index --cacheinfo 100644,$(git -C r rev-parse "
	   "HEAD:a),a");
	wt_read(0);
	wt_is("M a");
	sh("blob=$(git -C r rev-parse HEAD:a) && git -C w add a && python3 - $blob <<'EOF'\n"
	   "import sys,hashlib\n"
	   "p='r/.git/worktrees/w/index'; d=open(p,'rb').read()\n"
	   "new=hashlib.sha1(b'blob 4\\0ONE\\n').digest(); old=bytes.fromhex(sys.argv[1])\n"
	   "i=d.index(b'TREE') if b'TREE' in d else -20\n"
	   "d=d[:-20].replace(new,old); open(p,'wb').write(d+hashlib.sha1(d).digest())\n"
	   "EOF\n"
	   "touch -d '1 hour' r/.git/worktrees/w/index");
	/* what changed after a jail could run is read, whatever the index says */
	wt_read(0);
	wt_is("M a");
	sh("date -d '1 hour' +%s.000000000 >r/.git/worktrees/w/robojail-made");
	wt_read(0);
	wt_is("");
}

Test(hostindex, racy_entries_are_read)
{
	/* as above, but the index is not newer than the file: looked at in spite of its data */
	sh("blob=$(git -C r rev-parse HEAD:a) && printf 'ONE\\n' >w/a && git -C w add a && python3 "
	   "- "
	   "$blob <<'EOF'\n"
	   "import sys,hashlib\n"
	   "p='r/.git/worktrees/w/index'; d=open(p,'rb').read()\n"
	   "new=hashlib.sha1(b'blob 4\\0ONE\\n').digest(); old=bytes.fromhex(sys.argv[1])\n"
	   "d=d[:-20].replace(new,old); open(p,'wb').write(d+hashlib.sha1(d).digest())\n"
	   "EOF\n"
	   "touch -r w/a r/.git/worktrees/w/index");
	wt_read(0);
	wt_is("M a");
}

Test(hostindex, flags_of_the_index_hide_nothing)
{
	wt_settle();
	sh("git -C w update-index --assume-unchanged a && echo x >>w/a && git -C w update-index "
	   "--skip-worktree src/b src/run && echo y >>w/src/b && rm w/src/run");
	wt_read(0);
	/* run: outside the host's sparse checkout, as far as the host knows */
	wt_is("M a\nM src/b");
}

Test(hostindex, a_missing_index_costs_only_time)
{
	sh("touch w/x.o && git -C w add -f x.o && git -C w commit -q -m o && rm "
	   "r/.git/worktrees/w/index && echo x >>w/a");
	wt_read(0);
	wt_is("M a\nA x.o");
	cr_expect(wt.st.uncommitted == 1);
}

Test(hostindex, forms_of_the_index)
{
	struct rj_err err = {0};
	struct rj_hostindex ix = {0};
	static const char *const good[] = {"2", "3", "4"};

	for (size_t i = 0; i < RJ_COUNT(good); i++) {
		cr_assert(setenv("V", good[i], 1) == 0);
		sh("echo $V >w/v$V && git -C w add v$V && git -C w update-index --index-version $V "
		   "&& "
		   "echo x >>w/v$V");
		wt_same_as_git(good[i]);
	}
	sh("git -C w add -N src/b && echo i >w/i && git -C w add -N i");
	wt_same_as_git("intent to add");
	sh("git -C w update-index --split-index");
	cr_expect(rj_hostindex_load("r/.git/worktrees/w/index", &ix, &err) == -ENOTSUP);
	cr_expect(strstr(err.msg, "split index"), "%s", err.msg);
	sh("git -C w update-index --no-split-index && head -c 200 r/.git/worktrees/w/index >cut");
	cr_expect(rj_hostindex_load("cut", &ix, &err) == -EBADMSG);
	cr_expect(rj_hostindex_load("none", &ix, &err) == -ENOENT);
}

Test(hostindex, conflicts_of_the_host)
{
	sh("cd r && echo host >a && git commit -q -a -m host && cd ../w && echo jail >a && git "
	   "commit "
	   "-q -a -m jail && ! git merge -q main 2>/dev/null >/dev/null");
	wt_same_as_git("a merge with conflicts");
	wt_is("M a");
}
