#ifndef RJ_ENGINE_HOST_H
#define RJ_ENGINE_HOST_H

#include "core/base/arena.h"
#include "core/engine/ctx.h"
#include "core/model/facts.h"

/*
 * The facts that the model asks for, read from this host. Answers are kept, so that each path is
 * looked at once, and stay valid until release.
 */
enum { RJ_HOST_BUCKETS = 512 };

struct rj_host {
	struct rj_facts facts; /* its oracle points back here: do not copy or move */
	struct rj_host_path *paths[RJ_HOST_BUCKETS];
	struct rj_arena memory;
	struct rj_buf hosts;
	bool hosts_asked;
};

void rj_host_init(struct rj_host *host, const struct rj_dirs *dirs, const struct rj_config *config);
/* Real paths are asked of /proc/self/fd: without it every path would seem to be missing. */
int rj_host_check(struct rj_err *err);

void rj_host_release(struct rj_host *host);

#endif
