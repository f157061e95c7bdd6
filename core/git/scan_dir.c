/* scan_dir: one directory of a worktree, merged with what the host's index has in it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/git/scanner.h"

int rj_scan_list(struct rj_scanner *s)
{
	struct rj_scan_level *level = rj_scan_here(s);
	struct rj_scan_list *list = &level->list;
	int r = 0;

	if (!rj_scan_ahead_take(s->ahead, level, s->path.s, list)) {
		r = rj_scan_names(level->fd, RJ_SCAN_NAMES_MAX / sizeof(*list->v), list);
		rj_scan_stat(level->fd, list);
	}
	if (r == -E2BIG)
		return rj_scan_charge(s, RJ_SCAN_NAMES_MAX + (size_t)1);
	if (r < 0)
		(void)rj_scan_unreadable(s, true); /* in part: what came is still compared */
	return rj_scan_charge(s, rj_scan_list_size(list) + list->text.len);
}

bool rj_scan_is_empty(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *de;
	bool empty = true;

	if (!dir) {
		rj_close(&copy);
		return false;
	}
	for (errno = 0; empty && (de = readdir(dir)); errno = 0)
		empty = !strcmp(de->d_name, ".") || !strcmp(de->d_name, "..");
	empty = empty && errno == 0;
	(void)closedir(dir);
	return empty;
}

static bool is_special(const struct rj_scan_name *name)
{
	return !S_ISREG(name->st.st_mode) && !S_ISLNK(name->st.st_mode) && name->st.st_mode != 0;
}

/* A name that the index does not have. */
static int untracked(struct rj_scanner *s, struct rj_scan_name *name)
{
	bool hidden = false;
	int r;

	if (!strcmp(name->name, ".git") && (name->is_dir || !is_special(name))) {
		name->claimed = true; /* git does not look into it, see scan_nested.c */
		return 0;
	}
	if (!name->is_dir && is_special(name)) {
		rj_strv_add(&s->out->special, s->path.s);
		return rj_scan_charge(s, s->path.len);
	}
	r = rj_scan_hides(s, name->is_dir, &hidden);
	if (r < 0)
		return r;
	if (hidden || name->is_dir) {
		name->claimed = hidden;
		return 0;
	}
	return rj_scan_file(s, name, NULL, NULL);
}

/* A name that both have: entries [from, to) are the directory's, or all with the file's path. */
static int tracked(struct rj_scanner *s, struct rj_scan_name *name, size_t from, size_t to)
{
	bool is_head = !strcmp(name->name, "HEAD") || !strcmp(name->name, "config");
	bool clean = false;
	int r;

	if (name->is_dir) {
		name->from = from;
		name->to = to;
		return 0;
	}
	if (is_special(name)) {
		size_t len = s->path.len;

		rj_strv_add(&s->out->special, s->path.s);
		r = rj_scan_charge(s, len);
		return r < 0 ? r : rj_scan_gone(s, from, to);
	}
	r = rj_scan_file(s, name, &s->src->index->v[from], is_head ? &clean : NULL);
	if (is_head && !clean)
		rj_scan_here(s)->head_new = true;
	return r;
}

/* Entries that W has not, or has as something else. */
static int missing(struct rj_scanner *s, size_t from, size_t to)
{
	const struct rj_index_entry *e = &s->src->index->v[from];
	struct rj_scan_level *here = rj_scan_here(s);
	const char *part = e->path + here->path_len;
	size_t at;

	/* an empty directory stands for a submodule, which sorts elsewhere than a file */
	if (rj_index_mode(e) == GIT_FILEMODE_COMMIT && !strchr(part, '/')) {
		const struct rj_scan_name *dir =
			rj_scan_find(&here->list, part, strlen(part), true);

		if (dir) {
			at = (size_t)(dir - here->list.v);
			here->list.v[at].claimed = true;
			rj_buf_puts(&s->path, part);
			return rj_scan_submodule(s, part);
		}
	}
	return rj_scan_gone(s, from, to);
}

static int compare_name(struct rj_scanner *s, struct rj_scan_name *name, size_t from, size_t to)
{
	rj_buf_add(&s->path, name->name, name->len);
	if (name->claimed)
		return 0;
	if (from < to)
		return tracked(s, name, from, to);
	if (!strcmp(name->name, "HEAD") || !strcmp(name->name, "config"))
		rj_scan_here(s)->head_new = true;
	return untracked(s, name);
}

/* The end of the entries that belong together: below one directory, or of one path. */
static size_t group_end(const struct rj_hostindex *ix, size_t from, size_t to, size_t path_len,
			size_t *ret_len, bool *ret_dir)
{
	const char *path = ix->v[from].path, *slash = strchr(path + path_len, '/');
	size_t end = from + 1;

	*ret_dir = slash;
	*ret_len = slash ? (size_t)(slash - path) - path_len : ix->v[from].len - path_len;
	if (slash)
		return rj_index_past(ix, from, to, path, path_len + *ret_len + 1);
	while (end < to && !strcmp(path, ix->v[end].path))
		end++;
	return end;
}

int rj_scan_compare(struct rj_scanner *s)
{
	const struct rj_hostindex *ix = s->src->index;
	struct rj_scan_level *here = rj_scan_here(s);
	size_t from = here->from, to = here->to, k = 0;
	int r = 0;

	while (r == 0 && (k < here->list.n || from < to)) {
		struct rj_scan_name *name = k < here->list.n ? &here->list.v[k] : NULL;
		size_t end = from, len = 0;
		bool is_dir = false;
		int c = -1;

		if (from < to) {
			end = group_end(ix, from, to, here->path_len, &len, &is_dir);
			c = !name ? 1
				  : rj_scan_order(name, ix->v[from].path + here->path_len, len,
						  is_dir);
		}
		if (c > 0)
			r = missing(s, from, end);
		else if (c < 0)
			r = compare_name(s, name, 0, 0);
		else
			r = compare_name(s, name, from, end);
		k += c <= 0;
		from = c >= 0 ? end : from;
		s->path.len = here->path_len;
		s->path.s[s->path.len] = '\0';
	}
	return r < 0 ? r : rj_scan_bare(s);
}
