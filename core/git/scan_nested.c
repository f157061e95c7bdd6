/*
 * scan_nested: repositories below the top of a worktree.
 *
 * The host's git obeys the configuration of a repository that it finds around the place where it
 * is run, and of a submodule that it meets (GIT-BOUNDARY, facts 3). So these are named. Nothing in
 * them is taken for anything but a sign that they are there.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/git/dotgit.h"
#include "core/git/scanner.h"

enum {
	DIR_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	POINTER_MAX = 16384, /* bytes of a .git file */
};

static bool is_kind(int dir, const char *name, mode_t kind)
{
	struct stat st;

	return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && (st.st_mode & S_IFMT) == kind;
}

/* Would git take `name` (a .git) of this directory for a repository? A link may lead to one. */
static bool is_repository(int dir, const struct rj_scan_name *name)
{
	static const char mark[] = "gitdir:";
	RJ_AUTO(rj_close) int fd = -1;
	RJ_AUTO(rj_free) char *text = NULL;
	struct stat st;
	size_t len;

	if (!name->is_dir && S_ISREG(name->st.st_mode))
		return rj_scan_slurp(dir, name->name, POINTER_MAX, &text, &len) == 0 &&
		       !strncmp(text, mark, strlen(mark));
	if (!name->is_dir)
		return S_ISLNK(name->st.st_mode);
	fd = openat(dir, name->name, DIR_FLAGS);
	if (fd < 0)
		return true; /* who knows */
	return fstatat(fd, "HEAD", &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ((is_kind(fd, "objects", S_IFDIR) && is_kind(fd, "refs", S_IFDIR)) ||
		is_kind(fd, "commondir", S_IFREG));
}

/* Name the directory at hand, or a part of it, once. */
static int note(struct rj_scanner *s, const char *part)
{
	struct rj_buf path = {0};

	rj_buf_add(&path, s->path.s, s->path.len);
	rj_buf_puts(&path, part);
	rj_strv_give(&s->out->nested, rj_buf_take(&path));
	return rj_scan_charge(s, s->path.len);
}

int rj_scan_nested(struct rj_scanner *s, bool *ret_skip)
{
	const struct rj_scan_level *here = rj_scan_here(s);
	struct rj_scan_entry entry = {.now = {.mode = GIT_FILEMODE_COMMIT}, .unknown = true};
	bool is_top = here->path_len == 0;
	int r = 0;

	for (size_t i = 0; i < here->list.n && r == 0; i++) {
		const struct rj_scan_name *name = &here->list.v[i];

		if (!strcmp(name->name, ".git")) {
			if (is_top)
				continue;
			r = note(s, "");
			*ret_skip = here->from == here->to && is_repository(here->fd, name);
		} else if (rj_dotgit_is_git(name->name)) {
			r = note(s, name->name);
		}
	}
	return r == 0 && *ret_skip ? rj_scan_add(s, &entry) : r;
}

int rj_scan_bare(struct rj_scanner *s)
{
	const struct rj_scan_level *here = rj_scan_here(s);

	if (here->path_len == 0 || !here->head_new ||
	    !rj_scan_find(&here->list, "HEAD", 4, false) ||
	    !rj_scan_find(&here->list, "objects", 7, true) ||
	    !rj_scan_find(&here->list, "refs", 4, true))
		return 0;
	return note(s, "");
}

int rj_scan_submodule(struct rj_scanner *s, const char *name)
{
	RJ_AUTO(rj_close) int fd = openat(rj_scan_here(s)->fd, name, DIR_FLAGS);

	if (fd >= 0 && rj_scan_is_empty(fd))
		return 0;
	rj_buf_putc(&s->path, '/');
	return fd < 0 ? rj_scan_unreadable(s, true) : note(s, "");
}
