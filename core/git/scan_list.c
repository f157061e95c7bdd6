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

/* Add a name; its text goes to *text for now. What has vanished is left out. */
static void add_name(struct rj_scan_list *list, int fd, const struct dirent *de,
		     struct rj_buf *text)
{
	struct rj_scan_name n = {.len = strlen(de->d_name), .is_dir = de->d_type == DT_DIR};

	if (!n.is_dir) {
		if (fstatat(fd, de->d_name, &n.st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				return;
			n.st = (struct stat){0}; /* of no kind: will be named unreadable */
		}
		n.is_dir = S_ISDIR(n.st.st_mode);
	}
	rj_buf_add(text, de->d_name, n.len + 1);
	list->v = rj_grow(list->v, &list->cap, list->n + 1, sizeof(n));
	list->v[list->n++] = n;
}

static int read_names(int fd, size_t most, struct rj_scan_list *list, struct rj_buf *text)
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
			add_name(list, fd, de, text);
		}
	return n < 0 ? -errno : 0;
}

int rj_scan_names(int fd, size_t most, struct rj_scan_list *ret)
{
	struct rj_buf text = {0};
	char *name;
	int r = read_names(fd, most, ret, &text);

	ret->bytes = text.len;
	ret->names = name = rj_buf_take(&text);
	for (size_t i = 0; i < ret->n; i++) {
		ret->v[i].name = name;
		name += ret->v[i].len + 1;
	}
	return r;
}

void rj_scan_sort(struct rj_scan_list *list)
{
	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), by_name);
}

void rj_scan_list_release(struct rj_scan_list *list)
{
	rj_free(&list->names);
	rj_free(&list->v);
	*list = (struct rj_scan_list){0};
}
