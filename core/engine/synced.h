#ifndef RJ_ENGINE_SYNCED_H
#define RJ_ENGINE_SYNCED_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/engine/ctx.h"
#include "core/git/import.h"
#include "core/model/jail.h"

/*
 * Has G changed since an import found that there was nothing to bring over, and nothing else to
 * tell of? Then whoever only shows a jail need not start a process in the locked sandbox to find
 * the same again, which takes longer than all the rest of `status`.
 *
 * private/N/synced holds what G looked like then: names, inodes, sizes and ctimes of all files and
 * directories that say what its refs are, and where main's branch was. They are looked at, never
 * opened. A ctime cannot be set, and each change moves it, but for two: one in the same tick of the
 * clock as the last (so what is young is not kept), and one through a page that is mapped and dirty
 * already. For the latter somebody has to live who maps it: nothing is known of a jail that runs.
 *
 * Nothing that changes or removes something relies on it: those import, always.
 */
struct rj_synced {
	struct rj_buf now; /* what it looks like; empty when that cannot be told */
	bool is_known;	   /* as it did when rj_synced_keep was called last */
	bool is_young;
};

/* Before the import that it may spare. Release with rj_synced_release. */
void rj_synced_look(const struct rj_ctx *ctx, const struct rj_jail *jail,
		    const struct rj_repo *repo, struct rj_synced *ret);

/* After it, with what it found. A failure only means one import more. */
void rj_synced_keep(const struct rj_ctx *ctx, const struct rj_jail *jail, const struct rj_synced *s,
		    const struct rj_import_result *found);
void rj_synced_release(struct rj_synced *s);

#endif
