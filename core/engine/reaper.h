#ifndef RJ_ENGINE_REAPER_H
#define RJ_ENGINE_REAPER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/engine/wire.h"

/*
 * PID 1 of a jail: starts the command, reaps everything, forwards signals, lets others join, and
 * ends when the last session ends; the kernel then kills what is left in the PID namespace.
 *
 *   PID 1 ── command of the first session
 *     ├─ reaper of a joined session ── its command
 *     └─ ...
 *
 * What joins is forked by PID 1, so it has the jail's namespaces, filter, Landlock domain and
 * limits without a second way in (a process that came by setns(2) would have to build all of them
 * again, and its Landlock domain would be a sibling: no signals between the two). Each joined
 * session has a reaper of its own, so that ^Z works on a terminal of its own (setpgid(2), orphaned
 * process groups), and daemons end with the session that left them.
 *
 * Nothing may fail once the command runs. Signals are blocked first and read from one signalfd, so
 * none is lost between fork and loop; the command starts with an empty mask.
 *
 * Keyboard signals (INT, QUIT, TSTP, CONT, WINCH, HUP) go to the command's process group, as a
 * terminal would send them; the others to the command alone. TSTP arrives as STOP, since a group
 * without a shell of its own would not stop otherwise.
 */
struct rj_reaper {
	char *const *argv;
	char *const *envp;
	const char *dir;	    /* working directory */
	int report;		    /* error pipe, close-on-exec; the reaper closes its own copy */
	void (*started)(void *arg); /* may be NULL; while the command loads, which takes longer */
	void *arg;
	int control; /* to the session's client (wire.h), or -1; its end of file ends all */
	int watch; /* a socket to the watch of the limits (watch.h), or -1; its end ends the jail */
	int listen;   /* the jail's socket, or -1; PID 1 only */
	unsigned tty; /* bit n: descriptor n of the command is the session's own terminal */
	struct rj_tty_size {
		unsigned short rows, cols;
	} size;
	struct rj_wire_session session; /* of the first one */
	uint64_t settings;		/* who comes with others is refused */
	bool joined;			/* not PID 1: the reaper of a session that joined */
};

/*
 * Returns the command's exit code or 128 + signal; -errno with *err when it could not be started:
 * status RJ_EXIT_NOT_FOUND or RJ_EXIT_NOT_EXEC. Works as PID 1 and as any other process, which
 * then becomes a subreaper.
 */
int rj_reaper_run(const struct rj_reaper *r, struct rj_err *err);

#endif
