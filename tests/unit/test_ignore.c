/* ignore: a table of rules and paths, held against `git check-ignore`. */
#include "core/git/ignore.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "core/sys/file.h"
#include "tests/unit/gitfix.h"

TestSuite(ignore, .init = fix_begin, .fini = fix_end);

static void put(const char *name, const char *text, size_t len)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	cr_assert(fd >= 0 && write(fd, text, len) == (ssize_t)len && close(fd) == 0);
}

static const char *const paths[] = {
	"foo",	     "foobar",	     "xfoo",	  "bar",	 "bar.o",	 "#hash",
	"!bang",     "a b",	     "sp ",	  "sp",		 "sp  ",	 "\\back",
	"dir/",	     "dir/foo",	     "dir/bar.o", "dir/sub/",	 "dir/sub/foo",	 "dir/sub/bar.o",
	"dir/sub/x", "build/",	     "build/x",	  "a/build/",	 "a/build/x",	 "doc/frotz/",
	"e/frotz",   "a/doc/frotz/", "a/x/b",	  "a/b",	 "a/x/y/b",	 "fooX/y/bar",
	"foo/bar",   "foo/x/bar",    "abc/x",	  "abc/y/x",	 "abc/",	 "q[x",
	"qx",	     "q*x",	     "tab\tx",	  "caf\xc3\xa9", "\xff\xfe",	 "FOO",
	"Foo",	     "x.txt",	     "dir/x.txt", "keep.txt",	 "dir/keep.txt", "...",
	"foo\r",
};

static const char *const rules[] = {
	"foo\n",
	"/foo\n",
	"foo/\n",
	"*.o\n!bar.o\n",
	"*.txt\n!keep.txt\n",
	"*.txt\n!/keep.txt\n",
	"!keep.txt\n*.txt\n",
	"#hash\n",
	"\\#hash\n",
	"\\!bang\n",
	"a b\n",
	"sp \n",
	"sp\\ \n",
	"sp  \n",
	"sp\\  \n",
	"sp\\ \\ \n",
	"\\\\back\n",
	"dir\n",
	"dir/\n",
	"/dir/\n",
	"dir/*\n",
	"dir/**\n",
	"dir/*\n!dir/sub/\n",
	"dir/sub\n",
	"dir/foo\n",
	"sub/foo\n",
	"**/foo\n",
	"**/sub/foo\n",
	"**/sub\n",
	"build/\n",
	"/build\n",
	"doc/frotz/\n",
	"frotz/\n",
	"a/**/b\n",
	"a/**b\n",
	"foo**/bar\n",
	"foo*/bar\n",
	"f*/bar\n",
	"abc/**\n",
	"abc/*\n",
	"q[x\n",
	"q\\[x\n",
	"q[*]x\n",
	"q?x\n",
	"[a-c]*\n",
	"*\n",
	"*\n!*/\n",
	"*\n!*/\n!*.o\n",
	"/*\n!/dir\n",
	"/*\n!/dir\n/dir/*\n!/dir/sub\n",
	"/\n",
	"//\n",
	"//foo\n",
	"foo//\n",
	"!\n",
	"!/\n",
	"!!\n",
	"\n\n",
	"\r\n",
	"foo\r\n",
	"foo\r",
	"foo",
	"foo\\\n",
	"foo\\",
	"\xef\xbb\xbf"
	"foo\n",
	"# c\n\nfoo\n# d\n!foo\n",
	"caf\xc3\xa9\n",
	"caf?\n",
	"caf??\n",
	"\xff\xfe\n",
	"tab\tx\n",
	"tab\t\n",
	"FOO\n",
	"[F]oo\n",
	"./foo\n",
	"../foo\n",
	".*\n",
	"...\n",
	"*foo*\n",
	"***\n",
	"dir/***/foo\n",
	"/**\n",
	"/**/foo\n",
	"**\n",
	"**/\n",
	"dir/**/\n",
	"\\foo\n",
	"f\\oo\n",
	"f\\oo/bar\n",
	"foo\\/bar\n",
	"dir/s*b/foo\n",
	"dir/\\sub\n",
	"[[:alpha:]]*.o\n",
	"dir/[!x]ub\n",
	"dir[/]foo\n",
	"dir?foo\n",
	"*/foo\n",
	"/*/foo\n",
	"*/*/foo\n",
};

static enum rj_ignore_verdict ask(const struct rj_ignore *ig, const char *path, bool is_dir)
{
	uint64_t left = UINT64_MAX;

	return rj_ignore_match(ig, path, is_dir, &left);
}

/* Is the path hidden, by itself or with a directory above it? */
static bool hidden(const struct rj_ignore *ig, const char *path)
{
	RJ_AUTO(rj_free) char *copy = rj_strdup(path);
	size_t len = strlen(copy);
	bool is_dir = copy[len - 1] == '/';

	if (is_dir)
		copy[--len] = '\0';
	for (size_t i = 1; i < len; i++) {
		if (copy[i] != '/')
			continue;
		copy[i] = '\0';
		if (ask(ig, copy, true) == RJ_IGNORE_HIDE)
			return true;
		copy[i] = '/';
	}
	return ask(ig, copy, is_dir) == RJ_IGNORE_HIDE;
}

/* The paths that git hides, one a line: those for which the last rule that matches has no '!'. Four
 * fields for each: file, line, rule, path. */
static char *git_hides(void)
{
	RJ_AUTO(rj_buf_release) struct rj_buf raw = {0};
	struct rj_buf list = {0};
	const char *field[4] = {0};
	size_t n = 0;

	(void)fix_run("git check-ignore --no-index -v -z --stdin <../paths", &raw);
	for (size_t at = 0; at < raw.len; at += strlen(raw.s + at) + 1) {
		field[n++ % 4] = raw.s + at;
		if (n % 4 == 0 && *field[2] != '!')
			rj_buf_printf(&list, "%s\n", field[3]);
	}
	return rj_buf_take(&list);
}

/* Path i of the table, without the slash that marks a directory. */
static char *bare(size_t i)
{
	size_t len = strlen(paths[i]);

	return rj_strndup(paths[i], paths[i][len - 1] == '/' ? len - 1 : len);
}

/* git asks the file system what is a directory: make those of the table. */
static void make_paths(void)
{
	struct rj_buf list = {0};
	struct rj_err err = {0};

	for (size_t i = 0; i < RJ_COUNT(paths); i++) {
		RJ_AUTO(rj_free) char *path = bare(i);
		size_t len = strlen(path);

		if (paths[i][len] == '/')
			cr_assert(rj_mkdirs(path, 0755, &err) == 0, "%s", err.msg);
		rj_buf_add(&list, path, len + 1);
	}
	put("../paths", list.s, list.len);
	rj_buf_release(&list);
}

static void compare_all(bool fold)
{
	sh("git init -q r");
	cr_assert(chdir("r") == 0);
	if (fold)
		sh("git config core.ignorecase true");
	make_paths();
	for (size_t i = 0; i < RJ_COUNT(rules); i++) {
		struct rj_ignore *ig = rj_ignore_new(rules[i], strlen(rules[i]), fold);
		RJ_AUTO(rj_buf_release) struct rj_buf ours = {0};
		RJ_AUTO(rj_free) char *theirs = NULL;

		put(".gitignore", rules[i], strlen(rules[i]));
		theirs = git_hides();
		for (size_t k = 0; k < RJ_COUNT(paths); k++) {
			RJ_AUTO(rj_free) char *path = bare(k);

			if (hidden(ig, paths[k]))
				rj_buf_printf(&ours, "%s\n", path);
		}
		cr_expect_str_eq(rj_buf_str(&ours), theirs, "rules <%s>\nours:\n%s\ngit's:\n%s",
				 rules[i], rj_buf_str(&ours), theirs);
		rj_ignore_free(&ig);
	}
}

Test(ignore, as_git_does)
{
	compare_all(false);
}

Test(ignore, as_git_does_without_letter_case)
{
	compare_all(true);
}

Test(ignore, no_rules_are_silent)
{
	struct rj_ignore *ig = rj_ignore_new("", 0, false);

	cr_expect(ask(NULL, "a", false) == RJ_IGNORE_SILENT);
	cr_expect(ask(ig, "a", false) == RJ_IGNORE_SILENT);
	rj_ignore_free(&ig);
	ig = rj_ignore_new("!a\nb", 4, false);
	cr_expect(ask(ig, "a", false) == RJ_IGNORE_SHOW);
	cr_expect(ask(ig, "x/b", false) == RJ_IGNORE_HIDE);
	rj_ignore_free(&ig);
}

/* A number below `n`; always the same ones in turn. */
static size_t next_random(uint64_t *state, size_t n)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(*state >> 33) % n;
}

static char *random_text(uint64_t *state, const char *const *parts, size_t n, size_t most)
{
	struct rj_buf b = {0};

	for (size_t k = 1 + next_random(state, most); k > 0; k--)
		rj_buf_puts(&b, parts[next_random(state, n)]);
	return rj_buf_take(&b);
}

/* Rules of every shape, each in a directory of its own, on paths that may fit. */
static void compare_random(const char *const *parts, size_t n)
{
	static const char *const steps[] = {"a", "b", "A", "/a", "/b", "/", "ab", "-"};
	RJ_AUTO(rj_buf_release) struct rj_buf ours = {0}, list = {0};
	RJ_AUTO(rj_free) char *theirs = NULL;
	uint64_t state = n;

	for (size_t i = 0; i < 1000; i++) {
		RJ_AUTO(rj_free) char *rule = random_text(&state, parts, n, 7);
		struct rj_ignore *ig = rj_ignore_new(rule, strlen(rule), false);
		char name[32];

		(void)snprintf(name, sizeof(name), "%zu", i);
		cr_assert(mkdir(name, 0755) == 0);
		(void)snprintf(name, sizeof(name), "%zu/.gitignore", i);
		put(name, rule, strlen(rule));
		for (size_t k = 0; k < 20; k++) {
			RJ_AUTO(rj_free)
			char *path = random_text(&state, steps, RJ_COUNT(steps), 6);

			if (*path == '/' || strstr(path, "//") || path[strlen(path) - 1] == '/')
				continue;
			rj_buf_printf(&list, "%zu/%s%c", i, path, '\0');
			if (hidden(ig, path))
				rj_buf_printf(&ours, "%zu/%s\n", i, path);
		}
		rj_ignore_free(&ig);
	}
	put("../paths", list.s, list.len);
	theirs = git_hides();
	cr_expect(ours.len > 3000 && ours.len < list.len, "%zu, %zu", ours.len, list.len);
	cr_expect_str_eq(rj_buf_str(&ours), theirs, "ours:\n%s\ngit's:\n%s", rj_buf_str(&ours),
			 theirs);
}

Test(ignore, random_rules_as_git_does, .timeout = 120)
{
	static const char *const stars[] = {"a", "b", "/", "*", "**", "**/", "/**/", "?", "a*"};
	static const char *const sets[] = {"a",	 "b", "[", "]", "!",	       "-",  "^",
					   "\\", "*", "/", "?", "[[:alpha:]]", "[:", ":]"};

	sh("git init -q r");
	cr_assert(chdir("r") == 0);
	compare_random(stars, RJ_COUNT(stars));
	sh("rm -rf [0-9]*");
	compare_random(sets, RJ_COUNT(sets));
}

static size_t size_of(const char *line)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_ignore *ig;
	size_t size;

	while (text.len + strlen(line) <= 1 << 20)
		rj_buf_puts(&text, line);
	ig = rj_ignore_new(text.s, text.len, false);
	size = rj_ignore_size(ig);
	rj_ignore_free(&ig);
	return size;
}

Test(ignore, rules_take_little_memory)
{
	cr_expect(size_of("[a][a][a]") < 2 << 20);
	cr_expect(size_of("[a]\n") < 8 << 20);
	cr_expect(size_of("a\n") <= 13 << 20);
	cr_expect(size_of("\n") < 2 << 20);
}

Test(ignore, no_more_steps_than_allowed)
{
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_ignore *ig;
	uint64_t left = 1000;

	rj_buf_puts(&text, "name\n");
	for (size_t i = 0; i < 500; i++)
		rj_buf_puts(&text, "**/n*a*x\n");
	ig = rj_ignore_new(text.s, text.len, false);
	cr_expect(rj_ignore_match(ig, "name", false, &left) == RJ_IGNORE_SILENT);
	cr_expect_eq(left, 0);
	cr_expect(rj_ignore_match(ig, "name", false, &left) == RJ_IGNORE_SILENT);
	left = 100000;
	cr_expect(rj_ignore_match(ig, "name", false, &left) == RJ_IGNORE_HIDE);
	cr_expect(left > 0 && left < 100000);
	rj_ignore_free(&ig);
}
