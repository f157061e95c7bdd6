/* What sessions a jail had; declared in journal.h */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/journal.h"
#include "core/engine/tape.h"
#include "core/model/cast.h"
#include "core/sys/file.h"

enum {
	FILE_MOST = 4 << 20, /* it is cut at 1 MiB */
	HEAD_MOST = 65536,
};

static struct rj_journal_entry *add(struct rj_journal *h)
{
	h->v = rj_grow(h->v, &h->cap, h->n + 1, sizeof(*h->v));
	return &h->v[h->n++];
}

/* Any bytes: a power cut may leave zeros. */
static void read_lines(const char *text, size_t len, struct rj_journal *h)
{
	for (size_t at = 0, n; at < len; at += n + 1) {
		const char *end = memchr(text + at, '\n', len - at);
		struct rj_journal_entry e;

		n = end ? (size_t)(end - (text + at)) : len - at;
		if (n == 0)
			continue;
		if (rj_journal_parse(text + at, n, &e))
			*add(h) = e;
		else
			h->damaged++;
	}
}

static bool is_known(const struct rj_journal *h, const char *id)
{
	for (size_t i = 0; i < h->n; i++)
		if (!strcmp(h->v[i].id, id))
			return true;
	return false;
}

/* "ID.cast" -> ID, malloc'd; NULL for any other name. */
static char *id_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	char *id;

	if (!dot || strcmp(dot, ".cast") != 0)
		return NULL;
	id = rj_strndup(name, (size_t)(dot - name));
	if (!rj_journal_is_id(id))
		rj_free(&id);
	return id;
}

/* What the head of a recording says of its session. */
static void read_head(int dir, const char *name, struct rj_journal_entry *e)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	RJ_AUTO(rj_free) char *text = rj_alloc(1, HEAD_MOST);
	RJ_AUTO(rj_cast_release) struct rj_cast_reader r = {.file = name};
	struct rj_cast_event event;
	struct rj_err ignored;
	ssize_t n = fd < 0 ? -1 : read(fd, text, HEAD_MOST);
	struct tm tm = {0};
	char when[32] = "";

	if (n > 0)
		rj_cast_feed(&r, text, (size_t)n);
	if (rj_cast_next(&r, &event, &ignored) != 1)
		return;
	(void)gmtime_r(&(time_t){(time_t)event.timestamp}, &tm);
	if (event.timestamp && strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		e->started = rj_strdup(when);
	if (event.text) {
		RJ_AUTO(rj_free) char *command = rj_strndup(event.text, event.len);

		rj_journal_set_argv(e, (char *const[]){command, NULL});
	}
}

static int read_recordings(int fd, struct rj_journal *h, struct rj_err *err)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	const struct dirent *entry;
	const size_t lines = h->n;

	if (!d) {
		rj_fail(err, errno, "cannot list the recordings");
		rj_close(&own);
		return -err->num;
	}
	while ((entry = readdir(d))) {
		char *id = id_of(entry->d_name);
		struct rj_journal_entry *e;

		if (!id || is_known(&(struct rj_journal){.v = h->v, .n = lines}, id)) {
			rj_free(&id);
			continue;
		}
		e = add(h);
		*e = (struct rj_journal_entry){.id = id,
					       .recorded = true,
					       .ms = -1,
					       .status = -1,
					       .commits = -1,
					       .files = -1};
		e->running = rj_tape_is_live(fd, id);
		read_head(fd, entry->d_name, e);
	}
	(void)closedir(d);
	return 0;
}

/* Ids are the second of the start and a PID: as numbers, so that 9999 comes before 10000. */
static int by_id(const void *a, const void *b)
{
	const struct rj_journal_entry *x = a, *y = b;

	return strverscmp(x->id, y->id);
}

int rj_journal_read(const struct rj_ctx *ctx, const char *name, struct rj_journal *ret,
		    struct rj_err *err)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, name, "log/history.jsonl");
	RJ_AUTO(rj_close) int dir = rj_journal_dir(ctx, name, err);
	RJ_AUTO(rj_buf_release) struct rj_buf text = {0};
	struct rj_journal h = {0};

	if (dir == -ENOENT) {
		*ret = h; /* a jail of RoboJail 0.1, or half made: it has no private data yet */
		return 0;
	}
	if (dir < 0)
		return dir;
	if (rj_file_read(AT_FDCWD, path, FILE_MOST, &text, err) < 0 && err->num != ENOENT)
		return -err->num;
	read_lines(rj_buf_str(&text), text.len, &h);
	if (read_recordings(dir, &h, err) < 0) {
		rj_journal_release(&h);
		return -err->num;
	}
	if (h.n > 0)
		qsort(h.v, h.n, sizeof(*h.v), by_id);
	*ret = h;
	return 0;
}

void rj_journal_release(struct rj_journal *h)
{
	for (size_t i = 0; i < h->n; i++)
		rj_journal_entry_release(&h->v[i]);
	rj_free(&h->v);
	*h = (struct rj_journal){0};
}
