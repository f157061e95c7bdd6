#ifndef RJ_ENGINE_RELAY_H
#define RJ_ENGINE_RELAY_H

#include <signal.h>
#include <stdbool.h>

#include "core/engine/sandbox.h"

/*
 * The supervisor's side of a running session: bytes between the user's terminal and the jail's,
 * window size, signals, suspension; until the jail ends.
 *
 * The user's terminal is in raw mode meanwhile, so ^C and ^Z are bytes for the jail's terminal,
 * whose line discipline makes signals of them inside. When the command stops, the supervisor gives
 * the terminal back, stops itself, and continues the command when it is continued: `fg` works.
 * Without a terminal nothing is relayed: pipes and files were handed to the command as they are.
 */
struct rj_relay {
	struct rj_child *child;
	int control;	 /* from the reaper; see reaper.h */
	int input;	 /* the user's terminal to read from, or -1 */
	int output;	 /* the user's terminal to write to, or -1 */
	bool shared;	 /* not all of the command's output goes through here */
	sigset_t before; /* mask before rj_relay_prepare */
	int signals;	 /* signalfd */
};

/* Block the signals that a session handles; before the child starts, so that none is lost. */
int rj_relay_prepare(struct rj_relay *relay, struct rj_err *err);

/* Run until the jail has ended; its status, as rj_child_wait. The terminal is as it was before. */
int rj_relay_run(struct rj_relay *relay);

/* Undo prepare; safe after a failed one. */
void rj_relay_release(struct rj_relay *relay);

#endif
