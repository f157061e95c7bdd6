#ifndef RJ_ENGINE_RELAY_H
#define RJ_ENGINE_RELAY_H

#include <signal.h>
#include <stdbool.h>

#include "core/engine/viewer.h"

/*
 * A session's client at work: bytes between the user's terminal and the session's, window size,
 * signals, suspension; until the session ends.
 *
 * The user's terminal is in raw mode meanwhile, so ^C and ^Z are bytes for the session's terminal,
 * whose line discipline makes signals of them inside. When the command stops, the client gives the
 * terminal back, stops itself and the rest of its job, and continues the command when it is
 * continued: `fg` works. Without a terminal nothing is relayed: pipes and files were handed to the
 * command as they are.
 *
 * A detached session has no user's terminal, but viewers (viewer.h), and is never stopped, since
 * there is no shell to continue it.
 *
 * When it stops or all is over, a terminal that a program left in the alternate screen, or
 * reporting the mouse, is put right (terminal.h).
 */
struct rj_relay {
	int pidfd;   /* the jail's first process, or -1: a joined session */
	int control; /* from the reaper; see wire.h. Closed here */
	int input;   /* the user's terminal to read from, or -1 */
	int output;  /* the user's terminal to write to, or -1 */
	bool shared; /* not all of the command's output goes through here */
	bool detached;
	/* Output of a joined session to files of the host: a file cannot be opened again inside
	 * (/dev/stdout) when the jail's Landlock domain is older than it, so it gets pipes. */
	struct rj_pump {
		int from, to;
	} pumps[2];
	size_t pumps_n;
	int late_ms; /* when `late` is called, once, in a session that lasts so long; or before
		      * this process stops itself */
	void (*late)(void *arg); /* NULL for none */
	void *late_arg;
	void (*over)(void *arg); /* the reaper is gone, its jail is ending; NULL for none */
	void *over_arg;
	bool is_over;	 /* found out: nobody but its first process is left in the jail */
	int64_t peak;	 /* then: bytes of the greatest process that there was */
	sigset_t before; /* mask before rj_relay_prepare */
	int signals;	 /* signalfd */
	/* Keeps what the jail's terminal shows; or NULL. */
	struct rj_tape *tape;
};

/* Block the signals that a session handles; before the child starts, so that none is lost. */
int rj_relay_prepare(struct rj_relay *relay, struct rj_err *err);

/*
 * Run until the session has ended. Its status, when its reaper said so: then the jail goes on, or
 * it is a joined one, or all is over. -1 when the jail's first process has ended: rj_child_wait
 * knows. The terminal is as it was before.
 */
int rj_relay_run(struct rj_relay *relay);

/* Undo prepare; safe after a failed one. */
void rj_relay_release(struct rj_relay *relay);

#endif
