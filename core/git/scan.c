/*
 * scan: the walk through a worktree, from outside.
 *
 * One level is kept for each directory between the top and the place at hand. Only the first and
 * the last few levels keep their descriptor: a tree can be deeper than a process may have
 * descriptors. A level that was put away is opened again by ".." from the one below it, and taken
 * only if it is the same directory (device and inode): when the jail moved directories meanwhile,
 * the rest of it is named unreadable.
 */
#include "core/git/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/git/giterr.h"
#include "core/git/scanner.h"

enum {
	KEEP_FIRST = 32, /* levels from the top that keep their descriptor */
	KEEP_LAST = 32,	 /* and from the bottom */
	DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
};

int rj_scan_charge(struct rj_scanner *s, size_t bytes)
{
	s->names_bytes += bytes;
	if (s->names_bytes <= RJ_SCAN_NAMES_MAX)
		return 0;
	(void)rj_refuse(s->err, E2BIG, "the worktree has too many files to be listed");
	return rj_hint(s->err,
		       "look into it from inside the jail, and remove or ignore (.gitignore) "
		       "what is not part of the work");
}

void rj_scan_give_back(struct rj_scanner *s, size_t bytes)
{
	s->names_bytes -= bytes < s->names_bytes ? bytes : s->names_bytes;
}

int rj_scan_add(struct rj_scanner *s, const struct rj_scan_entry *entry)
{
	struct rj_scan *out = s->out;

	out->v = rj_grow(out->v, &out->cap, out->n + 1, sizeof(*out->v));
	out->v[out->n] = *entry;
	out->v[out->n++].path = rj_strndup(s->path.s, s->path.len);
	return rj_scan_charge(s, s->path.len + sizeof(*entry));
}

int rj_scan_unreadable(struct rj_scanner *s, bool is_dir)
{
	RJ_AUTO(rj_buf_release) struct rj_buf path = {0};

	rj_buf_add(&path, s->path.s, s->path.len);
	if (is_dir && (path.len == 0 || path.s[path.len - 1] != '/'))
		rj_buf_putc(&path, '/');
	rj_strv_give(&s->out->unreadable, rj_buf_take(&path));
	return rj_scan_charge(s, s->path.len);
}

int rj_scan_gone(struct rj_scanner *s, size_t from, size_t to)
{
	size_t len = s->path.len;
	int r = 0;

	for (size_t i = from; i < to && r == 0; i++) {
		const struct rj_index_entry *e = &s->src->index->v[i];
		struct rj_scan_entry entry = {.index = rj_side_of_entry(e)};

		bool closed = entry.index.mode == GIT_FILEMODE_COMMIT; /* by us, see indexout.h */

		if ((e->skipped && !closed) || entry.index.mode == 0)
			continue;
		s->path.len = 0;
		rj_buf_add(&s->path, e->path, e->len);
		r = rj_scan_add(s, &entry);
	}
	if (from < to) { /* the entries begin with the path at hand: it is still there */
		s->path.len = len;
		s->path.s[len] = '\0';
	}
	return r;
}

/* What was charged for the list is given back; its names still count, as in all of W. */
static void release_list(struct rj_scanner *s, struct rj_scan_list *list)
{
	rj_scan_give_back(s, rj_scan_list_size(list));
	rj_scan_list_release(list);
}

static void release_level(struct rj_scanner *s, struct rj_scan_level *level)
{
	rj_close(&level->fd);
	release_list(s, &level->list);
	rj_scan_drop_rules(s, level);
}

/* Begin with the directory `fd`, whose path is s->path; entries [from, to) are the index's. */
static int push(struct rj_scanner *s, int fd, size_t from, size_t to)
{
	struct rj_scan_level level = {
		.fd = fd,
		.path_len = s->path.len,
		.from = from,
		.to = to,
		.hidden = {s->depth ? -1 : 0, s->depth ? -1 : 0},
	};
	bool skip = false;
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0) {
		rj_close(&fd);
		return rj_scan_unreadable(s, true);
	}
	level.dev = st.st_dev;
	level.ino = st.st_ino;
	s->levels = rj_grow(s->levels, &s->cap, s->depth + 1, sizeof(*s->levels));
	s->levels[s->depth++] = level;
	if (s->depth > KEEP_FIRST + KEEP_LAST) {
		struct rj_scan_level *away = &s->levels[s->depth - 1 - KEEP_LAST];

		rj_close(&away->fd);
		away->fd = -1;
	}
	r = rj_scan_list(s);
	if (r == 0)
		r = rj_scan_nested(s, &skip);
	if (skip)
		release_list(s, &rj_scan_here(s)->list);
	if (r < 0 || skip)
		return r;
	r = rj_scan_load_rules(s);
	return r < 0 ? r : rj_scan_compare(s);
}

/* Enter directory `name` of the level at hand. */
static int enter(struct rj_scanner *s, const struct rj_scan_name *name)
{
	struct rj_scan_level *here = rj_scan_here(s);
	size_t from = name->from, to = name->to;
	int fd;

	s->path.len = here->path_len;
	rj_buf_add(&s->path, name->name, name->len);
	rj_buf_putc(&s->path, '/');
	if (rj_scan_ahead_plain(s->ahead, s->path.s, s->path.len))
		return 0;
	if (here->fd < 0 || s->path.len > RJ_SCAN_PATH_MAX)
		return rj_scan_unreadable(s, true);
	fd = rj_scan_open(s, here->fd, name->name, DIR_FLAGS);
	if (fd < 0 && errno == ENOENT)
		return rj_scan_gone(s, from, to);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return rj_fail(s->err, errno, "cannot open directory '%s' of the worktree",
			       s->path.s);
	if (fd < 0)
		return rj_scan_unreadable(s, true);
	return push(s, fd, from, to);
}

/* The level at hand is done: back to the one above it. */
static void pop(struct rj_scanner *s)
{
	struct rj_scan_level *done = rj_scan_here(s), *up = done - 1;
	struct stat st;

	if (s->depth > 1 && up->fd < 0 && done->fd >= 0) {
		up->fd = openat(done->fd, "..", DIR_FLAGS);
		if (up->fd >= 0 &&
		    (fstat(up->fd, &st) < 0 || st.st_dev != up->dev || st.st_ino != up->ino)) {
			rj_close(&up->fd);
			up->fd = -1;
		}
	}
	release_level(s, done);
	s->depth--;
}

static int walk(struct rj_scanner *s)
{
	int r = 0;

	while (s->depth && r == 0) {
		struct rj_scan_level *here = rj_scan_here(s);

		while (here->next < here->list.n &&
		       (!here->list.v[here->next].is_dir || here->list.v[here->next].claimed))
			here->next++;
		if (here->next == here->list.n)
			pop(s);
		else
			r = enter(s, &here->list.v[here->next++]);
	}
	return r < 0 ? r : rj_scan_finish(s);
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct rj_scan_entry *)a)->path,
		      ((const struct rj_scan_entry *)b)->path);
}

int rj_scan_read(const char *worktree, const struct rj_scan_source *src, unsigned flags,
		 struct rj_scan *ret, struct rj_err *err)
{
	struct rj_scan out = {0};
	struct rj_scanner s = {
		.src = src, .flags = flags, .steps = RJ_SCAN_STEPS, .out = &out, .err = err};
	int fd = open(worktree, DIR_FLAGS), r;

	if (fd < 0)
		return rj_fail(err, errno, "cannot open the worktree %s", worktree);
	r = rj_ignore_user_load(src->repo, &s.user, err);
	if (r == 0) {
		rj_buf_puts(&s.path, "");
		s.ahead = rj_scan_ahead_new(fd, &s);
		r = push(&s, fd, 0, src->index->n);
		fd = -1;
	}
	if (r == 0)
		r = walk(&s);
	while (s.depth)
		pop(&s);
	rj_close(&fd);
	rj_scan_later_release(&s.later);
	rj_scan_ahead_free(s.ahead);
	rj_free(&s.levels);
	rj_buf_release(&s.path);
	rj_ignore_user_release(&s.user);
	if (r < 0) {
		rj_scan_release(&out);
		return r;
	}
	if (out.n)
		qsort(out.v, out.n, sizeof(*out.v), by_path);
	*ret = out;
	return 0;
}

void rj_scan_release(struct rj_scan *scan)
{
	for (size_t i = 0; i < scan->n; i++) {
		rj_free(&scan->v[i].path);
		rj_free(&scan->v[i].content);
	}
	rj_free(&scan->v);
	rj_strv_release(&scan->nested);
	rj_strv_release(&scan->special);
	rj_strv_release(&scan->unreadable);
	rj_strv_release(&scan->newly_ignored);
	rj_free(&scan->rules_stop);
	*scan = (struct rj_scan){0};
}
