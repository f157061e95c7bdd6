#ifndef RJ_ENGINE_REAPER_H
#define RJ_ENGINE_REAPER_H

#include "core/base/err.h"

/*
 * PID 1 of a jail: starts the command, reaps everything, forwards signals, and ends when the
 * command ends; the kernel then kills what is left in the PID namespace.
 *
 * Nothing may fail once the command runs. Signals are blocked first and read from one signalfd, so
 * none is lost between fork and loop; the command starts with an empty mask.
 *
 * Keyboard signals (INT, QUIT, TSTP, CONT, WINCH, HUP) go to the command's process group, as a
 * terminal would send them; the others to the command alone. TSTP arrives as STOP, since a group
 * without a shell of its own would not stop otherwise (setpgid(2), orphaned process groups).
 */
struct rj_reaper {
	char *const *argv;
	char *const *envp;
	const char *dir; /* working directory */
	int report;	 /* error pipe, close-on-exec; the reaper closes its own copy */
	/*
	 * A unix socket to the supervisor, or -1. To it: RJ_REAPER_TTY with the terminal's master,
	 * RJ_REAPER_STOPPED when the command stopped. Its end of file ends the jail.
	 */
	int control;
	int watch; /* a socket to the watch of the limits (watch.h), or -1; its end ends the jail */
	unsigned tty; /* bit n: descriptor n of the command is the jail's own terminal */
	struct rj_tty_size {
		unsigned short rows, cols;
	} size;
};

enum {
	RJ_REAPER_TTY = 't',
	RJ_REAPER_STOPPED = 's',
};

/*
 * Returns the command's exit code or 128 + signal; -errno with *err when it could not be started:
 * status RJ_EXIT_NOT_FOUND or RJ_EXIT_NOT_EXEC. Works as PID 1 and as any other process, which
 * then becomes a subreaper.
 */
int rj_reaper_run(const struct rj_reaper *r, struct rj_err *err);

#endif
