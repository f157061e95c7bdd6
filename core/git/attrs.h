#ifndef RJ_GIT_ATTRS_H
#define RJ_GIT_ATTRS_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/git/attrsmay.h"
#include "core/git/repo.h"
#include "core/git/treediff.h"

/*
 * What git attributes do to the content of a file, as the commit that the jail began from has
 * them, below the user's own (info/attributes, core.attributesFile, the system's). Those in the
 * worktree, in the index and in the agent's commits have no say (THREATS G12): they could make a
 * changed file look unchanged or unreadable.
 *
 * Conversions are text, eol, ident and working-tree-encoding. Programs named by filter.* are never
 * run.
 */
struct rj_attrs {
	git_repository *git; /* a handle of its own on the repository, without worktree */
	git_index *tracked;  /* in memory: libgit2 asks it for the former content of a path */
	git_oid base;
	bool has_files;	  /* the base commit has some called .gitattributes */
	bool active;	  /* some attribute or configuration may apply to some path */
	bool filemode;	  /* core.filemode: the executable bit counts */
	bool symlinks;	  /* core.symlinks: a link is a link */
	bool autocrlf;	  /* core.autocrlf = true */
	bool native_crlf; /* text without `eol` gets CRLF, by core.autocrlf or core.eol */
};

/* What is in `symlinks` and `active`, without opening anything; what the user's own rules and
 * configuration may do goes to *may. */
int rj_attrs_rules(const struct rj_repo *repo, bool has_files, bool *ret_symlinks, bool *ret_active,
		   struct rj_attrs_may *may, struct rj_err *err);

/* One handle serves one thread, unless it is not `active`. */
int rj_attrs_open(const struct rj_repo *repo, const git_oid *base, bool has_files,
		  struct rj_attrs *ret, struct rj_err *err);
void rj_attrs_release(struct rj_attrs *a);

/* Might content of `path` have to be converted? False is sure. */
bool rj_attrs_converts(const struct rj_attrs *a, const char *path);

/*
 * Worktree content as git would store it. `tracked` is what the index has for the path. Gives false
 * and leaves *ret empty when it is stored as it is; else the caller disposes of *ret. Content that
 * cannot be converted is taken as it is.
 */
bool rj_attrs_clean(const struct rj_attrs *a, const char *path, const struct rj_side *tracked,
		    const char *bytes, size_t len, git_buf *ret);

/*
 * The other way: the content of blob `id` as it lies in the worktree at `path`. 1: it is in *ret,
 * which must be empty; 0: it lies there as it is; -errno with *err. One handle serves one thread.
 */
int rj_attrs_smudge(const struct rj_attrs *a, const char *path, const git_oid *id,
		    const char *bytes, size_t len, struct rj_buf *ret, struct rj_err *err);

/* The working-tree-encoding of `path`, borrowed; NULL when it is UTF-8. And: is `ident` set? */
const char *rj_attrs_encoding(const struct rj_attrs *a, const char *path, bool *ret_ident);

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
