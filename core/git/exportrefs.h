#ifndef RJ_GIT_EXPORTREFS_H
#define RJ_GIT_EXPORTREFS_H

#include <git2.h>

#include "core/git/stream.h"

/*
 * The refs of G, read by hand inside the locked child. Everything in G may have been made to
 * mislead, and libgit2 would open a FIFO in place of a ref and wait for ever; its configuration is
 * not looked at either. Nothing but regular files of a bounded size is read.
 */
struct rj_exportref {
	char *name;
	git_oid id;
};

struct rj_exportrefs {
	struct rj_exportref *v; /* sorted by name */
	size_t n, cap;
	uint64_t left_out; /* names or contents that no git would write */
};

/* What HEAD is. *ret_name is malloc'd: the branch, or "" when detached. `g` is a descriptor of G.
 */
int rj_exportrefs_head(int g, enum rj_stream_kind *ret_kind, char **ret_name, git_oid *ret_id,
		       struct rj_err *err);

/* Every ref of G but refs/remotes/host/..., which came from the host, and rj_exportrefs_heads. */
int rj_exportrefs_list(int g, struct rj_exportrefs *ret, struct rj_err *err);

/* What git keeps though it is no ref, under names of ours: what `rebase --autostash` put aside,
 * where a rebase or bisect began, and where other worktrees of G stand when that is no branch. In
 * no order. */
void rj_exportrefs_heads(int g, struct rj_exportrefs *ret);

/* Does this file of G hold an id and nothing more? And one more, if the name is fit for a ref. */
bool rj_exportrefs_id(int g, const char *path, git_oid *ret);
void rj_exportrefs_add(struct rj_exportrefs *refs, const char *name, const git_oid *id);

/* The refs in the text of a packed-refs file, sorted. */
void rj_exportrefs_parse(const char *packed, struct rj_exportrefs *ret);

/* Is there one of the same name and id among the sorted `refs`? */
bool rj_exportrefs_has(const struct rj_exportrefs *refs, const struct rj_exportref *ref);

/* The commits of every stash entry, all under the name refs/stash; a ref names only the newest,
 * which comes last. */
int rj_exportrefs_stash(int g, struct rj_exportrefs *ret, struct rj_err *err);

void rj_exportrefs_release(struct rj_exportrefs *refs);

#endif
