#ifndef RJ_ENGINE_REFRESH_H
#define RJ_ENGINE_REFRESH_H

#include "core/engine/ctx.h"
#include "core/model/jail.h"

/*
 * The remote "host" of every jail: a bare repository in the jail's read-only root, made anew for
 * each session, with main's branches and tags as its refs and main's objects as its alternates. So
 * `git fetch host` works inside as with any remote, and nothing of main but its objects is shown.
 *
 * When main's refs changed since the last session, refs/remotes/host/... in G are brought up to
 * date before the command starts, by the jail's own git, inside: G is hostile, and only the jail
 * may open it. Without a git inside, nobody misses them. G's config names the remote, and
 * core/git/private.h where it lies.
 */
struct rj_refresh {
	struct rj_buf packed, head; /* texts of packed-refs and HEAD */
	char stamp[41];		    /* what they are, in short */
	bool due;		    /* they are not what the last session had */
};

/* Read main's refs, and pin what is new among them (core/git/pins.h). Release *ret with
 * rj_refresh_release. */
int rj_refresh_prepare(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_refresh *ret,
		       struct rj_err *err);
void rj_refresh_release(struct rj_refresh *r);

/* In the jail's first process, before the command: fetch, for at most a few seconds. */
void rj_refresh_inside(char *const *env);

/* Remember that this state of main is known in the jail. A failure only means one fetch more. */
void rj_refresh_done(const struct rj_ctx *ctx, const struct rj_jail *jail,
		     const struct rj_refresh *r);

#endif
