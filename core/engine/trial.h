#ifndef RJ_ENGINE_TRIAL_H
#define RJ_ENGINE_TRIAL_H

#include <stdbool.h>

#include "core/base/err.h"

/*
 * A jail to try whether jails can be made: the sandbox of every session with its whole lock, a view
 * of system directories, /proc, /dev and terminals, and a first process that looks at itself and
 * ends. Nothing is left of it. `outer_proc` as in struct rj_layout_in.
 */
int rj_trial_run(bool outer_proc, struct rj_err *err);

#endif
