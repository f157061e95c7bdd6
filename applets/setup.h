#ifndef RJ_APPLETS_SETUP_H
#define RJ_APPLETS_SETUP_H

struct rj_ctx;
struct rj_err;

/* Run a project's setup command in the jail, its output shown, no input. A status other than 0 is
 * an error that names it and how to try again. */
int rj_setup_run(struct rj_ctx *ctx, const char *jail, const char *command, struct rj_err *err);

#endif
