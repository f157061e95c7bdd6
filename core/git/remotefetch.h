#ifndef RJ_GIT_REMOTEFETCH_H
#define RJ_GIT_REMOTEFETCH_H

#include "core/git/cabundle.h"
#include "core/git/remoteurl.h"
#include "core/git/worktree.h"

/* One fetch of a mirror over the network. */
struct rj_remote_fetch {
	const struct rj_remote_url *from; /* borrowed, as all here */
	const struct rj_cabundle *ca;	  /* in use (rj_cabundle_use); for the messages */
	rj_progress_fn *progress;	  /* objects received, objects in all; may be NULL */
	void *arg;
};

/*
 * Bring refs/remotes/origin/... and refs/tags/... of the bare repository `git` up to date: branches
 * that are gone there go here, tags stay. Nothing else changes but HEAD, which is then the
 * commit of the remote's HEAD. (It cannot name refs/remotes/origin/<branch>: `git branch` and
 * `git fsck` take a HEAD outside of refs/heads for damage.) If the remote's HEAD names no commit,
 * HEAD here is a branch that is not born.
 *
 * The user's own url.*.insteadOf is not followed: it leads from https to ssh, as a rule. Proxies
 * are: http.proxy of git's configuration, else https_proxy and no_proxy.
 *
 * -ENODATA when the remote has no branch or tag at all.
 */
int rj_remote_fetch(struct git_repository *git, const struct rj_remote_fetch *fetch,
		    struct rj_err *err);

#endif
