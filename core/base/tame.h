#ifndef RJ_BASE_TAME_H
#define RJ_BASE_TAME_H

#include <stdbool.h>

#include "core/base/vt.h"

/*
 * A program's output made fit to be shown a second time, on a terminal whose user does not talk to
 * that program: it draws as before, and does nothing else. Only what is known passes; a sequence is
 * passed whole, when it is complete.
 *
 * Dropped is whatever
 *   makes the terminal answer, as if its user had typed: DA, DSR, DECRQM, DECRQSS, XTVERSION, ENQ,
 *     colour and title reports, window reports, capability requests, checksums;
 *   changes what keys, mouse or focus send: mouse modes, bracketed paste, cursor and keypad keys,
 *     keyboard protocols, locked keyboard, local echo;
 *   reaches beyond the screen: every OSC (clipboard, title, links, notifications, colours), DCS,
 *     APC (images, which may name files), printing, moving and resizing windows;
 *   outlasts it and cannot be put back: tab stops, character encoding, 8-bit controls, the
 *     scrollback erased.
 */

/* All zero to begin with. */
struct rj_tame {
	struct rj_vt vt;
	bool alternate; /* the other screen is shown */
	bool margins;	/* of scrolling, were set */
	struct rj_buf *out;
};

/* Append what may be shown of `bytes`; whole characters (vt.h), sequences in any pieces. */
void rj_tame(struct rj_tame *t, const char *bytes, size_t len, struct rj_buf *out);

/* Append what puts the terminal back, whatever was shown: main screen, cursor seen, no colours, no
 * margins, nothing that keys or mouse would send otherwise. */
void rj_tame_reset(const struct rj_tame *t, struct rj_buf *out);

#endif
