#ifndef RJ_ENGINE_SYNC_H
#define RJ_ENGINE_SYNC_H

#include "core/engine/ctx.h"
#include "core/git/import.h"
#include "core/model/jail.h"

/*
 * Bring the agent's commits into the main repository: export runs in the locked sandbox (no
 * network, nothing writable, only G and main's objects visible, no capability, limits on time and
 * memory), and import reads its stream here. See core/git/import.h. Release *ret with
 * rj_import_result_release.
 */
typedef int rj_sync_fn(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_repo *repo,
		       struct rj_import_result *ret, struct rj_err *err);
rj_sync_fn rj_session_sync;

/*
 * One at a time of a jail: what a stream says of G is old once another import has been made, and
 * would take the branch back. A sync waits for its turn; who does more with what it found, as
 * destroy, takes the turn first: a descriptor, or -errno; -ENOENT when there is no private data.
 */
int rj_sync_turn(const struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_err *err);

/* A sync for who has the turn. With `staged`, *ret tells as well of what only G's index holds. */
int rj_session_sync_now(struct rj_ctx *ctx, const struct rj_jail *jail, struct rj_repo *repo,
			bool staged, struct rj_import_result *ret, struct rj_err *err);

/* The same for who only shows what there is, and removes nothing: it is left out where it would
 * find what it found before (synced.h), and *ret has nothing to tell of. */
rj_sync_fn rj_session_sync_shown;

/*
 * The same first half for another reader: run export in the locked sandbox, and `read` with the
 * descriptor of its stream. What *ex says of places is set here; the rest is the caller's.
 */
typedef int rj_stream_fn(void *arg, int in, struct rj_err *err);
int rj_session_export(const struct rj_ctx *ctx, const struct rj_jail *jail,
		      const struct rj_export *ex, rj_stream_fn *read, void *arg,
		      struct rj_err *err);

/* The limits of an import as configured. */
struct rj_import_limits rj_session_limits(const struct rj_config *config);

/* The host's view of a jail's worktree; strings are borrowed from the jail. */
struct rj_worktree rj_jail_worktree(const struct rj_jail *jail);

#endif
