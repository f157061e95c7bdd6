#ifndef RJ_ENGINE_TERMINAL_H
#define RJ_ENGINE_TERMINAL_H

#include <stdint.h>

#include "core/base/modes.h"
#include "core/sys/tty.h"

/*
 * The user's terminal, while a session is shown on it: raw, and in the modes that the session has
 * set; given back without any of them, when it ends or stops. What a terminal still answers then
 * would be typed into the user's shell: after a question of late it is waited for and thrown away,
 * and with it what the user has typed meanwhile.
 */
struct rj_terminal {
	struct rj_tty tty; /* to read from */
	int output;	   /* the same to write to, borrowed; -1 for none */
	struct rj_modes modes;
	int64_t asked_ms; /* when something was shown that it answers; of rj_now_ms */
	bool given;	  /* back */
};

/* Show what a session has written; < 0 when the terminal is gone. */
int rj_terminal_show(struct rj_terminal *t, const char *bytes, size_t len);

/* Take it, also again after it was given back; not as a job in the background, which touching it
 * would stop: fg brings a SIGCONT. */
void rj_terminal_take(struct rj_terminal *t);
void rj_terminal_give(struct rj_terminal *t);

#endif
