#ifndef RJ_GIT_ATTRS_H
#define RJ_GIT_ATTRS_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/git/attrset.h"
#include "core/git/repo.h"
#include "core/git/treediff.h"

/*
 * What git attributes do to the content of a file, as the commit that the jail began from has
 * them, below the user's own (info/attributes, core.attributesFile, the system's). Those in the
 * worktree, in the index and in the agent's commits have no say (THREATS G12): they could make a
 * changed file look unchanged or unreadable.
 *
 * Conversions are text, eol, ident and working-tree-encoding. Programs named by filter.* are never
 * run. libgit2's own attributes are not used: it reads the files otherwise than git.
 */
struct rj_attrs {
	git_repository *git; /* a handle of its own on the repository, without worktree; or NULL */
	struct rj_attrset *set;
	struct rj_attrs_tree *tree; /* from where the set gets more; NULL: it is complete */
	git_oid base;
	bool has_files;	  /* the base commit has some called .gitattributes */
	bool active;	  /* some attribute or configuration may apply to some path */
	bool filemode;	  /* core.filemode: the executable bit counts */
	bool symlinks;	  /* core.symlinks: a link is a link */
	bool autocrlf;	  /* core.autocrlf = true or input: git guesses what is text */
	bool native_crlf; /* text without `eol` gets CRLF, by core.autocrlf or core.eol */
};

/* To read a worktree. `has_files` is given, their text is read when it is asked for: one handle
 * serves one thread, unless it is not `active`. */
int rj_attrs_open(const struct rj_repo *repo, const git_oid *base, bool has_files,
		  struct rj_attrs *ret, struct rj_err *err);
/* To write one, with no handle of its own. Each .gitattributes of the commit is to be added (-E2BIG
 * above the bounds of attrset.h) before anything is asked; then it serves any number of threads. */
int rj_attrs_open_whole(const struct rj_repo *repo, const git_oid *base, struct rj_attrs *ret,
			struct rj_err *err);
int rj_attrs_add(struct rj_attrs *a, const char *dir, size_t dir_len, const char *text, size_t len,
		 struct rj_err *err);
void rj_attrs_release(struct rj_attrs *a);

/* What is said of `path`, as rj_attrset_get. */
void rj_attrs_get(const struct rj_attrs *a, const char *path, const char *ret[RJ_ATTR_COUNT]);

/* Might content of `path` have to be converted? False is sure. */
bool rj_attrs_converts(const struct rj_attrs *a, const char *path);

/*
 * Worktree content as git would store it. `tracked` is what the index has for the path. Gives false
 * and leaves *ret empty when it is stored as it is; else the caller disposes of *ret. Content that
 * cannot be converted is taken as it is.
 */
bool rj_attrs_clean(const struct rj_attrs *a, const char *path, const struct rj_side *tracked,
		    const char *bytes, size_t len, git_buf *ret);

/* The other way: the content of blob `id` as it lies in the worktree at `path`, in *ret, which must
 * be empty; false: it lies there as it is. *ret_unencoded is set, borrowed from the attributes, to
 * an encoding that it cannot be written in. */
bool rj_attrs_smudge(const struct rj_attrs *a, const char *path, const git_oid *id,
		     const char *bytes, size_t len, struct rj_buf *ret, const char **ret_unencoded);

enum rj_attrs_diff {
	RJ_ATTRS_AUTO, /* look at the content */
	RJ_ATTRS_TEXT,
	RJ_ATTRS_BINARY,
};
enum rj_attrs_diff rj_attrs_diff(const struct rj_attrs *a, const char *path);

/* The id of a blob of `size` bytes, read from fd and never held in memory; written to `store`
 * unless that is NULL. -ESTALE when the file ends earlier, else 0 or -errno. Whatever the file
 * grows by meanwhile is not read. */
int rj_attrs_hash_stream(int fd, uint64_t size, git_odb *store, git_oid *ret);

#endif
