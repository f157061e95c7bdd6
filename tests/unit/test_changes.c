/* changes: hostile names on their way to people and to programs. */
#include "applets/changes.h"

#include <fcntl.h>
#include <jansson.h>
#include <pty.h>

#include "tests/unit/worktreefix.h"

static void begin(void)
{
	fix_begin();
	sh("git init -q r && cd r && seq 50 >old && echo x >x && git add . && git commit -q -m 1");
	wt_begin();
	sh("cd w && mv old new && echo y >>x && printf 'a\\033]52;c;eA==\\007\\n' >esc && printf z "
	   ">\"$(printf 'n\\033[2Jame')\" && printf z >\"$(printf 'bad\\377')\" && mkfifo "
	   "\"$(printf "
	   "'f\\nifo')\" && git init -q \"$(printf 's\\342\\200\\256ub')\"");
	wt_read(RJ_STATUS_LINES);
}

TestSuite(changes, .init = begin, .fini = wt_end);

static char name[] = "j", branch[] = "robojail/x", repo_path[] = "/r\033";
static struct rj_jail jail = {.name = name, .branch = branch, .repo_path = repo_path};

static struct rj_changes view(void)
{
	static struct rj_import_result import;

	return (struct rj_changes){.jail = &jail, .status = &wt.st, .import = &import};
}

Test(changes, text_is_harmless)
{
	const struct rj_changes c = view();
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	rj_changes_print(&c, false, true, f);
	cr_assert(fclose(f) == 0);
	cr_expect(!strchr(text, '\033') && !strchr(text, '\377') && !strstr(text, "\u202e"), "%s",
		  text);
	cr_expect(strstr(text, "A* n\\x1b[2Jame"), "%s", text);
	cr_expect(strstr(text, "R* old -> new    (100% alike)"), "%s", text);
	cr_expect(strstr(text, "! no regular file: f\\nifo\n"), "%s", text);
	cr_expect(strstr(text, "! a repository of its own"), "%s", text);
	free(text);
}

static bool has(const json_t *array, const char *value)
{
	size_t i;
	json_t *v;

	json_array_foreach(array, i, v) if (!strcmp(json_string_value(v), value)) return true;
	return false;
}

Test(changes, json_is_exact)
{
	const struct rj_changes c = view();
	struct rj_err err = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	json_t *o;

	cr_assert(rj_changes_print_json(&c, true, f, &err) == 0, "%s", err.msg);
	cr_assert(fclose(f) == 0);
	o = json_loads(text, 0, NULL);
	cr_assert_not_null(o, "%s", text);
	same(json_string_value(json_object_get(o, "name")), "j");
	cr_expect(has(json_object_get(o, "modified"), "x"));
	cr_expect(has(json_object_get(o, "added"), "n\033[2Jame"));
	cr_expect(has(json_object_get(o, "added"), "\"bad\\377\""));
	cr_expect(has(json_object_get(o, "added"), "new") &&
			  has(json_object_get(o, "deleted"), "old"),
		  "both ends of a rename");
	cr_expect(json_array_size(json_object_get(o, "renamed")) == 1);
	cr_expect(has(json_object_get(o, "special"), "f\nifo"));
	cr_expect(json_integer_value(
			  json_object_get(json_object_get(o, "stats"), "files_changed")) == 5);
	cr_expect(strstr(json_string_value(json_object_get(o, "diff")), "rename to new\n"));
	json_decref(o);
	free(text);
}

/* All that is written to a terminal, or to a file, by the diff. */
static struct rj_buf diff_to(int out_fd, int in_fd)
{
	const struct rj_changes c = view();
	struct rj_err err = {0};
	struct rj_buf b = {0};
	char piece[4096];
	ssize_t n;
	pid_t pid = fork();

	cr_assert(pid >= 0);
	if (pid == 0) {
		FILE *f = fdopen(out_fd, "w");

		(void)close(in_fd);
		_exit(rj_changes_print_diff(&c, f, &err) == 0 && fclose(f) == 0 ? 0 : 1);
	}
	(void)close(out_fd);
	while ((n = read(in_fd, piece, sizeof(piece))) > 0)
		rj_buf_add(&b, piece, (size_t)n);
	cr_assert(waitpid(pid, NULL, 0) == pid);
	(void)close(in_fd);
	return b;
}

Test(changes, a_diff_is_harmless_on_a_terminal)
{
	int master, slave;

	cr_assert(setenv("TERM", "xterm", 1) == 0 && unsetenv("NO_COLOR") == 0);
	cr_assert(openpty(&master, &slave, NULL, NULL, NULL) == 0);
	RJ_AUTO(rj_buf_release) struct rj_buf b = diff_to(slave, master);
	cr_expect(strstr(b.s, "+a\\x1b]52;c;eA==\\x07"), "%s", b.s);
	cr_expect(!strstr(b.s, "\033]52"), "%s", b.s);
	cr_expect(strstr(b.s, "\033["), "in colour");
	cr_expect(!strstr(b.s, "\033[2J"), "%s", b.s);
}

Test(changes, a_diff_is_exact_elsewhere)
{
	int fds[2];

	cr_assert(pipe2(fds, O_CLOEXEC) == 0);
	RJ_AUTO(rj_buf_release) struct rj_buf b = diff_to(fds[1], fds[0]);
	RJ_AUTO(rj_buf_release) struct rj_buf exact = wt_diff();
	cr_expect(strstr(b.s, "+a\033]52;c;eA==\007\n"), "%s", b.s);
	cr_expect(b.len == exact.len && !memcmp(b.s, exact.s, b.len), "%s", b.s);
}
