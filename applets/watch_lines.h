#ifndef RJ_APPLETS_WATCH_LINES_H
#define RJ_APPLETS_WATCH_LINES_H

#include <stdbool.h>

#include "core/engine/monitor.h"

/* `watch` without a screen. */

/* A line for each jail, then one whenever something changed but time, memory and processor. Ends
 * with standard output, or by a signal. */
int rj_watch_lines(struct rj_monitor *m, int interval, bool json, struct rj_err *err);

/* All jails once, everything known: a table, or JSON lines. */
int rj_watch_once(struct rj_monitor *m, bool json, struct rj_err *err);

#endif
