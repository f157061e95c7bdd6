#ifndef RJ_ENGINE_SESSION_PARTS_H
#define RJ_ENGINE_SESSION_PARTS_H

#include <time.h>

#include "core/engine/owner.h"
#include "core/engine/reaper.h"
#include "core/engine/relay.h"
#include "core/engine/session.h"
#include "core/engine/tape.h"
#include "core/engine/view.h"

/* What decides whether G may hold something new: looked at, never opened. ctime cannot be forged.
 */
struct rj_session_stamps {
	struct {
		uint64_t ino;
		struct timespec ctime;
	} v[6];
};

/* Between the files of the session. */
struct rj_session {
	struct rj_ctx *ctx;
	const struct rj_jail *jail;
	const struct rj_session_args *args;
	int lock;     /* shared */
	unsigned tty; /* bit n: descriptor n is a terminal */
	struct rj_tty_size size;
	mode_t files[3]; /* of regular files among descriptors 0 to 2, else 0 */
	/* Where a detached session says that it runs, or what went wrong; -1 for others. */
	int report;
	struct rj_session_result *ret;
	struct rj_session_stamps before; /* of G */
	bool is_concluded;
	/* session_log.c */
	struct rj_journal_mark mark;
	struct rj_journal_entry entry;
	struct rj_tape *tape; /* or NULL */
	struct rj_strv words; /* the command */
	const char *user;
};

/* Before anything is mounted on it: is W's pointer as the host's git needs it? */
int rj_session_check(const struct rj_session *s, struct rj_err *err);
/* Before the command is started: what is in G? */
void rj_session_stamp(struct rj_session *s);

/* When nobody is in the jail any more: the agent's commits, and the history. Once; `quickly`: only
 * if there is nothing to be brought over, and little to be counted. */
void rj_session_conclude(struct rj_session *s, bool quickly);

/* Once the command is known and before it is started; and when all is over. */
int rj_session_log_begin(struct rj_session *s, const struct rj_view *view, struct rj_err *err);
void rj_session_log_end(struct rj_session *s);
/* In every case; without an end no file is left. */
void rj_session_log_release(struct rj_session *s);

/* As the owner: make the jail run, and wait for the end of the command. */
int rj_session_start(struct rj_session *s, struct rj_owner *owner, struct rj_err *err);

/* Join the running jail; -EAGAIN without *err when it has just ended. */
int rj_session_join(struct rj_session *s, struct rj_err *err);

/* In a process of its own: rj_session_run's second half, for a detached session. */
int rj_session_detach(struct rj_session *s, int (*run)(struct rj_session *s, struct rj_err *err),
		      struct rj_err *err);

/* The terminal's two ends as the relay needs them. */
void rj_session_terminal(const struct rj_session *s, struct rj_relay *ret);

/* A detached session runs: number `id`. */
void rj_session_tell(const struct rj_session *s, int id);

#endif
