#ifndef RJ_APPLETS_REPORT_H
#define RJ_APPLETS_REPORT_H

#include <stdbool.h>

struct rj_ctx;
struct rj_err;
struct rj_import_result;

/*
 * What run and enter share: a session, and what there is to say after it. `argv` NULL is the
 * entrypoint or the shell. Notes go to stderr; what the import brought is told when `tell`. Returns
 * the command's status, or -errno with *err.
 */
int rj_report_session(struct rj_ctx *ctx, const char *name, char *const *argv, const char *user,
		      bool tell, struct rj_err *err);

/* A line on stderr about something that went wrong beside the command's own work. */
void rj_report_warning(const struct rj_err *err);

/* One line on what an import brought to `branch`; nothing when it brought nothing. */
void rj_report_import(const struct rj_import_result *import, const char *branch);

#endif
