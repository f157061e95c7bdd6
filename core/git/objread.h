#ifndef RJ_GIT_OBJREAD_H
#define RJ_GIT_OBJREAD_H

#include <git2.h>

#include "core/git/packread.h"

/*
 * The objects of one object directory and no other, for one thread: read by us where they lie
 * packed as usual (packread.h), by libgit2 where not. We do not compare names with what is in them,
 * and neither need libgit2 (GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION): for objects whose names have
 * just been made from that, or are made anew by who gets them.
 */
struct rj_objread {
	git_odb *odb; /* NULL: there are none */
	struct rj_packs *packs;
	struct rj_packread *readers[GIT_OBJECT_BLOB + 1]; /* by type, each from its first use on */
};

enum { RJ_OBJECT_LARGE = 1 << 20 }; /* from here on libgit2 reads, in pieces what lies loose */

/* Needs rj_git_init. Returns what libgit2 says; to be released in every case. */
int rj_objread_open(struct rj_objread *from, const char *objects);
/* An object directory for libgit2, without what its alternates name. */
int rj_objread_add(git_odb *odb, const char *objects);
void rj_objread_release(struct rj_objread *from);

struct rj_object {
	const char *s; /* ends with a NUL; until the next one of its type is read, or its release */
	size_t len;    /* without that */
	git_object_t type;
	git_odb_object *obj; /* or NULL */
};

bool rj_objread_has(const struct rj_objread *from, const git_oid *id);

/* By us alone: false for what is not packed as usual, is large or no `type`. */
bool rj_objread_packed(struct rj_objread *from, const git_oid *id, git_object_t type,
		       struct rj_object *ret);

/* By libgit2 alone: 0, or what it says. */
int rj_object_read(git_odb *odb, const git_oid *id, struct rj_object *ret);

/* By the first that can. The type may be another one. */
int rj_objread(struct rj_objread *from, const git_oid *id, git_object_t type,
	       struct rj_object *ret);
void rj_object_release(struct rj_object *e);

#endif
