#ifndef RJ_SYS_TTY_H
#define RJ_SYS_TTY_H

#include <termios.h>

#include "core/base/err.h"

/* Terminals: raw mode on the user's, a new pair in the current /dev/pts. */

struct rj_tty {
	int fd; /* the user's terminal, borrowed; -1 for none */
	struct termios saved;
	int is_raw;
	int shared; /* others write to it too (a pipeline's end): output processing stays on */
};

/* Raw mode on (bytes pass unchanged; no signal is made from keys), and back. Both may be called
 * again and again: a shell that we were stopped for has set modes of its own. */
int rj_tty_raw(struct rj_tty *tty, struct rj_err *err);
void rj_tty_restore(struct rj_tty *tty);

/* Throw away what there is to read from a terminal, until nothing has come for so long; a second at
 * most. */
void rj_tty_hush(int fd, int quiet_ms);

/* What ^Z does on a terminal that is not raw: this process and all of its group stop, a pipeline or
 * the script that we are in, for a shell waits until all of a job have. The caller has SIGTSTP
 * blocked. Returns when continued; at once where nobody could do that (an orphaned group), and
 * where the signal is ignored. */
void rj_tty_stop_job(void);

/* Copy the window size (also a size of zero) from one terminal to another; errors do not matter. */
void rj_tty_copy_size(int from, int to);

/* Open a pair through `ptmx` ("/dev/ptmx"): the master is returned, the slave goes to *ret_slave;
 * both close on exec, neither becomes the controlling terminal. */
int rj_tty_open_pair(const char *ptmx, int *ret_slave, struct rj_err *err);

#endif
