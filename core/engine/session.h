#ifndef RJ_ENGINE_SESSION_H
#define RJ_ENGINE_SESSION_H

#include <sys/types.h>

#include "core/engine/ctx.h"
#include "core/git/import.h"
#include "core/model/jail.h"
#include "core/model/limits.h"

/*
 * A session: one command in a jail, from the host's side. This process is its client, and the first
 * one of a jail makes it run (core/engine/owner.h); the others join it (core/engine/join.h). The
 * jail ends with its last session.
 *
 * Each session holds a shared lock on private/N/lock as long as it lives: that is what "running"
 * means, and F_GETLK tells whose process it is. create and destroy take the lock exclusively.
 */
enum rj_record {
	RJ_RECORD_CONFIGURED, /* if there is a terminal, and the configuration says so */
	RJ_RECORD_YES,	      /* refused (-ENOTTY) without a terminal */
	RJ_RECORD_NO,
};

struct rj_session_args {
	char *const *argv; /* NULL: the entrypoint, or else the shell */
	const char *user;  /* "root", "self", or NULL as configured */
	bool outer_proc;   /* show the /proc of outside: struct rj_layout_in says what is lost */
	bool as_started;   /* join a jail whose settings are not those of the configuration now */
	/* Give the command a terminal that nobody sees yet, and return once it runs. */
	bool detach;
	enum rj_record record;
	/* The files of the jail's agent are brought up to date, and what could not be is told
	 * here; NULL: nothing is touched. */
	void (*agent_tell)(const struct rj_err *why);
};

struct rj_session_result {
	int status;	 /* of the command, or 128 + signal */
	int id;		 /* of the session, in the life of the jail */
	bool goes_on;	 /* other sessions are in the jail */
	bool guarded;	 /* the jail was ended: see core/engine/gitguard.h */
	bool restored;	 /* W/.git had been changed and was put back */
	bool synced;	 /* the agent's commits were looked for */
	int sync_failed; /* -errno with sync_err: the session itself went well */
	struct rj_err sync_err;
	struct rj_import_result import;
	struct rj_errs hits; /* limits that it ran into, to be told */
	int log_failed;	     /* -errno with log_err: recording or history are not whole */
	struct rj_err log_err;
};

/*
 * Run a command and wait for its end. Errors are those of the jail: status 125, or 126 and 127 when
 * the command could not be started. Nothing of libgit2 happens before the command runs.
 */
int rj_session_run(struct rj_ctx *ctx, const struct rj_jail *jail,
		   const struct rj_session_args *args, struct rj_session_result *ret,
		   struct rj_err *err);
void rj_session_result_release(struct rj_session_result *r);

/* The supervisor of a running session: 0 none; -1 one that this PID namespace cannot see. */
pid_t rj_session_running(const struct rj_ctx *ctx, const char *name);

/* The same for who asks about many: `private` is ctx->dirs.private, open. */
pid_t rj_session_running_in(int private, const char *name);

/* End every session of a jail: TERM to all that runs in it, HUP to what is left after a
 * third of `ms`, and after all of it the end. */
int rj_session_stop(const struct rj_ctx *ctx, const char *name, int ms, struct rj_err *err);
enum { RJ_STOP_MS = 3000 }; /* the usual patience */

#endif
