#include "core/engine/home.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/path.h"
#include "core/sys/file.h"

#define OURS "# From robojail, when this jail's home was new. It is yours to change.\n"

static const struct {
	const char *name, *text;
} files[] = {
	{".bashrc", OURS "case $- in *i*) ;; *) return ;; esac\n"
			 "PS1='[$ROBOJAIL_NAME] \\w\\$ '\n"
			 "HISTFILE=$HOME/.bash_history HISTSIZE=10000 HISTFILESIZE=20000\n"
			 "shopt -s histappend checkwinsize\n"},
	{".profile", OURS "if [ -n \"${BASH_VERSION-}\" ]; then\n"
			  "\t[ ! -f \"$HOME/.bashrc\" ] || . \"$HOME/.bashrc\"\n"
			  "elif [ -z \"${ZSH_VERSION-}\" ]; then\n"
			  "\tPS1=\"[$ROBOJAIL_NAME] \\$ \"\n"
			  "fi\n"},
	/* without one, zsh begins with questions */
	{".zshrc", OURS "PS1=\"[$ROBOJAIL_NAME] %~%# \"\n"
			"HISTFILE=$HOME/.zsh_history HISTSIZE=10000 SAVEHIST=10000\n"
			"setopt append_history hist_ignore_dups\n"},
};

static int write_new(int dir, const char *name, const char *text)
{
	RJ_AUTO(rj_close)
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	return rj_write_all(fd, text, strlen(text));
}

static int open_dir(const char *path, struct rj_err *err)
{
	int dir = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return dir < 0 ? rj_fail(err, errno, "cannot open the jail's home %s", path) : dir;
}

int rj_home_make(const char *path, struct rj_err *err)
{
	RJ_AUTO(rj_free) char *parent = rj_path_parent(path);
	RJ_AUTO(rj_close) int dir = -1;

	if (rj_mkdirs(parent, 0700, err) < 0)
		return -err->num;
	if (mkdir(path, 0700) < 0)
		return errno == EEXIST
			       ? 0
			       : rj_fail(err, errno, "cannot make the jail's home %s", path);
	dir = open_dir(path, err);
	if (dir < 0)
		return dir;
	for (size_t i = 0; i < RJ_COUNT(files); i++) {
		int rc = write_new(dir, files[i].name, files[i].text);

		if (rc < 0)
			return rj_fail(err, -rc, "cannot write %s/%s", path, files[i].name);
	}
	return 0;
}

int rj_home_add(const char *path, const char *name, const char *text, struct rj_err *err)
{
	RJ_AUTO(rj_close) int dir = open_dir(path, err);
	int rc = dir < 0 ? dir : write_new(dir, name, text);

	return rc < 0 && dir >= 0 ? rj_fail(err, -rc, "cannot write %s/%s", path, name) : rc;
}

int rj_home_open(const char *path, struct rj_err *err)
{
	const int dir = open_dir(path, err);

	if (dir != -ENOENT)
		return dir;
	return rj_home_make(path, err) < 0 ? -err->num : open_dir(path, err);
}
