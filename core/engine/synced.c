#include "core/engine/synced.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/engine/session.h"
#include "core/engine/sync.h"
#include "core/sys/file.h"
#include "core/sys/names.h"

enum {
	TEXT_MAX = 32768, /* of what is kept: some 600 refs that are not packed */
	DEPTH_MAX = 8,
	YOUNG_NS = 100000000, /* ten ticks of the slowest clock */
};

struct look {
	struct rj_synced *s;
	int64_t old; /* nanoseconds; what changed after that is young */
};

static int64_t in_ns(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

/* Into the text, when it is there. Its mode, or 0. */
static mode_t note(struct look *l, int dir, const char *name)
{
	struct stat st;
	int64_t v[4];

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	v[0] = (int64_t)st.st_ino;
	v[1] = (int64_t)st.st_size;
	v[2] = (int64_t)st.st_mode;
	v[3] = in_ns(&st.st_ctim);
	if (v[3] > l->old)
		l->s->is_young = true;
	rj_buf_add(&l->s->now, name, strlen(name) + 1);
	rj_buf_add(&l->s->now, v, sizeof(v));
	return st.st_mode;
}

/* Refs and the directories that they lie in. False when there are too many. */
static bool note_refs(struct look *l, int above, const char *name, const char *parent, int depth)
{
	RJ_AUTO(rj_close) int dir = -1;
	struct rj_names names = {.fd = -1};
	const struct dirent *e;

	if (depth > DEPTH_MAX || l->s->now.len > TEXT_MAX)
		return false;
	if (!S_ISDIR(note(l, above, name)) || (!strcmp(parent, "remotes") && !strcmp(name, "host")))
		return true; /* that is what came from main */
	dir = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return false;
	names.fd = dir;
	while ((e = rj_names_next(&names)))
		if (!note_refs(l, dir, e->d_name, name, depth + 1))
			return false;
	rj_buf_add(&l->s->now, "", 1);
	return true;
}

static bool look_at(struct look *l, const struct rj_ctx *ctx, const struct rj_jail *jail,
		    const struct rj_repo *repo)
{
	static const char *const files[] = {"HEAD", "packed-refs", "logs/refs/stash"};
	RJ_AUTO(rj_free) char *git = rj_ctx_private(ctx, jail->name, "git");
	RJ_AUTO(rj_close)
	int dir = openat(AT_FDCWD, git, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct rj_worktree wt = rj_jail_worktree(jail);
	struct rj_err none;

	if (dir < 0 || rj_import_mark(repo, &wt, &l->s->now, &none) < 0)
		return false;
	for (size_t i = 0; i < RJ_COUNT(files); i++)
		(void)note(l, dir, files[i]);
	return note_refs(l, dir, "refs", "", 0);
}

void rj_synced_look(const struct rj_ctx *ctx, const struct rj_jail *jail,
		    const struct rj_repo *repo, struct rj_synced *ret)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail->name, "synced");
	RJ_AUTO(rj_buf_release) struct rj_buf then = {0};
	struct look l = {.s = ret};
	struct timespec now;
	struct rj_err none;

	*ret = (struct rj_synced){0};
	if (rj_session_running(ctx, jail->name) != 0 || clock_gettime(CLOCK_REALTIME, &now) < 0)
		return;
	l.old = in_ns(&now) - YOUNG_NS;
	if (!look_at(&l, ctx, jail, repo)) {
		rj_buf_release(&ret->now);
		return;
	}
	if (rj_file_read(AT_FDCWD, path, 2 * TEXT_MAX, &then, &none) == 0)
		ret->is_known = then.len == ret->now.len && !memcmp(then.s, ret->now.s, then.len);
}

void rj_synced_keep(const struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_synced *s,
		    const struct rj_import_result *found)
{
	RJ_AUTO(rj_free) char *path = rj_ctx_private(ctx, jail->name, "synced");
	RJ_AUTO(rj_close) int fd = -1;

	if (s->now.len == 0 || s->is_young || found->moved || found->others_n > 0 || found->aside ||
	    found->others_left_out > 0 || found->index_note)
		return;
	/* what is torn, or half written when somebody reads it, is as none */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)rj_write_all(fd, s->now.s, s->now.len);
}

void rj_synced_release(struct rj_synced *s)
{
	rj_buf_release(&s->now);
}
