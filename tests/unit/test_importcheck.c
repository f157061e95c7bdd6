/*
 * Hostile objects at import. Each row is one defect in an otherwise good pack: it is refused for
 * that reason, with the main repository as it was, byte for byte. The same pack without a defect is
 * accepted.
 */
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

TestSuite(importcheck, .init = begin, .fini = end);

/* The stream is refused with these words and leaves no trace, or `part` is NULL: accepted. */
static void expect(int fd, const char *why, int num, const char *part)
{
	RJ_AUTO(rj_free) char *before = kit_hash();
	RJ_AUTO(rj_free) char *after = NULL;
	int r = kit_import(&kit, fd, NULL);

	(void)close(fd);
	if (!part) {
		cr_expect(r == 0, "%s: %s", why, kit.err.msg);
		return;
	}
	after = kit_hash();
	cr_expect(r == -num, "%s: %d, not %d: %s", why, r, -num, kit.err.msg);
	cr_expect(strstr(kit.err.msg, part), "%s: '%s' is not in: %s", why, part, kit.err.msg);
	cr_expect_str_eq(after, before, "%s: the main repository was changed", why);
}

/* blob, a tree whose entries `fill` writes, and a commit on base */
static int with_tree(void (*fill)(struct rj_buf *tree, const git_oid *blob, const void *arg),
		     const void *arg)
{
	struct kit_pack p = {0};
	struct rj_buf tree = {0};
	git_oid blob = kit_add(&p, GIT_OBJECT_BLOB, "text\n", 5), id;

	fill(&tree, &blob, arg);
	id = kit_add(&p, GIT_OBJECT_TREE, tree.s, tree.len);
	rj_buf_release(&tree);
	id = kit_commit(&p, &id, kit.base);
	return kit_stream(&p, &id);
}

struct entry {
	const char *mode, *name;
};

static void fill_entries(struct rj_buf *tree, const git_oid *blob, const void *arg)
{
	for (const struct entry *e = arg; e->mode; e++)
		kit_entry(tree, e->mode, e->name, blob);
}

static const struct {
	const char *part;
	struct entry e[4];
} trees[] = {
	{"spelling of .git", {{"100644", ".git"}}},
	{"spelling of .git", {{"100644", ".GIT"}}},
	{"spelling of .git", {{"100644", ".gIt"}}},
	{"spelling of .git", {{"120000", ".git"}}},
	{"spelling of .git", {{"100644", "git~1"}}},
	{"spelling of .git", {{"100644", "GIT~1"}}},
	{"spelling of .git", {{"100644", ".git "}}},
	{"spelling of .git", {{"100644", ".git. ."}}},
	{"spelling of .git", {{"100644", ".git::$INDEX_ALLOCATION"}}},
	{"spelling of .git", {{"100644", "a\\.git\\hooks"}}},
	{"spelling of .git", {{"100644", ".g\xe2\x80\x8cit"}}},
	{"spelling of .git", {{"100644", "\xef\xbb\xbf.git"}}},
	{"leads out", {{"100644", ".."}}},
	{"leads out", {{"100644", "."}}},
	{"has no name", {{"100644", ""}}},
	{"has a slash", {{"100644", "a/b"}}},
	{"has a slash", {{"100644", "../../x"}}},
	{"control byte", {{"100644", "a\nb"}}},
	{"control byte", {{"100644", "\x1b[2J"}}},
	{"control byte", {{"100644", "a\x7f"}}},
	{"mode that git does not know", {{"100777", "a"}}},
	{"mode that git does not know", {{"104755", "a"}}},
	{"mode that git does not know", {{"20644", "a"}}},
	{"leading zero", {{"0100644", "a"}}},
	{"mode that git does not know", {{"", "a"}}},
	{"no mode", {{"10064x", "a"}}},
	{"out of order", {{"100644", "b"}, {"100644", "a"}}},
	{"comes twice", {{"100644", "a"}, {"100644", "a"}}},
	{"comes twice", {{"100644", "a"}, {"100644", "a.b"}, {"40000", "a"}}},
	{"is a blob", {{"40000", "a"}}},
	{".gitmodules, but no regular", {{"120000", ".gitmodules"}}},
	{".gitmodules, but no regular", {{"120000", ".GitModules"}}},
	{".gitmodules, but no regular", {{"120000", "GITMOD~1"}}},
	{".gitmodules, but no regular", {{"120000", "gi7eba~1"}}},
	{NULL, {{"100644", ".gitignore"}, {"100755", "a"}, {"120000", "b"}}},
	{NULL, {{"100644", "a"}, {"100644", "git"}, {"100644", "x\\git"}}},
	{NULL, {{"100644", "\xc3\xa9.git"}, {"100644", "\xff\xfe not UTF-8"}}},
};

Test(importcheck, trees)
{
	for (size_t i = 0; i < RJ_COUNT(trees); i++) {
		sh("git -C main update-ref refs/heads/" KIT_BRANCH " $(git -C main rev-parse HEAD) "
		   "&& rm -f main/.git/worktrees/w/robojail-tip");
		expect(with_tree(fill_entries, trees[i].e), trees[i].e[0].name, EBADMSG,
		       trees[i].part);
	}
}

/* The commit's own bytes; %s is the tree, then base. */
static const struct {
	const char *part, *text;
} commits[] = {
	{NULL, "tree %s\nparent %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx"},
	{"names no tree", "parent %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\n%.0s"},
	{"no author", "tree %s\nparent %s\ncommitter A <a> 1 +0000\n\nx"},
	{"no committer", "tree %s\nparent %s\nauthor A <a> 1 +0000\n\nx"},
	{"no committer", "tree %s\nparent %s\nauthor A <a> 1 +0000\nauthor B <a> 1 +0000\n"
			 "committer A <a> 1 +0000\n\nx"},
	{"bad name", "tree %s\nparent %s\nauthor <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx"},
	{"e-mail", "tree %s\nparent %s\nauthor A <a 1 +0000\ncommitter A <a> 1 +0000\n\nx"},
	{"e-mail", "tree %s\nparent %s\nauthor A <a<b> 1 +0000\ncommitter A <a> 1 +0000\n\nx"},
	{"date", "tree %s\nparent %s\nauthor A <a> x +0000\ncommitter A <a> 1 +0000\n\nx"},
	{"date", "tree %s\nparent %s\nauthor A <a> 99999999999999999999 +0000\n"
		 "committer A <a> 1 +0000\n\nx"},
	{"zone", "tree %s\nparent %s\nauthor A <a> 1 0000\ncommitter A <a> 1 +0000\n\nx"},
	{"does not end", "tree %s\nparent %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n"},
	{"out of order", "tree %s\nparent %s\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n"
			 "parent 1111111111111111111111111111111111111111\n\nx"},
	{"missing", "tree %s\nparent %s\nparent 1111111111111111111111111111111111111111\n"
		    "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx"},
	{"missing", "tree 1111111111111111111111111111111111111111\nparent %.0s%s\n"
		    "author A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nx"},
};

Test(importcheck, commits)
{
	RJ_AUTO(rj_free) char *tree = out("git -C main rev-parse HEAD^{tree}");

	for (size_t i = RJ_COUNT(commits); i-- > 0;) {
		struct kit_pack p = {0};
		char text[512];
		git_oid id;
		int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		n = snprintf(text, sizeof(text), commits[i].text, tree, kit.base);
#pragma GCC diagnostic pop
		id = kit_add(&p, GIT_OBJECT_COMMIT, text, (size_t)n);
		expect(kit_stream(&p, &id), commits[i].text, EBADMSG, commits[i].part);
	}
}

/* What is needed and is not there, and what is there and not needed. */
Test(importcheck, connectivity)
{
	RJ_AUTO(rj_free) char *tree = out("git -C main rev-parse HEAD^{tree}");
	struct kit_pack p = {0};
	struct rj_buf b = {0};
	git_oid none, blob, t, id;

	cr_assert(git_oid_fromstr(&none, "1111111111111111111111111111111111111111") == 0);
	kit_entry(&b, "100644", "a", &none);
	t = kit_add(&p, GIT_OBJECT_TREE, b.s, b.len);
	id = kit_commit(&p, &t, kit.base);
	expect(kit_stream(&p, &id), "missing blob", EBADMSG, "blob 1111");

	b.len = 0;
	kit_entry(&b, "40000", "a", &none);
	t = kit_add(&p, GIT_OBJECT_TREE, b.s, b.len);
	id = kit_commit(&p, &t, kit.base);
	expect(kit_stream(&p, &id), "missing tree", EBADMSG, "tree 1111");

	cr_assert(git_oid_fromstr(&t, tree) == 0);
	id = kit_commit(&p, &t, "1111111111111111111111111111111111111111");
	expect(kit_stream(&p, &id), "missing parent", EBADMSG, "commit 1111");

	id = kit_commit(&p, &t, tree);
	expect(kit_stream(&p, &id), "a tree as a parent", EBADMSG, "is a tree");

	id = kit_commit(&p, &t, kit.base);
	expect(kit_stream(&p, &none), "missing tip", EBADMSG, "commit 1111");

	blob = kit_add(&p, GIT_OBJECT_BLOB, "junk", 4);
	id = kit_commit(&p, &t, kit.base);
	expect(kit_stream(&p, &id), "junk", EBADMSG, "1 objects that the new tip does not need");

	id = kit_commit(&p, &t, kit.base);
	(void)kit_commit(&p, &t, kit.base);
	expect(kit_stream(&p, &id), "the same twice", EBADMSG, "duplicate object");

	blob = kit_add(&p, GIT_OBJECT_BLOB, "tip", 3);
	expect(kit_stream(&p, &blob), "a file as tip", EBADMSG, "is a blob");

	id = kit_commit(&p, &t, kit.base);
	expect(kit_stream(&p, &id), "the control", 0, NULL);
	rj_buf_release(&b);
}

static const struct {
	const char *part, *text;
} modules[] = {
	{"leaves its directory", "[submodule \"../../x\"]\npath = a\nurl = u\n"},
	{"leaves its directory", "[submodule \"a/../../x\"]\npath = a\nurl = u\n"},
	{"looks like an option", "[submodule \"-x\"]\npath = a\nurl = u\n"},
	{"looks like an option", "[submodule \"a\"]\npath = -x\nurl = u\n"},
	{"leaves its directory", "[submodule \"a\"]\npath = b/../../c\nurl = u\n"},
	{"leaves its directory", "[submodule \"a\"]\npath = .git/hooks\nurl = u\n"},
	{"is no path inside", "[submodule \"a\"]\npath = /etc\nurl = u\n"},
	{"looks like an option", "[submodule \"a\"]\npath = a\nurl = --upload-pack=touch x\n"},
	{"looks like an option", "[Submodule \"a\"]\npath = a\nURL = -u\n"},
	{"hides a newline", "[submodule \"a\"]\npath = a\nurl = https://h/%0ahost=evil\n"},
	{"hides a newline", "[submodule \"a\"]\npath = a\nurl = \"https://h/\\nhost=evil\"\n"},
	{"names a command", "[submodule \"a\"]\npath = a\nurl = u\nupdate = !touch x\n"},
	{"NUL byte", "\0"},
	{"cannot be understood", "[submodule \"a\"\n"},
	{"leaves its directory", "[submodule \"a\"]\npath = lib/"
				 "\xe2\x80\x8c\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f.git\nurl = u\n"},
	{NULL, "[submodule \"lib/a\"]\n\tpath = lib/a\n\turl = ../a.git\n\tupdate = rebase\n"},
};

Test(importcheck, modules)
{
	for (size_t i = 0; i < RJ_COUNT(modules); i++) {
		const char *text = modules[i].text;
		struct kit_pack p = {0};
		struct rj_buf b = {0};
		git_oid id = kit_add(&p, GIT_OBJECT_BLOB, text, *text ? strlen(text) : 1);

		kit_entry(&b, "100644", ".gitmodules", &id);
		id = kit_add(&p, GIT_OBJECT_TREE, b.s, b.len);
		id = kit_commit(&p, &id, kit.base);
		rj_buf_release(&b);
		expect(kit_stream(&p, &id), text, EBADMSG, modules[i].part);
	}
}

/* A bad file that main has already, under a harmless name, is looked at when it gets the bad one.
 */
Test(importcheck, modules_that_came_before)
{
	jail("printf '[submodule \"a\"]\\npath = a\\nurl = -u\\n' >harmless && git add harmless &&"
	     " git commit -q -m one");
	cr_assert(kit_sync(&kit) == 0, "%s", kit.err.msg);
	jail("git mv harmless .gitmodules && git commit -q -m two");
	cr_expect_eq(kit_sync(&kit), -EBADMSG);
	cr_expect(strstr(kit.err.msg, "looks like an option"), "%s", kit.err.msg);
}

/* Forty objects that unfold into 10^20 files. */
Test(importcheck, tree_bomb)
{
	struct kit_pack p = {0};
	struct rj_buf b = {0};
	git_oid id = kit_add(&p, GIT_OBJECT_BLOB, "x", 1);
	const char *mode = "100644";

	for (int level = 0; level < 20; level++) {
		b.len = 0;
		for (char name[2] = "a"; *name <= 'j'; ++*name)
			kit_entry(&b, mode, name, &id);
		id = kit_add(&p, GIT_OBJECT_TREE, b.s, b.len);
		mode = "40000";
	}
	id = kit_commit(&p, &id, kit.base);
	expect(kit_stream(&p, &id), "tree bomb", EBADMSG, "unfolds into more than");
	rj_buf_release(&b);
}

Test(importcheck, trees_too_deep)
{
	struct kit_pack p = {0};
	struct rj_buf b = {0};
	git_oid id = kit_add(&p, GIT_OBJECT_BLOB, "x", 1);

	for (int level = 0; level < 3000; level++) {
		b.len = 0;
		kit_entry(&b, level ? "40000" : "100644", "a", &id);
		id = kit_add(&p, GIT_OBJECT_TREE, b.s, b.len);
	}
	id = kit_commit(&p, &id, kit.base);
	expect(kit_stream(&p, &id), "deep", EBADMSG, "is longer than");
	rj_buf_release(&b);
}
