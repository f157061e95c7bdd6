#ifndef RJ_BASE_MODES_H
#define RJ_BASE_MODES_H

#include <stdbool.h>

#include "core/base/buf.h"

/*
 * What a program's output has done to its terminal, followed byte by byte: alternate screen, mouse
 * reports, bracketed paste, hidden cursor, keypad and cursor keys, character set, colours, cursor
 * shape and the keyboard protocols of xterm and kitty (ctlseqs of xterm; kitty's keyboard
 * protocol). With it a terminal that comes later can be brought into the same state, and one whose
 * program was killed back into its usual one. Pure.
 */
enum { RJ_MODES_PRIVATE = 17 };

struct rj_modes {
	/* of the sequence that is being read */
	unsigned char state;
	char text[32];
	unsigned char len;
	/* what is known */
	bool changed[RJ_MODES_PRIVATE]; /* from the default */
	bool keypad, charset, colour, cursor_style, modify_keys;
	unsigned keyboards; /* on kitty's stack */
};

/* Zero it to begin. */
void rj_modes_feed(struct rj_modes *m, const char *bytes, size_t len);

/* Append the sequences that bring a terminal from its usual state into this one, and back. Nothing
 * is appended where nothing differs. */
void rj_modes_enter(const struct rj_modes *m, struct rj_buf *out);
void rj_modes_leave(const struct rj_modes *m, struct rj_buf *out);

#endif
