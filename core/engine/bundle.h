#ifndef RJ_ENGINE_BUNDLE_H
#define RJ_ENGINE_BUNDLE_H

#include "core/engine/ctx.h"
#include "core/git/bundle.h"
#include "core/model/jail.h"

struct rj_bundle_file {
	const char *path; /* where it goes; NULL: standard output */
	bool replace;	  /* a file that is there already */
	unsigned flags;	  /* RJ_BUNDLE_* */
};

/*
 * Write everything of a jail into one git bundle (core/git/bundle.h). The jail may run meanwhile.
 * The file is complete and durable, or not there: -EEXIST when one is there and may not be
 * replaced. Release *ret with rj_bundle_result_release.
 */
int rj_session_bundle(const struct rj_ctx *ctx, const struct rj_jail *jail,
		      const struct rj_bundle_file *file, struct rj_bundle_result *ret,
		      struct rj_err *err);

#endif
