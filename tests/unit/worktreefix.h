#ifndef RJ_TESTS_WORKTREEFIX_H
#define RJ_TESTS_WORKTREEFIX_H

/*
 * A repository `r`, a linked worktree `w` of it on branch robojail/x, and our status of it.
 *
 * wt_begin() runs after fix_begin() and the commands that make the first commit in `r`; the commit
 * at hand is then the base. wt_read() takes the status; wt.items holds the ids behind it.
 */
#include <time.h>

#include "core/git/repo.h"
#include "core/git/status_parts.h"
#include "tests/unit/gitfix.h"

static FIX_UNUSED struct {
	struct rj_repo repo;
	char *path, *base;
	struct rj_status st;
} wt;

static FIX_UNUSED struct rj_worktree wt_worktree(void)
{
	return (struct rj_worktree){
		.path = wt.path, .admin = "w", .branch = "robojail/x", .base = wt.base};
}

static FIX_UNUSED void wt_begin(void)
{
	struct rj_err err = {0};
	struct rj_buf path = {0};

	sh("git -C r worktree add -q -b robojail/x ../w");
	wt.base = out("git -C r rev-parse HEAD");
	rj_buf_printf(&path, "%s/w", fix_dir);
	wt.path = rj_buf_take(&path);
	cr_assert(rj_repo_open("r", &wt.repo, &err) == 0, "%s", err.msg);
}

/* With a few files of each kind. */
static FIX_UNUSED void wt_begin_small(void)
{
	fix_begin();
	sh("git init -q r && cd r && mkdir -p src/deep && echo one >a && echo two >src/b && "
	   "echo '#!/bin/sh' >src/run && chmod +x src/run && ln -s ../a src/deep/link && : >empty "
	   "&& "
	   "printf '*.o\\n/build/\\n' >.gitignore && git add . && git commit -q -m first");
	wt_begin();
}

/* With what these commands put into `r`. */
static FIX_UNUSED void wt_begin_with(const char *commands)
{
	sh("git init -q r");
	sh(commands);
	sh("git -C r add -A && git -C r commit -q -m first");
	wt_begin();
}

/* After wt_begin the index is as young as the files, so nothing is taken on trust; now it is. */
static FIX_UNUSED void wt_settle(void)
{
	struct timespec pause = {.tv_nsec = 20000000};

	(void)nanosleep(&pause, NULL);
	sh("git -C w update-index -q --really-refresh && touch -d '1 hour' "
	   "r/.git/worktrees/w/index");
}

static FIX_UNUSED void wt_read(unsigned flags)
{
	const struct rj_worktree w = wt_worktree();
	struct rj_err err = {0};

	rj_status_release(&wt.st);
	cr_assert(rj_status_read(&wt.repo, &w, flags, &wt.st, &err) == 0, "%s", err.msg);
}

static FIX_UNUSED void wt_end(void)
{
	rj_status_release(&wt.st);
	rj_repo_release(&wt.repo);
	rj_free(&wt.path);
	rj_free(&wt.base);
	fix_end();
}

/* The change at `path`, or NULL. */
static FIX_UNUSED const struct rj_change *wt_change(const char *path)
{
	for (size_t i = 0; i < wt.st.n; i++)
		if (!strcmp(wt.st.v[i].path, path))
			return &wt.st.v[i];
	return NULL;
}

/* One line for each change: a letter and the path, "R old -> new" for a rename. */
static FIX_UNUSED char *wt_text(void)
{
	static const char letters[] = {'A', 'M', 'D', 'R'};
	struct rj_buf b = {0};

	for (size_t i = 0; i < wt.st.n; i++) {
		const struct rj_change *c = &wt.st.v[i];

		rj_buf_printf(&b, "%s%c ", b.len ? "\n" : "",
			      rj_change_is_type(c) ? 'T' : letters[c->kind]);
		if (c->old_path)
			rj_buf_printf(&b, "%s -> ", c->old_path);
		rj_buf_puts(&b, c->path);
	}
	return rj_buf_take(&b);
}

static FIX_UNUSED void wt_is(const char *expected)
{
	RJ_AUTO(rj_free) char *text = wt_text();

	cr_expect_str_eq(text, expected, "got:\n%s\nnot:\n%s", text, expected);
}

static FIX_UNUSED void wt_has(const struct rj_strv *v, const char *expected)
{
	struct rj_buf b = {0};

	for (size_t i = 0; i < v->n; i++)
		rj_buf_printf(&b, "%s%s", i ? " " : "", v->v[i]);
	same(rj_buf_str(&b), expected);
	rj_buf_release(&b);
}

static FIX_UNUSED int wt_add_piece(void *arg, char origin, const char *text, size_t len)
{
	(void)origin;
	rj_buf_add(arg, text, len);
	return 0;
}

/* The unified diff; the caller releases. */
static FIX_UNUSED struct rj_buf wt_diff(void)
{
	struct rj_buf b = {0};
	struct rj_err err = {0};

	cr_assert(rj_status_diff(&wt.st, wt_add_piece, &b, &err) == 0, "%s", err.msg);
	return b;
}

/*
 * What `git add -A` in w would make of its index, as raw lines against the base; nothing is
 * touched. The copy of the index has no stat data, so that git reads every file: by itself it looks
 * at times in whole seconds only. Ours in the same form: "OLDMODE NEWMODE OLDID NEWID
 * STATUS\tPATH".
 */
#define WT_ADD_ALL                                                                          \
	"rm -rf tmp && mkdir -p tmp/objects && git -C w ls-files -s -z >tmp/list && "       \
	"export GIT_INDEX_FILE=$PWD/tmp/index GIT_OBJECT_DIRECTORY=$PWD/tmp/objects "       \
	"GIT_ALTERNATE_OBJECT_DIRECTORIES=$PWD/r/.git/objects && git -C w update-index -z " \
	"--index-info <tmp/list && git -C w add -A && "

static FIX_UNUSED struct rj_buf wt_git_changes(const char *against)
{
	RJ_AUTO(rj_buf_release) struct rj_buf command = {0}, raw = {0};
	struct rj_buf b = {0};

	rj_buf_printf(&command,
		      WT_ADD_ALL "git -C w diff --cached --raw --no-renames --no-abbrev -z %s",
		      against);
	cr_assert(fix_run(command.s, &raw) == 0);
	for (size_t at = 0; at < raw.len; at += strlen(raw.s + at) + 1)
		rj_buf_printf(&b, "%s%c", raw.s + at, raw.s[at] == ':' ? '\t' : '\n');
	return b;
}

static FIX_UNUSED struct rj_buf wt_our_changes(void)
{
	const struct rj_status_parts *p = wt.st.priv;
	struct rj_buf b = {0};

	for (size_t i = 0; i < wt.st.n; i++) {
		const struct rj_change *c = &wt.st.v[i];
		const struct rj_side *old = &p->items[i].old, *now = &p->items[i].now;
		char x[41], y[41];

		(void)git_oid_tostr(x, sizeof(x), &old->id);
		(void)git_oid_tostr(y, sizeof(y), &now->id);
		rj_buf_printf(&b, ":%06o %06o %s %s %c\t%s\n", (unsigned)old->mode,
			      (unsigned)now->mode, x, y,
			      rj_change_is_type(c) ? 'T' : "AMD"[c->kind], c -> path);
	}
	return b;
}

/* Read without renames, and hold changes and the number of uncommitted paths against git. */
static FIX_UNUSED void wt_same_as_git(const char *what)
{
	wt_read(0);
	RJ_AUTO(rj_buf_release) struct rj_buf ours = wt_our_changes();
	RJ_AUTO(rj_buf_release) struct rj_buf theirs = wt_git_changes(wt.base);
	RJ_AUTO(rj_buf_release) struct rj_buf open = wt_git_changes("robojail/x");
	size_t n = 0;

	for (size_t i = 0; i < open.len; i++)
		n += open.s[i] == ':' && (i == 0 || open.s[i - 1] == '\n');
	cr_expect_str_eq(rj_buf_str(&ours), rj_buf_str(&theirs), "%s: ours:\n%s\ngit's:\n%s", what,
			 rj_buf_str(&ours), rj_buf_str(&theirs));
	cr_expect(wt.st.uncommitted == n, "%s: %zu uncommitted, git has %zu:\n%s", what,
		  wt.st.uncommitted, n, rj_buf_str(&open));
}

#endif
