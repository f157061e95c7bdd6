#ifndef RJ_GIT_ATTRSET_H
#define RJ_GIT_ATTRSET_H

#include "core/base/buf.h"
#include "core/git/attrfile.h"

/*
 * gitattributes(5): what the rules of all files say about a path. Pure; a set that is not added to
 * serves any number of threads.
 *
 * A value is decided by the strongest file that speaks of it, and there by the last rule. A macro
 * is expanded where it is set to true, and means what the strongest file that defines it says.
 */
struct rj_attrset;

/* Files that apply everywhere, and in which macros may be defined; the weakest first. That of a
 * directory is stronger than `top`, and weaker than `info`. */
enum rj_attrset_rank {
	RJ_ATTRSET_SYSTEM, /* /etc/gitattributes */
	RJ_ATTRSET_USER,   /* core.attributesFile */
	RJ_ATTRSET_TOP,	   /* .gitattributes at the top of the project */
	RJ_ATTRSET_INFO,   /* info/attributes */
	RJ_ATTRSET_RANKS,
};

/* `flags`: RJ_ATTRFILE_FOLD, and RJ_ATTRFILE_DISK for the project's files: git takes those from the
 * index when it writes a worktree, from the worktree when it reads one. */
struct rj_attrset *rj_attrset_new(const struct rj_buf texts[RJ_ATTRSET_RANKS], unsigned flags);
void rj_attrset_free(struct rj_attrset **s);

/* The .gitattributes of a directory below the top (whose path ends with '/'), unless the set has
 * it; that at the top ("") it has. False when there are more rules than a set takes, which are then
 * left out: RJ_ATTR_RULES_MAX, RJ_ATTR_BYTES_MAX. */
bool rj_attrset_add(struct rj_attrset *s, const char *dir, size_t dir_len, const char *text,
		    size_t len);

/* Is there a rule at all? */
bool rj_attrset_speaks(const struct rj_attrset *s);

/* What they say of the file at `path`; NULL: nothing, else see attrfile.h. Borrowed. */
void rj_attrset_get(const struct rj_attrset *s, const char *path,
		    const char *ret_values[RJ_ATTR_COUNT]);

/* May it lie in a worktree otherwise than it is stored, unless the configuration asks for CRLF?
 * False is sure, and quick: only `eol=crlf`, `ident` and `working-tree-encoding` do that, which few
 * rules say. */
bool rj_attrset_smudges(const struct rj_attrset *s, const char *path);

#endif
