/* scan_list: the names in one directory of a worktree, with their stat data. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/git/scanner.h"

enum { BATCH = 1 << 15 }; /* bytes of names read at a time; readdir(3) of musl takes 2 KiB */

int rj_scan_order(const struct rj_scan_name *name, const char *other, size_t len, bool is_dir)
{
	size_t common = name->len < len ? name->len : len;
	int c = memcmp(name->name, other, common);
	unsigned char x, y;

	if (c)
		return c;
	x = common < name->len ? (unsigned char)name->name[common] : name->is_dir ? '/' : '\0';
	y = common < len ? (unsigned char)other[common] : is_dir ? '/' : '\0';
	return x - y;
}

static int by_name(const void *a, const void *pb)
{
	const struct rj_scan_name *b = pb;

	return rj_scan_order(a, b->name, b->len, b->is_dir);
}

const struct rj_scan_name *rj_scan_find(const struct rj_scan_list *list, const char *name,
					size_t len, bool is_dir)
{
	struct rj_scan_name key = {.name = name, .len = len, .is_dir = is_dir};

	return list->n ? bsearch(&key, list->v, list->n, sizeof(key), by_name) : NULL;
}

static bool is_dir_at(int fd, const struct dirent *de)
{
	struct stat st;

	if (de->d_type != DT_UNKNOWN) /* some file systems do not say */
		return de->d_type == DT_DIR;
	return fstatat(fd, de->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* Add a name, but for the pointer to it: the text may still move. */
static void add_name(struct rj_scan_list *list, int fd, const struct dirent *de)
{
	struct rj_scan_name n = {.len = strlen(de->d_name), .is_dir = is_dir_at(fd, de)};

	rj_buf_add(&list->text, de->d_name, n.len + 1);
	list->v = rj_grow(list->v, &list->cap, list->n + 1, sizeof(n));
	list->v[list->n++] = n;
}

static int read_names(int fd, size_t most, struct rj_scan_list *list)
{
	_Alignas(struct dirent) char batch[BATCH];
	long n;

	while ((n = syscall(SYS_getdents64, fd, batch, BATCH)) > 0)
		for (long at = 0; at < n;) {
			const struct dirent *de = (const struct dirent *)(const void *)(batch + at);

			at += de->d_reclen;
			if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
				continue;
			if (list->n == most)
				return -E2BIG;
			add_name(list, fd, de);
		}
	return n < 0 ? -errno : 0;
}

int rj_scan_names(int fd, size_t most, struct rj_scan_list *list)
{
	const char *name;
	int r;

	list->n = list->text.len = 0;
	r = read_names(fd, most, list);
	name = list->text.s;
	for (size_t i = 0; i < list->n; i++) {
		list->v[i].name = name;
		name += list->v[i].len + 1;
	}
	return r;
}

static void sort(struct rj_scan_list *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_name);
}

void rj_scan_stat(int fd, struct rj_scan_list *list)
{
	bool moved = false;
	size_t to = 0;

	sort(list);
	for (size_t i = 0; i < list->n; i++) {
		struct rj_scan_name *n = &list->v[i];

		if (!n->is_dir && fstatat(fd, n->name, &n->st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				continue;
			n->st = (struct stat){0}; /* of no kind: will be named unreadable */
		}
		if (!n->is_dir && S_ISDIR(n->st.st_mode))
			n->is_dir = moved = true;
		list->v[to++] = *n;
	}
	list->n = to;
	if (moved)
		sort(list);
}

void rj_scan_list_release(struct rj_scan_list *list)
{
	rj_buf_release(&list->text);
	rj_free(&list->v);
	*list = (struct rj_scan_list){0};
}
