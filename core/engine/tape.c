#include "core/engine/tape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/model/cast.h"
#include "core/model/words.h"
#include "core/sys/file.h"

enum {
	TAIL_MAX = 4096,
	TRIES = 100,
	USUAL_COLS = 80,
	USUAL_ROWS = 24,
	NAME_MAX_BYTES = RJ_JOURNAL_ID + 8,
	LAST_WORDS = 256, /* bytes that are spared for the note at the end */
};

struct rj_tape {
	int dir; /* private/NAME/log */
	char *path;
	int cast; /* -1: there is no recording, or no more */
	char cast_name[NAME_MAX_BYTES], tail_name[NAME_MAX_BYTES];
	bool recorded;
	uint64_t size, most; /* bytes of it */
	uint64_t mib;
	struct timespec start;
	unsigned cols, rows;
	struct rj_cast_cut cut;
	struct rj_buf line;
	int trouble; /* errno that ended it, -1 when it is full, 0 */

	int tail;
	size_t tail_n;
	char last[TAIL_MAX];
};

static uint64_t now_us(const struct rj_tape *t)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)((int64_t)(now.tv_sec - t->start.tv_sec) * 1000000 +
			  (now.tv_nsec - t->start.tv_nsec) / 1000);
}

static void stop(struct rj_tape *t, int why)
{
	t->trouble = why;
	rj_close(&t->cast);
	t->cast = -1;
}

/* What is in `line`, as a whole or not at all. */
static void write_line(struct rj_tape *t)
{
	int rc;

	if (t->line.len == 0)
		return;
	if (t->size + t->line.len + LAST_WORDS > t->most) {
		t->line.len = 0;
		rj_cast_add_note(&t->line, now_us(t), "robojail: the recording is full");
		(void)rj_write_all(t->cast, t->line.s, t->line.len);
		stop(t, -1);
		return;
	}
	rc = rj_write_all(t->cast, t->line.s, t->line.len);
	if (rc == 0) {
		t->size += t->line.len;
		return;
	}
	(void)ftruncate(t->cast, (off_t)t->size);
	stop(t, -rc);
}

static void keep_last(struct rj_tape *t, const char *bytes, size_t len)
{
	if (t->tail < 0)
		return;
	if (len >= TAIL_MAX) {
		bytes += len - TAIL_MAX;
		len = TAIL_MAX;
		t->tail_n = 0;
	} else if (t->tail_n + len > TAIL_MAX) {
		const size_t keep = TAIL_MAX - len;

		memmove(t->last, t->last + t->tail_n - keep, keep);
		t->tail_n = keep;
	}
	memcpy(t->last + t->tail_n, bytes, len);
	t->tail_n += len;
	/* Not a mapping of the file: on a full disk a store there is a SIGBUS, this an error. */
	(void)pwrite(t->tail, t->last, t->tail_n, 0);
}

void rj_tape_output(struct rj_tape *t, const char *bytes, size_t len)
{
	if (!t)
		return;
	keep_last(t, bytes, len);
	if (t->cast < 0)
		return;
	t->line.len = 0;
	rj_cast_add_output(&t->line, &t->cut, now_us(t), bytes, len);
	write_line(t);
}

void rj_tape_size(struct rj_tape *t, int fd)
{
	struct winsize ws = {0};

	if (!t || t->cast < 0 || ioctl(fd, TIOCGWINSZ, &ws) < 0 || !ws.ws_col || !ws.ws_row ||
	    (ws.ws_col == t->cols && ws.ws_row == t->rows))
		return;
	t->cols = ws.ws_col;
	t->rows = ws.ws_row;
	t->line.len = 0;
	rj_cast_add_size(&t->line, now_us(t), t->cols, t->rows);
	write_line(t);
}

/* Is whoever made this file gone? It holds a lock on it as long as it lives. The lock, if so, is
 * ours. */
static bool is_stale(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static bool ends_with(const char *name, const char *end)
{
	const size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

static int open_tail(int dir, const char *name, int flags)
{
	return openat(dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
}

/* What supervisors left that were killed. */
static void remove_stale(int dir)
{
	int own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		int fd = ends_with(e->d_name, ".tail") ? open_tail(dir, e->d_name, O_RDWR) : -1;

		if (fd >= 0 && is_stale(fd))
			(void)unlinkat(dir, e->d_name, 0);
		rj_close(&fd);
	}
	if (d)
		(void)closedir(d);
	else
		rj_close(&own);
}

/* Somebody who looks for stale ones may have seen it before it was locked. */
static int make_tail(const struct rj_tape *t)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = open_tail(t->dir, t->tail_name, O_RDWR | O_CREAT);
		struct stat st;

		if (fd < 0)
			return -1;
		while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
			continue;
		if (fstat(fd, &st) == 0 && st.st_nlink > 0)
			return fd;
		rj_close(&fd);
	}
	return -1;
}

static void first_size(struct rj_tape *t)
{
	static const int order[] = {1, 2, 0};
	struct winsize ws;

	t->cols = USUAL_COLS;
	t->rows = USUAL_ROWS;
	for (size_t i = 0; i < RJ_COUNT(order); i++)
		if (ioctl(order[i], TIOCGWINSZ, &ws) == 0 && ws.ws_col && ws.ws_row) {
			t->cols = ws.ws_col;
			t->rows = ws.ws_row;
			return;
		}
}

static int make_cast(struct rj_tape *t, const struct rj_journal_mark *mark, char *const *argv,
		     struct rj_err *err)
{
	struct rj_strv words = {0};
	RJ_AUTO(rj_free) char *command = NULL;

	rj_strv_add_all(&words, argv);
	command = rj_words_join(&words);
	rj_strv_release(&words);
	if (strlen(command) > RJ_JOURNAL_WORDS)
		command[RJ_JOURNAL_WORDS] = '\0';
	t->cast = openat(t->dir, t->cast_name,
			 O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (t->cast < 0)
		return rj_fail(err, errno, "cannot make the recording %s/%s", t->path,
			       t->cast_name);
	first_size(t);
	rj_cast_add_head(&t->line, &(struct rj_cast_head){
					   .cols = t->cols,
					   .rows = t->rows,
					   .timestamp = mark->wall.tv_sec,
					   .command = command,
					   .term = getenv("TERM"),
					   .shell = getenv("SHELL"),
				   });
	write_line(t);
	if (t->cast >= 0) {
		t->recorded = true;
		return 0;
	}
	(void)unlinkat(t->dir, t->cast_name, 0);
	rj_fail(err, t->trouble > 0 ? t->trouble : EFBIG, "cannot write the recording %s/%s",
		t->path, t->cast_name);
	return rj_hint(err, "make room on that file system, or go without it: --no-record");
}

/* record_max_mib, or less when the user's own limit on files (ulimit -f) is. */
static uint64_t most_bytes(const struct rj_config *config)
{
	const uint64_t most = config->record_max_mib << 20;
	struct rlimit files;

	return getrlimit(RLIMIT_FSIZE, &files) == 0 && files.rlim_cur < most ? files.rlim_cur
									     : most;
}

static int refuse_without(struct rj_err *err)
{
	rj_refuse(err, ENOTTY, "there is no terminal to record");
	return rj_hint(err, "without one the command's output is yours already: redirect it to a "
			    "file, and leave --record out");
}

int rj_tape_start(const struct rj_ctx *ctx, const char *name, const struct rj_journal_mark *mark,
		  char *const *argv, enum rj_record how, bool tty, struct rj_tape **ret,
		  struct rj_err *err)
{
	const bool record =
		how == RJ_RECORD_YES || (how == RJ_RECORD_CONFIGURED && ctx->config.record);
	struct rj_tape *t;
	struct rj_err why;
	int dir;

	*ret = NULL;
	if (!tty)
		return how == RJ_RECORD_YES ? refuse_without(err) : 0;
	dir = rj_journal_dir(ctx, name, how == RJ_RECORD_YES ? err : &why);
	if (dir < 0)
		return how == RJ_RECORD_YES ? dir : 0;
	t = rj_alloc(1, sizeof(*t));
	*t = (struct rj_tape){.dir = dir, .cast = -1, .tail = -1, .start = mark->clock};
	t->path = rj_ctx_private(ctx, name, "log");
	t->most = most_bytes(&ctx->config);
	t->mib = ctx->config.record_max_mib;
	(void)snprintf(t->cast_name, sizeof(t->cast_name), "%s.cast", mark->id);
	(void)snprintf(t->tail_name, sizeof(t->tail_name), "%s.tail", mark->id);
	remove_stale(dir);
	t->tail = make_tail(t);
	*ret = t;
	if (!record || make_cast(t, mark, argv, &why) == 0)
		return 0;
	t->trouble = why.num; /* which rj_tape_end tells */
	if (how != RJ_RECORD_YES)
		return 0;
	rj_tape_drop(ret);
	*err = why;
	return -err->num;
}

static void release(struct rj_tape **tape)
{
	struct rj_tape *t = *tape;

	/* removed while the lock is held, so that nobody takes it for a stale one's */
	if (t->tail >= 0)
		(void)unlinkat(t->dir, t->tail_name, 0);
	rj_close(&t->tail);
	rj_close(&t->cast);
	rj_close(&t->dir);
	rj_free(&t->path);
	rj_buf_release(&t->line);
	rj_free(tape);
}

static int tell(const struct rj_tape *t, struct rj_err *err)
{
	if (t->trouble < 0) {
		rj_refuse(err, EFBIG,
			  "the recording %s/%s has record_max_mib (%llu MiB) and ends there",
			  t->path, t->cast_name, (unsigned long long)t->mib);
		return rj_hint(err, "for more, raise record_max_mib in config.toml");
	}
	rj_fail(err, t->trouble, "the recording %s/%s is not whole", t->path, t->cast_name);
	if (t->trouble == ENOSPC || t->trouble == EDQUOT)
		rj_hint(err, "make room on that file system; the session was not disturbed");
	return -err->num;
}

int rj_tape_end(struct rj_tape **tape, bool *ret_recorded, struct rj_err *err)
{
	struct rj_tape *t = *tape;
	int rc = 0;

	*ret_recorded = t && t->recorded;
	if (!t)
		return 0;
	if (t->cast >= 0) {
		t->line.len = 0;
		rj_cast_add_rest(&t->line, &t->cut, now_us(t));
		write_line(t);
	}
	if (t->trouble)
		rc = tell(t, err);
	release(tape);
	return rc;
}

void rj_tape_drop(struct rj_tape **tape)
{
	if (!*tape)
		return;
	if ((*tape)->recorded)
		(void)unlinkat((*tape)->dir, (*tape)->cast_name, 0);
	release(tape);
}
