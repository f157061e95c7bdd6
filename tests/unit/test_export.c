/* Export: what it makes of git directories that git made, and of ones that nobody should read. */
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

TestSuite(export, .init = begin, .fini = end);

/* The export fails with these words, and the stream says so too. */
static void refused(int num, const char *part)
{
	struct rj_err err;
	int r, fd = kit_export(&kit, &r);

	cr_expect(r == -num, "%d, not %d: %s", r, -num, kit.err.msg);
	cr_expect(strstr(kit.err.msg, part), "'%s' is not in: %s", part, kit.err.msg);
	err = kit.err;
	cr_expect_eq(kit_import(&kit, fd, NULL), -num, "%s", kit.err.msg);
	cr_expect(strstr(kit.err.msg, err.msg), "'%s' is not in: %s", err.msg, kit.err.msg);
	(void)close(fd);
}

static void accepted(void)
{
	int r, fd = kit_export(&kit, &r);

	cr_expect_eq(r, 0, "%s", kit.err.msg);
	cr_expect_eq(kit_import(&kit, fd, NULL), 0, "%s", kit.err.msg);
	(void)close(fd);
}

static const struct rj_other_ref *other(const char *name)
{
	for (size_t i = 0; i < kit.res.others_n; i++)
		if (!strcmp(kit.res.others[i].name, name))
			return &kit.res.others[i];
	cr_assert(false, "%s is not among the other refs", name);
	return NULL;
}

Test(export, says_nothing_new_when_there_is_nothing)
{
	int r, fd = kit_export(&kit, &r);

	cr_expect_eq(r, 0);
	cr_expect_lt(lseek(fd, 0, SEEK_END), 200);
	(void)close(fd);
}

Test(export, names_the_refs_that_hold_work)
{
	jail("git commit -q --allow-empty -m one && git branch same && git tag light");
	jail("git checkout -q -b side && for i in 1 2 3; do git commit -q --allow-empty -m $i; "
	     "done");
	jail("git tag -a -m x note && git branch packed && git pack-refs --all && "
	     "git checkout -q " KIT_BRANCH);
	jail("git checkout -q " KIT_BRANCH " && echo 1 >>a && git stash -q && echo 2 >>a &&"
	     " git add a && git stash -q && git update-ref refs/remotes/host/x side");
	accepted();
	cr_expect_eq(kit.res.others_n, 4);
	cr_expect_eq(other("refs/heads/side")->ahead, 3);
	cr_expect_eq(other("refs/heads/packed")->ahead, 3);
	cr_expect_eq(other("refs/tags/note")->ahead, 3);
	cr_expect_eq(other("refs/stash")->ahead, 4); /* two entries of two commits each */
	same_out("GIT_DIR=g git rev-parse side",
		 (setenv("O", other("refs/heads/side")->oid, 1), "echo $O"));
}

Test(export, follows_head_however_it_is_kept)
{
	jail("git commit -q --allow-empty -m one && git pack-refs --all && git gc -q");
	accepted();
	cr_expect(kit.res.moved);
	jail("git symbolic-ref refs/heads/alias refs/heads/" KIT_BRANCH
	     " && git symbolic-ref HEAD refs/heads/alias && git commit -q --allow-empty -m two");
	accepted();
	cr_expect(kit.res.moved);
	cr_expect_str_eq(kit.res.head_name, "refs/heads/" KIT_BRANCH);
	jail("git checkout -q -b a/b && git commit -q --allow-empty -m three && git pack-refs "
	     "--all "
	     "&& mkdir -p ../g/refs/heads/a/b/left");
	accepted();
	cr_expect(kit.res.moved);
}

Test(export, reads_no_configuration_and_follows_no_alternates)
{
	jail("git commit -q --allow-empty -m one");
	sh("git -C g config core.fsmonitor 'touch ../ran; false' &&"
	   " git -C g config core.hooksPath /nonexistent && git -C g config include.path ../evil &&"
	   " git -C g config extensions.nonsense true &&"
	   " git -C g config core.repositoryformatversion 1 && echo 'garbage [' >>g/config &&"
	   " echo ../nowhere >>g/objects/info/alternates && printf broken >g/index");
	accepted();
	cr_expect(kit.res.moved);
	sh("test ! -e ran && test ! -e w/ran");
}

Test(export, refuses_what_is_no_ref)
{
	static const struct {
		int num;
		const char *spoil, *part;
	} row[] = {
		{EBADMSG, "rm g/HEAD", "there is no HEAD"},
		{EBADMSG, "rm g/HEAD; mkfifo g/HEAD", "not a regular file"},
		{EBADMSG, "rm g/HEAD; ln -s /etc/passwd g/HEAD", "not a regular file"},
		{EBADMSG, "echo junk >g/HEAD", "neither a branch nor a commit"},
		{EBADMSG, "echo 'ref: ../../config' >g/HEAD", "no name for a branch"},
		{EBADMSG, "echo 'ref: refs/../../config' >g/HEAD", "no name for a branch"},
		{EBADMSG, "printf 'ref: refs/heads/a\\033[2J' >g/HEAD", "no name for a branch"},
		{EBADMSG, "head -c 5000 /dev/zero >g/HEAD", "larger than"},
		{EBADMSG,
		 "echo 'ref: refs/heads/a' >g/HEAD; echo 'ref: refs/heads/a' >g/refs/heads/a",
		 "in a circle"},
		{EBADMSG, "rm g/refs/heads/" KIT_BRANCH "; mkfifo g/refs/heads/" KIT_BRANCH,
		 "not a regular file"},
		{EBADMSG, ": >g/refs/heads/" KIT_BRANCH, "holds no commit id"},
		{EBADMSG, "mkfifo g/refs/tags/x", "not a regular file"},
		{EBADMSG, "ln -s /dev/zero g/packed-refs", "not a regular file"},
		{ENOENT, "echo 1111111111111111111111111111111111111111 >g/HEAD", "is missing"},
		{EBADMSG, "o=$(GIT_DIR=g git hash-object -w --stdin </dev/null) && echo $o >g/HEAD",
		 "is not a commit"},
		{ENOTSUP, "mkdir g/reftable && echo 'ref: refs/heads/.invalid' >g/HEAD",
		 "reftable"},
	};

	sh("cp -a g g.good");
	accepted();
	for (size_t i = 0; i < RJ_COUNT(row); i++) {
		RJ_AUTO(rj_free) char *before = kit_hash();
		RJ_AUTO(rj_free) char *after = NULL;

		sh(row[i].spoil);
		refused(row[i].num == EBADMSG && strstr(row[i].part, "larger") ? EFBIG : row[i].num,
			row[i].part);
		after = kit_hash();
		cr_expect_str_eq(after, before, "%s", row[i].spoil);
		sh("rm -rf g && cp -a g.good g");
	}
	accepted();
}

Test(export, counts_names_it_cannot_send)
{
	jail("git commit -q --allow-empty -m one && git update-ref refs/tags/a HEAD &&"
	     " cp ../g/refs/tags/a '../g/refs/tags/a b' && : >../g/refs/tags/empty &&"
	     " : >../g/refs/tags/busy.lock");
	accepted();
	cr_expect_eq(kit.res.others_left_out, 2);
}

Test(export, says_which_object_is_missing)
{
	jail("echo 1 >n && git add n && git commit -q -m one && o=$(git rev-parse HEAD:n) &&"
	     " rm -f ../g/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)");
	refused(ENOENT, "not found");
	jail("o=$(git rev-parse HEAD^{tree}) &&"
	     " rm -f ../g/objects/$(echo $o | cut -c1-2)/$(echo $o | cut -c3-)");
	refused(ENOENT, "the tree");
}

/* A large loose file goes through in pieces, a packed one whole; both arrive. */
Test(export, sends_large_files)
{
	jail("head -c 3000000 /dev/urandom >big && git add big && git commit -q -m one");
	accepted();
	sh("git -C main show " KIT_BRANCH ":big | cmp - w/big");
	jail("head -c 3000000 /dev/urandom >big && git commit -q -a -m two && git repack -q -a -d "
	     "-l");
	accepted();
	sh("git -C main show " KIT_BRANCH ":big | cmp - w/big");
}

Test(export, knows_when_main_is_not_there)
{
	const char *dirs[] = {"g/refs", NULL};
	struct rj_export ex = {.git_dir = "g", .base = kit.base, .main_objects = dirs};
	int fd = kit_memfd();

	cr_expect_eq(rj_export_write(fd, &ex, &kit.err), -ENOENT);
	cr_expect(strstr(kit.err.msg, "lack"), "%s", kit.err.msg);
	(void)close(fd);
}
