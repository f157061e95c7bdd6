#ifndef RJ_BASE_VT_H
#define RJ_BASE_VT_H

#include <stdbool.h>
#include <stddef.h>

struct rj_buf;

/*
 * What programs write to terminals, taken apart: text, controls, and the sequences of ECMA-48 in
 * their 7-bit form and as UTF-8 of C1 controls, and what is in strings (OSC, DCS, APC, PM, SOS, and
 * the title of screen and tmux, ESC k).
 *
 * Bytes that are not UTF-8 are dropped, so a piece should not end within a character; within a
 * sequence it may.
 */
enum { RJ_VT_PARAMS = 128, RJ_VT_INTERMEDIATES = 2 };

enum rj_vt_kind {
	RJ_VT_TEXT,    /* one character, or several of ASCII, no control, in `text` */
	RJ_VT_CONTROL, /* C0 but for ESC, CAN and SUB, in `final` */
	RJ_VT_ESC,     /* ESC inter final */
	RJ_VT_CSI,     /* ESC [ prefix params inter final */
	RJ_VT_STRING,  /* the same in a string, which ESC `final` began */
};

struct rj_vt_item {
	enum rj_vt_kind kind;
	const char *text;
	size_t len;
	char prefix; /* one of < = > ?, or 0 */
	char final;
	char inter[RJ_VT_INTERMEDIATES + 1];
	char params[RJ_VT_PARAMS + 1]; /* digits, ';' and ':' */
};

typedef void rj_vt_fn(void *arg, const struct rj_vt_item *item);

/* All zero to begin with. */
struct rj_vt {
	int state;   /* 0 outside of sequences and strings */
	char opener; /* of a string */
	bool bad;    /* of a sequence: too long, or no sequence; dropped at its end */
	bool lost;   /* something was dropped, which a terminal may understand; never cleared */
	size_t params_n, inter_n;
	struct rj_vt_item item;
};

void rj_vt_feed(struct rj_vt *vt, const char *bytes, size_t len, rj_vt_fn *fn, void *arg);

/*
 * The last line that a screen got to see, as well as it can be told without drawing it: text since
 * the last newline or jump of the cursor that holds a letter or digit, without what was overwritten
 * or erased again. Appends it, without spaces around it; not harmless yet (term.h).
 */
void rj_vt_last_line(const char *bytes, size_t len, struct rj_buf *out);

#endif
