#ifndef RJ_GIT_CHECKOUT_H
#define RJ_GIT_CHECKOUT_H

#include "core/git/private.h"

/* What to write where; strings are borrowed. */
struct rj_checkout {
	const char *commit;		/* hex */
	const char *path;		/* W: holds its .git and nothing else */
	const char *index;		/* host's index of W, made new */
	struct rj_private_draft *draft; /* of G, to be begun meanwhile; may be NULL */
	struct rj_strv *notes; /* gets a line for what git would write otherwise; may be NULL */
};

/*
 * Write all files of the commit and an index that fits them. Files get one modification time, two
 * seconds ago: no entry of an index written now is then as young as the index itself ("racily
 * clean"), and `git status` need not read a file again to be sure; build systems see no file newer
 * than another. On failure files stay, the caller removes W.
 *
 * The draft is begun by the calling thread, before it helps to write files, and gets its index
 * where the host's can be G's but for the owners.
 *
 * Attributes (eol, ident, working-tree-encoding) are the commit's own, below the user's. Filter
 * programs are never run: LFS files stay pointers, as after GIT_LFS_SKIP_SMUDGE=1.
 */
int rj_checkout_write(const struct rj_repo *repo, const struct rj_checkout *co,
		      rj_progress_fn *progress, void *arg, struct rj_err *err);

#endif
