#ifndef RJ_BASE_MODES_H
#define RJ_BASE_MODES_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/vt.h"

/*
 * What a program's output has done to its terminal: alternate screen, mouse reports, bracketed
 * paste, hidden cursor, keypad and cursor keys, character set, colours, cursor shape and the
 * keyboard protocols of xterm and kitty (ctlseqs of xterm; kitty's keyboard protocol). With it a
 * terminal that comes later can be brought into the same state, and one whose program was killed
 * back into its usual one. Pure.
 *
 * A program that means harm leaves its terminal such that a moved mouse is typed into the user's
 * shell, and terminals differ in what they understand. So a mode that changes what is typed is put
 * back when it was ever set, whatever was done since; and all that are known are, when any was, or
 * one was restored (XTRESTORE), or something could not be read.
 */
enum { RJ_MODES_PRIVATE = 30 };

struct rj_modes {
	struct rj_vt vt;
	bool changed[RJ_MODES_PRIVATE]; /* from the default, as far as can be told */
	bool keypad, charset, colour, cursor_style;
	/* ever since it began */
	bool modify_keys, define_keys, locator;
	bool unsure;	    /* of what is typed */
	unsigned keyboards; /* put on kitty's stack */
	/* A terminal answers what was fed, as if its user typed; for the caller to clear. */
	bool asked;
};

/* Zero it to begin. Pieces may end anywhere. */
void rj_modes_feed(struct rj_modes *m, const char *bytes, size_t len);

/* Append the sequences that bring a terminal from its usual state into this one, and back. Nothing
 * is appended where nothing differs. */
void rj_modes_enter(const struct rj_modes *m, struct rj_buf *out);
void rj_modes_leave(const struct rj_modes *m, struct rj_buf *out);

#endif
