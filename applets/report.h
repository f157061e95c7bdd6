#ifndef RJ_APPLETS_REPORT_H
#define RJ_APPLETS_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/engine/session.h"

struct rj_ctx;
struct rj_err;
struct rj_import_result;

/* What run and enter take in common; `argv` NULL is the entrypoint or the shell. */
struct rj_report_args {
	char *const *argv;
	const char *user;
	bool host_proc, as_started, detach;
	enum rj_record record;
	bool tell; /* also what the import brought */
};

/*
 * A session, and what there is to say after it, on stderr. Returns the command's status, or -errno
 * with *err. With `host_proc`, or the configuration's key of that meaning, a jail whose own /proc
 * the kernel refuses is shown the outer one, and what is lost by it is said before the command
 * starts.
 */
int rj_report_session(struct rj_ctx *ctx, const char *name, const struct rj_report_args *args,
		      struct rj_err *err);

/* Whether a session is shown the outer /proc, which `asked` and the configuration's key allow; what
 * is lost by it is said then. */
bool rj_report_outer_proc(const struct rj_ctx *ctx, bool asked);

/* --record and --no-record; both is a usage error, of `command`. */
int rj_report_record(bool yes, bool no, const char *command, enum rj_record *ret,
		     struct rj_err *err);

/* A line on stderr about something that went wrong beside the command's own work. */
void rj_report_warning(const struct rj_err *err);

/* "WHAT git -C REPO COMMAND BRANCH", for people to paste into a shell. */
void rj_report_git(FILE *f, const char *what, const char *repo, const char *command,
		   const char *branch);

/* How to merge the branch; into a clone where the repository is bare. */
void rj_report_merge(FILE *f, const char *what, const char *repo, const char *branch);

/* The command that shows a session; its number is 0 where none is needed. */
void rj_report_attach(FILE *f, const char *jail, int session);

/* What an import did to `branch`: with `news` what it brought, and always what it took away. */
void rj_report_import(const struct rj_import_result *import, const char *branch, bool news);

/* What branches in the jail, or a detached HEAD, have and the host's branch did not get. */
void rj_report_left(const struct rj_import_result *import);

/* That HEAD is aside, if so, a line. */
void rj_report_aside(const struct rj_import_result *import, const char *prefix, FILE *f);

#endif
