#ifndef RJ_ENGINE_OWNER_H
#define RJ_ENGINE_OWNER_H

#include <stdbool.h>

#include "core/engine/ctx.h"
#include "core/engine/sandbox.h"

/*
 * Who makes a jail run: of several sessions at once, one starts the sandbox and offers the jail's
 * socket, private/N/jail.sock, on which PID 1 itself answers (wire.h); the others join.
 *
 * The ownership is a lock of private/N/owner that belongs to the open file (F_OFD_SETLK, fcntl(2)),
 * so it passes on to the keeper, a process that stays when the first session's command has ended
 * and others have not: the user's shell gets its prompt back, and the jail goes on.
 */
struct rj_owner {
	int lock, dir;
	int listen; /* for PID 1 */
	bool offered;
};
#define RJ_OWNER_NONE                               \
	{                                           \
		.lock = -1, .dir = -1, .listen = -1 \
	}

/* 1: it is ours, and there is a socket to be offered; 0: somebody else has it, *ret holds nothing;
 * -errno. */
int rj_owner_take(const struct rj_ctx *ctx, const char *name, struct rj_owner *ret,
		  struct rj_err *err);

/* Give the socket its name, beside PID 1 at work: those who join wait until it is there. */
int rj_owner_offer(struct rj_owner *o, struct rj_err *err);

/* Nobody can join any more: the jail is about to end. */
void rj_owner_withdraw(struct rj_owner *o);

/* Once PID 1 has its copy of the listening socket, or will never have one. */
void rj_owner_started(struct rj_owner *o);

/* After the jail's end: others may own it now. Safe for what was never taken. */
void rj_owner_release(struct rj_owner *o);

/*
 * Ask PID 1, over the control socket of the first session, to stay: true when it does, false when
 * the jail ends instead, because nobody is left in it.
 */
bool rj_owner_keep(int control);

/*
 * Go on in the keeper: the caller's process gets its PID, the keeper 0, with `lock`, the session's
 * own (struct rj_session in session.h), taken and no terminal. -errno: the jail has been ended.
 */
pid_t rj_owner_fork(struct rj_child *child, int lock, struct rj_err *err);

/* In the keeper: wait for the jail's end. TERM, INT and HUP end it. */
void rj_owner_wait(struct rj_child *child);

#endif
