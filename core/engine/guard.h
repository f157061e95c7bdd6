#ifndef RJ_ENGINE_GUARD_H
#define RJ_ENGINE_GUARD_H

#include "core/engine/ctx.h"
#include "core/engine/sandbox.h"
#include "core/engine/watch.h"
#include "core/model/limits.h"
#include "core/sys/cgroup.h"

/*
 * The limits of one session, from the configuration to what is said when one was hit: a control
 * group where there is a place for one, limits of PID 1 that all inherit, and the watch.
 */
struct rj_guard {
	struct rj_limits limits;
	struct rj_sandbox_limits sandbox; /* what PID 1 does about them */
	struct rj_cgroup group;
	struct rj_watch watch;
	int inside; /* for rj_watch_inside; -1 when there is no watch */
	int home;
};

/* What limits would hold a session here and by what; changes nothing. *ret_why says why there is no
 * control group, or not for all; NULL when there is. Errors are those of rj_limits_plan. */
int rj_limits_probe(const struct rj_config *config, struct rj_limits *ret, const char **ret_why,
		    struct rj_err *err);

/* Before the sandbox is started. On failure nothing is held. */
int rj_guard_open(struct rj_guard *ret, struct rj_err *err);

/* While its first process, `pid`, sets itself up: that goes into the control group. Here and on
 * failure rj_guard_finish is needed. */
int rj_guard_prepare(struct rj_guard *g, const struct rj_ctx *ctx, const char *jail, pid_t pid,
		     struct rj_err *err);

/* Once the sandbox has its own copy of `inside`, or has failed. */
void rj_guard_started(struct rj_guard *g);

/* After the jail's end: what was hit is added to *hits. Everything is released. */
void rj_guard_finish(struct rj_guard *g, struct rj_errs *hits);

/* End all processes of another supervisor's session at once, and remove its control group, if it
 * has one. */
void rj_guard_kill(const char *jail, pid_t supervisor);

#endif
