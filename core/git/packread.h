#ifndef RJ_GIT_PACKREAD_H
#define RJ_GIT_PACKREAD_H

#include <git2.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Objects out of the packs of one directory, for one thread, into memory that is used again and
 * again. libgit2 allocates some ten times for each object, and with musl's allocator threads spend
 * more time in that than in all the rest. Only what is common is read (gitformat-pack(5): index
 * version 2, pack version 2); for anything else, and for what looks damaged, ask libgit2, which
 * knows the words for it.
 */
struct rj_packs;

/* The maps of all packs in `objects`, to be shared by readers; never NULL. */
struct rj_packs *rj_packs_open(const char *objects);
void rj_packs_free(struct rj_packs **packs); /* or NULL in there */

/* What is larger than `most` bytes, itself or its base, is left to libgit2; 0: 256 MiB. */
struct rj_packread;
struct rj_packread *rj_packread_new(const struct rj_packs *packs, git_object_t type, size_t most);
void rj_packread_free(struct rj_packread *r);

/* The content of an object of the reader's type, valid until the next call, and a NUL behind it
 * that the length does not count. False: not here, not in a common form, or of another type. */
bool rj_packread(struct rj_packread *r, const git_oid *id, const char **ret, size_t *ret_len);

#endif
