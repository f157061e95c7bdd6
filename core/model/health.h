#ifndef RJ_MODEL_HEALTH_H
#define RJ_MODEL_HEALTH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/err.h"
#include "core/base/hostfacts.h"

/*
 * From facts about a host to findings: what is fine, what makes jails weaker, and what keeps them
 * from being made. Pure.
 */
enum rj_health_state {
	RJ_HEALTH_FINE,
	RJ_HEALTH_WEAKER,  /* a jail can be made, but `lost` is lost */
	RJ_HEALTH_MISSING, /* no jail, until `remedy` is done */
};

struct rj_finding {
	char *check; /* "user namespace"; never changes between releases */
	enum rj_health_state state;
	char *found;
	char *lost, *remedy; /* or NULL */
};

struct rj_health {
	struct rj_finding *v;
	size_t n, cap;
};

/* Append; all is copied, `lost` and `remedy` may be NULL. */
void rj_health_add(struct rj_health *h, const char *check, enum rj_health_state state,
		   const char *found, const char *lost, const char *remedy);

/* Append an error as it is, with its hint as the remedy. */
void rj_health_add_error(struct rj_health *h, const char *check, enum rj_health_state state,
			 const char *lost, const struct rj_err *err);

/* All that the facts of rj_probe_kernel tell; and of what is around: file systems (those whose path
 * is set), cgroup, terminal, git, clock. */
void rj_health_kernel(const struct rj_hostfacts *f, struct rj_health *h);
void rj_health_around(const struct rj_hostfacts *f, struct rj_health *h);

/* Is nothing missing? */
bool rj_health_is_good(const struct rj_health *h);

/* "fine", "weaker", "missing" */
const char *rj_health_state_name(enum rj_health_state state);

void rj_health_release(struct rj_health *h);

#endif
