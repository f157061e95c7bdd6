/* attrs: what `add` writes is what `git worktree add` writes, and what git would add of a changed
 * worktree is what status says, whatever the .gitattributes. */
#include "core/git/worktree.h"

#include <errno.h>
#include <sys/stat.h>

#include "tests/unit/attrsfix.h"
#include "tests/unit/worktreefix.h"

TestSuite(attrs, .init = fix_begin, .fini = wt_end);

/* Files of r, as their bytes are, in the only commit. */
#define COMMIT                                                                               \
	"cd r && find . -path ./.git -prune -o -type f -printf '%P\\n' | sort >../names && " \
	"git hash-object -w --no-filters --stdin-paths <../names | paste - ../names | "      \
	"sed 's/^/100644 /' | git -c core.quotepath=false update-index --index-info && "     \
	"git commit -q --allow-empty -m one"

/* Ours, beside git's w. */
static void write_ours(struct rj_worktree *o, char *path, size_t size)
{
	struct rj_err err = {0};

	(void)snprintf(path, size, "%s/o", fix_dir);
	*o = (struct rj_worktree){.path = path, .admin = "o", .branch = "o", .base = wt.base};
	cr_assert(rj_worktree_add(&wt.repo, o, NULL, NULL, NULL, &err) == 0, "%s", err.msg);
}

/* W of both kinds; what differs is shown, with the attributes. */
static void same_trees(const char *what)
{
	char path[256];
	struct rj_worktree o;
	struct rj_err err = {0};
	RJ_AUTO(rj_free) char *diff = NULL;

	sh(COMMIT " 2>/dev/null");
	rj_repo_release(&wt.repo);
	rj_free(&wt.path);
	rj_free(&wt.base);
	sh("git -C r worktree prune && git -C r branch -q -D robojail/x o 2>/dev/null || :");
	wt_begin();
	write_ours(&o, path, sizeof(path));
	diff = out("diff -r -x .git o w | cat -A; diff -rq -x .git o w >/dev/null || tail -n +1 "
		   "r/.gitattributes r/sub/.gitattributes 2>/dev/null || :");
	cr_expect_str_eq(diff, "", "%s: ours and git's:\n%s", what, diff);
	cr_assert(rj_worktree_remove(&wt.repo, &o, &err) == 0, "%s", err.msg);
}

static void again(void)
{
	sh("rm -rf w && git -C r worktree prune");
}

/* What libgit2 reads otherwise than git, for one, and then its like. */
static const struct {
	const char *file, *attributes, *config;
} forms[] = {
	{"a b.txt", "\"a b.txt\" eol=crlf\n", NULL},
	{"d e/x.txt", "\"d e/*.txt\" eol=crlf\n", NULL},
	{"\xc3\xa9.txt", "\"\\303\\251.txt\" eol=crlf\n", NULL},
	{"f.txt", "!*.bin eol=crlf\n", NULL},
	{"F.TXT", "*.txt eol=crlf\n", "core.ignorecase true"},
	{"F.txt", "* binary\n*.txt !text eol=crlf\n", NULL},
	{"F.txt", "* -text\n*.txt !text eol=crlf\n", NULL},
	{"F.txt", "*.txt foo\n[attr]foo bar\n[attr]bar eol=crlf\n", NULL},
	{"F.txt", "*.txt foo\n[attr]foo eol=crlf\n", NULL},
	{"F.txt", "[attr]foo eol=crlf\n*.txt foo\n*.txt -foo\n", NULL},
	{"a\fb.txt", "a\fb.txt eol=crlf\n", NULL},
	{"x.c", "*.c\veol=crlf\n", NULL},
	{"F.txt", "\xef\xbb\xbf*.txt eol=crlf\n", NULL},
	{"F.txt", "*.txt eol=crlf\r\n", NULL},
	{"F.txt", "*.txt eol=crlf # comment\n", NULL},
	{"F.txt", "*.txt eol=crlf b@d\n", NULL},
	{"F.txt", "*.txt b@d eol=crlf\n", NULL},
	{"F.txt", "*.txt -eol=crlf\n", NULL},
	{"d/F.txt", "d/ eol=crlf\n", NULL},
	{"d/F.txt", "d/** eol=crlf\n", NULL},
	{"xx", "/xx eol=crlf\n", NULL},
	{"F.txt", "./F.txt eol=crlf\n", NULL},
	{"a b", "a\\ b eol=crlf\n", NULL},
	{"a b", "a[[:space:]]b eol=crlf\n", NULL},
	{"F.txt", "\\F.txt eol=crlf\n", NULL},
	{"#f", "\\#f eol=crlf\n", NULL},
	{"d/e/F.txt", "e/F.txt eol=crlf\n", NULL},
	{"d/e/F.txt", "**/e/*.txt eol=crlf\n", NULL},
	{"d/e/F.txt", "d/**/F.txt eol=crlf\n", NULL},
	{"d/e/F.txt", "d/*.txt eol=crlf\n", NULL},
	{"F.txt", "*.txt text=input\n", "core.eol crlf"},
	{"F.txt", "*.txt text=auto\n", "core.eol crlf"},
	{"F.txt", "*.txt =crlf eol=crlf\n", NULL},
	{"F.txt", "*.txt builtin_x eol=crlf\n", NULL},
	{"F.txt", "* binary\nF.txt -binary\n", "core.autocrlf true"},
	{"F.txt", "*.txt text eol=crlf # dos files\n", NULL},
};

static void make_dirs(const char *file)
{
	RJ_AUTO(rj_free) char *path = rj_strdup(file);

	for (char *slash = path; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(path, 0755);
	}
}

static void begin_with(const char *config)
{
	RJ_AUTO(rj_buf_release) struct rj_buf command = {0};

	rj_buf_puts(&command, "rm -rf r && git init -q r");
	if (config)
		rj_buf_printf(&command, " && git -C r config %s", config);
	sh(command.s);
}

Test(attrs, every_form, .timeout = 240)
{
	for (size_t i = 0; i < RJ_COUNT(forms); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf path = {0};

		begin_with(forms[i].config);
		rj_buf_printf(&path, "r/%s", forms[i].file);
		make_dirs(path.s);
		put_file(path.s, "x\ny\n", 4);
		put_file("r/.gitattributes", forms[i].attributes, strlen(forms[i].attributes));
		same_trees(forms[i].attributes);
		again();
	}
}

/* The user's own files, in their order, and macros there. */
Test(attrs, own_files)
{
	begin_with("core.attributesFile \"$HOME/mine\"");
	sh("mkdir -p home/.config/git r/sub && echo '* ident' >home/.config/git/attributes && "
	   "printf '[attr]dos eol=crlf\\n*.c dos\\n*.h eol=crlf\\n' >home/mine && "
	   "printf '*.c -dos\\n*.t dos\\n*.x dos\\n' >r/.gitattributes && echo '*.x eol=crlf' "
	   ">r/.git/info/attributes && echo '* !eol' >r/sub/.gitattributes && cd r && "
	   "for f in a.c a.h a.t a.x sub/a.c sub/a.h sub/a.t sub/a.x; do echo '$Id$' >$f; done");
	same_trees("core.attributesFile");
	sh("git -C r config --unset core.attributesFile");
	again();
	same_trees("XDG");
	sh("cd w && for f in a.* sub/*; do printf '$Id: x $\\r\\ny\\r\\n' >$f; done");
	wt_same_as_git("XDG");
}

static void make_content(struct rj_buf *b, unsigned *seed)
{
	static const char *const pieces[] = {"a\n",  "b\r\n", "c",   "$Id$\n", "$Id: x $\r\n",
					     "\r\n", "\n",    "a\n", "b\r\n",  "\x1a"};

	for (unsigned n = chance(seed, 6); n > 0; n--)
		rj_buf_puts(b, ONE_OF(seed, pieces));
	if (chance(seed, 10) == 0)
		rj_buf_add(b, "\0\n", 2);
	if (chance(seed, 15) == 0)
		rj_buf_putc(b, '\r');
}

/* Most of them; all of them with an `end`, which no other content has. */
static void put_some(const char *dir, unsigned *seed, const char *end)
{
	static const char *const names[] = {"a",      "b",   "ab",    "a.b",	 "AA",	   "x.B",
					    "d/a",    "d/b", "d/a.b", "sub/a",	 "sub/b",  "sub/ab",
					    "sub/.b", "a b", "#a",    "sub/d/a", "sub/d/c"};

	for (size_t i = 0; i < RJ_COUNT(names); i++) {
		RJ_AUTO(rj_buf_release) struct rj_buf path = {0}, content = {0};

		make_content(&content, seed);
		rj_buf_printf(&path, "%s/%s", dir, names[i]);
		make_dirs(path.s);
		rj_buf_puts(&content, end);
		if (chance(seed, 5) || *end)
			put_file(path.s, rj_buf_str(&content), content.len);
	}
}

/* Content that is as in the index is never a change for us, whatever git would store now. */
static void put_without_crlf(const char *path, struct rj_buf *text)
{
	for (char *p; text->len && (p = memmem(text->s, text->len, "\r\n", 2)); text->len--)
		memmove(p, p + 1, (size_t)(text->s + text->len - p));
	put_file(path, rj_buf_str(text), text->len);
}

Test(attrs, by_chance, .timeout = 240)
{
	static const char *const configs[] = {NULL,
					      NULL,
					      "core.autocrlf true",
					      "core.autocrlf input",
					      "core.eol crlf",
					      "core.ignorecase true"};
	unsigned seed = 11;

	for (unsigned round = 0; round < 30; round++) {
		RJ_AUTO(rj_buf_release) struct rj_buf top = {0}, sub = {0};

		begin_with(ONE_OF(&seed, configs));
		put_some("r", &seed, "");
		make_attributes(&top, &seed, 10);
		make_attributes(&sub, &seed, 4);
		put_without_crlf("r/.gitattributes", &top);
		put_without_crlf("r/sub/.gitattributes", &sub);
		same_trees("by chance");
		put_some("w", &seed, "new");
		wt_same_as_git(rj_buf_str(&top));
		again();
	}
}

/* git reads a link for its attributes when it writes, its target that is. */
Test(attrs, in_a_link)
{
	begin_with(NULL);
	sh("cd r && echo x >x && git add x && git update-index --add --cacheinfo "
	   "120000,$(printf '* eol=crlf' | git hash-object -w --stdin),.gitattributes && "
	   "git commit -q -m link && git checkout -q . && cp -P .gitattributes ../link && rm "
	   ".gitattributes");
	wt_begin();
	char path[256];
	struct rj_worktree o;

	write_ours(&o, path, sizeof(path));
	sh("cmp w/x o/x && grep -q \"$(printf '\\r')\" w/x");
	sh("printf 'y\\r\\n' >w/x");
	wt_same_as_git("with a link");
}

Test(attrs, too_many_are_refused)
{
	RJ_AUTO(rj_buf_release) struct rj_buf many = {0};
	char path[256];
	struct rj_err err = {0};

	begin_with(NULL);
	for (size_t i = 0; i <= RJ_ATTR_RULES_MAX; i++)
		rj_buf_puts(&many, "a text\n");
	put_file("r/.gitattributes", many.s, many.len);
	sh(COMMIT);
	wt.base = out("git -C r rev-parse HEAD");
	cr_assert(rj_repo_open("r", &wt.repo, &err) == 0, "%s", err.msg);
	(void)snprintf(path, sizeof(path), "%s/o", fix_dir);
	const struct rj_worktree o = {.path = path, .admin = "o", .branch = "o", .base = wt.base};
	cr_expect(rj_worktree_add(&wt.repo, &o, NULL, NULL, NULL, &err) == -E2BIG, "%s", err.msg);
	cr_expect(strstr(err.msg, "rules"), "%s", err.msg);
}
