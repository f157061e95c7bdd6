/* What a jail's remote "host" offers, from plain files. */
#include "core/git/hostrefs.h"

#include <sys/stat.h>

#include "tests/unit/gitfix.h"

TestSuite(hostrefs, .init = fix_begin, .fini = fix_end);

static void same_as(const char *command)
{
	RJ_AUTO(rj_free) char *want = out(command);
	struct rj_buf packed = {0}, head = {0};
	struct rj_err err;

	cr_assert_eq(rj_host_refs_read("main/.git", &packed, &head, &err), 0, "%s", err.msg);
	packed.s[packed.len - 1] = '\0'; /* out() has no last newline, either */
	cr_expect_str_eq(packed.s, want);
	cr_expect_str_eq(rj_buf_str(&head), "ref: refs/heads/main\n");
	rj_buf_release(&packed);
	rj_buf_release(&head);
}

#define OFFERED                                                            \
	"echo '# pack-refs with: sorted ' && git -C main for-each-ref "    \
	"--format='%(objectname) %(refname)' refs/heads refs/tags | grep " \
	"-v ' refs/heads/robojail/'"

Test(hostrefs, offers_branches_and_tags_but_not_those_of_jails)
{
	sh("git init -q -b main main && git -C main commit -q --allow-empty -m base && cd main &&"
	   " git branch a/b && git tag v1 && git pack-refs --all && git branch robojail/j &&"
	   " git commit -q --allow-empty -m next && git branch loose");
	same_as(OFFERED);
}

Test(hostrefs, knows_the_lock_of_a_git_at_work)
{
	sh("git init -q -b main main && git -C main commit -q --allow-empty -m base && cd main &&"
	   " cp .git/refs/heads/main .git/refs/heads/busy.lock");
	same_as(OFFERED);
}
