/*
 * scan_ahead: the directories of a worktree that are just what the index says, found on several
 * threads before the walk.
 *
 * As a rule nearly all are, and the index knows which there are. A directory is `plain` when it
 * holds the files and subdirectories of the index, nothing else (which may be known from the last
 * time, see scan_seen.h), and each file is unchanged by its stat data. The walk does not enter it
 * when all below it are plain as well. It enters all others, and judges by itself, by the list of
 * names that was made here: what is not seen here can make it slower, but not wrong.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/git/scan_seen.h"
#include "core/git/scanner.h"
#include "core/sys/file.h"
#include "core/sys/pool.h"
#include "core/sys/uapi.h"

enum {
	FILES_PER_THREAD = 250, /* fewer are not worth the start of one */
	RUN = 4,		/* directories that a thread takes at a time */
	STRANGERS = 1 << 16,	/* names in a directory that the index has not; with more, */
	KEPT_MAX = 64 << 20,	/* and with more bytes than this in all, the walk has to list */
};

/* What is in a directory that is not plain, until the walk takes it. */
struct kept {
	struct rj_scan_list list;
	dev_t dev; /* to know the directory again */
	ino_t ino;
};

struct known {
	const char
		*path; /* the beginning of a path in the index, `len` bytes with '/' at the end */
	size_t len;
	size_t up;	    /* the directory that holds it */
	size_t files, dirs; /* how many the index has directly in it */
	size_t first;	    /* of its files, in `files` */
	bool plain;	    /* by itself; in the end with all below it */
	struct kept *kept;  /* or NULL */
};

struct rj_scan_ahead {
	int top;
	const struct rj_scanner *scanner;
	struct rj_seen seen;
	atomic_size_t kept; /* bytes */
	struct known *v;    /* in the order of the index, each before those in it */
	size_t n, cap;
	size_t *files; /* entries of the index by directory */
	size_t *last;  /* scratch: directories above the last entry */
	size_t last_cap;
};

/* Note the directories above each entry, and which entry lies in which. */
static void find_dirs(struct rj_scan_ahead *a, const struct rj_hostindex *ix, size_t *where)
{
	const char *last = "";
	size_t depth = 1;

	a->v = rj_grow(a->v, &a->cap, 1, sizeof(*a->v));
	a->v[a->n++] = (struct known){.path = last};
	a->last = rj_grow(a->last, &a->last_cap, 1, sizeof(*a->last));
	a->last[0] = 0;
	for (size_t i = 0; i < ix->n; i++) {
		const char *path = ix->v[i].path;
		size_t same = 0, keep = 1;

		for (size_t k = 0; keep < depth && path[k] && path[k] == last[k]; k++)
			if (path[k] == '/') {
				same = k + 1;
				keep++;
			}
		depth = keep;
		for (const char *p = path + same; (p = strchr(p, '/')); p++) {
			size_t up = a->last[depth - 1];

			a->v = rj_grow(a->v, &a->cap, a->n + 1, sizeof(*a->v));
			a->v[up].dirs++;
			a->last = rj_grow(a->last, &a->last_cap, depth + 1, sizeof(*a->last));
			a->last[depth++] = a->n;
			a->v[a->n++] = (struct known){
				.path = path, .len = (size_t)(p - path) + 1, .up = up};
		}
		where[i] = a->last[depth - 1];
		a->v[where[i]].files++;
		last = path;
	}
}

/* Put the entries of each directory side by side; their order stays. */
static void sort_files(struct rj_scan_ahead *a, const size_t *where, size_t n)
{
	size_t at = 0;

	a->files = rj_alloc(n, sizeof(*a->files));
	for (size_t i = 0; i < a->n; i++) {
		a->v[i].first = at;
		at += a->v[i].files;
		a->v[i].files = 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct known *k = &a->v[where[i]];

		a->files[k->first + k->files++] = i;
	}
}

/* Does the index have a file of this name in this directory? */
static bool is_tracked_file(const struct rj_scan_ahead *a, const struct known *k, const char *name)
{
	const struct rj_hostindex *ix = a->scanner->src->index;
	size_t lo = k->first, hi = k->first + k->files;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(name, ix->v[a->files[mid]].path + k->len);

		if (c == 0)
			return strcmp(name, ".gitignore") != 0; /* the walk has to read it */
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

/* A path that ends with '/' sorts as the entries below it do. */
static int compare(const char *path, size_t len, const struct known *k)
{
	size_t common = len < k->len ? len : k->len;
	int c = memcmp(path, k->path, common);

	return c ? c : (len > k->len) - (len < k->len);
}

static const struct known *find_dir(const struct rj_scan_ahead *a, const char *path, size_t len)
{
	size_t lo = 0, hi = a->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = compare(path, len, &a->v[mid]);

		if (c == 0)
			return &a->v[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static bool is_tracked_dir(const struct rj_scan_ahead *a, const struct known *k, const char *name)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%.*s%s/", (int)k->len, k->path, name);

	return len > 0 && (size_t)len < sizeof(path) && find_dir(a, path, (size_t)len);
}

/* Are they the names of the index? Each is there once, so counting tells of missing ones. */
static bool has_its_names(const struct rj_scan_ahead *a, const struct known *k,
			  const struct rj_scan_list *list)
{
	size_t dirs = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct rj_scan_name *name = &list->v[i];

		if (name->is_dir ? !is_tracked_dir(a, k, name->name)
				 : !is_tracked_file(a, k, name->name))
			return false;
		dirs += name->is_dir;
	}
	return dirs == k->dirs && list->n - dirs == k->files;
}

static bool has_its_files(const struct rj_scan_ahead *a, const struct known *k, int fd)
{
	for (size_t i = k->first; i < k->first + k->files; i++) {
		const struct rj_index_entry *e = &a->scanner->src->index->v[a->files[i]];
		struct stat st;

		if (fstatat(fd, e->path + k->len, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) ||
		    !rj_scan_unchanged(a->scanner, &st, e))
			return false;
	}
	return true;
}

/* Find the stat data of what the list names, and keep it. */
static void keep(struct rj_scan_ahead *a, struct known *k, int fd, const struct stat *st,
		 struct rj_scan_list *list)
{
	size_t size = rj_scan_list_size(list) + list->text.len;

	if (atomic_fetch_add(&a->kept, size) > KEPT_MAX)
		return;
	rj_scan_stat(fd, list);
	k->kept = rj_alloc(1, sizeof(*k->kept));
	*k->kept = (struct kept){.list = *list, .dev = st->st_dev, .ino = st->st_ino};
	*list = (struct rj_scan_list){0};
}

/* `list` is room to use again. */
static void look_at(struct rj_scan_ahead *a, size_t dir, int fd, struct rj_scan_list *list)
{
	struct known *k = &a->v[dir];
	size_t most = k->files + k->dirs + STRANGERS;
	struct stat st;
	bool seen, named;

	if (fstat(fd, &st) < 0)
		return;
	seen = named = rj_seen_same(&a->seen, dir, &st);
	if (!seen) {
		if (rj_scan_names(fd, most, list) < 0)
			return;
		named = has_its_names(a, k, list);
		if (named)
			rj_seen_note(&a->seen, dir, &st);
	}
	k->plain = named && has_its_files(a, k, fd);
	if (!k->plain && (!seen || rj_scan_names(fd, most, list) == 0))
		keep(a, k, fd, &st, list);
}

static int look_at_runs(struct rj_pool *pool, unsigned worker, void *arg, struct rj_err *err)
{
	struct rj_scan_ahead *a = arg;
	RJ_AUTO(rj_scan_list_release) struct rj_scan_list list = {0};
	char path[PATH_MAX];
	size_t run;

	(void)worker;
	(void)err;
	while (rj_pool_take(pool, &run))
		for (size_t i = run * RUN; i < a->n && i < (run + 1) * RUN; i++) {
			const struct known *k = &a->v[i];
			RJ_AUTO(rj_close) int fd = -1;

			if (k->len == 0 || k->len > sizeof(path))
				continue; /* the walk enters the top anyway */
			memcpy(path, k->path, k->len);
			path[k->len - 1] = '\0';
			fd = rj_openat2(a->top, path,
					O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK,
					RJ_RESOLVE_BENEATH | RJ_RESOLVE_NO_SYMLINKS);
			if (fd >= 0)
				look_at(a, i, fd, &list);
		}
	return 0;
}

struct rj_scan_ahead *rj_scan_ahead_new(int top, const struct rj_scanner *s)
{
	const struct rj_hostindex *ix = s->src->index;
	RJ_AUTO(rj_free) size_t *where = NULL;
	struct rj_scan_ahead *a;
	struct rj_err ignored;

	if (ix->n == 0)
		return NULL;
	where = rj_alloc(ix->n, sizeof(*where));
	a = rj_alloc(1, sizeof(*a));
	a->top = top;
	a->scanner = s;
	find_dirs(a, ix, where);
	sort_files(a, where, ix->n);
	rj_seen_open(s->src->seen, top, ix, a->n, &a->seen);
	(void)rj_pool_run((a->n + RUN - 1) / RUN, rj_pool_size(ix->n, FILES_PER_THREAD),
			  look_at_runs, a, &ignored);
	rj_seen_close(&a->seen);
	for (size_t i = a->n; i-- > 1;)
		if (!a->v[i].plain)
			a->v[a->v[i].up].plain = false;
	return a;
}

bool rj_scan_ahead_plain(const struct rj_scan_ahead *a, const char *path, size_t len)
{
	const struct known *k = a ? find_dir(a, path, len) : NULL;

	return k && k->plain;
}

bool rj_scan_ahead_take(const struct rj_scan_ahead *a, const struct rj_scan_level *level,
			const char *path, struct rj_scan_list *ret)
{
	const struct known *k = a ? find_dir(a, path, level->path_len) : NULL;

	if (!k || !k->kept || k->kept->dev != level->dev || k->kept->ino != level->ino)
		return false;
	*ret = k->kept->list;
	k->kept->list = (struct rj_scan_list){0};
	return true;
}

void rj_scan_ahead_free(struct rj_scan_ahead *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].kept)
			rj_scan_list_release(&a->v[i].kept->list);
		rj_free(&a->v[i].kept);
	}
	rj_free(&a->v);
	rj_free(&a->files);
	rj_free(&a->last);
	rj_free(&a);
}
