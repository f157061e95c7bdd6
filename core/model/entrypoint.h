#ifndef RJ_MODEL_ENTRYPOINT_H
#define RJ_MODEL_ENTRYPOINT_H

#include "core/model/layout.h"

/*
 * What an entrypoint needs of the host to run inside: from its path and facts of the host to a list
 * of links, files and directories, all to be shown read-only at their own places. Pure.
 *
 *   symlinks         each one on the way, any number up to the kernel's 40
 *   scripts          the interpreter of "#!", what env looks up on PATH (env -S too), and what
 *                    the small scripts start that pip, uv and pnpm put before a program
 *   ELF files        the dynamic linker, with its directory, when it is not the system's
 *   trees            not the file alone but the least directory that it cannot run without: an npm
 *                    package, a virtual environment, one version of a version manager, a store
 *
 * What the jail can write is never read: it must not choose what of the host is shown. And a
 * directory that holds a hidden path, the home, a repository, or all of somebody's programs is
 * refused.
 */
enum rj_need_kind {
	RJ_NEED_LINK,
	RJ_NEED_FILE,
	RJ_NEED_DIR,
};

struct rj_need {
	enum rj_need_kind kind;
	char *path;	 /* without symlinks but the last part of a link */
	char *text;	 /* of a link */
	const char *why; /* for people: "npm package"; static */
};

struct rj_entrypoint {
	struct rj_need *v; /* sorted by path; none lies below another */
	size_t n, cap;
	/* Directories for PATH inside: before the system's, where it has a program of the same
	 * name as the interpreter, and behind it. */
	struct rj_strv first, last;
};

void rj_entrypoint_release(struct rj_entrypoint *e);

/*
 * What `program`, an absolute path, needs besides what `plan` shows. *ret is empty before, and on
 * failure holds nothing. -ENOENT: it, its interpreter or its linker is missing; -EISDIR; -ELOOP:
 * too many links or interpreters, or led by a link of the jail; -EPERM: what it needs is not to be
 * shown; -ENOTSUP: a shim (below).
 */
int rj_entrypoint_resolve(const struct rj_layout_in *in, const struct rj_plan *plan,
			  const char *program, struct rj_entrypoint *ret, struct rj_err *err);

/*
 * A version manager's shim stands for a program of the version in force, and cannot run where the
 * manager is not. *ret_real, malloc'd, is that program for pyenv, rbenv, nodenv and asdf; NULL when
 * `path` is no shim. -ENOTSUP when only the manager can tell, with how to ask it as the hint.
 */
int rj_entrypoint_behind_shim(const struct rj_facts *facts, const char *path, char **ret_real,
			      struct rj_err *err);

#endif
